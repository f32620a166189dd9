//! Rules of effects: what an op states must agree with what its operands, types and control say.
//!
//! The names of some effects have a meaning in every set; a set that doesn't need one simply doesn't declare it.

use crate::check::{Rule, locate, mend};
use crate::diagnostic::{Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::instruction_set::{Control, Indexes, InstructionSet, InstructionSets, Op, OperandMeaning, TypeFunction};
use crate::source::{SourceMap, Span};
use crate::suggest;

use super::expressions;

/// Locals.
pub const LOCALS: Rule = Rule {
    code: "L0332",
    summary: "an op whose types or operands name locals states `locals.read` or `locals.write`, and the reverse",
    page: include_str!("../pages/L0332.md"),
    check: Some(locals),
};

/// Captures.
pub const CAPTURES: Rule = Rule {
    code: "L0333",
    summary: "an op whose types or operands name captures states `captures.read` or `captures.write`, and the reverse",
    page: include_str!("../pages/L0333.md"),
    check: Some(captures),
};

/// Globals.
pub const GLOBALS: Rule = Rule {
    code: "L0334",
    summary: "an op whose types name a global or static states `globals.read` or `globals.write`, and the reverse",
    page: include_str!("../pages/L0334.md"),
    check: Some(globals),
};

/// Calls.
pub const CALL: Rule = Rule {
    code: "L0335",
    summary: "an op with the control `call` states the effect `call`, and the reverse",
    page: include_str!("../pages/L0335.md"),
    check: Some(call),
};

/// Throws.
pub const THROW: Rule = Rule {
    code: "L0336",
    summary: "an op with the control `throw` states the effect `throw`",
    page: include_str!("../pages/L0336.md"),
    check: Some(throw),
};

/// Suspension.
pub const SUSPEND: Rule = Rule {
    code: "L0337",
    summary: "an op that may be suspended goes on to the next instruction",
    page: include_str!("../pages/L0337.md"),
    check: Some(suspend),
};

/// Whether `op` states the effect with a name.
pub(super) fn states(set: &InstructionSet, op: &Op, name: &str) -> bool {
    op.effects.iter().any(|effect| set.effects[*effect].name == name)
}

fn states_any(set: &InstructionSet, op: &Op, names: &[&str]) -> bool {
    names.iter().any(|name| states(set, op, name))
}

fn stated(sources: &SourceMap, op: &Op, name: &str) -> Span {
    let path = ["op".into(), op.name.as_str().into(), "effects".into()];
    locate::position(sources, op.span, &path, name).unwrap_or(op.span)
}

/// The edit that makes an op state an effect, if there is such an effect.
fn state(set: &InstructionSet, sources: &SourceMap, op: &Op, name: &str) -> Vec<Edit> {
    match set.effects.iter().any(|effect| effect.name == name) {
        true => mend::add_to_list(sources, op, "effects", name),
        false => Vec::new(),
    }
}

/// What makes ops touch a part of the machine, and the effects that say so.
struct Part<'a> {
    code: &'static str,
    what: &'static str,
    effects: &'a [&'static str],
    functions: &'a [TypeFunction],
    /// Those of the effects that nothing but a name justifies. Reading locals also means to count arguments, say.
    needs_name: &'a [&'static str],
    /// Further type functions that make one of the effects plausible without demanding it.
    plausible: &'a [TypeFunction],
    indexes: Option<Indexes>,
}

