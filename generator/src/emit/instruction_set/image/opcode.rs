//! `src/opcode.rs`: the instructions without their operands, and what is known about them.

use std::fmt::Write;

use super::{provenance_of_op, word};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::facts::names;
use crate::emit::rust;
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::syntax::Piece;
use crate::model::instruction_set::image::{AddressOf, WordOp};

/// Adds the file.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "The instructions by name.\n\n[`Opcode`] is an instruction without its operands; what is known about it stands in [`OpcodeInfo`].",
    );
    text.push_str("\nuse core::fmt;\n\nuse crate::{TrapKind, Word};\n\n");
    writeln!(text, "/// An instruction of {}, without its operands.", set.name)?;
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Opcode {\n");
    for op in &set.ops {
        let docs = format!(
            "`{}`: {}\n\n{}",
            op.pattern.text,
            names::summary(&op.doc),
            provenance_of_op(op)
        );
        text.push_str(&rust::doc_lines(4, &docs));
        let alias = op.syntax.mnemonic.to_uppercase();
        if alias.to_lowercase() != rust::variant(&op.name).to_lowercase() {
            writeln!(text, "    #[doc(alias = {alias:?})]")?;
        }
        writeln!(text, "    {},", rust::variant(&op.name))?;
    }
    text.push_str(
        "}\n\nimpl Opcode {\n    /// Every opcode in order of the patterns.\n    pub const ALL: &'static [Opcode] = &[\n",
    );
    text.push_str(&rust::wrapped(
        8,
        set.ops.iter().map(|op| format!("Opcode::{}", rust::variant(&op.name))),
    ));
    text.push_str("    ];\n}\n\n");
    text.push_str(include_str!("text/opcode_methods.rs"));
    writeln!(
        text,
        "\n/// One row for each opcode, in their order.\nstatic INFO: [OpcodeInfo; {}] = [",
        set.ops.len()
    )?;
    for op in &set.ops {
        row(set, op, &mut text)?;
    }
    text.push_str("];\n");
    builder.file("src/opcode.rs", text, &set.files);
    Ok(())
}

fn row(set: &ImageSet, op: &WordOp, text: &mut String) -> anyhow::Result<()> {
    let operands: Vec<String> = op
        .operands
        .iter()
        .map(|operand| {
            let kind = &set.operand_kinds[operand.kind];
            let means = match (kind.bank, kind.address) {
                (Some(bank), _) => format!("OperandKind::Register({})", bank.index()),
                (None, Some(AddressOf::Code)) => "OperandKind::Code".to_owned(),
                (None, Some(AddressOf::Data)) => "OperandKind::Data".to_owned(),
                (None, None) => "OperandKind::Number".to_owned(),
            };
            let shift = op.field(operand).map_or(0, |field| field.shift);
            format!(
                "            Operand {{ name: {:?}, kind: {means}, shift: {shift}, bits: {} }},\n",
                operand.name, kind.bits
            )
        })
        .collect();
    let pieces: Vec<String> = op
        .syntax
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => format!("Piece::Literal({text:?})"),
            Piece::Operand(position) => format!("Piece::Operand({position})"),
        })
        .collect();
    let traps: Vec<String> = op
        .traps
        .iter()
        .map(|trap| format!("TrapKind::{}", rust::variant(&set.traps[*trap].name)))
        .collect();
    writeln!(text, "    OpcodeInfo {{")?;
    writeln!(text, "        name: {:?},", op.name)?;
    writeln!(text, "        pattern: {:?},", op.pattern.text)?;
    writeln!(text, "        mask: {},", word(set, op.pattern.cube.mask))?;
    writeln!(text, "        value: {},", word(set, op.pattern.cube.value))?;
    writeln!(text, "        control: Control::{},", rust::variant(op.control.name()))?;
    if operands.is_empty() {
        writeln!(text, "        operands: &[],")?;
    } else {
        writeln!(text, "        operands: &[\n{}        ],", operands.concat())?;
    }
    writeln!(text, "        syntax: {:?},", op.syntax.text)?;
    writeln!(text, "        mnemonic: {:?},", op.syntax.mnemonic)?;
    writeln!(text, "        pieces: &[{}],", pieces.join(", "))?;
    writeln!(text, "        traps: &[{}],", traps.join(", "))?;
    writeln!(text, "        doc: {:?},", names::summary(&op.doc))?;
    writeln!(text, "    }},")?;
    Ok(())
}
