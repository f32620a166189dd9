//! `src/opcode/`: the enum of instructions, by number and by name.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::{rust, template};
use crate::model::instruction_set::InstructionSet;

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "The instructions by number and by name.\n\n[`Opcode`] is an instruction without its operands; what is known about it stands in \
         [`OpcodeInfo`]. Opcodes of the first page are one byte; those from 0x100 on are the second byte behind the extension prefix.",
    );
    text.push_str("\nuse core::fmt;\n\nuse crate::metadata::{self, OpcodeInfo};\n\nmod tables;\n\n");
    writeln!(text, "/// An instruction of {}, without its operands.", set.name)?;
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[repr(u16)]\npub enum Opcode {\n");
    for op in &set.ops {
        let name = rust::variant(&op.name);
        text.push_str(&rust::doc_lines(
            4,
            &format!("{} {}", names::summary(&op.doc), provenance::op(op)),
        ));
        text.push_str(&names::alias(4, op, &name));
        writeln!(text, "    {name} = {},", names::code(op.code))?;
    }
    text.push_str("}\n\n");
    text.push_str(METHODS);
    builder.file("src/opcode/mod.rs", text, &sources::of(set, &[sources::OPS]));

    let variants: Vec<String> = set
        .ops
        .iter()
        .map(|op| format!("Opcode::{}", rust::variant(&op.name)))
        .collect();
    let mut by_name: Vec<(&str, u16)> = set.ops.iter().map(|op| (op.name.as_str(), op.code)).collect();
    by_name.sort_unstable();
    let mut tables = rust::module_doc_lines("Look-up tables of [`Opcode`].");
    writeln!(tables, "\nuse super::Opcode;\n")?;
    writeln!(
        tables,
        "/// Every opcode in order of the codes.\npub(super) static ALL: [Opcode; {}] = [",
        variants.len()
    )?;
    tables.push_str(&rust::wrapped(4, variants.iter().cloned()));
    let mut by_code = vec!["None".to_owned(); set.ops.iter().map(|op| usize::from(op.code) + 1).max().unwrap_or(0)];
    for (op, variant) in set.ops.iter().zip(&variants) {
        by_code[usize::from(op.code)] = format!("Some({variant})");
    }
    writeln!(
        tables,
        "];\n\n/// By code.\nstatic BY_CODE: [Option<Opcode>; {}] = [",
        by_code.len()
    )?;
    tables.push_str(&rust::wrapped(4, by_code));
    tables.push_str("];\n\n/// The opcode with this code.\n#[inline]\npub(super) fn from_code(code: u16) -> Option<Opcode> {\n");
    tables.push_str("    BY_CODE.get(usize::from(code)).copied().flatten()\n}\n\n");
    writeln!(
        tables,
        "/// Mnemonics in alphabetical order, for binary search.\npub(super) static BY_MNEMONIC: [(&str, Opcode); {}] = [",
        by_name.len()
    )?;
    for (name, _) in by_name {
        writeln!(tables, "    ({}, Opcode::{}),", rust::literal(name), rust::variant(name))?;
    }
    tables.push_str("];\n");
    builder.file("src/opcode/tables.rs", tables, &sources::of(set, &[sources::OPS]));
    Ok(())
}

const METHODS: &str = include_str!("text/opcode_methods.rs");

/// `src/encode.rs` and `src/decode.rs`, which need no more than the tables and the encoding.
pub fn codec(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let data = serde_json::json!({
        "little_endian": set.encoding.little_endian,
        "prefix": set.encoding.extension_prefix.map(|byte| format!("{byte:#04X}").replace("0X", "0x")),
        "example": names::plain_op(set).map(|op| rust::variant(&op.name)),
        "crate": set.library("facts"),
    });
    for (path, text) in [
        ("src/encode.rs", include_str!("text/encode.rs.hbs")),
        ("src/decode.rs", include_str!("text/decode.rs.hbs")),
    ] {
        builder.file(
            path,
            template::render(path, text, &data)?,
            &sources::of(set, &[&["encoding", "op"]]),
        );
    }
    Ok(())
}
