//! Rules of the expressions that stand in ops over words: what they name, and what they must give.

use super::expression::{Subject, judge};
use super::{EXPRESSION_NAME, EXPRESSION_PLAIN};
use crate::check::locate;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::Meaning;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::image::signature::{address_type, context_access, operand_type};
use crate::model::instruction_set::image::{ImageSet, OutputPlace, WordControl, WordOp};
use crate::source::SourceMap;

/// Holds the expressions of a set against the rules of expressions.
pub fn check(set: &ImageSet, sources: &SourceMap, diagnostics: &mut Diagnostics) {
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
                    .at(
                        locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()]),
                        "",
                    )
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
        judge(&subject, text, *span, sources, diagnostics);
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
fn output_type(set: &ImageSet, op: &WordOp, place: OutputPlace) -> &'static str {
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
