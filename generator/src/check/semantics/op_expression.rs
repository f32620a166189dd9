//! Rules of the expressions that stand in ops: which ops may have one, what it sees there, and what it must give.

use super::expression::{Subject, judge};
use super::{EXPRESSION_PLAIN, word_expression};
use crate::check::locate;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::{operand_type, takes, value_type};
use crate::model::instruction_set::{Control, InstructionSet, InstructionSets, Meaning, Op, Operand, OperandMeaning};
use crate::source::{SourceMap, Span};

/// Finds whatever is wrong with the expressions of every set.
pub fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        word_expression::check(set, sources, diagnostics);
    }
    for set in &model.part::<InstructionSets>().sets {
        for op in &set.ops {
            if let Meaning::Expression { text, span } = &op.meaning {
                plain(set, op, *span, sources, diagnostics);
                expression(set, op, text, *span, sources, diagnostics);
            }
        }
    }
}

/// What stands in the way of an expression is a property of the op, not of the expression.
fn plain(set: &InstructionSet, op: &Op, span: Span, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let taken = takes(set, op);
    let suspends = op.effects.iter().any(|effect| set.effects[*effect].suspends);
    let (why, key) = if !op.traps.is_empty() {
        ("states traps", "traps")
    } else if suspends {
        ("may be suspended", "effects")
    } else if taken.context != Access::None || taken.frame != Access::None {
        ("works on the machine", "effects")
    } else if !matches!(
        op.control,
        Control::Next | Control::Branch | Control::Jump | Control::Return | Control::Throw
    ) {
        ("calls or halts", "control")
    } else {
        return;
    };
    let place = locate::value(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()]);
    diagnostics.push(
        Diagnostic::error(EXPRESSION_PLAIN.code, format!("op `{}` has an `expr`, but {why}", op.name))
            .at(span, "")
            .at(place, "")
            .note("an expression sees only the values of inputs and operands, and always gives a result")
            .help(format!(
                "write the meaning as a function in `{}/src` and name it with `sem`",
                set.runtime_folder()
            )),
    );
}

fn expression(set: &InstructionSet, op: &Op, source: &str, span: Span, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let inputs = op
        .inputs
        .iter()
        .map(|input| (input.name.clone(), value_type(set, &input.expression), input.span));
    let operands = op.operands.iter().map(|operand| {
        let rust = operand_type(&set.operand_kinds[operand.kind]);
        (operand.name.clone(), rust, operand.span)
    });
    let subject = Subject {
        what: format!("the `expr` of op `{}`", op.name),
        calls: None,
        runtime: set.runtime_folder(),
        set: Some(set),
        names: inputs.chain(operands).collect(),
        expected: match op.control {
            Control::Branch => Some(vec!["bool".to_owned()]),
            Control::Next => {
                let outputs = op.outputs.iter();
                Some(outputs.map(|output| value_type(set, &output.expression)).collect())
            }
            _ => None,
        },
        // An op that gives nothing has nothing to use its inputs for, and the target of a jump is the engine's concern.
        needless: match op.outputs.is_empty() && op.control == Control::Next {
            true => None,
            false => Some(
                op.operands
                    .iter()
                    .filter(|operand| is_label(set, operand))
                    .map(|operand| operand.name.as_str())
                    .collect(),
            ),
        },
    };
    judge(&subject, source, span, sources, diagnostics);
}

fn is_label(set: &InstructionSet, operand: &Operand) -> bool {
    matches!(set.operand_kinds[operand.kind].meaning, OperandMeaning::Label { .. })
}
