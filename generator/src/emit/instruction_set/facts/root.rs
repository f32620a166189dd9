//! `src/lib.rs`: the modules, and the names that users need most.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::InstructionSet;

/// A module: its file, its name, what is exported at the root.
type Row = (&'static str, &'static str, &'static str);

/// Every module that the crate can have. A row whose file wasn't emitted is left out.
const MODULES: &[Row] = &[
    ("src/asm/mod.rs", "asm", "asm::{assemble, disassemble}"),
    ("src/blocks.rs", "blocks", "blocks::Blocks"),
    (
        "src/builder/mod.rs",
        "builder",
        "builder::{BuildError, BuildLabel, CodeBuilder}",
    ),
    ("src/crc32.rs", "crc32", ""),
    (
        "src/decode.rs",
        "decode",
        "decode::{DecodeError, Decoded, Instructions, decode}",
    ),
    ("src/encode.rs", "encode", "encode::{EncodeError, encode}"),
    ("src/ids.rs", "ids", "ids::*"),
    (
        "src/instruction/mod.rs",
        "instruction",
        "instruction::{Instruction, Operands}",
    ),
    ("src/layout.rs", "layout", "layout::ClassLayouts"),
    ("src/limits.rs", "limits", ""),
    ("src/metadata/mod.rs", "metadata", "metadata::OpcodeInfo"),
    ("src/module/mod.rs", "module", "module::Module"),
    ("src/opcode/mod.rs", "opcode", "opcode::Opcode"),
    ("src/places.rs", "places", "places::Place"),
    ("src/signature.rs", "signature", "signature::{SIGNATURES, Signature}"),
    ("src/trap.rs", "trap", "trap::TrapKind"),
    (
        "src/types/mod.rs",
        "types",
        "types::{Kind, TypeDefinition, TypeRef, TypeTable}",
    ),
    ("src/verify/mod.rs", "verify", "verify::verify"),
    ("src/wide.rs", "wide", "wide::*"),
];

/// Adds the file.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut docs = format!(
        "Facts of the instruction set `{}`.\n\n{}\n\nThe crate needs no operating system and no other crate, and holds no `unsafe` code. No \
         function panics, whatever it is given: wrong bytes and wrong text are errors that say what is wrong, where, and how to mend it.\n",
        set.name,
        set.doc.trim()
    );
    let mut lines = String::new();
    let mut exports = String::new();
    for (file, name, export) in MODULES {
        if !builder.has(file) {
            continue;
        }
        writeln!(lines, "pub mod {name};")?;
        if !export.is_empty() {
            writeln!(exports, "pub use {export};")?;
        }
    }
    docs.push_str("\nWhere to start: ");
    docs.push_str(
        "[`Opcode::info`] tells what is known about an instruction, [`CodeBuilder`] and [`Instructions`] write and read code, ",
    );
    docs.push_str("[`Module::read`] and [`Module::write`] the file that carries it");
    if builder.has("src/asm/mod.rs") {
        docs.push_str(", [`mod@asm`] its text");
    }
    if builder.has("src/verify/mod.rs") {
        docs.push_str(", and [`mod@verify`] proves that it keeps to the types");
    }
    docs.push('.');
    if let Some(op) = names::plain_op(set) {
        let krate = set.library("facts");
        let name = rust::variant(&op.name);
        docs.push_str(&format!(
            "\n\n```\nuse {krate}::{{Instruction, Instructions, Opcode}};\n\nlet mut code = Vec::new();\n\
             {krate}::encode(&Instruction::{name}, 0, &mut code)?;\n\
             for decoded in Instructions::new(&code) {{\n    assert_eq!(decoded?.instruction.opcode(), Opcode::{name});\n}}\n\
             # Ok::<(), Box<dyn core::error::Error>>(())\n```"
        ));
    }
    let text = format!(
        "{}#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\nextern crate alloc;\n\n{lines}\n{exports}",
        rust::module_doc_lines(&docs)
    );
    builder.file("src/lib.rs", text, &sources::of(set, sources::ALL));
    Ok(())
}
