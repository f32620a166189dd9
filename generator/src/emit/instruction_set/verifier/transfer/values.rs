//! How a transfer works out types that depend on operands and on other inputs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::reading::variant;
use super::Transfer;
use crate::emit::rust;
use crate::model::instruction_set::{ParameterKind, Reference, TypeArgument, TypeExpression, TypeFunction};

impl Transfer<'_> {
    /// Binds a list of types.
    pub(super) fn list(
        &mut self,
        expression: &TypeExpression,
        positions: &[TokenStream],
        input: &str,
    ) -> anyhow::Result<TokenStream> {
        let TypeExpression::Function { function, references } = expression else {
            anyhow::bail!("`{}` has a list of types that is no function", self.op.name);
        };
        let value = match (function, references.first()) {
            (TypeFunction::Params, Some(Reference::Input(_))) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.callee_arguments(#name, #position, #input, #given)? }
            }
            (TypeFunction::Params, _) => {
                let callable = self.callable(references)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { #callable.arguments(#input, 0, #given)? }
            }
            (TypeFunction::Arguments, _) => {
                let callable = self.callable(references)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { #callable.arguments(#input, 1, #given)? }
            }
            (TypeFunction::MethodParams, _) => {
                let method = self.method(references, positions)?;
                let given = self.count_of(references.get(2), input)?;
                quote! { #method.arguments(#input, 1, #given)? }
            }
            (TypeFunction::Captures, _) => {
                let (operand, number) = self.number(references.first())?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.captures(#operand, #number, #input, #given)? }
            }
            (TypeFunction::Fields, _) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.fields(#name, #position, #input, #given)? }
            }
            (TypeFunction::Elements, _) => {
                let (name, position) = self.input(references.first(), positions)?;
                let given = self.count_of(references.get(1), input)?;
                quote! { step.elements(#name, #position, #input, #given)? }
            }
            _ => anyhow::bail!(
                "`{}` has a list of types by `{}`, which gives one",
                self.op.name,
                function.name()
            ),
        };
        let name = self.fresh(&format!("{input}_types"));
        self.statements.push(quote! { let #name = #value; });
        Ok(quote! { #name })
    }

    pub(super) fn count_of(&mut self, reference: Option<&Reference>, input: &str) -> anyhow::Result<TokenStream> {
        match reference {
            Some(reference) => {
                let amount = self.amount(*reference)?;
                Ok(self.bound.get(&amount.to_string()).map_or(amount, |bound| quote! { #bound }))
            }
            None => {
                let name = rust::ident(&format!("{input}_count"));
                Ok(quote! { #name })
            }
        }
    }

    /// Binds the type that an expression without patterns stands for.
    pub(super) fn evaluate(
        &mut self,
        expression: &TypeExpression,
        positions: &[TokenStream],
        name: &str,
    ) -> anyhow::Result<TokenStream> {
        let value = match expression {
            TypeExpression::Named { constructor, arguments } => {
                let entry = &self.reading.set.types[*constructor];
                if entry.parameters.is_empty() {
                    return Ok(self.reading.type_constant(*constructor));
                }
                anyhow::ensure!(
                    arguments.len() == entry.parameters.len(),
                    "`{}` makes a `{}` without all of its arguments",
                    self.op.name,
                    entry.name
                );
                let kind = variant(&entry.name);
                let mut fields = Vec::new();
                for (parameter, argument) in entry.parameters.iter().zip(arguments) {
                    let field = rust::ident(&parameter.name);
                    let value = match (parameter.kind, argument) {
                        (ParameterKind::Type, TypeArgument::Type(inner)) => self.evaluate(inner, positions, &parameter.name)?,
                        (ParameterKind::OptionalType, TypeArgument::Type(inner)) => {
                            let inner = self.evaluate(inner, positions, &parameter.name)?;
                            quote! { Some(#inner) }
                        }
                        (ParameterKind::Class, TypeArgument::Operand(Reference::Operand(index))) => {
                            self.operands.insert(*index);
                            let operand = rust::ident(&self.op.operands[*index].name);
                            quote! { #operand }
                        }
                        _ => anyhow::bail!("`{}` gives `{}` an argument of the wrong kind", self.op.name, entry.name),
                    };
                    fields.push(if field == value.to_string() {
                        quote! { #field }
                    } else {
                        quote! { #field: #value }
                    });
                }
                quote! { step.types.intern(TypeDefinition::#kind { #(#fields),* })? }
            }
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                quote! { variables.get(#variable)? }
            }
            TypeExpression::Optional(inner) => {
                let inner = self.evaluate(inner, positions, "inner")?;
                quote! { step.optional(#inner) }
            }
            TypeExpression::Function { function, references } => {
                let value = self.function_value(*function, references, positions)?;
                let bound = self.bind_once(name, value);
                return Ok(quote! { #bound });
            }
            TypeExpression::Repeat { .. } => anyhow::bail!("`{}` has a list of types where one is needed", self.op.name),
        };
        let bound = self.fresh(name);
        self.statements.push(quote! { let #bound = #value; });
        Ok(quote! { #bound })
    }

    pub(super) fn function_value(
        &mut self,
        function: TypeFunction,
        references: &[Reference],
        positions: &[TokenStream],
    ) -> anyhow::Result<TokenStream> {
        let first = references.first();
        let second = references.get(1);
        Ok(match function {
            TypeFunction::Local | TypeFunction::Capture | TypeFunction::Type => {
                let (operand, number) = self.number(first)?;
                match function {
                    TypeFunction::Local => quote! { step.local(#operand, #number)? },
                    TypeFunction::Capture => quote! { step.capture(#operand, #number)? },
                    _ => quote! { step.named(#operand, #number)? },
                }
            }
            TypeFunction::Ret if matches!(first, Some(Reference::Input(_))) => {
                let (name, position) = self.input(first, positions)?;
                quote! { step.callee_result(#name, #position)? }
            }
            TypeFunction::Callee => {
                let (name, position) = self.input(first, positions)?;
                quote! { step.callee(#name, #position)? }
            }
            TypeFunction::Ret => {
                let callable = self.callable(references)?;
                quote! { #callable.result()? }
            }
            TypeFunction::Receiver => {
                let callable = self.callable(references)?;
                quote! { #callable.receiver()? }
            }
            TypeFunction::MethodRet => {
                let method = self.method(references, positions)?;
                quote! { #method.result()? }
            }
            TypeFunction::Result => quote! { step.result()? },
            TypeFunction::Rest => quote! { step.rest()? },
            TypeFunction::CaptureOf => {
                let (operand, number) = self.number(first)?;
                let (which, index) = self.number(second)?;
                quote! { step.capture_of(#operand, #number, #which, #index)? }
            }
            TypeFunction::Closure => {
                let (operand, number) = self.number(first)?;
                quote! { step.closure(#operand, #number)? }
            }
            TypeFunction::Field => {
                let (name, position) = self.input(first, positions)?;
                let (operand, number) = self.number(second)?;
                quote! { step.field(#name, #position, #operand, #number)? }
            }
            TypeFunction::Element => {
                let (name, position) = self.input(first, positions)?;
                let (operand, number) = self.number(second)?;
                quote! { step.element(#name, #position, #operand, #number)? }
            }
            TypeFunction::Global | TypeFunction::Static => {
                let method = format_ident!("type_of_{}", function.name());
                let (operand, number) = self.number(first)?;
                quote! { step.#method(#operand, #number)? }
            }
            TypeFunction::Constant => {
                let (operand, number) = self.number(first)?;
                quote! { step.constant(#operand, #number)? }
            }
            TypeFunction::TupleType => {
                let (operand, number) = self.number(first)?;
                let given = self.count_of(second, "elements")?;
                quote! { step.tuple_type(#operand, #number, #given)? }
            }
            TypeFunction::Literal => {
                let (operand, number) = self.number(first)?;
                let given = self.count_of(second, "fields")?;
                quote! { step.literal(#operand, #number, #given)? }
            }
            TypeFunction::Params
            | TypeFunction::Arguments
            | TypeFunction::MethodParams
            | TypeFunction::Captures
            | TypeFunction::Fields
            | TypeFunction::Elements => anyhow::bail!("`{}` has a list of types where one is needed", self.op.name),
        })
    }
}
