//! Emits `records.rs`: what reads the fields of each record and the variants of each union.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::plan::{Plan, helper, kind_type, name_field, record_type, union_type, wide_type};
use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::emit::rust::{doc, ident};
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{Field, Record, Scalar, Shape, Union, Variant};

/// The items of `records.rs`.
pub fn items(plan: &Plan<'_>) -> TokenStream {
    let root = root_items(plan);
    let records = plan.records.iter().map(|record| record_items(plan, *record));
    let unions = plan.unions.iter().map(|union| union_item(plan, *union));
    let aliases = if plan.unions.is_empty() {
        quote! {}
    } else {
        quote! { use super::cursor::Literal; use super::token::TokenKind; }
    };
    quote! {
        use alloc::string::String;
        use alloc::vec::Vec;
        use super::assembler::Assembler;
        use super::cursor::Cursor;
        #aliases
        #root
        #( #records )*
        #( #unions )*
    }
}

fn root_items(plan: &Plan<'_>) -> TokenStream {
    let fields = plan.fields.iter().enumerate().map(|(index, field)| {
        let value = match plan.pools.iter().position(|pool| pool.field.name == field.name) {
            Some(pool) => {
                let fill = helper("fill", &plan.pools[pool].field.name);
                quote! { super::pools::#fill(self, cursor) }
            }
            None => {
                let place = ident(&field.name);
                let value = read(plan, &field.shape);
                quote! {
                    {
                        let this = self;
                        #value.map(|value| this.module.#place = value)
                    }
                }
            }
        };
        quote! { #index => #value, }
    });
    let declarations = plan.declared.iter().enumerate().map(|(index, declared)| {
        let list = ident(&declared.field.name);
        let body = helper("body", &plan.set.format.records[declared.record].name);
        let record = record_type(plan.set, declared.record);
        let max = name_field(&plan.set.format.records[declared.record]).map_or(u32::MAX, |(_, max)| max);
        let otherwise = match plan.set.format.records[declared.record].fields.len() {
            1 => quote! { unwrap_or(#record { name }) },
            _ => quote! { unwrap_or_else(|| #record { name, ..Default::default() }) },
        };
        quote! {
            #index => {
                self.check_name(&name, #max, token);
                let value = #body(self, cursor, name.clone());
                let good = value.is_some();
                // A declaration that is wrong keeps its number, so that the others keep theirs.
                self.module.#list.push(value.#otherwise);
                good.then_some(())
            }
        }
    });
    let codes: Vec<TokenStream> = plan
        .declared
        .iter()
        .enumerate()
        .filter_map(|(index, declared)| {
            let list = ident(&declared.field.name);
            let field = ident(&plan.code_of(declared)?.name);
            Some(quote! {
                if list == #index && let Some(entry) = self.module.#list.get_mut(index) {
                    entry.#field = code;
                }
            })
        })
        .collect();
    let lines = plan.declared.iter().enumerate().filter_map(|(index, declared)| {
        let list = ident(&declared.field.name);
        plan.code_of(declared)?;
        let (field, line, _) = plan.lines_of(declared.record)?;
        let (field, line) = (ident(&field.name), record_type(plan.set, line));
        Some(quote! {
            if list == #index && let Some(entry) = self.module.#list.get_mut(index) && entry.#field.is_empty() {
                entry.#field = lines.into_iter().map(|(offset, line)| #line { offset, line }).collect();
                return true;
            }
        })
    });
    let lines: Vec<TokenStream> = lines.collect();
    let set_lines = if lines.is_empty() {
        quote! { let _ = (list, index, lines); false }
    } else {
        quote! { #( #lines )* false }
    };
    let set_code = if codes.is_empty() {
        quote! { let _ = (list, index, code); }
    } else {
        quote! { #( #codes )else* }
    };
    let fields: Vec<TokenStream> = fields.collect();
    let root_field = if fields.is_empty() {
        quote! { let _ = (field, cursor); None }
    } else {
        quote! { match field { #( #fields )* _ => None, } }
    };
    quote! {
        impl Assembler<'_> {
            /// Reads a field of the module itself by its position in [`ROOT_FIELDS`](super::tables::ROOT_FIELDS).
            pub(super) fn root_field(&mut self, field: usize, cursor: &mut Cursor) -> Option<()> {
                #root_field
            }
            /// Reads the body of a declaration, and adds it to its list.
            pub(super) fn declaration(&mut self, list: usize, name: String, token: usize, cursor: &mut Cursor) -> Option<()> {
                match list {
                    #( #declarations )*
                    _ => None,
                }
            }
            /// Puts code in its place.
            pub(super) fn set_code(&mut self, list: usize, index: usize, code: Vec<u8>) {
                #set_code
            }
            /// Says from which lines code came, by its offsets, unless that is said already.
            pub(super) fn set_lines(&mut self, list: usize, index: usize, lines: Vec<(u32, u32)>) -> bool {
                #set_lines
            }
        }
    }
}

fn record_items(plan: &Plan<'_>, id: Id<Record>) -> TokenStream {
    let record = &plan.set.format.records[id];
    let record_name = &record.name;
    let of_type = record_type(plan.set, id);
    let body = helper("body", record_name);
    let body_doc = doc(&format!(
        "The body of a `{record_name}`.\n\n{}",
        provenance::entry(plan.set, "record", record_name)
    ));
    let named = name_field(record);
    let others: Vec<&Field> = record
        .fields
        .iter()
        .filter(|field| named.is_none_or(|(name, _)| name.name != field.name))
        .collect();
    let (parameter, start) = match named {
        Some(_) => (quote! { , name: String }, quote! { name, }),
        None => (quote! {}, quote! {}),
    };
    let reads = match (others.as_slice(), named) {
        ([], _) if named.is_some() => quote! {
            let _ = (this, cursor);
            Some(#of_type { #start })
        },
        ([only], Some(_)) => {
            let field = ident(&only.name);
            let given = if only.name == "value" {
                quote! { value }
            } else {
                quote! { #field: value }
            };
            let before = format!("the `{}` of this `{record_name}`", only.name);
            let value = read_field(plan, id, only);
            quote! {
                this.expect_mark(cursor, ':', #before)?;
                let value = #value?;
                Some(#of_type { name, #given })
            }
        }
        _ => {
            let names = others.iter().map(|field| &field.name);
            let names = quote! { &[#( #names ),*] };
            let what = format!("the fields of this `{record_name}`");
            let arms = others.iter().enumerate().map(|(index, field)| {
                let place = ident(&field.name);
                let value = read_field(plan, id, field);
                quote! { #index => #value.map(|value| record.#place = value), }
            });
            let default = if named.is_some() {
                quote! { #of_type { name, ..Default::default() } }
            } else {
                quote! { #of_type::default() }
            };
            quote! {
                const FIELDS: &[&str] = #names;
                let mut record = #default;
                let mut inside = this.group(cursor, '{', #what)?;
                let mut seen = 0u64;
                while let Some(field) = this.field(&mut inside, #record_name, FIELDS, &mut seen) {
                    let cursor = &mut inside;
                    let done: Option<()> = match field {
                        #( #arms )*
                        _ => None,
                    };
                    if done.is_none() {
                        this.resync(cursor, FIELDS);
                    }
                }
                Some(record)
            }
        }
    };
    let body_item = quote! {
        #body_doc
        fn #body(this: &mut Assembler<'_>, cursor: &mut Cursor #parameter) -> Option<#of_type> {
            #reads
        }
    };
    if !is_inner(plan, id) {
        return body_item;
    }
    let item = helper("record", record_name);
    let item_doc = doc(&format!("A `{record_name}` in a list or field."));
    let call = match named {
        Some((_, max)) => {
            let what = format!("the name of a `{record_name}`");
            quote! {
                let name = this.record_name(cursor, #what, #max)?;
                #body(this, cursor, name)
            }
        }
        None => quote! { #body(this, cursor) },
    };
    let call = if plan.has_code_of_declared(id) {
        // It is no entry of the declared list, whose code could have labels and locals.
        quote! {
            let outer = this.current.take();
            let item = (|| { #call })();
            this.current = outer;
            item
        }
    } else {
        call
    };
    quote! {
        #body_item
        #item_doc
        fn #item(this: &mut Assembler<'_>, cursor: &mut Cursor) -> Option<#of_type> {
            #call
        }
    }
}

/// Whether a record stands somewhere else than in a declared list.
pub fn is_inner(plan: &Plan<'_>, id: Id<Record>) -> bool {
    let inside = |shape: &Shape| mentions(shape, id);
    let in_records = plan.records.iter().any(|record| {
        let record = &plan.set.format.records[*record];
        record.fields.iter().any(|field| inside(&field.shape))
    });
    let in_unions = plan.unions.iter().any(|union| {
        let union = &plan.set.format.unions[*union];
        union.variants.iter().any(|variant| inside(&variant.shape))
    });
    in_records || in_unions || plan.fields.iter().any(|field| inside(&field.shape))
}

fn mentions(shape: &Shape, id: Id<Record>) -> bool {
    match shape {
        Shape::Record(record) => *record == id,
        Shape::Optional(inner) | Shape::List { element: inner, .. } => mentions(inner, id),
        _ => false,
    }
}

fn read_field(plan: &Plan<'_>, record: Id<Record>, field: &Field) -> TokenStream {
    match field.shape {
        Shape::Code { max } if plan.is_code_of_declared(record, field) => quote! { this.defer_code(cursor, #max) },
        _ => read(plan, &field.shape),
    }
}

/// An expression that reads a value of a shape with `this` at `cursor`.
pub fn read(plan: &Plan<'_>, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Scalar(scalar) => {
            let method = format_ident!("{}", scalar.name());
            quote! { this.#method(cursor) }
        }
        Shape::Wide(wide) => {
            let of_type = wide_type(*wide);
            quote! { this.wide::<#of_type>(cursor) }
        }
        Shape::String { max } => quote! { this.string(cursor, #max) },
        Shape::Code { max } => quote! { this.bytes(cursor, #max) },
        Shape::TypeId => quote! { this.type_id(cursor) },
        Shape::TypeDefinition => quote! { super::pools::definition(this, cursor) },
        Shape::Reference(kind) => {
            let kind = &plan.set.operand_kinds[*kind];
            let entry = helper("entry", &kind.name);
            let newtype = kind_type(kind);
            quote! { super::references::#entry(this, cursor, u32::MAX).map(#newtype) }
        }
        Shape::Optional(inner) => {
            let inner = read(plan, inner);
            quote! { this.optional(cursor, |this, cursor| #inner) }
        }
        Shape::List { element, max } => {
            let element = read(plan, element);
            quote! { this.list(cursor, #max, |this, cursor| #element) }
        }
        Shape::Record(record) => {
            let item = helper("record", &plan.set.format.records[*record].name);
            quote! { #item(this, cursor) }
        }
        Shape::Union(union) => {
            let item = helper("union", &plan.set.format.unions[*union].name);
            quote! { super::records::#item(this, cursor) }
        }
    }
}

/// The kind of literal that finds a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
}

/// The kind of literal that finds a variant; others are written with their name only.
pub fn class(plan: &Plan<'_>, shape: &Shape) -> Option<Class> {
    match shape {
        Shape::Scalar(Scalar::Bool) => Some(Class::Bool),
        Shape::Scalar(Scalar::F32 | Scalar::F64) => Some(Class::Float),
        Shape::Scalar(_) | Shape::Wide(_) => Some(Class::Integer),
        Shape::String { .. } => Some(Class::Text),
        Shape::Reference(kind) => match &plan.set.operand_kinds[*kind].meaning {
            OperandMeaning::Index(Indexes::Module { field }) => {
                let pool = plan.pools.iter().find(|pool| pool.field.name == *field);
                pool.filter(|pool| matches!(pool.element, Shape::String { .. }))
                    .map(|_| Class::Text)
            }
            _ => None,
        },
        _ => None,
    }
}

fn union_item(plan: &Plan<'_>, id: Id<Union>) -> TokenStream {
    let union = &plan.set.format.unions[id];
    let of_type = union_type(plan.set, id);
    let item = helper("union", &union.name);
    let item_doc = doc(&format!(
        "A `{}`: a literal, or `VARIANT(VALUE)`.\n\n{}",
        union.name,
        provenance::entry(plan.set, "union", &union.name)
    ));
    let name_of = |variant: &Variant| rust::variant_ident(&variant.name);
    let named = union.variants.iter().map(|variant| {
        let name = &variant.name;
        let constructor = name_of(variant);
        let value = read(plan, &variant.shape);
        quote! { #name => { let value = #value?; #of_type::#constructor(value) } }
    });
    let of = |class_: Class| -> Vec<&Variant> {
        let variants = union.variants.iter();
        variants
            .filter(|variant| class(plan, &variant.shape) == Some(class_))
            .collect()
    };
    let mut arms = Vec::new();
    let integers = of(Class::Integer);
    if let Some((last, before)) = integers.split_last() {
        let tries = before.iter().filter_map(|variant| {
            let constructor = name_of(variant);
            let value = read(plan, &variant.shape);
            let fits = match variant.shape {
                Shape::Scalar(scalar) => {
                    let scalar = format_ident!("{}", scalar.name());
                    quote! { this.is_within(*cursor, #scalar::MIN.into(), #scalar::MAX.into()) }
                }
                Shape::Wide(wide) => {
                    let wide = wide_type(wide);
                    quote! { this.is_wide::<#wide>(*cursor) }
                }
                _ => return None,
            };
            Some(quote! {
                if #fits {
                    return #value.map(#of_type::#constructor);
                }
            })
        });
        let constructor = name_of(last);
        let value = read(plan, &last.shape);
        arms.push(quote! {
            Some(Literal::Integer) => {
                #( #tries )*
                #value.map(#of_type::#constructor)
            }
        });
    }
    for (class_, pattern) in [
        (Class::Float, quote! { Literal::Float }),
        (Class::Bool, quote! { Literal::Bool }),
        (Class::Text, quote! { Literal::Text }),
    ] {
        if let Some(first) = of(class_).first() {
            let constructor = name_of(first);
            let value = read(plan, &first.shape);
            let also = if class_ == Class::Float && integers.is_empty() {
                quote! { | Literal::Integer }
            } else {
                quote! {}
            };
            arms.push(quote! { Some(#pattern #also) => #value.map(#of_type::#constructor), });
        }
    }
    let names = union.variants.iter().map(|variant| &variant.name);
    let names = quote! { [#( #names ),*] };
    let forms: Vec<String> = union
        .variants
        .iter()
        .map(|variant| format!("`{}(…)`", variant.name))
        .collect();
    let expected = format!("a literal or one of {}", forms.join(", "));
    let inside_what = format!("the value of a `{}`", union.name);
    quote! {
        #item_doc
        pub(super) fn #item(this: &mut Assembler<'_>, cursor: &mut Cursor) -> Option<#of_type> {
            if let Some(TokenKind::Word(word)) = this.peek(*cursor)
                && this.peek_at(*cursor, 1) == Some(&TokenKind::Mark('('))
                && #names.contains(&word.as_str())
            {
                cursor.next += 1;
                let mut inside = this.group(cursor, '(', #inside_what)?;
                let cursor = &mut inside;
                let value = match word.as_str() {
                    #( #named )*
                    _ => return None,
                };
                this.expect_done(inside, #inside_what)?;
                return Some(value);
            }
            match this.literal(*cursor) {
                #( #arms )*
                _ => this.expected(*cursor, #expected),
            }
        }
    }
}
