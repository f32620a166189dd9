//! The facts crate: `generated/<name>/facts`.

use std::fmt::Write;

use super::{instruction, natives, opcode, places, provenance_of, state, tests, word_type};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::facts::trap;
use crate::emit::{Tree, rust};
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::signature::address_type;
use crate::model::instruction_set::signature::id_type;

/// What is the same in every crate.
const TEXTS: &[(&str, &str)] = &[
    ("src/memory.rs", include_str!("text/memory.rs")),
    ("src/flow.rs", include_str!("text/flow.rs")),
    ("src/trace.rs", include_str!("text/trace.rs")),
    ("src/asm/mod.rs", include_str!("text/asm/mod.rs")),
    ("src/asm/assembler.rs", include_str!("text/asm/assembler.rs")),
    ("src/asm/disassembler.rs", include_str!("text/asm/disassembler.rs")),
    ("src/asm/error.rs", include_str!("text/asm/error.rs")),
    ("src/asm/line.rs", include_str!("text/asm/line.rs")),
    ("src/asm/suggest.rs", include_str!("../templates/asm_suggest.rs")),
    ("src/asm/token.rs", include_str!("text/asm/token.rs")),
];

/// Adds the crate.
pub fn emit(set: &ImageSet, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/facts", set.folder()),
        set.package("facts"),
        format!(
            "Facts of the instruction set {}: instructions, codec, state, assembler and disassembler",
            set.name
        ),
    );
    for (path, text) in TEXTS {
        builder.file(path, (*text).to_owned(), &set.files);
    }
    opcode::files(set, &mut builder)?;
    instruction::files(set, &mut builder)?;
    state::files(set, &mut builder)?;
    natives::files(set, &mut builder)?;
    let traps = trap::text(&set.traps, |name| provenance_of(set, "trap", name))?;
    builder.file("src/trap.rs", traps, &set.files);
    places::files(set, &mut builder)?;
    tests::files(set, &mut builder)?;
    builder.file("src/lib.rs", root(set)?, &set.files);
    builder.finish(tree)
}

fn root(set: &ImageSet) -> anyhow::Result<String> {
    let image = &set.image;
    let docs = format!(
        "Facts of the instruction set `{}`.\n\n{}\n\nThe crate needs no operating system and no other crate, and holds no `unsafe` code. No \
         function panics, whatever it is given: wrong words and wrong text are values that say what is wrong.\n\nWhere to start: \
         [`decode`] and [`Instruction::encode`] read and write words, [`mod@asm`] reads and writes programs as text, [`mod@trace`] tells \
         their code from their data, and [`State`] is the machine that they run on.",
        set.name,
        set.doc.trim()
    );
    let mut text = rust::module_doc_lines(&docs);
    text.push_str("#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\nextern crate alloc;\n\n");
    for module in [
        "asm",
        "flow",
        "instruction",
        "memory",
        "natives",
        "opcode",
        "operands",
        "places",
        "signature",
        "state",
        "trace",
        "trap",
    ] {
        if has_module(set, module) {
            writeln!(text, "pub mod {module};")?;
        }
    }
    text.push_str("\npub use asm::{assemble, disassemble};\npub use flow::Flow;\npub use instruction::{EncodeError, Instruction, decode};\n");
    text.push_str(
        "pub use memory::{ImageError, Memory};\npub use natives::Natives;\npub use opcode::{Control, Opcode, OpcodeInfo};\n",
    );
    if has_module(set, "operands") {
        let kinds = set.operand_kinds.iter().filter(|kind| kind.bank.is_some());
        let names: Vec<String> = kinds.map(|kind| id_type(&kind.name)).collect();
        text.push_str(&format!("pub {}", rust::use_names("operands", &names)));
    }
    text.push_str("pub use state::State;\npub use trap::TrapKind;\n");
    writeln!(
        text,
        "\n/// What an instruction is in memory.\n///\n/// Spec: {}",
        spec(set, "encoding")
    )?;
    writeln!(text, "pub type Word = {};", word_type(set))?;
    writeln!(
        text,
        "\n/// An address, as the counter holds it.\npub type Address = {};",
        address_type(set)
    )?;
    writeln!(
        text,
        "\n/// The number of bytes of a word.\npub const WORD_BYTES: usize = {};",
        set.word_bytes()
    )?;
    text.push('\n');
    text.push_str(&rust::doc_lines(
        0,
        &format!(
            "The number of bytes of memory. {}\n\nSpec: {}",
            image.doc.trim(),
            spec(set, "image")
        ),
    ));
    writeln!(text, "pub const MEMORY: u32 = {:#x};", image.memory)?;
    writeln!(
        text,
        "\n/// Where a program is loaded and begins.\npub const ORIGIN: u32 = {:#x};",
        image.origin
    )?;
    text.push_str(
        "\n/// What stands in memory before a program is loaded: addresses and bytes.\npub static DATA: &[(u32, &[u8])] = &[\n",
    );
    for data in &set.data {
        writeln!(text, "    // {}", provenance_of(set, "data", &data.name))?;
        let bytes = data.bytes.iter().map(|byte| format!("0x{byte:02X}"));
        writeln!(
            text,
            "    (\n        {:#x},\n        &[\n{}        ],\n    ),",
            data.address,
            rust::wrapped(12, bytes)
        )?;
    }
    text.push_str("];\n\n/// Names of [`DATA`] in assembly, with their addresses.\npub static DATA_NAMES: &[(&str, u32)] = &[");
    let names: Vec<String> = set
        .data
        .iter()
        .map(|data| format!("({:?}, {:#x})", data.name, data.address))
        .collect();
    writeln!(text, "{}];", names.join(", "))?;
    let (from, to) = if set.encoding.little_endian {
        ("from_le_bytes", "to_le_bytes")
    } else {
        ("from_be_bytes", "to_be_bytes")
    };
    writeln!(
        text,
        "\n/// The word of as many bytes.\npub fn word_of(bytes: &[u8]) -> Option<Word> {{\n    bytes.try_into().ok().map(Word::{from})\n}}\n\n\
         /// The bytes of a word.\npub const fn bytes_of(word: Word) -> [u8; WORD_BYTES] {{\n    word.{to}()\n}}"
    )?;
    Ok(text)
}

/// An emitted crate has operands only if an op selects registers.
fn has_module(set: &ImageSet, module: &str) -> bool {
    module != "operands" || set.operand_kinds.iter().any(|kind| kind.bank.is_some())
}

/// `` `[encoding]` in `spec/chip8/`. ``
fn spec(set: &ImageSet, table: &str) -> String {
    provenance_of(set, table, "").trim_start_matches("Spec: ").to_owned()
}
