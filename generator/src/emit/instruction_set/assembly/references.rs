//! Emits `references.rs`: how each kind of operand is read and written, and which names hold within a function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::plan::{Plan, Target, helper, kind_type, kind_variant, largest, record_type};
use super::pools::used_in_ops;
use super::records::read;
use super::show::name_unless_unused;
use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust::{doc, ident};
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{OperandKind, Scalar, Shape};

/// The items of `references.rs`.
pub fn items(plan: &Plan<'_>) -> TokenStream {
    let entries = plan.kinds.iter().map(|kind| entry_items(plan, *kind));
    let used = used_in_ops(plan);
    let reads: TokenStream = used.iter().map(|kind| operand_read(plan, *kind)).collect();
    let shows: TokenStream = used.iter().map(|kind| operand_show(plan, *kind)).collect();
    let cursor = name_unless_unused("cursor", &reads);
    let read_scope = name_unless_unused("scope", &reads);
    let show_scope = name_unless_unused("scope", &shows);
    let starts = name_unless_unused("starts", &shows);
    let raw = name_unless_unused("raw", &shows);
    let layouts = layout_items(plan, &used);
    let scopes = scope_items(plan);
    quote! {
        use alloc::borrow::ToOwned;
        use alloc::collections::{BTreeMap, BTreeSet};
        use alloc::format;
        use alloc::string::{String, ToString};
        use crate::metadata::OperandKind;
        use super::assembler::Assembler;
        use super::code::{Scope, Written};
        use super::cursor::Cursor;
        use super::key::Key;
        use super::{pools, records, show, show_records};
        use super::show::{Printer, Shown};
        use super::token::TokenKind;
        impl Assembler<'_> {
            /// Reads an operand.
            pub(super) fn operand(&mut self, kind: OperandKind, #cursor: &mut Cursor, #read_scope: &Scope) -> Option<Written> {
                let this = self;
                match kind {
                    #reads
                }
            }
        }
        impl Printer<'_> {
            /// Writes an operand. `starts` are the offsets where a label can stand.
            pub(super) fn show_operand(&self, kind: OperandKind, #raw: u64, #show_scope: &Scope, #starts: &BTreeSet<u64>) -> Shown {
                match kind {
                    #shows
                }
            }
        }
        #scopes
        #( #entries )*
        #layouts
    }
}

