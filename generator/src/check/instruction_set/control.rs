//! Rules of control: where execution goes must agree with what an op names, takes and gives.

use crate::check::{Rule, locate, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{
    Control, Indexes, InstructionSet, InstructionSets, Op, Operand, OperandMeaning, TypeExpression,
};
use crate::source::{SourceMap, Span};

use super::{effects, records};
use crate::check::semantics::total;

/// Labels belong to jumps and to handlers.
pub const LABELS: Rule = Rule {
    code: "L0327",
    summary: "jumps and branches have exactly one label, other ops have labels only with the effect `handlers`",
    page: include_str!("../pages/L0327.md"),
    check: Some(labels),
};

/// Calls call something.
pub const CALLEE: Rule = Rule {
    code: "L0328",
    summary: "a call has an operand or an input that says what is called",
    page: include_str!("../pages/L0328.md"),
    check: Some(callee),
};

/// Ops that leave their place give nothing there.
pub const LEAVES: Rule = Rule {
    code: "L0329",
    summary: "jumps, branches, returns, throws and halts push nothing, and returns and throws pop at most one value",
    page: include_str!("../pages/L0329.md"),
    check: Some(leaves),
};

/// Programs end.
pub const COST: Rule = Rule {
    code: "L0330",
    summary: "an op from which execution can go back costs fuel",
    page: include_str!("../pages/L0330.md"),
    check: Some(cost),
};

/// Pure ops do nothing beside.
pub const PURE: Rule = Rule {
    code: "L0331",
    summary: "a pure op states no effects and no traps, and goes on to the next instruction",
    page: include_str!("../pages/L0331.md"),
    check: Some(pure),
};

fn value(sources: &SourceMap, op: &Op, key: &str) -> Span {
    locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()])
}

fn label_operands<'a>(set: &'a InstructionSet, op: &'a Op) -> Vec<&'a Operand> {
    op.operands
        .iter()
        .filter(|operand| matches!(set.operand_kinds[operand.kind].meaning, OperandMeaning::Label { .. }))
        .collect()
}

fn labels(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let labels = label_operands(set, op);
            let control = op.control.name();
            if matches!(op.control, Control::Jump | Control::Branch) {
                if let [label] = labels.as_slice() {
                    if set.operand_kinds[label.kind].meaning == (OperandMeaning::Label { optional: true }) {
                        diagnostics.push(
                            Diagnostic::error(
                                LABELS.code,
                                format!("op `{}` is a {control}, but its label may be absent", op.name),
                            )
                            .at(label.span, "")
                            .help("use a kind of label that isn't `optional`"),
                        );
                    }
                    continue;
                }
                let mut diagnostic = Diagnostic::error(
                    LABELS.code,
                    format!(
                        "op `{}` is a {control}, but has {}",
                        op.name,
                        text::count(labels.len(), "label operand")
                    ),
                )
                .at(value(sources, op, "control"), "");
                for label in &labels {
                    diagnostic = diagnostic.at(label.span, "");
                }
                diagnostics.push(
                    diagnostic
                        .note("its target is its one label operand")
                        .help("write `operands = [\"to: label\"]`, with the set's kind of label"),
                );
            } else if !labels.is_empty() && !effects::states(set, op, "handlers") {
                let mut diagnostic = Diagnostic::error(
                    LABELS.code,
                    format!("op `{}` has a label, but its control is `{control}`", op.name),
                );
                for label in &labels {
                    diagnostic = diagnostic.at(label.span, "");
                }
                diagnostics.push(
                    diagnostic.note("the verifier would not follow it").help(
                        "write `control = \"jump\"` or `\"branch\"`, or state the effect `handlers` if it installs a handler",
                    ),
                );
            }
        }
    }
}

