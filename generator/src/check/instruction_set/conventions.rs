//! Rules of what emitters find by name: a set may call its parts what it likes, but for these.

use crate::check::{Rule, locate, mend};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSets, OperandMeaning};
use crate::source::SourceMap;

use super::effects;

/// The trap with which the reference interpreter fails an op that waits.
const NOT_IMPLEMENTED: &str = "not_implemented";

/// The names of a handler's labels: where an exception continues, and where it continues if nothing catches it.
const HANDLER_LABELS: [&str; 2] = ["catch", "finally"];

/// An op that waits fails in a defined way.
pub const WAITS: Rule = Rule {
    code: "L0343",
    summary: "an op that waits states the trap `not_implemented`",
    page: include_str!("../pages/L0343.md"),
    check: Some(waits),
};

/// The verifier knows which label of a handler is which.
pub const HANDLERS: Rule = Rule {
    code: "L0344",
    summary: "the labels of an op that installs a handler are named `catch` and `finally`",
    page: include_str!("../pages/L0344.md"),
    check: Some(handlers),
};

fn waits(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| op.waits.is_some()) {
            if op.traps.iter().any(|trap| set.traps[*trap].name == NOT_IMPLEMENTED) {
                continue;
            }
            let key = |key: &str| locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()]);
            let diagnostic = Diagnostic::error(
                WAITS.code,
                format!("op `{}` waits, but doesn't state the trap `{NOT_IMPLEMENTED}`", op.name),
            )
            .at(key("waits"), "")
            .note("until what it waits for is there, the reference interpreter fails it with that trap");
            diagnostics.push(match set.traps.iter().find(|trap| trap.name == NOT_IMPLEMENTED) {
                Some(trap) => diagnostic
                    .at(trap.span, "the trap")
                    .help(format!("add \"{NOT_IMPLEMENTED}\" to its `traps`"))
                    .fix(mend::add_to_list(sources, op, "traps", NOT_IMPLEMENTED), "state the trap"),
                None => diagnostic.help(format!(
                    "add the entry `[trap.{NOT_IMPLEMENTED}]` and name it in the op's `traps`"
                )),
            });
        }
    }
}

fn handlers(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| effects::states(set, op, "handlers")) {
            for operand in &op.operands {
                let is_label = matches!(set.operand_kinds[operand.kind].meaning, OperandMeaning::Label { .. });
                if is_label && !HANDLER_LABELS.contains(&operand.name.as_str()) {
                    diagnostics.push(
                        Diagnostic::error(
                            HANDLERS.code,
                            format!("label `{}` of op `{}` is neither `catch` nor `finally`", operand.name, op.name),
                        )
                        .at(operand.span, "")
                        .note("an op with the effect `handlers` and labels installs a handler; their names say what the verifier follows")
                        .help("call it `catch` if exceptions continue there, `finally` if they do so when nothing catches them"),
                    );
                }
            }
        }
    }
}
