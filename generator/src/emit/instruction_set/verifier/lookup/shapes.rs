//! Type functions that look into types: what closures take, what objects and tuples hold.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::lattice::is_tuple;
use super::super::reading::{Reading, variant};
use crate::emit::rust;
use crate::model::instruction_set::{ParameterKind, Type, TypeFunction};

/// The constructor of function types: the one with parameters `params` and `result`.
pub fn function_type<'a>(reading: &Reading<'a>) -> anyhow::Result<&'a Type> {
    let has = |entry: &Type, name: &str, kind: ParameterKind| {
        entry
            .parameters
            .iter()
            .any(|parameter| parameter.name == name && parameter.kind == kind)
    };
    let found = reading
        .set
        .types
        .iter()
        .find(|entry| has(entry, "params", ParameterKind::Types) && has(entry, "result", ParameterKind::Type));
    found.ok_or_else(|| anyhow::anyhow!("closures are called, but no type has the parameters `params: types` and `result: type`"))
}

/// Whether a constructor of functions says which further arguments these take.
pub fn has_rest(entry: &Type) -> bool {
    entry
        .parameters
        .iter()
        .any(|parameter| parameter.name == "rest" && parameter.kind == ParameterKind::OptionalType)
}

/// The method that reads the signature of a closure.
pub fn signature(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = function_type(reading)?;
    let name = &entry.name;
    let kind = variant(name);
    let (pattern, rest) = if has_rest(entry) {
        (quote! { params, rest, result, .. }, quote! { *rest })
    } else {
        (quote! { params, result, .. }, quote! { None })
    };
    Ok(quote! {
        fn signature(
            &self,
            input: &'static str,
            position: usize,
        ) -> Result<(&[TypeId], Option<TypeId>, TypeId), VerifyErrorKind> {
            let found = self.read(input, position)?;
            match self.types.definition(found) {
                Some(TypeDefinition::#kind { #pattern }) => Ok((params, #rest, *result)),
                _ if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                    Err(VerifyErrorKind::Unknown { what: format!("the signature of `{input}`") })
                }
                _ => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
            }
        }
    })
}

/// The first constructor with a class.
fn class_type<'a>(reading: &Reading<'a>) -> anyhow::Result<&'a Type> {
    let found = reading.set.types.iter().find(|entry| {
        entry
            .parameters
            .iter()
            .any(|parameter| parameter.kind == ParameterKind::Class)
    });
    found.ok_or_else(|| anyhow::anyhow!("fields or methods are used, but no type has a class as its parameter"))
}

/// The method that reads the class of an object.
pub fn class_of(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = class_type(reading)?;
    let name = &entry.name;
    let kind = variant(name);
    let class = reading.class.as_ref().map(|class| &class.id);
    Ok(quote! {
        fn class_of(&self, input: &'static str, position: usize) -> Result<#class, VerifyErrorKind> {
            let found = self.read(input, position)?;
            match self.types.definition(found).and_then(TypeDefinition::class) {
                Some(class) => Ok(class),
                None if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                    Err(VerifyErrorKind::Unknown { what: format!("the class of `{input}`") })
                }
                None => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
            }
        }
    })
}

/// The method behind `literal(c, n)`.
pub fn literal(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = class_type(reading)?;
    anyhow::ensure!(
        entry.parameters.len() == 1,
        "`literal` needs a constructor with a class and nothing else"
    );
    let kind = variant(&entry.name);
    let field = rust::ident(&entry.parameters[0].name);
    let class = reading.class.as_ref().map(|class| (&class.id, rust::ident(&class.field)));
    let (class, list) = class.ok_or_else(|| anyhow::anyhow!("`literal` needs classes"))?;
    Ok(quote! {
        /// The type of objects of a class, which must have as many fields as `given`.
        ///
        /// # Errors
        ///
        /// When there is no such class, or it has another number of fields.
        pub fn literal(&mut self, operand: &'static str, number: u32, given: u64) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, "class")?;
            let #field = #class(number);
            let layout = self.env.layouts.get(#field);
            exactly(layout.map(|layout| layout.fields.as_slice()).unwrap_or_default(), "fields", given)?;
            self.types.intern(TypeDefinition::#kind { #field })
        }
    })
}

/// The methods that read elements of tuples.
pub fn tuples(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let entry = reading
        .set
        .types
        .iter()
        .find(|entry| is_tuple(entry))
        .ok_or_else(|| anyhow::anyhow!("elements of tuples are used, but no type has one parameter of kind `types`"))?;
    let name = &entry.name;
    let kind = variant(name);
    let field = rust::ident(&entry.parameters[0].name);
    let mut methods = Vec::new();
    if reading.uses(TypeFunction::Elements) || reading.uses(TypeFunction::Element) {
        methods.push(quote! {
            fn elements_of(&self, input: &'static str, position: usize) -> Result<&[TypeId], VerifyErrorKind> {
                let found = self.read(input, position)?;
                match self.types.definition(found) {
                    Some(TypeDefinition::#kind { #field }) => Ok(#field),
                    _ if self.types.is_bottom_of(found, crate::types::Kind::#kind) => {
                        Err(VerifyErrorKind::Unknown { what: format!("the elements of `{input}`") })
                    }
                    _ => Err(VerifyErrorKind::Mismatch { input, expected: #name.to_string(), found: self.types.display(found) }),
                }
            }
        });
    }
    if reading.uses(TypeFunction::Elements) {
        methods.push(quote! {
            /// The types of all elements of the tuple in an input, which must be as many as `given`.
            ///
            /// # Errors
            ///
            /// When the input is no tuple, or one with another number of elements.
            pub fn elements(
                &self,
                input: &'static str,
                position: usize,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                exactly(self.elements_of(input, position)?, what, given).map(<[TypeId]>::to_vec)
            }
        });
    }
    if reading.uses(TypeFunction::Element) {
        methods.push(quote! {
            /// The type of an element of the tuple in an input.
            ///
            /// # Errors
            ///
            /// When the input is no tuple that has it.
            pub fn element(
                &self,
                input: &'static str,
                position: usize,
                operand: &'static str,
                number: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                entry(self.elements_of(input, position)?, operand, number, "element").copied()
            }
        });
    }
    if reading.uses(TypeFunction::TupleType) {
        methods.push(quote! {
            /// The tuple type that an operand names, which must have as many elements as `given`.
            ///
            /// # Errors
            ///
            /// When it is no tuple type, or has another number of elements.
            pub fn tuple_type(&self, operand: &'static str, number: u32, given: u64) -> Result<TypeId, VerifyErrorKind> {
                let named = TypeId(number);
                let Some(TypeDefinition::#kind { #field }) = self.types.definition(named) else {
                    let found = self.types.display(named);
                    return Err(VerifyErrorKind::Mismatch { input: operand, expected: #name.to_string(), found });
                };
                exactly(#field, "elements", given)?;
                Ok(named)
            }
        });
    }
    Ok(methods)
}
