//! Emits `pools.rs` (lists that fill by interning, and the type table) and `tables.rs` (names that the text format knows).

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::plan::{Plan, Pool, helper, kind_type, kind_variant, union_type, wide_type};
use super::records::read;
use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::emit::rust::{doc, ident};
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{OperandKind, ParameterKind, Shape, Type, Union};

/// The items of `tables.rs`.
pub fn tables(plan: &Plan<'_>) -> TokenStream {
    let set = plan.set;
    let declarations = plan.declared.iter().map(|declared| {
        let keyword = &set.format.records[declared.record].name;
        let list = &declared.field.name;
        let max = declared.max;
        let lines = plan.code_of(declared).and_then(|_| plan.lines_of(declared.record));
        let lines = lines.map_or_else(|| quote! { None }, |(_, _, max)| quote! { Some(#max) });
        quote! { Declaration { keyword: #keyword, list: #list, max: #max, lines: #lines } }
    });
    let fields = plan.fields.iter().map(|field| &field.name);
    let constructors = set.types.iter().map(|one| {
        let name = &one.name;
        let code = u32::from(one.code);
        let parameters = one.parameters.iter().map(|parameter| match parameter.kind {
            ParameterKind::Type => quote! { Parameter::Type },
            ParameterKind::OptionalType => quote! { Parameter::OptionalType },
            ParameterKind::Types => quote! { Parameter::Types },
            ParameterKind::Class => quote! { Parameter::Class },
        });
        quote! { Constructor { name: #name, code: #code, parameters: &[#( #parameters ),*] } }
    });
    let with_parameters = if set.types.iter().any(|one| !one.parameters.is_empty()) {
        quote! { use super::type_text::Parameter; }
    } else {
        quote! {}
    };
    let functions = plan.declared.iter().position(|declared| plan.code_of(declared).is_some());
    let functions = functions.map_or(quote! { usize::MAX }, |index| quote! { #index });
    let labels: Vec<_> = used_in_ops(plan)
        .into_iter()
        .map(|kind| &set.operand_kinds[kind])
        .filter(|kind| matches!(kind.meaning, OperandMeaning::Label { .. }))
        .map(kind_variant)
        .collect();
    let is_label = if labels.is_empty() {
        quote! { { let _ = kind; false } }
    } else {
        quote! { matches!(kind, #( OperandKind::#labels )|*) }
    };
    quote! {
        use crate::metadata::OperandKind;
        use super::assembler::Declaration;
        use super::type_text::Constructor;
        #with_parameters
        /// Lists of the module that declarations fill, by the keyword of the declaration.
        pub(super) const DECLARATIONS: &[Declaration] = &[#( #declarations ),*];
        /// The other fields of the module, in the order in which they are read.
        pub(super) const ROOT_FIELDS: &[&str] = &[#( #fields ),*];
        /// The position in [`DECLARATIONS`] of what has code.
        pub(super) const FUNCTIONS: usize = #functions;
        /// Types and constructors of types.
        pub(super) const CONSTRUCTORS: &[Constructor] = &[#( #constructors ),*];
        /// Whether an operand is a label.
        pub(super) fn is_label(kind: OperandKind) -> bool {
            #is_label
        }
    }
}

/// The operand kinds that some op uses, in the order of the spec.
pub fn used_in_ops(plan: &Plan<'_>) -> Vec<Id<OperandKind>> {
    let set = plan.set;
    let is_used = |id: Id<OperandKind>| set.ops.iter().any(|op| op.operands.iter().any(|operand| operand.kind == id));
    let kinds = set.operand_kinds.iter_with_ids().map(|(id, _)| id);
    kinds.filter(|id| is_used(*id)).collect()
}

/// The items of `pools.rs`.
pub fn items(plan: &Plan<'_>) -> TokenStream {
    let pools = plan
        .pools
        .iter()
        .enumerate()
        .map(|(index, pool)| pool_items(plan, index, pool));
    let keys = plan.unions.iter().map(|union| union_key(plan, *union));
    let types = type_items(plan);
    let firsts = plan.pools.iter().enumerate().map(|(index, pool)| {
        let list = ident(&pool.field.name);
        let key = key_of(pool);
        quote! {
            for (index, value) in self.module.#list.iter().enumerate() {
                self.enter(#index, index, #key);
            }
        }
    });
    quote! {
        use alloc::format;
        use alloc::string::String;
        use alloc::vec::Vec;
        use crate::types::{TypeDefinition, TypeId};
        use super::assembler::Assembler;
        use super::cursor::Cursor;
        use super::key::Key;
        use super::show::Printer;
        use super::type_text::{self, Argument};
        #types
        #( #pools )*
        #( #keys )*
        impl Printer<'_> {
            /// Enters the values of all pools.
            pub(super) fn find_firsts(&mut self) {
                #( #firsts )*
            }
        }
    }
}

fn key_of(pool: &Pool<'_>) -> TokenStream {
    if *pool.element == Shape::TypeDefinition {
        quote! {
            {
                let (code, arguments) = parts_of(value);
                type_text::key_of(code, &arguments)
            }
        }
    } else {
        quote! { value.to_key() }
    }
}

fn pool_items(plan: &Plan<'_>, index: usize, pool: &Pool<'_>) -> TokenStream {
    let name = &pool.field.name;
    let list = ident(name);
    let max = Literal::u32_unsuffixed(pool.max);
    let fill = helper("fill", name);
    let fill_doc = doc(&format!(
        "Takes over `{name}` as the text states them, so that each keeps its number.\n\n{}",
        provenance::entry(plan.set, "record", &plan.set.format.records[plan.set.format.root].name)
    ));
    let key = key_of(pool);
    let is_types = *pool.element == Shape::TypeDefinition;
    let read_element = read(plan, pool.element);
    // A type may bring further types with it, which come first.
    let too_many = format!("a module has at most {max} of `{name}`");
    let fill_item = quote! {
        #fill_doc
        pub(super) fn #fill(this: &mut Assembler<'_>, cursor: &mut Cursor) -> Option<()> {
            this.list(cursor, #max, |this, cursor| {
                let token = cursor.next;
                let read = #read_element?;
                let index = this.module.#list.len();
                if index >= #max {
                    return this.fail(token, String::from(#too_many));
                }
                let value = &read;
                let key = #key;
                this.interned.entry((#index, key)).or_insert(index as u32);
                this.module.#list.push(read);
                Some(())
            })?;
            Some(())
        }
    };
    if is_types {
        return fill_item;
    }
    let of_type = element_type(plan, pool.element);
    let intern = helper("intern", name);
    let intern_doc = doc(&format!(
        "The number of a value in `{name}`, where it is added if it isn't there yet."
    ));
    let is_referred = plan.kinds.iter().any(|kind| {
        matches!(&plan.set.operand_kinds[*kind].meaning,
            OperandMeaning::Index(Indexes::Module { field }) if field == name)
    });
    let intern_item = if is_referred {
        quote! {
            #intern_doc
            pub(super) fn #intern(this: &mut Assembler<'_>, value: #of_type, token: usize) -> Option<u32> {
                let key = (#index, value.to_key());
                if let Some(found) = this.interned.get(&key) {
                    return Some(*found);
                }
                let index = this.module.#list.len() as u32;
                if index >= #max {
                    return this.fail(token, String::from(#too_many));
                }
                this.interned.insert(key, index);
                this.module.#list.push(value);
                Some(index)
            }
        }
    } else {
        quote! {}
    };
    quote! { #fill_item #intern_item }
}

fn element_type(plan: &Plan<'_>, shape: &Shape) -> TokenStream {
    match shape {
        Shape::Scalar(scalar) => {
            let name = format_ident!("{}", scalar.name());
            quote! { #name }
        }
        Shape::Wide(wide) => wide_type(*wide),
        Shape::Union(union) => union_type(plan.set, *union),
        _ => quote! { String },
    }
}

fn union_key(plan: &Plan<'_>, id: Id<Union>) -> TokenStream {
    let union = &plan.set.format.unions[id];
    let of_type = union_type(plan.set, id);
    let arms = union.variants.iter().map(|variant| {
        let name = rust::variant_ident(&variant.name);
        let code = variant.code;
        let key = shape_key(&variant.shape, &quote! { value });
        quote! { #of_type::#name(value) => { out.push(#code); #key } }
    });
    if !plan.pools.iter().any(|pool| *pool.element == Shape::Union(id)) {
        return quote! {};
    }
    quote! {
        impl Key for #of_type {
            fn key(&self, out: &mut Vec<u8>) {
                match self {
                    #( #arms )*
                }
            }
        }
    }
}

fn shape_key(shape: &Shape, value: &TokenStream) -> TokenStream {
    match shape {
        Shape::Scalar(_) | Shape::Wide(_) | Shape::String { .. } => quote! { #value.key(out); },
        Shape::TypeId | Shape::Reference(_) => quote! { #value.0.key(out); },
        _ => quote! { out.extend_from_slice(format!("{:?}", #value).as_bytes()); },
    }
}

fn type_items(plan: &Plan<'_>) -> TokenStream {
    let set = plan.set;
    let constructed: Vec<&Type> = set.types.iter().filter(|one| !one.parameters.is_empty()).collect();
    let class = set.operand_kinds.iter().find(|kind| kind.name == "class").map(kind_type);
    let class = class.unwrap_or_else(|| quote! { crate::ids::ClassId });
    let makers = constructed.iter().map(|one| {
        let code = u32::from(one.code);
        let name = rust::variant_ident(&one.name);
        let fields = one.parameters.iter().map(|parameter| {
            let field = ident(&parameter.name);
            let value = match parameter.kind {
                ParameterKind::Type => quote! { arguments.next()?.one()? },
                ParameterKind::OptionalType => quote! { arguments.next()?.optional()? },
                ParameterKind::Types => quote! { arguments.next()?.many()? },
                ParameterKind::Class => quote! { #class(arguments.next()?.class()?) },
            };
            quote! { #field: #value }
        });
        quote! { #code => Some(TypeDefinition::#name { #( #fields ),* }), }
    });
    let parts = constructed.iter().map(|one| {
        let code = u32::from(one.code);
        let name = rust::variant_ident(&one.name);
        let fields: Vec<_> = one.parameters.iter().map(|parameter| ident(&parameter.name)).collect();
        let values = one.parameters.iter().map(|parameter| {
            let field = ident(&parameter.name);
            match parameter.kind {
                ParameterKind::Type => quote! { Argument::Type(*#field) },
                ParameterKind::OptionalType => quote! { Argument::OptionalType(*#field) },
                ParameterKind::Types => quote! { Argument::Types(#field.clone()) },
                ParameterKind::Class => quote! { Argument::Class(#field.0) },
            }
        });
        quote! { TypeDefinition::#name { #( #fields ),* } => (#code, Vec::from([#( #values ),*])), }
    });
    let (maker, taker) = if constructed.is_empty() {
        (quote! { let _ = (code, arguments); None }, quote! { match *definition {} })
    } else {
        (
            quote! {
                let mut arguments = arguments.into_iter();
                match code {
                    #( #makers )*
                    _ => None,
                }
            },
            quote! { match definition { #( #parts )* } },
        )
    };
    let class_entry = match plan.classes() {
        Some(list) => quote! { this.declared_entry(cursor, #list, u32::MAX) },
        None => quote! { this.index(cursor, u32::MAX, "the number of a class") },
    };
    let show_class = match plan.classes() {
        Some(list) => quote! { self.show_declared(#list, class).text },
        None => quote! { format!("{class}") },
    };
    let table = match plan.type_pool() {
        Some((index, pool)) => {
            let list = ident(&pool.field.name);
            let max = pool.max;
            let too_many = format!("a module has at most {max} of `{}`", pool.field.name);
            quote! {
                impl Assembler<'_> {
                    /// The type with a definition, which is added to the table if it isn't there yet.
                    pub(super) fn intern_type(&mut self, key: Vec<u8>, definition: TypeDefinition, token: usize) -> Option<TypeId> {
                        let key = (#index, key);
                        let found = self.interned.get(&key).copied();
                        let index = match found {
                            Some(index) => index,
                            None => {
                                let index = self.module.#list.len() as u32;
                                if index >= #max {
                                    return self.fail(token, String::from(#too_many));
                                }
                                self.interned.insert(key, index);
                                self.module.#list.push(definition);
                                index
                            }
                        };
                        Some(TypeId(TypeId::FIRST_CONSTRUCTED.0 + index))
                    }
                }
                impl Printer<'_> {
                    /// The number of entries of the type table.
                    pub(super) fn type_count(&self) -> usize {
                        self.module.#list.len()
                    }
                    /// An entry of the type table.
                    pub(super) fn type_entry(&self, entry: usize) -> Option<&TypeDefinition> {
                        self.module.#list.get(entry)
                    }
                }
            }
        }
        None => quote! {
            impl Assembler<'_> {
                /// Modules have no type table.
                pub(super) fn intern_type(&mut self, _: Vec<u8>, _: TypeDefinition, token: usize) -> Option<TypeId> {
                    self.fail(token, String::from("modules of this set have no table for such types"))
                }
            }
            impl Printer<'_> {
                /// Modules have no type table.
                pub(super) fn type_count(&self) -> usize {
                    0
                }
                /// Modules have no type table.
                pub(super) fn type_entry(&self, _: usize) -> Option<&TypeDefinition> {
                    None
                }
            }
        },
    };
    let entry = if mentions_definitions(plan) {
        quote! {
            /// A definition as an entry of the type table, where plain types have none.
            pub(super) fn definition(this: &mut Assembler<'_>, cursor: &mut Cursor) -> Option<TypeDefinition> {
                let token = cursor.next;
                let (constructor, arguments) = this.type_parts(cursor)?;
                if constructor.parameters.is_empty() {
                    return this.fail(token, format!("`{}` needs no entry in the type table", constructor.name));
                }
                definition_of(constructor.code, arguments)
            }
        }
    } else {
        quote! {}
    };
    quote! {
        /// The definition that a constructor makes of arguments, if these are of its kinds.
        pub(super) fn definition_of(code: u32, arguments: Vec<Argument>) -> Option<TypeDefinition> {
            #maker
        }
        /// The constructor of a definition, by its code, and the arguments.
        pub(super) fn parts_of(definition: &TypeDefinition) -> (u32, Vec<Argument>) {
            #taker
        }
        #entry
        /// The number of a class.
        pub(super) fn class_entry(this: &mut Assembler<'_>, cursor: &mut Cursor) -> Option<u32> {
            #class_entry
        }
        impl Printer<'_> {
            /// A class.
            pub(super) fn show_class(&self, class: u32) -> String {
                #show_class
            }
        }
        #table
    }
}

/// Whether a definition of a type is read anywhere: in the type table, or in a field of its own.
fn mentions_definitions(plan: &Plan<'_>) -> bool {
    fn mentions(shape: &Shape) -> bool {
        match shape {
            Shape::TypeDefinition => true,
            Shape::Optional(inner) | Shape::List { element: inner, .. } => mentions(inner),
            _ => false,
        }
    }
    let format = &plan.set.format;
    let in_records = plan.records.iter().flat_map(|record| &format.records[*record].fields);
    let in_unions = plan.unions.iter().flat_map(|union| &format.unions[*union].variants);
    plan.fields.iter().any(|field| mentions(&field.shape))
        || in_records.map(|field| &field.shape).any(mentions)
        || in_unions.map(|variant| &variant.shape).any(mentions)
}