fn operand_read(plan: &Plan<'_>, id: Id<OperandKind>) -> TokenStream {
    let kind = &plan.set.operand_kinds[id];
    let variant = kind_variant(kind);
    let value = match &kind.meaning {
        OperandMeaning::Number => {
            let method = format_ident!("{}", kind.encoding.name());
            let raw = raw_of(kind.encoding);
            if kind.encoding == Scalar::U64 {
                quote! { this.#method(cursor).map(Written::Number) }
            } else {
                quote! { this.#method(cursor).map(|value| Written::Number(#raw)) }
            }
        }
        OperandMeaning::Label { optional } => quote! { this.label(cursor, #optional) },
        OperandMeaning::Index(indexes) => {
            let max = largest(kind);
            let entry = match indexes {
                Indexes::Locals => {
                    quote! { this.scoped(cursor, &scope.locals, "local", #max) }
                }
                Indexes::Captures => {
                    quote! { this.scoped(cursor, &scope.captures, "capture", #max) }
                }
                _ => {
                    let entry = helper("entry", &kind.name);
                    quote! { #entry(this, cursor, #max) }
                }
            };
            quote! { #entry.map(|index| Written::Number(u64::from(index))) }
        }
    };
    quote! { OperandKind::#variant => #value, }
}

/// The number that an instruction holds for a scalar `value`.
fn raw_of(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::Bool | Scalar::U8 | Scalar::U16 | Scalar::U32 => quote! { u64::from(value) },
        Scalar::U64 => quote! { value },
        Scalar::I8 | Scalar::I16 | Scalar::I32 => quote! { i64::from(value) as u64 },
        Scalar::I64 => quote! { value as u64 },
        Scalar::F32 => quote! { u64::from(value.to_bits()) },
        Scalar::F64 => quote! { value.to_bits() },
    }
}

fn operand_show(plan: &Plan<'_>, id: Id<OperandKind>) -> TokenStream {
    let kind = &plan.set.operand_kinds[id];
    let variant = kind_variant(kind);
    let value = match &kind.meaning {
        OperandMeaning::Number => {
            let text = match kind.encoding {
                Scalar::Bool => quote! { (raw != 0).to_string() },
                Scalar::F32 => quote! { show::show_f32(f32::from_bits(raw as u32)) },
                Scalar::F64 => quote! { show::show_f64(f64::from_bits(raw)) },
                Scalar::U64 => quote! { raw.to_string() },
                scalar => {
                    let scalar = format_ident!("{}", scalar.name());
                    quote! { (raw as #scalar).to_string() }
                }
            };
            quote! { Shown::plain(#text) }
        }
        OperandMeaning::Label { .. } => quote! { show::show_label(raw, starts) },
        OperandMeaning::Index(Indexes::Locals) => quote! { show::show_scoped(raw as u32, &scope.locals) },
        OperandMeaning::Index(Indexes::Captures) => quote! { show::show_scoped(raw as u32, &scope.captures) },
        OperandMeaning::Index(_) => {
            let show = helper("show_entry", &kind.name);
            quote! { #show(self, raw as u32) }
        }
    };
    quote! { OperandKind::#variant => #value, }
}

/// The reader and the writer of the entries that an operand kind selects.
fn entry_items(plan: &Plan<'_>, id: Id<OperandKind>) -> TokenStream {
    let kind = &plan.set.operand_kinds[id];
    let OperandMeaning::Index(indexes) = &kind.meaning else {
        return quote! {};
    };
    let what = format!("the number of a {}", kind.name);
    let number = quote! { this.index(cursor, max, #what) };
    let plain = quote! { Shown::plain(index.to_string()) };
    let (read, show) = match indexes {
        Indexes::Module { field } => match plan.target(field) {
            Target::Declared(list) => (
                quote! { this.declared_entry(cursor, #list, max) },
                quote! { this.show_declared(#list, index) },
            ),
            Target::Pool(pool) => pooled(plan, pool, &kind.name),
            Target::Number => (number, plain),
        },
        Indexes::Types => (
            quote! {
                let token = cursor.next;
                let id = this.type_id(cursor)?;
                if id.0 > max {
                    return this.fail(token, format!("this type is number {}; here at most {max} can stand", id.0));
                }
                Some(id.0)
            },
            quote! { Shown::plain(this.show_type(crate::types::TypeId(index))) },
        ),
        Indexes::ClassFields | Indexes::ClassMethods => {
            let members = if *indexes == Indexes::ClassFields {
                "class_field"
            } else {
                "class_method"
            };
            let lookup = format_ident!("{members}");
            let expected = format!("a {} as `CLASS.NAME`, or its number", kind.name);
            let read = match plan.classes() {
                Some(list) => quote! {
                    if this.is_index(*cursor) {
                        return this.index(cursor, max, #what);
                    }
                    let token = cursor.next;
                    let whole = this.dotted_name(cursor, #expected)?;
                    let Some((class, name)) = whole.rsplit_once('.') else {
                        return this.fail(token, format!("expected {}, found only `{whole}`", #expected));
                    };
                    let class = this.find_declared(class, #list, token)?;
                    #lookup(this, class, name, cursor.next.saturating_sub(1))
                },
                None => number,
            };
            (read, plain)
        }
        Indexes::Locals | Indexes::Captures if !occurs_in_records(plan, id) => return quote! {},
        Indexes::Locals | Indexes::Captures | Indexes::TupleElements => (number, plain),
    };
    let entry = helper("entry", &kind.name);
    let show_entry = helper("show_entry", &kind.name);
    let origin = provenance::entry(plan.set, "operand", &kind.name);
    let entry_doc = doc(&format!("The number of a {}, at most `max`.\n\n{origin}", kind.name));
    let show_doc = doc(&format!("A {} by its number.\n\n{origin}", kind.name));
    let unused = if show.to_string().contains("this") {
        quote! { this }
    } else {
        quote! { _ }
    };
    quote! {
        #entry_doc
        pub(super) fn #entry(this: &mut Assembler<'_>, cursor: &mut Cursor, max: u32) -> Option<u32> {
            #read
        }
        #show_doc
        pub(super) fn #show_entry(#unused: &Printer<'_>, index: u32) -> Shown {
            #show
        }
    }
}

/// Whether some field of a record refers to a kind.
fn occurs_in_records(plan: &Plan<'_>, id: Id<OperandKind>) -> bool {
    fn mentions(shape: &Shape, id: Id<OperandKind>) -> bool {
        match shape {
            Shape::Reference(kind) => *kind == id,
            Shape::Optional(inner) | Shape::List { element: inner, .. } => mentions(inner, id),
            _ => false,
        }
    }
    let format = &plan.set.format;
    let records = plan.records.iter().flat_map(|record| &format.records[*record].fields);
    let unions = plan.unions.iter().flat_map(|union| &format.unions[*union].variants);
    records.map(|field| &field.shape).any(|shape| mentions(shape, id))
        || unions.map(|variant| &variant.shape).any(|shape| mentions(shape, id))
        || plan.root.fields.iter().any(|field| mentions(&field.shape, id))
}

/// Reading and writing an entry of a pool: by value, or by number.
fn pooled(plan: &Plan<'_>, pool: usize, kind: &str) -> (TokenStream, TokenStream) {
    let entry = &plan.pools[pool];
    let list = ident(&entry.field.name);
    let intern = helper("intern", &entry.field.name);
    let expected = format!("a string, or the number of a {kind}");
    let read = match entry.element {
        Shape::String { max } => quote! {
            if this.is_index(*cursor) {
                return this.index(cursor, max, #expected);
            }
            let token = cursor.next;
            if !matches!(this.peek(*cursor), Some(TokenKind::Text(_))) {
                return this.expected(*cursor, #expected);
            }
            let value = this.string(cursor, #max)?;
            pools::#intern(this, value, token)
        },
        Shape::TypeDefinition => quote! { this.index(cursor, max, "the number of a type") },
        element => {
            let read = match element {
                Shape::Union(union) => {
                    let item = helper("union", &plan.set.format.unions[*union].name);
                    quote! { records::#item(this, cursor)? }
                }
                Shape::Scalar(scalar) => {
                    let method = format_ident!("{}", scalar.name());
                    quote! { this.#method(cursor)? }
                }
                Shape::Wide(_) => {
                    let value = read(plan, element);
                    quote! { #value? }
                }
                _ => {
                    return (
                        quote! { this.index(cursor, max, #expected) },
                        quote! { Shown::plain(index.to_string()) },
                    );
                }
            };
            quote! {
                if this.is_mark(*cursor, '#') {
                    return this.index(cursor, max, #expected);
                }
                let token = cursor.next;
                let value = #read;
                pools::#intern(this, value, token)
            }
        }
    };
    // The bound is that of the operand's width, which only an entry beyond it can pass.
    let read = if read.to_string().contains("intern") {
        quote! {
            let start = cursor.next;
            let index = (|| { #read })()?;
            if index > max {
                return this.fail(start, format!("this is entry {index} of its list; here at most {max} can stand"));
            }
            Some(index)
        }
    } else {
        read
    };
    let text = super::show::show(plan, entry.element);
    let show = match entry.element {
        Shape::TypeDefinition => quote! { Shown::plain(format!("#{index}")) },
        _ => quote! {
            let value = this.module.#list.get(index as usize).map(|value| (value.to_key(), #text));
            this.show_pooled(#pool, index, value)
        },
    };
    (read, show)
}

/// Names that hold within a declaration: parameters and locals together, and captures.
fn scope_items(plan: &Plan<'_>) -> TokenStream {
    let with_code: Vec<_> = plan
        .declared
        .iter()
        .enumerate()
        .filter(|(_, declared)| plan.code_of(declared).is_some())
        .collect();
    let arms = with_code.iter().map(|(index, declared)| {
        let list = ident(&declared.field.name);
        let scope = helper("scope", &plan.set.format.records[declared.record].name);
        quote! { #index => self.module.#list.get(index).map(#scope).unwrap_or_default(), }
    });
    let functions = with_code.iter().map(|(_, declared)| {
        let record = &plan.set.format.records[declared.record].name;
        let scope = helper("scope", record);
        let of_type = record_type(plan.set, declared.record);
        let locals = plan.scope_fields(declared.record, &["params", "locals"]);
        let captures = plan.scope_fields(declared.record, &["captures"]);
        let locals = locals.iter().map(|field| {
            let field = ident(&field.name);
            quote! { value.#field.iter().for_each(|item| scope.locals.push(&item.name)); }
        });
        let captures = captures.iter().map(|field| {
            let field = ident(&field.name);
            quote! { value.#field.iter().for_each(|item| scope.captures.push(&item.name)); }
        });
        let scope_doc = doc(&format!("The names that hold within a `{record}`."));
        if locals.len() + captures.len() == 0 {
            return quote! {
                #scope_doc
                pub(super) fn #scope(_: &#of_type) -> Scope {
                    Scope::default()
                }
            };
        }
        quote! {
            #scope_doc
            pub(super) fn #scope(value: &#of_type) -> Scope {
                let mut scope = Scope::default();
                #( #locals )*
                #( #captures )*
                scope
            }
        }
    });
    let body = if with_code.is_empty() {
        quote! { { let _ = (list, index); Scope::default() } }
    } else {
        quote! { match list { #( #arms )* _ => Scope::default() } }
    };
    quote! {
        impl Assembler<'_> {
            /// The names that hold within the code of a declaration.
            pub(super) fn scope(&self, list: usize, index: usize) -> Scope {
                #body
            }
        }
        #( #functions )*
    }
}

/// What resolves `Point.x`: the layouts of classes, which are made when the first such name is met.
fn layout_items(plan: &Plan<'_>, used: &[Id<OperandKind>]) -> TokenStream {
    let set = plan.set;
    let has = |indexes: &Indexes| {
        used.iter()
            .any(|kind| set.operand_kinds[*kind].meaning == OperandMeaning::Index(indexes.clone()))
    };
    let fields = has(&Indexes::ClassFields);
    let methods = has(&Indexes::ClassMethods);
    if plan.classes().is_none() || !(fields || methods) {
        return quote! {
            /// Nothing is looked up in classes.
            #[derive(Default)]
            pub(super) struct Layouts {}
        };
    }
    let class = set.operand_kinds.iter().find(|kind| kind.name == "class").map(kind_type);
    let member = |lookup: &str, list: &str, what: &str| {
        let lookup = format_ident!("{lookup}");
        let list = format_ident!("{list}");
        let lookup_doc = doc(&format!("The position of a {what} in its class, inherited ones first."));
        let message = format!("the class has no {what} `{{name}}`, neither of its own nor inherited");
        quote! {
            #lookup_doc
            fn #lookup(this: &mut Assembler<'_>, class: u32, name: &str, token: usize) -> Option<u32> {
                if !this.layouts.#list.contains_key(&class) {
                    let names = match this.layouts.of(&this.module) {
                        Ok(layouts) => {
                            let members = layouts.get(#class(class)).map(|layout| layout.#list.as_slice()).unwrap_or_default();
                            // A class may hide what it inherits: the last one of a name is its own.
                            members.iter().zip(0..).map(|(member, index)| (member.name(&this.module).to_owned(), index)).collect()
                        }
                        Err(message) => {
                            let message = message.clone();
                            return this.fail(token, message);
                        }
                    };
                    this.layouts.#list.insert(class, names);
                }
                let names = this.layouts.#list.get(&class)?;
                if let Some(index) = names.get(name) {
                    return Some(*index);
                }
                let help = if this.reports.is_full() {
                    None
                } else {
                    super::suggest::did_you_mean(name, names.keys().map(String::as_str))
                };
                this.fail_with(token, format!(#message), help)
            }
        }
    };
    let field_names = fields.then(|| {
        quote! {
            /// The fields of each class that was asked for, by name.
            fields: BTreeMap<u32, BTreeMap<String, u32>>,
        }
    });
    let method_names = methods.then(|| {
        quote! {
            /// The methods of each class that was asked for, by name.
            methods: BTreeMap<u32, BTreeMap<String, u32>>,
        }
    });
    let field_item = fields.then(|| member("class_field", "fields", "field"));
    let method_item = methods.then(|| member("class_method", "methods", "method"));
    quote! {
        /// The layouts of all classes, made when they are first needed.
        #[derive(Default)]
        pub(super) struct Layouts {
            made: Option<Result<crate::layout::ClassLayouts, String>>,
            #field_names
            #method_names
        }
        impl Layouts {
            /// The layouts, or why there are none.
            fn of(&mut self, module: &crate::module::Module) -> &Result<crate::layout::ClassLayouts, String> {
                self.made.get_or_insert_with(|| crate::layout::ClassLayouts::new(module).map_err(|error| error.to_string()))
            }
        }
        #field_item
        #method_item
    }
}
