//! What a transfer reads of operands: counts, positions, what is called; and how it takes inputs off the stack.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Transfer;
use crate::emit::rust;
use crate::model::instruction_set::{Indexes, OperandMeaning, Reference, Scalar, TypeExpression, TypeFunction};

impl Transfer<'_> {
    /// Takes all inputs off the stack; gives the position of each, and for one of several values the first.
    pub(super) fn take(&mut self) -> anyhow::Result<Vec<TokenStream>> {
        let op = self.op;
        let mut positions = Vec::new();
        let mut single = 0usize;
        let mut many: Vec<TokenStream> = Vec::new();
        for input in &op.inputs {
            let fixed = proc_macro2::Literal::usize_unsuffixed(single);
            positions.push(if many.is_empty() {
                quote! { #fixed }
            } else if single == 0 {
                quote! { #(#many as usize)+* }
            } else {
                quote! { #fixed + #(#many as usize)+* }
            });
            if input.expression.is_many() {
                many.push(self.count(&input.expression, &input.name)?);
            } else {
                single += 1;
            }
        }
        if single > 0 || !many.is_empty() {
            let fixed = proc_macro2::Literal::u64_unsuffixed(single as u64);
            let total = if many.is_empty() {
                quote! { #fixed }
            } else if single == 0 {
                quote! { #(#many)+* }
            } else {
                quote! { #fixed + #(#many)+* }
            };
            self.statements.push(quote! { step.take(#total)?; });
        }
        Ok(positions)
    }

    /// Binds the number of values of an input that stands for several, as a `u64`.
    pub(super) fn count(&mut self, expression: &TypeExpression, input: &str) -> anyhow::Result<TokenStream> {
        let reference = match expression {
            TypeExpression::Repeat { count, .. } => Some(*count),
            TypeExpression::Function { function, references } => match function {
                TypeFunction::MethodParams => references.get(2).copied(),
                _ => references.get(1).copied(),
            },
            _ => None,
        };
        let value = match (reference, expression) {
            (Some(reference), _) => self.amount(reference)?,
            (
                None,
                TypeExpression::Function {
                    function: TypeFunction::Params,
                    references,
                },
            ) => {
                let callable = self.callable(references)?;
                quote! { #callable.params.len() as u64 }
            }
            (
                None,
                TypeExpression::Function {
                    function: TypeFunction::Arguments,
                    references,
                },
            ) => {
                let callable = self.callable(references)?;
                quote! { (#callable.params.len() as u64).saturating_sub(1) }
            }
            _ => anyhow::bail!("no operand of `{}` says how many values `{input}` stands for", self.op.name),
        };
        let name = self.bind_once(&format!("{input}_count"), value);
        Ok(quote! { #name })
    }

    /// The value of a number operand as `u64`.
    pub(super) fn amount(&mut self, reference: Reference) -> anyhow::Result<TokenStream> {
        match reference {
            Reference::Constant(number) => {
                let number = proc_macro2::Literal::u64_unsuffixed(u64::from(number));
                Ok(quote! { #number })
            }
            Reference::Operand(index) => {
                self.operands.insert(index);
                let operand = &self.op.operands[index];
                let name = rust::ident(&operand.name);
                let kind = self.reading.kind(operand);
                anyhow::ensure!(
                    kind.meaning == OperandMeaning::Number,
                    "operand `{}` of `{}` is no plain number, so it can't be a count",
                    operand.name,
                    self.op.name
                );
                Ok(match kind.encoding {
                    Scalar::U8 | Scalar::U16 | Scalar::U32 => quote! { u64::from(#name) },
                    Scalar::U64 => quote! { #name },
                    _ => quote! { u64::try_from(#name).unwrap_or(u64::MAX) },
                })
            }
            Reference::Input(_) => anyhow::bail!(
                "a count of `{}` stands in an input, where the verifier can't see it",
                self.op.name
            ),
        }
    }

    /// The operand's name as a string, and its number as `u32`.
    pub(super) fn number(&mut self, reference: Option<&Reference>) -> anyhow::Result<(String, TokenStream)> {
        match reference {
            Some(Reference::Constant(number)) => {
                let literal = proc_macro2::Literal::u32_unsuffixed(*number);
                Ok((self.op.name.clone(), quote! { #literal }))
            }
            Some(Reference::Operand(index)) => {
                self.operands.insert(*index);
                let operand = &self.op.operands[*index];
                let name = rust::ident(&operand.name);
                let kind = self.reading.kind(operand);
                let value = match (&kind.meaning, kind.encoding) {
                    (OperandMeaning::Index(_), _) => quote! { #name.0 },
                    (_, Scalar::U8 | Scalar::U16) => quote! { u32::from(#name) },
                    (_, Scalar::U32) => quote! { #name },
                    _ => quote! { u32::try_from(#name).unwrap_or(u32::MAX) },
                };
                Ok((operand.name.clone(), value))
            }
            other => anyhow::bail!("`{}` refers to {other:?} where an operand is needed", self.op.name),
        }
    }

    /// The name of an input as a string, and its position.
    pub(super) fn input(
        &self,
        reference: Option<&Reference>,
        positions: &[TokenStream],
    ) -> anyhow::Result<(String, TokenStream)> {
        match reference {
            Some(Reference::Input(index)) => Ok((self.op.inputs[*index].name.clone(), positions[*index].clone())),
            other => anyhow::bail!("`{}` refers to {other:?} where an input is needed", self.op.name),
        }
    }

    /// Binds what a function operand names.
    pub(super) fn callable(&mut self, references: &[Reference]) -> anyhow::Result<Ident> {
        let Some(Reference::Operand(index)) = references.first() else {
            anyhow::bail!("`{}` needs an operand that names what it calls", self.op.name);
        };
        let operand = &self.op.operands[*index];
        let list = match &self.reading.kind(operand).meaning {
            OperandMeaning::Index(Indexes::Module { field }) => rust::ident(field),
            _ => anyhow::bail!(
                "operand `{}` of `{}` names nothing that can be called",
                operand.name,
                self.op.name
            ),
        };
        let wanted = operand.name.clone();
        let (operand, number) = self.number(references.first())?;
        let value = quote! { step.env.#list(#operand, #number)? };
        let name = self.bind_once(&format!("{wanted}_callable"), value);
        Ok(name)
    }

    /// Binds the method in a slot of the vtable of an input's class.
    pub(super) fn method(&mut self, references: &[Reference], positions: &[TokenStream]) -> anyhow::Result<Ident> {
        let (name, position) = self.input(references.first(), positions)?;
        let (operand, number) = self.number(references.get(1))?;
        let value = quote! { step.method(#name, #position, #operand, #number)? };
        Ok(self.bind_once("method", value))
    }
}
