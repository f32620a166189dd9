//! Writes an instruction of each op, for the emitted tests.

use super::plan::Plan;
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{Op, OperandKind, Scalar};

/// An instruction with operands that need no declaration.
pub fn sample(plan: &Plan<'_>, op: &Op) -> String {
    let operands = op
        .operands
        .iter()
        .map(|operand| operand_sample(plan, &plan.set.operand_kinds[operand.kind]));
    let operands: Vec<String> = operands.collect();
    format!("{} {}", op.name, operands.join(", ")).trim_end().to_owned()
}

fn operand_sample(plan: &Plan<'_>, kind: &OperandKind) -> String {
    match &kind.meaning {
        OperandMeaning::Number => match kind.encoding {
            Scalar::Bool => "true",
            Scalar::F32 | Scalar::F64 => "-1.5",
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => "-2",
            Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => "2",
        }
        .to_owned(),
        OperandMeaning::Label { .. } => "here".to_owned(),
        OperandMeaning::Index(Indexes::Types) => {
            let plain = plan.set.types.iter().find(|one| one.parameters.is_empty());
            plain.map_or_else(|| "#64".to_owned(), |one| one.name.clone())
        }
        OperandMeaning::Index(_) => "#1".to_owned(),
    }
}
