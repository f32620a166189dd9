//! Rules of meaning: where an op goes, and which registers it names.

use crate::check::{Rule, locate, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::image::{WordControl, WordOp};
use crate::model::instruction_set::{InstructionSets, Meaning};
use crate::source::{SourceMap, Span};

/// Control and operands agree.
pub const CONTROL: Rule = Rule {
    code: "L1127",
    summary: "a jump or call over words has one target operand, and what keeps or finds a way back is a function",
    page: include_str!("../../pages/L1127.md"),
    check: Some(control),
};

/// Registers are named for expressions only.
pub const VALUES: Rule = Rule {
    code: "L1128",
    summary: "`in` and `out` stand beside an `expr`, and `out` where there is a value to take",
    page: include_str!("../../pages/L1128.md"),
    check: Some(values),
};

fn value(sources: &SourceMap, op: &WordOp, key: &str) -> Span {
    locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()])
}

fn control(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        for op in &set.ops {
            let targets: Vec<_> = op
                .operands
                .iter()
                .filter(|operand| set.operand_kinds[operand.kind].is_target())
                .collect();
            let jumps = matches!(op.control, WordControl::Jump | WordControl::Call);
            if jumps && targets.len() != 1 {
                let mut diagnostic = Diagnostic::error(
                    CONTROL.code,
                    format!(
                        "op `{}` is a {} with {}",
                        op.name,
                        op.control.name(),
                        text::count(targets.len(), "target")
                    ),
                )
                .at(value(sources, op, "control"), "");
                for operand in &targets {
                    diagnostic = diagnostic.at(operand.span, "a target");
                }
                diagnostics.push(
                    diagnostic
                        .note("a disassembler follows the target to find out what is code")
                        .help("give it one operand of a kind with `address = \"code\"`, or say `control = \"computed\"`"),
                );
            }
            let expression = matches!(op.meaning, Meaning::Expression { .. });
            if expression
                && matches!(
                    op.control,
                    WordControl::Call | WordControl::Return | WordControl::Wait | WordControl::Halt
                )
            {
                diagnostics.push(
                    Diagnostic::error(
                        CONTROL.code,
                        format!(
                            "op `{}` is a {}, but its meaning is an expression",
                            op.name,
                            op.control.name()
                        ),
                    )
                    .at(value(sources, op, "control"), "")
                    .at(value(sources, op, "expr"), "")
                    .note("an expression sees only values; a way back is kept in the state, and a wait asks the host")
                    .help(format!(
                        "write a function in `{}/src` and name it with `sem`",
                        set.runtime_folder()
                    )),
                );
            }
            if op.control == WordControl::Halt && op.traps.is_empty() {
                diagnostics.push(
                    Diagnostic::error(CONTROL.code, format!("op `{}` halts, but states no trap", op.name))
                        .at(value(sources, op, "control"), "")
                        .note("a program that halts ends with the trap that the meaning gives")
                        .help("add `traps`"),
                );
            }
        }
    }
}

fn values(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for op in model.part::<InstructionSets>().images.iter().flat_map(|set| &set.ops) {
        let expression = matches!(op.meaning, Meaning::Expression { .. });
        if !expression {
            let places = op
                .inputs
                .iter()
                .map(|input| input.span)
                .chain(op.output.map(|output| output.span));
            for place in places {
                diagnostics.push(
                    Diagnostic::error(
                        VALUES.code,
                        format!("op `{}` names registers for an expression that it doesn't have", op.name),
                    )
                    .at(place, "")
                    .note("a function is given the context and takes from it what it needs")
                    .help("remove it, or give the meaning as `expr`"),
                );
            }
        }
        if let Some(output) = op.output
            && op.control != WordControl::Next
        {
            diagnostics.push(
                Diagnostic::error(
                    VALUES.code,
                    format!("op `{}` has an `out`, but its value says where to go", op.name),
                )
                .at(output.span, "")
                .note("with a control other than `next` the value of the expression is a condition or an address, or nothing")
                .help("remove `out`, or write a function and name it with `sem`"),
            );
        }
    }
}
