//! Rules of meaning: where an op goes, and what its expression reads and writes.

use crate::check::semantics::expression::{self, Subject};
use crate::check::semantics::{EXPRESSION_NAME, EXPRESSION_PLAIN};
use crate::check::{Rule, locate, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::image::signature::{address_type, context_access, operand_type};
use crate::model::instruction_set::image::{ImageSet, OutputPlace, WordControl, WordOp};
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

/// Holds the expressions of a set against the rules of expressions.
pub fn expressions(set: &ImageSet, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        let Meaning::Expression { text, span } = &op.meaning else {
            continue;
        };
        let (why, key) = if !op.traps.is_empty() {
            ("states traps", "traps")
        } else if context_access(set, op) != Access::None {
            ("works on the machine", "effects")
        } else {
            ("", "")
        };
        if !why.is_empty() {
            diagnostics.push(
                Diagnostic::error(EXPRESSION_PLAIN.code, format!("op `{}` has an `expr`, but {why}", op.name))
                    .at(*span, "")
                    .at(value(sources, op, key), "")
                    .note("an expression sees only the values of operands and registers, and always gives a result")
                    .help(format!(
                        "write the meaning as a function in `{}/src` and name it with `sem`",
                        set.runtime_folder()
                    )),
            );
        }
        for input in &op.inputs {
            if op.operands.iter().any(|operand| operand.name == input.name) {
                diagnostics.push(
                    Diagnostic::error(
                        EXPRESSION_NAME.code,
                        format!(
                            "in the `expr` of op `{}`, `{}` is both an operand and a register",
                            op.name, input.name
                        ),
                    )
                    .at(input.span, "")
                    .help("give the operand another name"),
                );
            }
        }
        let operands = op.operands.iter().map(|operand| {
            let kind = &set.operand_kinds[operand.kind];
            let rust = match kind.bank {
                Some(bank) => set.registers[bank].scalar.name().to_owned(),
                None => operand_type(kind),
            };
            (operand.name.clone(), rust, operand.span)
        });
        let inputs = op.inputs.iter().map(|input| {
            (
                input.name.clone(),
                set.registers[input.register].scalar.name().to_owned(),
                input.span,
            )
        });
        let subject = Subject {
            what: format!("the `expr` of op `{}`", op.name),
            calls: None,
            runtime: set.runtime_folder(),
            set: None,
            names: operands.chain(inputs).collect(),
            expected: expected(set, op),
            // An op that gives nothing has nothing to use its operands for.
            needless: (op.output.is_some() || op.control != WordControl::Next).then(|| needless(set, op)),
        };
        expression::judge(&subject, text, *span, sources, diagnostics);
    }
}

/// What the expression of an op must give.
fn expected(set: &ImageSet, op: &WordOp) -> Option<Vec<String>> {
    let of = match op.control {
        WordControl::Skip | WordControl::Wait => "bool",
        WordControl::Computed | WordControl::Return => address_type(set),
        WordControl::Jump | WordControl::Call => return Some(Vec::new()),
        WordControl::Halt => return None,
        WordControl::Next => match op.output {
            None => return Some(Vec::new()),
            Some(output) => output_type(set, op, output.place),
        },
    };
    Some(vec![of.to_owned()])
}

/// The Rust type of what takes the value of an expression.
pub fn output_type(set: &ImageSet, op: &WordOp, place: OutputPlace) -> &'static str {
    let register = match place {
        OutputPlace::Register(register, _) => Some(register),
        OutputPlace::Operand(position) => set.operand_kinds[op.operands[position].kind].bank,
    };
    register.map_or("()", |register| set.registers[register].scalar.name())
}

/// Operands that an expression needn't use: the one that takes its value, and the target of a jump.
fn needless<'a>(set: &ImageSet, op: &'a WordOp) -> Vec<&'a str> {
    let taken = op.operands.iter().enumerate().filter(|(position, operand)| {
        let takes = op
            .output
            .is_some_and(|output| output.place == OutputPlace::Operand(*position));
        takes || (set.operand_kinds[operand.kind].is_target() && op.control != WordControl::Computed)
    });
    taken.map(|(_, operand)| operand.name.as_str()).collect()
}