fn agree(set: &InstructionSet, sources: &SourceMap, part: &Part<'_>, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        let uses = expressions::uses(op);
        let by_type = uses.iter().find(|used| part.functions.contains(&used.function));
        let by_operand = op.operands.iter().find(|operand| {
            let meaning = &set.operand_kinds[operand.kind].meaning;
            matches!((meaning, &part.indexes), (OperandMeaning::Index(indexes), Some(wanted)) if indexes == wanted)
        });
        let touched = by_type.map(|used| used.span).or(by_operand.map(|operand| operand.span));
        let states = states_any(set, op, part.effects);
        let plausible = uses.iter().any(|used| part.plausible.contains(&used.function));
        let declared: Vec<&str> = set
            .effects
            .iter()
            .map(|effect| effect.name.as_str())
            .filter(|name| part.effects.contains(name))
            .collect();
        if let Some(span) = touched
            && !states
        {
            let help = if declared.is_empty() {
                format!(
                    "declare `[effect.\"{}\"]` with what the semantics function is given, and state it",
                    part.effects[0]
                )
            } else {
                format!("add {} to its `effects`", declared_list(&declared))
            };
            diagnostics.push(
                Diagnostic::error(
                    part.code,
                    format!("op `{}` works on {} without stating so", op.name, part.what),
                )
                .at(span, format!("names {}", part.what))
                .at(
                    op.span,
                    format!("states none of {}", suggest::list(part.effects.iter().copied())),
                )
                .note("engines keep such values in registers across ops that don't state the effect")
                .help(help),
            );
        }
        let unjustified = part.needs_name.iter().copied().find(|name| self::states(set, op, name));
        if let Some(name) = unjustified
            && touched.is_none()
            && !plausible
        {
            diagnostics.push(
                Diagnostic::error(
                    part.code,
                    format!(
                        "op `{}` states `{name}`, but neither an operand nor a type of it names {}",
                        op.name, part.what
                    ),
                )
                .at(stated(sources, op, name), "")
                .help("leave out the effect, or name in an operand what it works on"),
            );
        }
    }
}

fn declared_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}

fn locals(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let part = Part {
            code: LOCALS.code,
            what: "locals",
            effects: &["locals.read", "locals.write"],
            needs_name: &["locals.write"],
            functions: &[TypeFunction::Local],
            plausible: &[TypeFunction::Rest],
            indexes: Some(Indexes::Locals),
        };
        agree(set, sources, &part, diagnostics);
    }
}

fn captures(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let part = Part {
            code: CAPTURES.code,
            what: "captures",
            effects: &["captures.read", "captures.write"],
            needs_name: &["captures.read", "captures.write"],
            functions: &[TypeFunction::Capture],
            plausible: &[TypeFunction::CaptureOf, TypeFunction::Captures],
            indexes: None,
        };
        agree(set, sources, &part, diagnostics);
    }
}

fn globals(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let part = Part {
            code: GLOBALS.code,
            what: "globals",
            effects: &["globals.read", "globals.write"],
            needs_name: &["globals.read", "globals.write"],
            functions: &[TypeFunction::Global, TypeFunction::Static],
            plausible: &[],
            indexes: None,
        };
        agree(set, sources, &part, diagnostics);
    }
}

fn control_place(sources: &SourceMap, op: &Op) -> Span {
    locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), "control".into()])
}

fn call(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            match (op.control == Control::Call, states(set, op, "call")) {
                (true, false) => diagnostics.push(
                    Diagnostic::error(CALL.code, format!("op `{}` is a call without the effect `call`", op.name))
                        .at(control_place(sources, op), "")
                        .note("whatever the callee does happens in this op")
                        .help("add `\"call\"` to its `effects`")
                        .fix(state(set, sources, op, "call"), "state the effect"),
                ),
                (false, true) => diagnostics.push(
                    Diagnostic::error(
                        CALL.code,
                        format!("op `{}` states the effect `call`, but isn't a call", op.name),
                    )
                    .at(stated(sources, op, "call"), "")
                    .at(control_place(sources, op), "")
                    .help("write `control = \"call\"`, or leave out the effect"),
                ),
                _ => {}
            }
        }
    }
}

fn throw(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| op.control == Control::Throw) {
            if !states(set, op, "throw") {
                diagnostics.push(
                    Diagnostic::error(
                        THROW.code,
                        format!("op `{}` is a throw without the effect `throw`", op.name),
                    )
                    .at(control_place(sources, op), "")
                    .note("the verifier follows edges to handlers only from ops that state it, can call, or have a catchable trap")
                    .help("add `\"throw\"` to its `effects`")
                    .fix(state(set, sources, op, "throw"), "state the effect"),
                );
            }
        }
    }
}

fn suspend(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        for op in set.ops.iter().filter(|op| op.control != Control::Next) {
            let Some(effect) = op.effects.iter().map(|id| &set.effects[*id]).find(|effect| effect.suspends) else {
                continue;
            };
            diagnostics.push(
                Diagnostic::error(
                    SUSPEND.code,
                    format!(
                        "op `{}` may be suspended by `{}`, but its control is `{}`",
                        op.name,
                        effect.name,
                        op.control.name()
                    ),
                )
                .at(stated(sources, op, &effect.name), "")
                .at(control_place(sources, op), "")
                .note("a task that is resumed runs the op again, which must not have left its place")
                .help("split the op: one that waits, and one that goes elsewhere"),
            );
        }
    }
}
