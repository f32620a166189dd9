//! Emits `verify/environment.rs`: the declarations that code refers to, in the form in which transfers need them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::reading::{Reading, TypeList, variant};
use crate::emit::rust;
use crate::model::instruction_set::{Record, Shape};

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let callables = reading.callables();
    let lists: Vec<Ident> = callables.iter().map(|(list, _)| rust::ident(list)).collect();
    let list_docs: Vec<TokenStream> = callables
        .iter()
        .map(|(list, _)| rust::doc(&format!("What `module.{list}` declare, by number.")))
        .collect();
    let getter_docs: Vec<TokenStream> = callables
        .iter()
        .map(|(list, record)| {
            rust::doc(&format!(
                "The {} with a number.\n\n# Errors\n\nWhen there are fewer in `module.{list}`.",
                record.name
            ))
        })
        .collect();
    let names: Vec<&str> = callables.iter().map(|(_, record)| record.name.as_str()).collect();
    let makers: Vec<TokenStream> = callables.iter().map(|(_, record)| callable(reading, record)).collect();

    let functions = rust::ident(&reading.functions);
    let further = items(reading, reading.function_record, "locals", &quote! { function });
    let captures = list(reading, reading.function_record, "captures", &quote! { function });
    let function_struct = variant(&reading.function_record.name);
    let (layouts_field, layouts_parameter, layouts_name, layouts_import) = if reading.class.is_some() {
        (
            quote! {
                /// Fields and methods of all classes, inherited ones included.
                pub layouts: &'m ClassLayouts,
            },
            quote! { , layouts: &'m ClassLayouts },
            quote! { layouts, },
            quote! { use crate::layout::ClassLayouts; },
        )
    } else {
        (quote! {}, quote! {}, quote! {}, quote! {})
    };
    let doc = rust::module_doc("The declarations that code refers to: what can be called, and what the current function has.");
    Ok(quote! {
        #doc

        use alloc::vec::Vec;

        use super::error::VerifyErrorKind;
        use super::step::entry;
        #layouts_import
        use crate::module::{#function_struct, Module};
        use crate::types::TypeId;

        /// Something that can be called.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Callable {
            /// The types of its parameters.
            pub params: Vec<TypeId>,
            /// The type of further arguments, if it takes any.
            pub rest: Option<TypeId>,
            /// The type of what it gives.
            pub result: Option<TypeId>,
            /// Whether it captures variables, so that only a closure of it can run.
            pub captures: bool,
        }

        /// The declarations of a module.
        #[derive(Debug)]
        pub struct Environment<'m> {
            /// The module itself.
            pub module: &'m Module,
            #layouts_field
            #(
                #list_docs
                #lists: Vec<Callable>,
            )*
        }

        /// What the function declares that an instruction is in.
        #[derive(Debug)]
        pub struct Current<'e> {
            /// Its parameters and result.
            pub callable: &'e Callable,
            /// The types of its local variables: parameters first.
            pub locals: Vec<TypeId>,
            /// The types of the variables that it captures.
            pub captures: Vec<TypeId>,
        }

        impl<'m> Environment<'m> {
            /// Reads a module whose declarations were checked.
            pub fn new(module: &'m Module #layouts_parameter) -> Self {
                Environment {
                    module,
                    #layouts_name
                    #( #lists: module.#lists.iter().map(|called| #makers).collect(), )*
                }
            }

            #(
                #getter_docs
                pub fn #lists(&self, operand: &'static str, number: u32) -> Result<&Callable, VerifyErrorKind> {
                    entry(&self.#lists, operand, number, #names)
                }
            )*

            /// What a function declares.
            ///
            /// # Errors
            ///
            /// When there are fewer functions.
            pub fn current(&self, number: u32, function: &#function_struct) -> Result<Current<'_>, VerifyErrorKind> {
                let callable = self.#functions("function", number)?;
                let captures: Vec<TypeId> = #captures;
                let locals = callable.params.iter().copied().chain(#further).collect();
                let _ = function;
                Ok(Current { callable, locals, captures })
            }
        }
    })
}

/// An expression of type `Callable` over a variable `called`.
fn callable(reading: &Reading<'_>, record: &Record) -> TokenStream {
    let params = list(reading, record, "params", &quote! { called });
    let field = |name: &str| {
        record
            .fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.shape)
    };
    let rest = match field("rest") {
        Some(Shape::Optional(inner)) if **inner == Shape::TypeId => quote! { called.rest },
        _ => quote! { None },
    };
    let result = match field("result") {
        Some(Shape::TypeId) => quote! { Some(called.result) },
        Some(Shape::Optional(inner)) if **inner == Shape::TypeId => quote! { called.result },
        _ => quote! { None },
    };
    let captures = if reading.type_list(record, "captures").is_some() {
        quote! { !called.captures.is_empty() }
    } else {
        quote! { false }
    };
    let unused = if record
        .fields
        .iter()
        .any(|field| matches!(field.name.as_str(), "params" | "rest" | "result" | "captures"))
    {
        quote! {}
    } else {
        quote! { let _ = called; }
    };
    quote! { { #unused Callable { params: #params, rest: #rest, result: #result, captures: #captures } } }
}

/// The types that a list of a record holds, one after another; none if there is no such list.
fn items(reading: &Reading<'_>, record: &Record, name: &str, of: &TokenStream) -> TokenStream {
    let field = rust::ident(name);
    let r#type = format_ident!("r#type");
    match reading.type_list(record, name) {
        Some(TypeList::Types) => quote! { #of.#field.iter().copied() },
        Some(TypeList::Records) => quote! { #of.#field.iter().map(|item| item.#r#type) },
        None => quote! { core::iter::empty() },
    }
}

/// The types that a list of a record holds, as a vector; none if there is no such list.
pub fn list(reading: &Reading<'_>, record: &Record, name: &str, of: &TokenStream) -> TokenStream {
    let field = rust::ident(name);
    let r#type = format_ident!("r#type");
    match reading.type_list(record, name) {
        Some(TypeList::Types) => quote! { #of.#field.clone() },
        Some(TypeList::Records) => quote! { #of.#field.iter().map(|item| item.#r#type).collect() },
        None => quote! { Vec::new() },
    }
}
