//! Emits `tests/assembly.rs` of the facts crate.

use super::plan::{Plan, name_field};
use super::whole;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::model::instruction_set::operand::{Indexes, OperandMeaning};
use crate::model::instruction_set::{Op, OperandKind, Scalar};

/// Adds the tests, if the set has code and an op without operands to write tests with.
pub fn files(plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let set = plan.set;
    let with_code = plan
        .declared
        .iter()
        .find_map(|declared| Some((declared, plan.code_of(declared)?)));
    let Some(plain) = set.ops.iter().find(|op| op.operands.is_empty()) else {
        return Ok(());
    };
    let Some((declared, code)) = with_code else { return Ok(()) };
    let record = &set.format.records[declared.record];
    let others = record.fields.len() - usize::from(name_field(record).is_some());
    let (head, tail) = if others == 1 {
        (format!("{} f:", record.name), "")
    } else {
        (format!("{} f {{{{ {}", record.name, code.name), "}}")
    };
    let samples: String = set.ops.iter().map(|op| format!("    {:?},\n", sample(plan, op))).collect();
    let jump = set.ops.iter().find(|op| {
        let [operand] = op.operands.as_slice() else { return false };
        matches!(set.operand_kinds[operand.kind].meaning, OperandMeaning::Label { .. })
    });
    let labels = jump.map_or_else(String::new, |jump| {
        let code = format!("{{ here: {} ^her }}", jump.name);
        format!("    check(&file(\"{code}\"), \"did you mean `here`?\");\n")
    });
    let taken = |byte: u8| set.encoding.extension_prefix == Some(byte) || set.ops.iter().any(|op| op.code == u16::from(byte));
    let undecoded = (0..=u8::MAX).rev().find(|byte| !taken(*byte)).map_or_else(String::new, |byte| {
        format!(
            "#[test]\nfn what_does_not_decode_is_written_as_bytes() {{\n    let shown = round_trip(&file(\"bytes(\\\"{byte:02x} {byte:02x}\\\")\"));\n    \
             assert!(shown.contains(\"bytes(\\\"{byte:02x}{byte:02x}\\\")\"), \"{{shown}}\");\n}}\n\n"
        )
    });
    let text = include_str!("../templates/asm_tests.rs")
        .replace("__FACTS__", &set.library("facts"))
        .replace("__SAMPLES__", &samples)
        .replace("__WHOLE__", &format!("{:?}", whole::text(plan)))
        .replace("__HEAD__", &head)
        .replace("__TAIL__", tail)
        .replace("__PLAIN__", &plain.name)
        .replace("__KEYWORD__", &record.name)
        .replace("__UNDECODED__", &undecoded)
        .replace("    __LABELS__\n", &labels);
    builder.file("tests/assembly.rs", text, &sources::of(set, sources::ALL));
    Ok(())
}

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
