//! Emits `verify/declarations.rs`: what is checked before any code is looked at.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::reading::{Reading, variant};
use crate::arena::Id;
use crate::emit::rust;
use crate::model::instruction_set::{Indexes, OperandMeaning, Record, Shape, Union};

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let set = reading.set;
    let mut functions = Vec::new();
    let mut reached = BTreeSet::new();
    reach(reading, &Shape::Record(set.format.root), &mut reached);
    for (id, record) in set
        .format
        .records
        .iter_with_ids()
        .filter(|(id, _)| reached.contains(&(false, id.index())))
    {
        if needs_check(reading, &Shape::Record(id), &mut BTreeSet::new()) {
            functions.push(record_function(reading, record));
        }
    }
    for (id, union) in set
        .format
        .unions
        .iter_with_ids()
        .filter(|(id, _)| reached.contains(&(true, id.index())))
    {
        if needs_check(reading, &Shape::Union(id), &mut BTreeSet::new()) {
            functions.push(union_function(reading, union));
        }
    }
    let root = function_name("record", &set.format.records[set.format.root].name);
    let root_call = if needs_check(reading, &Shape::Record(set.format.root), &mut BTreeSet::new()) {
        quote! { #root(module, check)?; }
    } else {
        quote! {}
    };
    let types = type_functions(reading);
    let names = unique_names(reading);
    let names_call = if names.is_empty() {
        quote! {}
    } else {
        quote! { unique_names(module)?; }
    };
    let text = quote! { #(#functions)* #types #names }.to_string();
    let uses = |name: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let root_struct = variant(&set.format.records[set.format.root].name);
    let structs: BTreeSet<String> = set
        .format
        .records
        .iter()
        .map(|record| record.name.as_str())
        .chain(set.format.unions.iter().map(|union| union.name.as_str()))
        .map(|name| variant(name).to_string())
        .filter(|name| uses(name) || root_struct == name)
        .collect();
    let structs = structs.iter().map(|name| rust::ident(name));
    let mut imports = TokenStream::new();
    if uses("format") {
        imports.extend(quote! { use alloc::format; });
    }
    if uses("Vec") {
        imports.extend(quote! { use alloc::vec::Vec; });
    }
    let type_imports: Vec<Ident> = ["TypeDefinition", "TypeId", "TypeTable"]
        .into_iter()
        .filter(|name| uses(name) || *name == "TypeTable")
        .map(rust::ident)
        .collect();
    if !type_imports.is_empty() {
        imports.extend(quote! { use crate::types::{#(#type_imports),*}; });
    }
    let doc = rust::module_doc(
        "What is checked before any code is looked at: numbers of entries are within their lists, types are declared and no abstract one \
         is, names that must be are unique.",
    );
    Ok(quote! {
        #doc

        use super::error::VerifyErrorKind;
        use crate::module::{#(#structs),*};
        #imports

        /// What declarations are checked against.
        struct Check<'a> {
            module: &'a #root_struct,
            types: &'a TypeTable,
        }

        /// Checks all declarations of a module.
        ///
        /// # Errors
        ///
        /// When one is wrong.
        pub(super) fn check(module: &#root_struct, types: &TypeTable) -> Result<(), VerifyErrorKind> {
            let check = &Check { module, types };
            let _ = (check.module, check.types);
            #root_call
            #names_call
            Ok(())
        }

        #(#functions)*

        #types

        #names
    })
}

fn function_name(what: &str, name: &str) -> Ident {
    use heck::ToSnakeCase;
    format_ident!("{what}_{}", name.to_snake_case())
}

/// Collects the records (`false`) and unions (`true`) that a file can hold.
fn reach(reading: &Reading<'_>, shape: &Shape, reached: &mut BTreeSet<(bool, usize)>) {
    let format = &reading.set.format;
    match shape {
        Shape::Optional(inner) => reach(reading, inner, reached),
        Shape::List { element, .. } => reach(reading, element, reached),
        Shape::Record(record) if reached.insert((false, record.index())) => {
            format.records[*record]
                .fields
                .iter()
                .for_each(|field| reach(reading, &field.shape, reached));
        }
        Shape::Union(union) if reached.insert((true, union.index())) => {
            format.unions[*union]
                .variants
                .iter()
                .for_each(|variant| reach(reading, &variant.shape, reached));
        }
        _ => {}
    }
}

/// Whether a value of a shape holds anything that can be wrong.
fn needs_check(reading: &Reading<'_>, shape: &Shape, seen: &mut BTreeSet<(bool, usize)>) -> bool {
    let format = &reading.set.format;
    match shape {
        Shape::TypeId | Shape::TypeDefinition => true,
        Shape::Reference(kind) => list_of(reading, *kind).is_some(),
        Shape::Optional(inner) => needs_check(reading, inner, seen),
        Shape::List { element, .. } => needs_check(reading, element, seen),
        Shape::Record(record) => {
            seen.insert((false, record.index()))
                && format.records[*record]
                    .fields
                    .iter()
                    .any(|field| needs_check(reading, &field.shape, seen))
        }
        Shape::Union(union) => {
            seen.insert((true, union.index()))
                && format.unions[*union]
                    .variants
                    .iter()
                    .any(|variant| needs_check(reading, &variant.shape, seen))
        }
        Shape::Scalar(_) | Shape::Wide(_) | Shape::String { .. } | Shape::Code { .. } => false,
    }
}

enum Referred {
    Module(String),
    Types,
}

fn list_of(reading: &Reading<'_>, kind: Id<crate::model::instruction_set::OperandKind>) -> Option<Referred> {
    match &reading.set.operand_kinds[kind].meaning {
        OperandMeaning::Index(Indexes::Module { field }) => Some(Referred::Module(field.clone())),
        OperandMeaning::Index(Indexes::Types) => Some(Referred::Types),
        _ => None,
    }
}

/// How a value is written: a field of `record`, or a variable that holds a reference.
struct Value {
    /// The value itself, of a type that can be copied.
    copy: TokenStream,
    /// A reference to it.
    reference: TokenStream,
    /// In front of a dot.
    dotted: TokenStream,
}

impl Value {
    fn field(name: &str) -> Value {
        let name = rust::ident(name);
        Value {
            copy: quote! { record.#name },
            reference: quote! { &record.#name },
            dotted: quote! { record.#name },
        }
    }

    fn variable(name: &str) -> Value {
        let name = rust::ident(name);
        Value {
            copy: quote! { *#name },
            reference: quote! { #name },
            dotted: quote! { #name },
        }
    }
}

/// Statements that check a value of a shape; faults get the place from `within`.
fn check_value(reading: &Reading<'_>, shape: &Shape, value: &Value, within: &TokenStream) -> TokenStream {
    let Value { copy, reference, dotted } = value;
    match shape {
        Shape::TypeId => quote! { declared(check, #copy).map_err(#within)?; },
        Shape::TypeDefinition => quote! { definition(check, #reference).map_err(#within)?; },
        Shape::Reference(kind) => match list_of(reading, *kind) {
            Some(Referred::Module(field)) => {
                let list = rust::ident(&field);
                let of = &reading.set.operand_kinds[*kind].name;
                quote! { within(#of, #dotted.0, check.module.#list.len()).map_err(#within)?; }
            }
            Some(Referred::Types) => quote! { declared(check, #copy).map_err(#within)?; },
            None => quote! {},
        },
        Shape::Optional(inner) => {
            let inner = check_value(reading, inner, &Value::variable("value"), within);
            quote! { if let Some(value) = #reference { #inner } }
        }
        Shape::Record(record) => {
            let function = function_name("record", &reading.set.format.records[*record].name);
            quote! { #function(#reference, check).map_err(#within)?; }
        }
        Shape::Union(union) => {
            let function = function_name("union", &reading.set.format.unions[*union].name);
            quote! { #function(#reference, check).map_err(#within)?; }
        }
        Shape::List { .. } | Shape::Scalar(_) | Shape::Wide(_) | Shape::String { .. } | Shape::Code { .. } => quote! {},
    }
}

fn record_function(reading: &Reading<'_>, record: &Record) -> TokenStream {
    let function = function_name("record", &record.name);
    let of = variant(&record.name);
    let checks: Vec<TokenStream> = record
        .fields
        .iter()
        .filter(|field| needs_check(reading, &field.shape, &mut BTreeSet::new()))
        .map(|field| {
            let name = rust::ident(&field.name);
            let text = &field.name;
            if let Shape::List { element, .. } = &field.shape {
                let inner = check_value(reading, element, &Value::variable("item"), &quote! { at });
                quote! {
                    for (index, item) in record.#name.iter().enumerate() {
                        let at = |fault: VerifyErrorKind| fault.within(#text, Some(index));
                        #inner
                    }
                }
            } else {
                let at = quote! { |fault| fault.within(#text, None) };
                check_value(reading, &field.shape, &Value::field(&field.name), &at)
            }
        })
        .collect();
    quote! {
        fn #function(record: &#of, check: &Check<'_>) -> Result<(), VerifyErrorKind> {
            #(#checks)*
            Ok(())
        }
    }
}

fn union_function(reading: &Reading<'_>, union: &Union) -> TokenStream {
    let function = function_name("union", &union.name);
    let of = variant(&union.name);
    let arms = union
        .variants
        .iter()
        .filter(|entry| needs_check(reading, &entry.shape, &mut BTreeSet::new()))
        .map(|entry| {
            let name = variant(&entry.name);
            let text = &entry.name;
            let check = check_value(
                reading,
                &entry.shape,
                &Value::variable("value"),
                &quote! { |fault| fault.within(#text, None) },
            );
            quote! { #of::#name(value) => { #check } }
        });
    quote! {
        fn #function(value: &#of, check: &Check<'_>) -> Result<(), VerifyErrorKind> {
            #[allow(unreachable_patterns, clippy::single_match, reason = "a union may have other variants")]
            match value {
                #(#arms)*
                _ => {}
            }
            Ok(())
        }
    }
}

/// The functions that check types and numbers.
fn type_functions(reading: &Reading<'_>) -> TokenStream {
    let format = &reading.set.format;
    let mut reached = BTreeSet::new();
    reach(reading, &Shape::Record(reading.set.format.root), &mut reached);
    let shapes = || {
        let records = format
            .records
            .iter_with_ids()
            .filter(|(id, _)| reached.contains(&(false, id.index())));
        let unions = format
            .unions
            .iter_with_ids()
            .filter(|(id, _)| reached.contains(&(true, id.index())));
        let fields = records.flat_map(|(_, record)| record.fields.iter().map(|field| &field.shape));
        fields.chain(unions.flat_map(|(_, union)| union.variants.iter().map(|variant| &variant.shape)))
    };
    let mut functions = TokenStream::new();
    let has = |wanted: &dyn Fn(&Shape) -> bool| shapes().any(|shape| any_shape(shape, wanted));
    let names_type = |shape: &Shape| match shape {
        Shape::TypeId => true,
        Shape::Reference(kind) => matches!(list_of(reading, *kind), Some(Referred::Types)),
        _ => false,
    };
    let defines = has(&|shape| *shape == Shape::TypeDefinition);
    if has(&names_type) || defines {
        functions.extend(quote! {
            /// A number is that of a type, and of one that values can have.
            fn declared(check: &Check<'_>, found: TypeId) -> Result<(), VerifyErrorKind> {
                let Some(kind) = check.types.kind(found) else {
                    return Err(VerifyErrorKind::declaration(format!("{} is the number of no type", found.0)));
                };
                if kind.is_abstract() {
                    let name = kind.name();
                    return Err(VerifyErrorKind::declaration(format!(
                        "`{name}` stands only for its descendants; declare one of them"
                    )));
                }
                Ok(())
            }
        });
    }
    let class = reading.class.as_ref().filter(|_| defines);
    if has(&|shape| matches!(shape, Shape::Reference(kind) if matches!(list_of(reading, *kind), Some(Referred::Module(_)))))
        || class.is_some()
    {
        functions.extend(quote! {
            /// A number is that of an entry of a list.
            fn within(of: &str, number: u32, count: usize) -> Result<(), VerifyErrorKind> {
                if (number as usize) < count {
                    return Ok(());
                }
                Err(VerifyErrorKind::declaration(format!("it refers to {of} {number}, but there are {count}")))
            }
        });
    }
    if defines {
        let class_check = match class {
            Some(class) => {
                let list = rust::ident(&class.field);
                quote! {
                    if let Some(class) = definition.class() {
                        within("class", class.0, check.module.#list.len())?;
                    }
                }
            }
            None => quote! {},
        };
        functions.extend(quote! {
            /// The arguments of a constructed type are declared.
            fn definition(check: &Check<'_>, definition: &TypeDefinition) -> Result<(), VerifyErrorKind> {
                #class_check
                definition.arguments().into_iter().try_for_each(|argument| declared(check, argument))
            }
        });
    }
    functions
}

fn any_shape(shape: &Shape, wanted: &dyn Fn(&Shape) -> bool) -> bool {
    wanted(shape)
        || match shape {
            Shape::Optional(inner) => any_shape(inner, wanted),
            Shape::List { element, .. } => any_shape(element, wanted),
            _ => false,
        }
}

/// Names of functions and classes are unique: the program starts by name, and assembly refers by name.
fn unique_names(reading: &Reading<'_>) -> TokenStream {
    let mut lists = vec![reading.functions.clone()];
    lists.extend(reading.class.as_ref().map(|class| class.field.clone()));
    let checks: Vec<TokenStream> = lists
        .iter()
        .filter(|list| {
            reading.record_of(list).is_some_and(|record| {
                record
                    .fields
                    .iter()
                    .any(|field| field.name == "name" && matches!(field.shape, Shape::String { .. }))
            })
        })
        .map(|list| {
            let field = rust::ident(list);
            quote! {
                if let Some((name, index)) = taken(module.#field.iter().map(|item| item.name.as_str())) {
                    let problem = format!("the name `{}` is taken by an entry before; names of {} are unique", name, #list);
                    return Err(VerifyErrorKind::declaration(problem).within(#list, Some(index)));
                }
            }
        })
        .collect();
    if checks.is_empty() {
        return quote! {};
    }
    let root = variant(&reading.set.format.records[reading.set.format.root].name);
    quote! {
        fn unique_names(module: &#root) -> Result<(), VerifyErrorKind> {
            #(#checks)*
            Ok(())
        }

        /// The first name that an entry before has, and its position. Entries without a name don't count.
        fn taken<'a>(names: impl Iterator<Item = &'a str>) -> Option<(&'a str, usize)> {
            let mut sorted: Vec<(&str, usize)> = names.zip(0..).filter(|(name, _)| !name.is_empty()).collect();
            sorted.sort_unstable();
            let again = sorted.windows(2).filter_map(|pair| match pair {
                [(before, _), (name, index)] if before == name => Some((*name, *index)),
                _ => None,
            });
            again.min_by_key(|(_, index)| *index)
        }
    }
}
