//! Emits `tests/assembly.rs` of the facts crate.

use super::plan::{Plan, name_field};
use super::sample::sample;
use super::whole;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::model::instruction_set::operand::OperandMeaning;

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
