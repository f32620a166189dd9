//! `tests/` of the facts crate: every word, golden bytes, assembly.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::ImageSet;

/// Adds the files.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let krate = set.library("facts");
    let words = include_str!("text/tests/words.rs").replace("__FACTS__", &krate);
    // A word of 32 bits has too many values; a stride without a common factor still meets every pattern with varying fields.
    let (every, step) = match set.encoding.bits {
        32 => ("A sample of words", "(0..=Word::MAX).step_by(65_521)"),
        _ => ("Every word", "0..=Word::MAX"),
    };
    builder.file(
        "tests/words.rs",
        words.replace("__EVERY__", every).replace("__WORDS__", step),
        &set.files,
    );
    builder.file("tests/golden.rs", golden(set)?, &set.files);
    let example = set
        .ops
        .iter()
        .find(|op| op.operands.is_empty())
        .map(|op| op.syntax.text.clone());
    let assembly = include_str!("text/tests/assembly.rs")
        .replace("__FACTS__", &krate)
        .replace("__LINE__", &example.unwrap_or_else(|| "byte 0".to_owned()));
    builder.file("tests/assembly.rs", assembly, &set.files);
    Ok(())
}

fn golden(set: &ImageSet) -> anyhow::Result<String> {
    let krate = set.library("facts");
    let mut text = rust::module_doc_lines(
        "Holds encoder, decoder and assembler to bytes that were written by hand: `golden` of the ops in the spec.",
    );
    text.push('\n');
    text.push_str(&include_str!("text/tests/golden.rs").replace("__FACTS__", &krate));
    text.push_str("\n/// The rows in order of the patterns.\nconst ROWS: &[Row] = &[\n");
    for op in &set.ops {
        let Some(golden) = &op.golden else { continue };
        let bytes: Vec<String> = golden.bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
        let numbers: Vec<String> = golden.operands.iter().map(|operand| operand.trim().to_owned()).collect();
        writeln!(
            text,
            "    row(Opcode::{}, &[{}], &[{}]),",
            rust::variant(&op.name),
            numbers.join(", "),
            bytes.join(", ")
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}
