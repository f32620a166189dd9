//! Emits `verify/lookup.rs`: the type functions that the ops of the set use.

mod declared;
mod shapes;

use proc_macro2::TokenStream;
use quote::quote;

use super::reading::{Reading, each_function, expressions};
use crate::emit::rust;
use crate::model::instruction_set::{Reference, TypeExpression, TypeFunction};

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let methods = methods(reading)?;
    let doc =
        rust::module_doc("How instructions read types from the module, from the current function, and from each other's inputs.");
    if methods.is_empty() {
        return Ok(quote! { #doc });
    }
    let text = quote! { #(#methods)* }.to_string();
    let uses = |name: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    };
    let import = |path: TokenStream, names: &[&str]| {
        let used: Vec<_> = names.iter().filter(|name| uses(name)).map(|name| rust::ident(name)).collect();
        if used.is_empty() {
            quote! {}
        } else {
            quote! { use #path::{#(#used),*}; }
        }
    };
    let class_id = reading.class.as_ref().map_or_else(String::new, |class| class.id.to_string());
    let vec = import(quote! { alloc::vec }, &["Vec"]);
    let string = if uses("to_string") {
        quote! { use alloc::string::ToString; }
    } else {
        quote! {}
    };
    let format = import(quote! { alloc }, &["format"]);
    let ids = import(quote! { crate::ids }, &[&class_id]);
    let types = import(quote! { crate::types }, &["TypeDefinition", "TypeId"]);
    let environment = import(quote! { super::environment }, &["Callable"]);
    let helpers = ["argument_types", "entry", "exactly"].into_iter().filter(|name| uses(name));
    let helpers: Vec<_> = helpers.map(rust::ident).collect();
    let steps = if helpers.is_empty() {
        quote! { use super::step::Step; }
    } else {
        quote! { use super::step::{Step, #(#helpers),*}; }
    };
    // A method of the module lives as long as the module does, and so longer than the borrow of the step.
    let header = if text.contains("'e") {
        quote! { impl<'e> Step<'e, '_> }
    } else {
        quote! { impl Step<'_, '_> }
    };
    Ok(quote! {
        #doc

        #format
        #string
        #vec

        #environment
        use super::error::VerifyErrorKind;
        #steps
        #ids
        #types

        #header {
            #(#methods)*
        }
    })
}

fn methods(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let mut methods = Vec::new();
    let uses = |function| reading.uses(function);
    if [TypeFunction::Params, TypeFunction::Ret, TypeFunction::Callee]
        .into_iter()
        .any(|function| by_input(reading, function))
    {
        methods.push(shapes::signature(reading)?);
    }
    if by_input(reading, TypeFunction::Params) {
        methods.push(quote! {
            /// The types of `given` arguments of the closure in an input.
            ///
            /// # Errors
            ///
            /// When it can't be called with that many.
            pub fn callee_arguments(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let (params, rest, _) = self.signature(input, position)?;
                argument_types(params, rest, what, given).map(alloc::borrow::Cow::into_owned)
            }
        });
    }
    if by_input(reading, TypeFunction::Callee) {
        methods.push(quote! {
            /// The type of the closure in an input.
            ///
            /// # Errors
            ///
            /// When it is no closure.
            pub fn callee(&self, input: &'static str, position: usize) -> Result<TypeId, VerifyErrorKind> {
                self.signature(input, position)?;
                self.read(input, position)
            }
        });
    }
    if by_input(reading, TypeFunction::Ret) {
        methods.push(quote! {
            /// The type of what the closure in an input gives.
            ///
            /// # Errors
            ///
            /// When it can't be called.
            pub fn callee_result(&self, input: &'static str, position: usize) -> Result<TypeId, VerifyErrorKind> {
                self.signature(input, position).map(|(_, _, result)| result)
            }
        });
    }
    let with_class = [
        TypeFunction::MethodParams,
        TypeFunction::MethodRet,
        TypeFunction::Field,
        TypeFunction::Fields,
    ];
    if with_class.into_iter().any(uses) {
        methods.push(shapes::class_of(reading)?);
    }
    if uses(TypeFunction::MethodParams) || uses(TypeFunction::MethodRet) {
        let functions = rust::ident(&reading.functions);
        methods.push(quote! {
            /// The method in a slot of the vtable of the class of an input.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class that has the slot.
            pub fn method(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                slot: u32,
            ) -> Result<&'e Callable, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let vtable = layout.map(|layout| layout.methods.as_slice()).unwrap_or_default();
                let method = entry(vtable, operand, slot, "method")?;
                self.env.#functions(operand, method.function.0)
            }
        });
    }
    if uses(TypeFunction::Field) {
        methods.push(quote! {
            /// The type of a field of the class of an input.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class that has the field.
            pub fn field(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                number: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let fields = layout.map(|layout| layout.fields.as_slice()).unwrap_or_default();
                entry(fields, operand, number, "field").map(|field| field.of)
            }
        });
    }
    if uses(TypeFunction::Fields) {
        methods.push(quote! {
            /// The types of all fields of the class of an input, which must be as many as `given`.
            ///
            /// # Errors
            ///
            /// When the input isn't of a class, or of one with another number of fields.
            pub fn fields(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let class = self.class_of(input, position)?;
                let layout = self.env.layouts.get(class);
                let fields = layout.map(|layout| layout.fields.as_slice()).unwrap_or_default();
                Ok(exactly(fields, what, given)?.iter().map(|field| field.of).collect())
            }
        });
    }
    if uses(TypeFunction::Literal) {
        methods.push(shapes::literal(reading)?);
    }
    if [TypeFunction::Elements, TypeFunction::Element, TypeFunction::TupleType]
        .into_iter()
        .any(uses)
    {
        methods.extend(shapes::tuples(reading)?);
    }
    if uses(TypeFunction::Captures) || uses(TypeFunction::CaptureOf) {
        methods.extend(declared::captures(reading)?);
    }
    if uses(TypeFunction::Closure) {
        methods.push(declared::closure(reading)?);
    }
    if uses(TypeFunction::Type) {
        methods.push(quote! {
            /// The type that an operand names. That it is one was checked with the operands.
            ///
            /// # Errors
            ///
            /// Never; the result has the form of the other functions here.
            #[allow(clippy::unnecessary_wraps, reason = "all type functions are called in one way")]
            pub fn named(&self, _operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
                Ok(TypeId(number))
            }
        });
    }
    for function in [TypeFunction::Global, TypeFunction::Static] {
        if uses(function) {
            methods.push(declared::declared(reading, function)?);
        }
    }
    if uses(TypeFunction::Constant) {
        methods.push(declared::constant(reading)?);
    }
    if uses_optional(reading) {
        methods.push(declared::optional(reading)?);
    }
    Ok(methods)
}

/// Whether a type function is read from an input anywhere.
fn by_input(reading: &Reading<'_>, wanted: TypeFunction) -> bool {
    reading.set.ops.iter().flat_map(expressions).any(|expression| {
        let mut found = false;
        each_function(expression, &mut |function, references| {
            found |= function == wanted && matches!(references.first(), Some(Reference::Input(_)));
        });
        found
    })
}

fn uses_optional(reading: &Reading<'_>) -> bool {
    fn has(expression: &TypeExpression) -> bool {
        use crate::model::instruction_set::TypeArgument;
        match expression {
            TypeExpression::Optional(_) => true,
            TypeExpression::Repeat { element, .. } => has(element),
            TypeExpression::Named { arguments, .. } => arguments
                .iter()
                .any(|argument| matches!(argument, TypeArgument::Type(inner) if has(inner))),
            _ => false,
        }
    }
    reading.set.ops.iter().flat_map(expressions).any(has)
}
