//! Type functions that read declarations of the module: captures, closures, variables, constants.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::reading::{Reading, TypeList, each_function, expressions, variant};
use crate::emit::rust;
use crate::model::instruction_set::{Indexes, OperandMeaning, Reference, Shape, TypeFunction};

/// The methods that read what functions capture.
pub fn captures(reading: &Reading<'_>) -> anyhow::Result<Vec<TokenStream>> {
    let functions = rust::ident(&reading.functions);
    let of = match reading.type_list(reading.function_record, "captures") {
        Some(TypeList::Types) => quote! { |capture| *capture },
        Some(TypeList::Records) => quote! { |capture| capture.r#type },
        None => anyhow::bail!("captures are used, but functions have no list `captures`"),
    };
    let mut methods = Vec::new();
    if reading.uses(TypeFunction::Captures) {
        methods.push(quote! {
            /// The types of the first `given` captures of a function.
            ///
            /// # Errors
            ///
            /// When there is no such function, or it has fewer.
            pub fn captures(
                &self,
                operand: &'static str,
                number: u32,
                what: &'static str,
                given: u64,
            ) -> Result<Vec<TypeId>, VerifyErrorKind> {
                let captures = &entry(&self.env.module.#functions, operand, number, "function")?.captures;
                let count = usize::try_from(given).unwrap_or(usize::MAX);
                match captures.get(..count) {
                    Some(first) => Ok(first.iter().map(#of).collect()),
                    None => Err(VerifyErrorKind::Count { what, expected: captures.len(), or_more: false, found: given }),
                }
            }
        });
    }
    if reading.uses(TypeFunction::CaptureOf) {
        methods.push(quote! {
            /// The type of a capture of a function.
            ///
            /// # Errors
            ///
            /// When there is no such function, or it has fewer.
            pub fn capture_of(
                &self,
                operand: &'static str,
                number: u32,
                which: &'static str,
                index: u32,
            ) -> Result<TypeId, VerifyErrorKind> {
                let function = entry(&self.env.module.#functions, operand, number, "function")?;
                entry(&function.captures, which, index, "capture").map(#of)
            }
        });
    }
    Ok(methods)
}

/// The method behind `closure(f)`.
pub fn closure(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let entry = super::shapes::function_type(reading)?;
    let kind = variant(&entry.name);
    let functions = rust::ident(&reading.functions);
    let mut fields = vec![
        quote! { params: callable.params.clone() },
        quote! { result: callable.result()? },
    ];
    if super::shapes::has_rest(entry) {
        fields.push(quote! { rest: callable.rest });
    }
    anyhow::ensure!(
        fields.len() == entry.parameters.len(),
        "`closure` can't make a `{}` with all of its parameters",
        entry.name
    );
    Ok(quote! {
        /// The type of closures of a function.
        ///
        /// # Errors
        ///
        /// When there is no such function.
        pub fn closure(&mut self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            if let Some(known) = self.types.closures.get(&number) {
                return Ok(*known);
            }
            let env = self.env;
            let callable = env.#functions(operand, number)?;
            let made = self.types.intern(TypeDefinition::#kind { #(#fields),* })?;
            self.types.closures.insert(number, made);
            Ok(made)
        }
    })
}

/// The method behind `global(g)` and `static(s)`.
pub fn declared(reading: &Reading<'_>, function: TypeFunction) -> anyhow::Result<TokenStream> {
    let name = function.name();
    let kind = reading
        .set
        .operand_kinds
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| anyhow::anyhow!("`{name}(…)` is used, but there is no operand kind `{name}`"))?;
    let OperandMeaning::Index(Indexes::Module { field }) = &kind.meaning else {
        anyhow::bail!("`{name}(…)` is used, but the operand kind `{name}` indexes no list of the module");
    };
    let has_type = reading.record_of(field).is_some_and(|record| {
        record
            .fields
            .iter()
            .any(|field| field.name == "type" && field.shape == Shape::TypeId)
    });
    anyhow::ensure!(
        has_type,
        "`{name}(…)` is used, but entries of `{field}` have no field `type` of shape `type`"
    );
    let list = rust::ident(field);
    let method = format_ident!("type_of_{name}");
    let doc = rust::doc(&format!(
        "The declared type of an entry of `module.{field}`.\n\n# Errors\n\nWhen there are fewer."
    ));
    Ok(quote! {
        #doc
        pub fn #method(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, #name).map(|declared| declared.r#type)
        }
    })
}

/// The method behind `constant(k)`.
pub fn constant(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let mut pool = None;
    for expression in reading
        .set
        .ops
        .iter()
        .flat_map(|op| expressions(op).map(move |expression| (op, expression)))
    {
        each_function(expression.1, &mut |function, references| {
            if let (TypeFunction::Constant, Some(Reference::Operand(index))) = (function, references.first())
                && let OperandMeaning::Index(Indexes::Module { field }) = &reading.kind(&expression.0.operands[*index]).meaning
            {
                pool = Some(field.clone());
            }
        });
    }
    let pool = pool.ok_or_else(|| anyhow::anyhow!("`constant(…)` needs an operand that indexes a list of the module"))?;
    let root = &reading.set.format.records[reading.set.format.root];
    let shape = root.fields.iter().find(|field| field.name == pool).map(|field| &field.shape);
    let union = match shape {
        Some(Shape::List { element, .. }) => match &**element {
            Shape::Union(union) => &reading.set.format.unions[*union],
            _ => anyhow::bail!("entries of `{pool}` are no union, so `constant(…)` can't tell their types"),
        },
        _ => anyhow::bail!("`{pool}` is no list"),
    };
    let name = variant(&union.name);
    let mut arms = Vec::new();
    for entry in &union.variants {
        let value_type = entry.value_type.ok_or_else(|| {
            anyhow::anyhow!(
                "variant `{}` of `{}` states no type, which `constant(…)` needs",
                entry.name,
                union.name
            )
        })?;
        let variant = variant(&entry.name);
        let constant = reading.type_constant(value_type);
        arms.push(quote! { crate::module::#name::#variant(..) => #constant, });
    }
    let list = rust::ident(&pool);
    let doc = rust::doc(&format!(
        "The type of an entry of `module.{pool}`.\n\n# Errors\n\nWhen there are fewer."
    ));
    Ok(quote! {
        #doc
        pub fn constant(&self, operand: &'static str, number: u32) -> Result<TypeId, VerifyErrorKind> {
            entry(&self.env.module.#list, operand, number, "constant").map(|constant| match constant {
                #(#arms)*
            })
        }
    })
}

/// The method behind `optional(…)`.
pub fn optional(reading: &Reading<'_>) -> anyhow::Result<TokenStream> {
    let (Some(bottom), Some(boxed)) = (reading.bottom, reading.boxed) else {
        anyhow::bail!("`optional(…)` needs a bottom of references and a type that takes anything");
    };
    let bottom = reading.type_constant(bottom);
    let boxed = reading.type_constant(boxed);
    Ok(quote! {
        /// The type itself where null is among its values, otherwise the type that takes anything, so that there is room for null.
        pub fn optional(&self, of: TypeId) -> TypeId {
            if self.types.is_subtype(#bottom, of) { of } else { #boxed }
        }
    })
}
