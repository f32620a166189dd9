//! Emits `verify/operands.rs`: every operand that selects an entry of a list is within it, whether a path leads to the instruction or
//! not.

use proc_macro2::TokenStream;
use quote::quote;

use super::reading::{Reading, each_function, expressions, variant};
use crate::emit::rust;
use crate::model::instruction_set::{Indexes, Op, OperandMeaning, TypeFunction};

/// The file.
pub fn file(reading: &Reading<'_>) -> TokenStream {
    let arms: Vec<TokenStream> = reading.set.ops.iter().filter_map(|op| arm(reading, op)).collect();
    let doc = rust::module_doc(
        "Operands that select an entry of a list are within it. Instructions that no path reaches are checked too, so that tools may read \
         them without care. (Fields, methods and elements depend on the type of an input, and are checked with that.)",
    );
    let body = if arms.is_empty() {
        quote! {
            let _ = (instruction, env, current, types);
            Ok(())
        }
    } else {
        quote! {
            let _ = (env, current, types);
            match instruction {
                #(#arms)*
                _ => Ok(()),
            }
        }
    };
    let uses_entry = body.to_string().contains("entry");
    let callable = if body.to_string().contains("Callable") {
        quote! { Callable, }
    } else {
        quote! {}
    };
    let uses_named = body.to_string().contains("named");
    let entry = if uses_entry {
        quote! { use super::step::entry; }
    } else {
        quote! {}
    };
    let named = if uses_named {
        named()
    } else {
        quote! {}
    };
    let type_id = if uses_named {
        quote! { use crate::types::TypeId; }
    } else {
        quote! {}
    };
    quote! {
        #doc

        use super::environment::{#callable Current, Environment};
        use super::error::VerifyErrorKind;
        use super::lattice::Types;
        #entry
        use crate::instruction::Instruction;
        #type_id

        /// Checks the operands of one instruction.
        ///
        /// # Errors
        ///
        /// When one selects what isn't there, or a function that only a closure of it can run.
        pub fn check(
            instruction: &Instruction,
            env: &Environment<'_>,
            current: &Current<'_>,
            types: &Types<'_>,
        ) -> Result<(), VerifyErrorKind> {
            #body
        }

        #named
    }
}

fn named() -> TokenStream {
    quote! {
        /// A type operand names a type, and one that values can have.
        fn named(types: &Types<'_>, operand: &'static str, found: TypeId) -> Result<(), VerifyErrorKind> {
            let Some(kind) = types.kind(found) else {
                let count = types.count();
                return Err(VerifyErrorKind::OperandRange { operand, number: found.0, of: "type", count });
            };
            if kind.is_abstract() {
                return Err(VerifyErrorKind::AbstractType { operand, found: types.display(found) });
            }
            Ok(())
        }
    }
}

/// Whether the op is about closures of its function operand, rather than running the function as it is.
fn makes_closure(op: &Op) -> bool {
    let mut makes = false;
    for expression in expressions(op) {
        each_function(expression, &mut |function, _| {
            makes |= matches!(
                function,
                TypeFunction::Closure | TypeFunction::Captures | TypeFunction::CaptureOf
            );
        });
    }
    makes
}

fn arm(reading: &Reading<'_>, op: &Op) -> Option<TokenStream> {
    let mut names = Vec::new();
    let mut checks = Vec::new();
    for operand in &op.operands {
        let kind = reading.kind(operand);
        let name = rust::ident(&operand.name);
        let text = &operand.name;
        let of = &kind.name;
        let check = match &kind.meaning {
            OperandMeaning::Index(Indexes::Module { field }) if *field == reading.functions && !makes_closure(op) => {
                let list = rust::ident(field);
                quote! { env.#list(#text, #name.0).and_then(Callable::runs_directly) }
            }
            OperandMeaning::Index(Indexes::Module { field }) => {
                let list = rust::ident(field);
                quote! { entry(&env.module.#list, #text, #name.0, #of).map(|_| ()) }
            }
            OperandMeaning::Index(Indexes::Locals) => quote! { entry(&current.locals, #text, #name.0, #of).map(|_| ()) },
            OperandMeaning::Index(Indexes::Captures) => quote! { entry(&current.captures, #text, #name.0, #of).map(|_| ()) },
            OperandMeaning::Index(Indexes::Types) => quote! { named(types, #text, *#name) },
            _ => continue,
        };
        names.push(name);
        checks.push(check);
    }
    let last = checks.pop()?;
    let variant = variant(&op.name);
    Some(quote! {
        Instruction::#variant { #(#names,)* .. } => {
            #(#checks?;)*
            #last
        }
    })
}