/// Whether something about `op` says what it calls.
fn has_callee(set: &InstructionSet, op: &Op) -> bool {
    let by_operand = op
        .operands
        .iter()
        .any(|operand| match &set.operand_kinds[operand.kind].meaning {
            OperandMeaning::Index(Indexes::Module { field }) => {
                // What can be called has a result; a list that isn't there is another rule's concern.
                records::element(set, field).is_none()
                    || records::record_of(set, records::element(set, field)).is_some_and(|record| records::has(record, "result"))
            }
            OperandMeaning::Index(Indexes::ClassMethods) => true,
            _ => false,
        });
    by_operand
        || op.inputs.iter().any(|input| match &input.expression {
            // A reference can be a closure, or a description of what is to be called.
            TypeExpression::Named { constructor, .. } => !total::is_primitive(&set.slots[set.types[*constructor].slot].rust),
            _ => !input.expression.is_many(),
        })
}

fn callee(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set
            .ops
            .iter()
            .filter(|op| op.control == Control::Call && !has_callee(set, op))
        {
            diagnostics.push(
                Diagnostic::error(CALLEE.code, format!("op `{}` is a call, but nothing says of what", op.name))
                    .at(value(sources, op, "control"), "")
                    .note("a callee is an operand that names a function or a method, or an input that can refer to one")
                    .help("write `operands = [\"f: function\"]`, with the set's kind of function"),
            );
        }
    }
}

fn leaves(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            if matches!(op.control, Control::Next | Control::Call) {
                continue;
            }
            let control = op.control.name();
            if let Some(output) = op.outputs.first() {
                let why = match op.control {
                    Control::Branch => "its meaning says only whether to jump",
                    Control::Return => "what it returns is pushed by the call",
                    _ => "nothing after it would see them",
                };
                diagnostics.push(
                    Diagnostic::error(LEAVES.code, format!("op `{}` is a {control}, but has outputs", op.name))
                        .at(output.span, why)
                        .at(value(sources, op, "control"), "")
                        .help("leave out `out`"),
                );
            }
            let too_many = op.inputs.len() > 1 || op.inputs.iter().any(|input| input.expression.is_many());
            if matches!(op.control, Control::Return | Control::Throw) && too_many {
                let mut diagnostic = Diagnostic::error(
                    LEAVES.code,
                    format!("op `{}` is a {control}, but takes more than one value", op.name),
                );
                for input in &op.inputs {
                    diagnostic = diagnostic.at(input.span, "");
                }
                diagnostics.push(diagnostic.help("put several values into one, a tuple for instance"));
            }
        }
    }
}

fn cost(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            let loops = matches!(op.control, Control::Jump | Control::Branch | Control::Call | Control::Throw);
            if op.cost == 0 && loops {
                diagnostics.push(
                    Diagnostic::error(
                        COST.code,
                        format!("op `{}` is a {}, but costs nothing", op.name, op.control.name()),
                    )
                    .at(value(sources, op, "cost"), "")
                    .note("execution can come back to it, so that a program could run for ever on no fuel")
                    .help("give it a cost of at least 1")
                    .suggest(value(sources, op, "cost"), "1", "the least that ends"),
                );
            }
        }
    }
}

fn pure(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| op.pure) {
            let mut against = Vec::new();
            if !op.effects.is_empty() {
                against.push(("has effects", "effects"));
            }
            if !op.traps.is_empty() {
                against.push(("can trap", "traps"));
            }
            if op.control != Control::Next {
                against.push(("leaves its place", "control"));
            }
            if against.is_empty() {
                continue;
            }
            let faults: Vec<&str> = against.iter().map(|(fault, _)| *fault).collect();
            let mut diagnostic = Diagnostic::error(PURE.code, format!("op `{}` is pure, but {}", op.name, faults.join(" and ")))
                .at(value(sources, op, "pure"), "");
            for (_, key) in &against {
                diagnostic = diagnostic.at(value(sources, op, key), "");
            }
            diagnostics.push(
                diagnostic
                    .note("a pure op may be folded, moved, repeated or left out by whoever runs it")
                    .help("leave out `pure`"),
            );
        }
    }
}
