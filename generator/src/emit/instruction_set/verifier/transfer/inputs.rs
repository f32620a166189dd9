//! How a transfer judges inputs and pushes outputs.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::reading::variant;
use super::{Transfer, mentions};
use crate::model::instruction_set::{ParameterKind, TypeArgument, TypeExpression};

impl Transfer<'_> {
    /// Judges an input.
    pub(super) fn judge(
        &mut self,
        input: &str,
        expression: &TypeExpression,
        position: &TokenStream,
        positions: &[TokenStream],
    ) -> anyhow::Result<()> {
        match expression {
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                self.statements
                    .push(quote! { step.bind(#input, #position, #variable, &mut variables)?; });
            }
            TypeExpression::Repeat { element, count } => {
                let count = self.amount(*count)?;
                let first = self.fresh("first");
                self.statements.push(quote! { let #first = #position; });
                if let TypeExpression::Variable(letter) = &**element {
                    let variable = self.variable(*letter);
                    self.statements.push(quote! {
                        for position in #first..#first + #count as usize {
                            step.bind(#input, position, #variable, &mut variables)?;
                        }
                    });
                } else {
                    let expected = self.evaluate(element, positions, "expected")?;
                    self.statements.push(quote! {
                        for position in #first..#first + #count as usize {
                            step.expect(#input, position, #expected)?;
                        }
                    });
                }
            }
            TypeExpression::Function { function, .. } if function.is_many() => {
                let list = self.list(expression, positions, input)?;
                self.statements.push(quote! { step.expect_list(#input, #position, &#list)?; });
            }
            TypeExpression::Named { constructor, arguments } if arguments.is_empty() => {
                let entry = &self.reading.set.types[*constructor];
                if entry.parameters.is_empty() {
                    let expected = self.reading.type_constant(*constructor);
                    self.statements.push(quote! { step.expect(#input, #position, #expected)?; });
                } else {
                    let kind = variant(&entry.name);
                    self.statements.push(quote! { step.kind(#input, #position, Kind::#kind)?; });
                }
            }
            TypeExpression::Named { .. } if self.variables.iter().any(|letter| mentions(expression, *letter)) => {
                let pattern = self.pattern(expression)?;
                self.statements
                    .push(quote! { step.shape(#input, #position, &#pattern, &mut variables)?; });
            }
            _ => {
                let expected = self.evaluate(expression, positions, &format!("{input}_type"))?;
                self.statements.push(quote! { step.expect(#input, #position, #expected)?; });
            }
        }
        Ok(())
    }

    /// A `Pattern` for an expression with variables.
    pub(super) fn pattern(&mut self, expression: &TypeExpression) -> anyhow::Result<TokenStream> {
        match expression {
            TypeExpression::Variable(letter) => {
                let variable = self.variable(*letter);
                Ok(quote! { Pattern::Variable(#variable) })
            }
            TypeExpression::Named { constructor, arguments } => {
                let entry = &self.reading.set.types[*constructor];
                if arguments.is_empty() && entry.parameters.is_empty() {
                    let exact = self.reading.type_constant(*constructor);
                    return Ok(quote! { Pattern::Exact(#exact) });
                }
                anyhow::ensure!(
                    entry.parameters.iter().all(|parameter| parameter.kind == ParameterKind::Type),
                    "`{}` has a type variable within `{}`, whose parameters aren't all single types",
                    self.op.name,
                    entry.name
                );
                let mut patterns = Vec::new();
                for argument in arguments {
                    match argument {
                        TypeArgument::Type(inner) => patterns.push(self.pattern(inner)?),
                        TypeArgument::Operand(_) => anyhow::bail!("`{}` mixes a type variable with a class", self.op.name),
                    }
                }
                let kind = variant(&entry.name);
                Ok(quote! { Pattern::Made(Kind::#kind, &[#(#patterns),*]) })
            }
            _ => anyhow::bail!(
                "`{}` mixes a type variable with a type that is read from the module",
                self.op.name
            ),
        }
    }

    /// Pushes the outputs.
    pub(super) fn results(&mut self, positions: &[TokenStream]) -> anyhow::Result<()> {
        let op = self.op;
        for output in &op.outputs {
            if let TypeExpression::Repeat { element, count } = &output.expression {
                let count = self.amount(*count)?;
                let made = self.evaluate(element, positions, "output")?;
                self.statements.push(quote! {
                    for _ in 0..#count {
                        step.push(#made)?;
                    }
                });
            } else if output.expression.is_many() {
                let list = self.list(&output.expression, positions, "outputs")?;
                self.statements.push(quote! { step.push_list(&#list)?; });
            } else {
                let made = self.evaluate(&output.expression, positions, "output")?;
                self.statements.push(quote! { step.push(#made)?; });
            }
        }
        Ok(())
    }
}
