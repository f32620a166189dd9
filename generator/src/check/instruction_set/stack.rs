//! Rules of inputs and outputs: a stack machine must know how many values to take, and of which types those are that it gives.

use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{
    InstructionSet, InstructionSets, Op, OperandMeaning, Reference, Scalar, TypeExpression, TypeFunction,
};
use crate::source::SourceMap;

use super::expressions;

/// Variables of outputs are bound by inputs.
pub const UNBOUND: Rule = Rule {
    code: "L0321",
    summary: "every type variable of an output stands in an input too",
    page: include_str!("../pages/L0321.md"),
    check: Some(unbound),
};

/// The number of values of an input is known before they are taken.
pub const LAYOUT: Rule = Rule {
    code: "L0322",
    summary: "how many values an input stands for is known from operands, or from an input above it",
    page: include_str!("../pages/L0322.md"),
    check: Some(layout),
};

/// Counts are unsigned numbers.
pub const COUNT: Rule = Rule {
    code: "L0323",
    summary: "the operand that counts values is an unsigned number",
    page: include_str!("../pages/L0323.md"),
    check: Some(count),
};

/// Commuting ops have two inputs of one type.
pub const COMMUTES: Rule = Rule {
    code: "L0324",
    summary: "an op that `commutes` has exactly two inputs, of equal types",
    page: include_str!("../pages/L0324.md"),
    check: Some(commutes),
};

fn unbound(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let bound: Vec<char> = op
                .inputs
                .iter()
                .flat_map(|input| expressions::variables(&input.expression))
                .collect();
            for output in &op.outputs {
                let mut missing = expressions::variables(&output.expression);
                missing.retain(|letter| !bound.contains(letter));
                missing.dedup();
                for letter in missing {
                    diagnostics.push(
                        Diagnostic::error(
                            UNBOUND.code,
                            format!("op `{}` gives a `{letter}` that no input binds", op.name),
                        )
                        .at(output.span, "")
                        .note("a variable takes its type from the value that is popped; here there is none to take it from")
                        .help(format!(
                            "use `{letter}` in an input, or read the type from an operand: `type(t)` for instance"
                        )),
                    );
                }
            }
        }
    }
}

/// The reference that counts the values of a many-valued expression, if one is given.
fn counter(expression: &TypeExpression) -> Option<Reference> {
    match expression {
        TypeExpression::Repeat { count, .. } => Some(*count),
        TypeExpression::Function { function, references } => {
            let position = count_position(*function)?;
            references.get(position).copied()
        }
        _ => None,
    }
}

/// At which reference of a type function the number of values stands.
fn count_position(function: TypeFunction) -> Option<usize> {
    Some(match function {
        TypeFunction::Params
        | TypeFunction::Arguments
        | TypeFunction::Captures
        | TypeFunction::Fields
        | TypeFunction::Elements
        | TypeFunction::TupleType
        | TypeFunction::Literal => 1,
        TypeFunction::MethodParams => 2,
        _ => return None,
    })
}

fn layout(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for (position, input) in op.inputs.iter().enumerate() {
                if !input.expression.is_many() || counter(&input.expression).is_some() {
                    continue;
                }
                let TypeExpression::Function { references, .. } = &input.expression else {
                    continue;
                };
                // Without a count, the number is read from what is referred to: an operand is there at once, an input only if
                // it lies above, that is: was popped before.
                for reference in references {
                    let Reference::Input(from) = reference else { continue };
                    if *from <= position {
                        let source = &op.inputs[*from];
                        diagnostics.push(
                            Diagnostic::error(
                                LAYOUT.code,
                                format!(
                                    "op `{}` can't tell how many values `{}` stands for before it has popped them",
                                    op.name, input.name
                                ),
                            )
                            .at(input.span, "the number is read from an input that lies below")
                            .at(source.span, format!("`{}` is reached only afterwards", source.name))
                            .help(format!(
                                "add an operand with the count, `argc: u16`, and write `{}`",
                                input.text.replacen(')', ", argc)", 1)
                            )),
                        );
                    }
                }
            }
        }
    }
}

fn count(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            for (expression, span) in expressions::values(op) {
                expressions::visit(expression, &mut |inner| {
                    let Some(counter) = counter(inner) else { return };
                    if let Some(fault) = not_a_count(set, op, counter) {
                        let name = expressions::name(op, counter);
                        let mut diagnostic = Diagnostic::error(
                            COUNT.code,
                            format!("`{name}` of op `{}` counts values, but is {fault}", op.name),
                        )
                        .at(span, "counted here");
                        let place = match counter {
                            Reference::Operand(at) => op.operands.get(at).map(|operand| operand.span),
                            Reference::Input(at) => op.inputs.get(at).map(|input| input.span),
                            Reference::Constant(_) => None,
                        };
                        if let Some(place) = place.filter(|place| *place != span) {
                            diagnostic = diagnostic.at(place, "");
                        }
                        diagnostics.push(diagnostic.help(format!("declare it among the operands as `{name}: u16`")));
                    }
                });
            }
        }
    }
}

/// Why a reference can't count values, in a few words.
fn not_a_count(set: &InstructionSet, op: &Op, reference: Reference) -> Option<&'static str> {
    let at = match reference {
        Reference::Operand(at) => at,
        Reference::Input(_) => return Some("an input, known only when the code runs"),
        Reference::Constant(_) => return None,
    };
    let kind = &set.operand_kinds[op.operands.get(at)?.kind];
    match (&kind.meaning, kind.encoding) {
        (OperandMeaning::Number, Scalar::U8 | Scalar::U16 | Scalar::U32) => None,
        (OperandMeaning::Number, Scalar::U64) => Some("wider than a module can be"),
        (OperandMeaning::Number, _) => Some("no unsigned number"),
        (OperandMeaning::Label { .. }, _) => Some("a label"),
        (OperandMeaning::Index(_), _) => Some("a position in a list"),
    }
}

fn commutes(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| op.commutes) {
            let path = ["op".into(), op.name.as_str().into(), "commutes".into()];
            let place = crate::check::locate::value(sources, op.span, &path);
            match op.inputs.as_slice() {
                [first, second] if first.expression == second.expression && !first.expression.is_many() => {}
                [first, second] => diagnostics.push(
                    Diagnostic::error(
                        COMMUTES.code,
                        format!(
                            "op `{}` commutes, but its inputs are `{}` and `{}`",
                            op.name, first.text, second.text
                        ),
                    )
                    .at(place, "")
                    .at(first.span, "")
                    .at(second.span, "")
                    .help("leave out `commutes`, or give both inputs one type"),
                ),
                inputs => diagnostics.push(
                    Diagnostic::error(
                        COMMUTES.code,
                        format!(
                            "op `{}` commutes, but has {}",
                            op.name,
                            crate::check::text::count(inputs.len(), "input")
                        ),
                    )
                    .at(place, "")
                    .note("to commute is to allow that two inputs are exchanged")
                    .help("leave out `commutes`"),
                ),
            }
        }
    }
}
