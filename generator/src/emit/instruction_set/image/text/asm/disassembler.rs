//! Writes an image as text: what is reached from its beginning as instructions, everything else as data.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::memory::ImageError;
use crate::opcode::{OperandKind, Piece};
use crate::state::REGISTERS;
use crate::trace::trace;
use crate::{DATA_NAMES, Instruction, MEMORY, ORIGIN, WORD_BYTES};

/// The most bytes of data on a line.
const ROW: usize = 8;

/// Writes an image as text. Assembling it gives the same image.
///
/// # Errors
///
/// When the image doesn't fit into memory.
pub fn disassemble(image: &[u8]) -> Result<String, ImageError> {
    if image.len() > (MEMORY - ORIGIN) as usize {
        return Err(ImageError { length: image.len() });
    }
    let trace = trace(image);
    // Instructions may overlap; the first one is written as such, and the bytes of the other as they are in it.
    let mut shown: BTreeMap<u32, Instruction> = BTreeMap::new();
    let mut end = ORIGIN;
    for (address, instruction) in &trace.instructions {
        if *address >= end {
            shown.insert(*address, *instruction);
            end = address + WORD_BYTES as u32;
        }
    }
    let limit = ORIGIN + image.len() as u32;
    let inside = |address: &u32| *address >= ORIGIN && *address < limit;
    let is_within = |address: u32| {
        let before = shown.range(..address).next_back();
        before.is_some_and(|(start, _)| start + WORD_BYTES as u32 > address)
    };
    let labels: BTreeSet<u32> = trace
        .targets
        .union(&trace.data)
        .copied()
        .filter(|address| inside(address) && !is_within(*address))
        .collect();
    let mut out = String::new();
    let mut address = ORIGIN;
    while address < limit {
        if labels.contains(&address) {
            let _ = writeln!(out, "{}:", label(address));
        }
        if let Some(instruction) = shown.get(&address) {
            let _ = writeln!(
                out,
                "    {}",
                text_of(instruction, |address| labels.contains(&address).then(|| label(address)))
            );
            address += WORD_BYTES as u32;
            continue;
        }
        let start = (address - ORIGIN) as usize;
        let until = (address + 1..limit)
            .take(ROW - 1)
            .find(|next| labels.contains(next) || shown.contains_key(next))
            .unwrap_or(limit.min(address + ROW as u32));
        let row = image.get(start..(until - ORIGIN) as usize).unwrap_or_default();
        let bytes: Vec<String> = row.iter().map(|byte| format!("{byte:#04x}")).collect();
        let _ = writeln!(out, "    byte {}", bytes.join(", "));
        address = until;
    }
    Ok(out)
}

/// How a place in the image is called.
fn label(address: u32) -> String {
    format!("at_{address:x}")
}

/// Writes an instruction, with the names that addresses have.
pub fn text_of(instruction: &Instruction, name: impl Fn(u32) -> Option<String>) -> String {
    let info = instruction.opcode().info();
    // A decoded instruction can be encoded; of another one, what doesn't fit is left out.
    let word = instruction.encode().unwrap_or(info.value);
    let mut out = String::from(info.mnemonic);
    let mut glued = false;
    for piece in info.pieces {
        let text = match piece {
            Piece::Literal(text) => String::from(*text),
            Piece::Operand(position) => match info.operands.get(*position) {
                None => continue,
                Some(operand) => {
                    let number = operand.of(word);
                    match operand.kind {
                        OperandKind::Register(bank) => REGISTERS.get(bank).map(|bank| bank.name_of(number)).unwrap_or_default(),
                        OperandKind::Code => name(number).unwrap_or_else(|| format!("{number:#x}")),
                        OperandKind::Data => name(number).unwrap_or_else(|| data_name(number)),
                        OperandKind::Number => format!("{number}"),
                    }
                }
            },
        };
        if !glued && !matches!(text.as_str(), "," | "]" | ")") {
            out.push(' ');
        }
        glued = matches!(text.as_str(), "[" | "(" | "#" | "@");
        out.push_str(&text);
    }
    out
}

/// The name of what is in memory from the beginning, or the address.
fn data_name(address: u32) -> String {
    let found = DATA_NAMES.iter().find(|(_, start)| *start == address);
    found.map_or_else(|| format!("{address:#x}"), |(name, _)| String::from(*name))
}
