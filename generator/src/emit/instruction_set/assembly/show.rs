//! Emits `show_records.rs`: what writes the fields of each record and the variants of each union.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

use super::plan::{Plan, helper, name_field, record_type, union_type};
use super::records::{Class, class, is_inner};
use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::emit::rust::{doc, ident};
use crate::model::instruction_set::{Field, Record, Scalar, Shape, Union};

/// The items of `show_records.rs`.
pub fn items(plan: &Plan<'_>) -> TokenStream {
    let set = plan.set;
    let in_file_order = plan.root.fields.iter();
    let in_file_order = in_file_order.filter(|field| plan.fields.iter().any(|other| other.name == field.name));
    let root = in_file_order.map(|field| {
        let place = ident(&field.name);
        let name = &field.name;
        let is_type_table = matches!(&field.shape, Shape::List { element, .. } if **element == Shape::TypeDefinition);
        let text = if is_type_table {
            quote! { show::show_list((0..value.len()).map(|entry| this.show_type_entry(entry))) }
        } else {
            show(plan, &field.shape)
        };
        let given = is_given(&field.shape);
        let push = push_field(name, &text);
        quote! {
            let value = &self.module.#place;
            if #given {
                #push
            }
        }
    });
    let counts = plan.declared.iter().enumerate().map(|(index, declared)| {
        let list = ident(&declared.field.name);
        quote! { #index => self.module.#list.len(), }
    });
    let names = plan.declared.iter().enumerate().map(|(index, declared)| {
        let list = ident(&declared.field.name);
        quote! { #index => self.module.#list.get(index).map(|entry| entry.name.as_str()).unwrap_or_default(), }
    });
    let bodies = plan.declared.iter().enumerate().map(|(index, declared)| {
        let list = ident(&declared.field.name);
        let body = helper("show_body", &set.format.records[declared.record].name);
        let listed = is_told_apart(plan, declared.record).then(|| quote! { , true });
        quote! { #index => self.module.#list.get(index).map(|entry| #body(self, entry #listed)).unwrap_or_default(), }
    });
    let records = plan.records.iter().map(|record| record_items(plan, *record));
    let unions = plan.unions.iter().map(|union| union_item(plan, *union));
    let root = with_self(quote! { #( #root )* });
    let show_root = if root.is_empty() {
        quote! { Vec::new() }
    } else {
        quote! {
            let mut fields = Vec::new();
            #root
            fields
        }
    };
    quote! {
        use alloc::borrow::ToOwned;
        use alloc::string::{String, ToString};
        use alloc::vec::Vec;
        use super::references;
        use super::show::{self, Printer};
        use super::token::quote;
        impl<'m> Printer<'m> {
            /// The fields of the module itself.
            pub(super) fn show_root(&self) -> Vec<String> {
                #show_root
            }
            /// The number of entries of a declared list.
            pub(super) fn declared(&self, list: usize) -> usize {
                match list {
                    #( #counts )*
                    _ => 0,
                }
            }
            /// The name of an entry of a declared list.
            pub(super) fn declared_name(&self, list: usize, index: usize) -> &'m str {
                match list {
                    #( #names )*
                    _ => "",
                }
            }
            /// What follows the name in a declaration.
            pub(super) fn show_declaration(&self, list: usize, index: usize) -> String {
                match list {
                    #( #bodies )*
                    _ => String::new(),
                }
            }
        }
        #( #records )*
        #( #unions )*
    }
}

/// Adds a field with its value, which gets a name where it would make the line long.
fn push_field(name: &str, text: &TokenStream) -> TokenStream {
    if text.to_string().len() > 40 {
        quote! {
            let text = #text;
            fields.push(show::show_field(#name, &text));
        }
    } else {
        quote! { fields.push(show::show_field(#name, &#text)); }
    }
}

/// The code of a function of its own, as that of a method: with `self` for `this`.
fn with_self(code: TokenStream) -> TokenStream {
    let put = |tree| match tree {
        TokenTree::Ident(name) if name == "this" => TokenTree::Ident(Ident::new("self", name.span())),
        TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), with_self(group.stream()))),
        other => other,
    };
    code.into_iter().map(put).collect()
}

fn record_items(plan: &Plan<'_>, id: Id<Record>) -> TokenStream {
    let record = &plan.set.format.records[id];
    let of_type = record_type(plan.set, id);
    let body = helper("show_body", &record.name);
    let body_doc = doc(&format!(
        "The body of a `{}`.\n\n{}",
        record.name,
        provenance::entry(plan.set, "record", &record.name)
    ));
    let named = name_field(record);
    let others: Vec<&Field> = record
        .fields
        .iter()
        .filter(|field| named.is_none_or(|(name, _)| name.name != field.name))
        .collect();
    let text = match (others.as_slice(), named) {
        ([], Some(_)) => quote! { String::new() },
        ([only], Some(_)) => {
            let place = ident(&only.name);
            let value = show_field(plan, id, only);
            quote! {
                let value = &record.#place;
                show::show_only_field(&#value)
            }
        }
        _ => {
            let among = among(plan, id);
            let among_code = among.as_ref().map(|(_, code)| code);
            let fields = others.iter().map(|field| {
                let place = ident(&field.name);
                let name = &field.name;
                let mut given = is_given(&field.shape);
                if among.as_ref().is_some_and(|(lines, _)| lines.name == field.name) {
                    given = quote! { !among };
                }
                let text = show_field(plan, id, field);
                let push = push_field(name, &text);
                quote! {
                    let value = &record.#place;
                    if #given {
                        #push
                    }
                }
            });
            let named = named.is_some();
            quote! {
                let mut fields: Vec<String> = Vec::new();
                #among_code
                #( #fields )*
                show::show_fields(&fields, #named)
            }
        }
    };
    let this = name_unless_unused("this", &text);
    let record_parameter = name_unless_unused("record", &text);
    let listed = is_told_apart(plan, id).then(|| quote! { , listed: bool });
    let item = if is_inner(plan, id) {
        let item = helper("show_record", &record.name);
        let item_doc = doc(&format!("A `{}` in a list or field.", record.name));
        let not_listed = is_told_apart(plan, id).then(|| quote! { , false });
        let head = if named.is_some() {
            quote! { show::show_name(&record.name) + &#body(this, record #not_listed) }
        } else {
            quote! { #body(this, record #not_listed) }
        };
        quote! {
            #item_doc
            fn #item(this: &Printer<'_>, record: &#of_type) -> String {
                #head
            }
        }
    } else {
        quote! {}
    };
    quote! {
        #body_doc
        fn #body(#this: &Printer<'_>, #record_parameter: &#of_type #listed) -> String {
            #text
        }
        #item
    }
}

/// Whether a record has code that is written as instructions where the record is declared, and as bytes where it is an item.
fn is_told_apart(plan: &Plan<'_>, record: Id<Record>) -> bool {
    plan.has_code_of_declared(record) && is_inner(plan, record)
}

/// `_` where the text of a function doesn't use a parameter.
pub fn name_unless_unused(name: &str, text: &TokenStream) -> TokenStream {
    fn uses(text: TokenStream, name: &str) -> bool {
        text.into_iter().any(|tree| match tree {
            proc_macro2::TokenTree::Ident(ident) => ident == name,
            proc_macro2::TokenTree::Group(group) => uses(group.stream(), name),
            _ => false,
        })
    }
    if uses(text.clone(), name) {
        let name = ident(name);
        quote! { #name }
    } else {
        quote! { _ }
    }
}

/// The field with the lines of a record's code, and what finds out whether they can stand among the instructions: `among`.
fn among<'s>(plan: &Plan<'s>, id: Id<Record>) -> Option<(&'s Field, TokenStream)> {
    let fields = &plan.set.format.records[id].fields;
    let code = fields.iter().find(|field| plan.is_code_of_declared(id, field))?;
    let (lines, ..) = plan.lines_of(id)?;
    let (code, place) = (ident(&code.name), ident(&lines.name));
    let listed = is_told_apart(plan, id).then(|| quote! { listed && });
    Some((
        lines,
        quote! {
            let lines: Vec<(u32, u32)> = record.#place.iter().map(|line| (line.offset, line.line)).collect();
            let among = #listed show::stand_among(&record.#code, &lines);
        },
    ))
}

fn show_field(plan: &Plan<'_>, record: Id<Record>, field: &Field) -> TokenStream {
    if plan.is_code_of_declared(record, field) {
        let scope = helper("scope", &plan.set.format.records[record].name);
        let lines = match plan.lines_of(record) {
            Some(_) => quote! { if among { &lines } else { &[] } },
            None => quote! { &[] },
        };
        let code = quote! { this.show_code(value, &references::#scope(record), #lines) };
        if is_told_apart(plan, record) {
            return quote! { if listed { #code } else { show::show_bytes(value) } };
        }
        return code;
    }
    show(plan, &field.shape)
}

/// Whether `value`, a reference, must be written: whether it isn't what a missing field means.
fn is_given(shape: &Shape) -> TokenStream {
    match shape {
        Shape::Scalar(Scalar::Bool) => quote! { *value },
        Shape::Scalar(Scalar::F32 | Scalar::F64) => quote! { value.to_bits() != 0 },
        Shape::Scalar(_) => quote! { *value != 0 },
        Shape::Wide(wide) if wide.is_emitted() => quote! { *value != Default::default() },
        Shape::Wide(_) => quote! { *value != 0 },
        Shape::String { .. } | Shape::Code { .. } | Shape::List { .. } => quote! { !value.is_empty() },
        Shape::Optional(_) => quote! { value.is_some() },
        Shape::TypeId | Shape::TypeDefinition | Shape::Reference(_) | Shape::Record(_) | Shape::Union(_) => {
            quote! { true }
        }
    }
}

/// An expression that writes `value`, a reference, with `this`.
pub fn show(plan: &Plan<'_>, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Scalar(Scalar::F64) => quote! { super::show::show_f64(*value) },
        Shape::Scalar(Scalar::F32) => quote! { super::show::show_f32(*value) },
        Shape::Scalar(_) | Shape::Wide(_) => quote! { value.to_string() },
        Shape::String { .. } => quote! { super::token::quote(value) },
        Shape::Code { .. } => quote! { super::show::show_bytes(value) },
        Shape::TypeId => quote! { this.show_type(*value) },
        Shape::TypeDefinition => quote! { this.show_definition(value, usize::MAX) },
        Shape::Reference(kind) => {
            let entry = helper("show_entry", &plan.set.operand_kinds[*kind].name);
            quote! { super::references::#entry(this, value.0).text }
        }
        Shape::Optional(inner) => {
            let inner = show(plan, inner);
            quote! { value.as_ref().map_or_else(|| String::from("_"), |value| #inner) }
        }
        Shape::List { element, .. } => {
            let element = show(plan, element);
            quote! { super::show::show_list(value.iter().map(|value| #element)) }
        }
        Shape::Record(record) => {
            let item = helper("show_record", &plan.set.format.records[*record].name);
            quote! { #item(this, value) }
        }
        Shape::Union(union) => {
            let item = helper("show_union", &plan.set.format.unions[*union].name);
            quote! { super::show_records::#item(this, value) }
        }
    }
}

fn union_item(plan: &Plan<'_>, id: Id<Union>) -> TokenStream {
    let union = &plan.set.format.unions[id];
    let of_type = union_type(plan.set, id);
    let item = helper("show_union", &union.name);
    let item_doc = doc(&format!(
        "A `{}`.\n\n{}",
        union.name,
        provenance::entry(plan.set, "union", &union.name)
    ));
    let mut met: Vec<Class> = Vec::new();
    let arms: Vec<TokenStream> = union
        .variants
        .iter()
        .map(|variant| {
            let constructor = rust::variant_ident(&variant.name);
            let text = show(plan, &variant.shape);
            let class_ = class(plan, &variant.shape);
            let plain = class_.is_some_and(|class_| {
                let first = !met.contains(&class_);
                met.push(class_);
                first
            });
            let name = &variant.name;
            let is_reference = matches!(variant.shape, Shape::Reference(_));
            let body = match (plain, is_reference) {
                (true, false) => text,
                // Only a literal leads back to the variant.
                (true, true) => quote! {
                    {
                        let text = #text;
                        if text.starts_with('"') { text } else { show::show_variant(#name, &text) }
                    }
                },
                (false, _) => quote! { show::show_variant(#name, &#text) },
            };
            quote! { #of_type::#constructor(value) => #body, }
        })
        .collect();
    let all = quote! { #( #arms )* };
    let this = name_unless_unused("this", &all);
    quote! {
        #item_doc
        pub(super) fn #item(#this: &Printer<'_>, value: &#of_type) -> String {
            match value {
                #all
            }
        }
    }
}
