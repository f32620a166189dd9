//! Walks type expressions: what they bind, what they read, and where.

use crate::model::instruction_set::{Op, Reference, TypeArgument, TypeExpression, TypeFunction};
use crate::source::Span;

/// A use of a type function in an op: `ret(f)`.
pub struct Use<'a> {
    /// `ret`.
    pub function: TypeFunction,
    /// `f`.
    pub references: &'a [Reference],
    /// The input or output in which it stands.
    pub span: Span,
}

/// Every type function that the inputs and outputs of `op` use.
pub fn uses(op: &Op) -> Vec<Use<'_>> {
    let mut uses = Vec::new();
    for (expression, span) in values(op) {
        visit(expression, &mut |inner| {
            if let TypeExpression::Function { function, references } = inner {
                uses.push(Use {
                    function: *function,
                    references,
                    span,
                });
            }
        });
    }
    uses
}

/// The type of every input, then of every output, with its place.
pub fn values(op: &Op) -> impl Iterator<Item = (&TypeExpression, Span)> {
    let inputs = op.inputs.iter().map(|input| (&input.expression, input.span));
    inputs.chain(op.outputs.iter().map(|output| (&output.expression, output.span)))
}

/// Calls `see` with an expression and every expression within it.
pub fn visit<'a>(expression: &'a TypeExpression, see: &mut impl FnMut(&'a TypeExpression)) {
    see(expression);
    match expression {
        TypeExpression::Named { arguments, .. } => {
            for argument in arguments {
                if let TypeArgument::Type(inner) = argument {
                    visit(inner, see);
                }
            }
        }
        TypeExpression::Repeat { element, .. } => visit(element, see),
        TypeExpression::Optional(inner) => visit(inner, see),
        TypeExpression::Variable(_) | TypeExpression::Function { .. } => {}
    }
}

/// The variables in an expression.
pub fn variables(expression: &TypeExpression) -> Vec<char> {
    let mut variables = Vec::new();
    visit(expression, &mut |inner| {
        if let TypeExpression::Variable(letter) = inner {
            variables.push(*letter);
        }
    });
    variables
}

/// The name of the operand or input that is referred to, or the number that stands in its place.
pub fn name(op: &Op, reference: Reference) -> String {
    match reference {
        Reference::Operand(at) => op.operands.get(at).map_or("?", |operand| &operand.name).to_owned(),
        Reference::Input(at) => op.inputs.get(at).map_or("?", |input| &input.name).to_owned(),
        Reference::Constant(number) => number.to_string(),
    }
}
