//! `src/instruction.rs` and `src/operands.rs`: instructions with their operands, from words and to words.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{provenance_of, provenance_of_op, word};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::signature::operand_type;
use crate::model::instruction_set::image::{WordOp, WordOperand};
use crate::model::instruction_set::signature::id_type;

/// Adds the files.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/instruction.rs", instruction(set)?, &set.files);
    if set.operand_kinds.iter().any(|kind| kind.bank.is_some()) {
        builder.file("src/operands.rs", operands(set)?, &set.files);
    }
    Ok(())
}

fn instruction(set: &ImageSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "Instructions with their operands.\n\n[`decode`] makes an instruction of a word, and [`Instruction::encode`] a word of it: the same \
         one, for every word that is an instruction.",
    );
    text.push_str("\nuse core::fmt;\n\nuse crate::opcode::Opcode;\n");
    let mut used: Vec<String> = used_ids(set);
    used.sort();
    text.push_str(&rust::use_names("crate::operands", &used));
    text.push_str(
        "use crate::Word;\n\n/// An instruction.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum Instruction {\n",
    );
    for op in &set.ops {
        text.push_str(&rust::doc_lines(4, &docs(set, op)));
        write!(text, "    {}", rust::variant(&op.name))?;
        if op.operands.is_empty() {
            text.push_str(",\n");
            continue;
        }
        text.push_str(" {\n");
        for operand in &op.operands {
            let kind = &set.operand_kinds[operand.kind];
            text.push_str(&rust::doc_lines(8, &format!("{} {}", kind.doc.trim(), bits(kind.bits))));
            writeln!(text, "        {}: {},", rust::name(&operand.name), operand_type(kind))?;
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n\n");
    text.push_str(&decode(set)?);
    text.push_str(&methods(set)?);
    text.push_str(ENCODE_ERROR);
    Ok(text)
}

fn bits(count: u32) -> String {
    format!("({count} {})", if count == 1 { "bit" } else { "bits" })
}

/// What is known of an instruction, for its docs.
pub fn docs(set: &ImageSet, op: &WordOp) -> String {
    let mut text = format!(
        "{}\n\nPattern: `{}`. Assembly: `{}`.",
        op.doc.trim(),
        op.pattern.text,
        op.syntax.text.replace(['{', '}'], "")
    );
    if !op.traps.is_empty() {
        let traps: Vec<String> = op.traps.iter().map(|trap| format!("`{}`", set.traps[*trap].name)).collect();
        text.push_str(&format!(" Traps: {}.", traps.join(", ")));
    }
    if let Some(decision) = &op.decision {
        text.push_str(&format!("\n\nDecision: {}", decision.trim()));
    }
    format!("{text}\n\n{}", provenance_of_op(op))
}

fn used_ids(set: &ImageSet) -> Vec<String> {
    let kinds = set.operand_kinds.iter_with_ids().filter(|(_, kind)| kind.bank.is_some());
    let used = kinds.filter(|(id, _)| set.ops.iter().flat_map(|op| &op.operands).any(|operand| operand.kind == *id));
    used.map(|(_, kind)| id_type(&kind.name)).collect()
}

/// The expression that takes an operand out of `word`.
fn extract(set: &ImageSet, op: &WordOp, operand: &WordOperand) -> String {
    let kind = &set.operand_kinds[operand.kind];
    let Some(field) = op.field(operand) else {
        return "Default::default()".to_owned();
    };
    let shifted = match field.shift {
        0 => "word".to_owned(),
        shift => format!("word >> {shift}"),
    };
    if kind.bank.is_some() {
        return format!("{}::from_bits({shifted})", id_type(&kind.name));
    }
    let holder = kind.scalar().name();
    let is_top = field.shift + field.bits == set.encoding.bits;
    let exact = field.bits == kind.scalar().bytes() * 8;
    let masked = match (is_top || exact, field.shift) {
        (true, _) => shifted,
        (false, 0) => format!("word & {:#x}", field.largest()),
        (false, _) => format!("({shifted}) & {:#x}", field.largest()),
    };
    match (holder == super::word_type(set), masked.contains(' ')) {
        (true, _) => masked,
        (false, true) => format!("({masked}) as {holder}"),
        (false, false) => format!("{masked} as {holder}"),
    }
}

fn decode(set: &ImageSet) -> anyhow::Result<String> {
    let mut text =
        "/// The instruction of a word; `None` if it is none.\npub const fn decode(word: Word) -> Option<Instruction> {\n"
            .to_owned();
    // Ops with more fixed bits come first, so that an exception is found before what it is excepted from.
    let mut by_mask: BTreeMap<(std::cmp::Reverse<u32>, u32), Vec<&WordOp>> = BTreeMap::new();
    for op in &set.ops {
        let mask = op.pattern.cube.mask;
        by_mask
            .entry((std::cmp::Reverse(mask.count_ones()), mask))
            .or_default()
            .push(op);
    }
    let whole = u32::MAX >> (32 - set.encoding.bits);
    let last = by_mask.len().saturating_sub(1);
    for (index, ((_, mask), ops)) in by_mask.iter().enumerate() {
        let word_text = match *mask {
            mask if mask == whole => "word".to_owned(),
            mask => format!("word & {}", word(set, mask)),
        };
        let is_last = index == last;
        let (open, close) = if is_last { ("", "") } else { ("return Some(", ")") };
        writeln!(text, "    {}match {word_text} {{", if is_last { "Some(" } else { "" })?;
        for op in ops {
            let name = rust::variant(&op.name);
            let value = word(set, op.pattern.cube.value);
            if op.operands.is_empty() {
                writeln!(text, "        {value} => {open}Instruction::{name}{close},")?;
                continue;
            }
            writeln!(
                text,
                "        {value} => {}",
                if is_last {
                    format!("Instruction::{name} {{")
                } else {
                    "{".to_owned()
                }
            )?;
            if !is_last {
                writeln!(text, "            return Some(Instruction::{name} {{")?;
            }
            let indent = if is_last { 12 } else { 16 };
            for operand in &op.operands {
                writeln!(
                    text,
                    "{}{}: {},",
                    " ".repeat(indent),
                    rust::name(&operand.name),
                    extract(set, op, operand)
                )?;
            }
            if is_last {
                text.push_str("        },\n");
            } else {
                text.push_str("            });\n        }\n");
            }
        }
        if is_last {
            text.push_str("        _ => return None,\n    })\n");
        } else {
            text.push_str("        _ => {}\n    }\n");
        }
    }
    if by_mask.is_empty() {
        text.push_str("    let _ = word;\n    None\n");
    }
    text.push_str("}\n\n");
    Ok(text)
}

fn methods(set: &ImageSet) -> anyhow::Result<String> {
    let mut text = "impl Instruction {\n    /// The instruction without its operands.\n    pub const fn opcode(&self) -> Opcode {\n        match self {\n".to_owned();
    for op in &set.ops {
        let rest = if op.operands.is_empty() { "" } else { " { .. }" };
        let name = rust::variant(&op.name);
        writeln!(text, "            Instruction::{name}{rest} => Opcode::{name},")?;
    }
    if set.ops.is_empty() {
        text = text.replace("match self {\n", "match *self {\n");
    }
    text.push_str("        }\n    }\n\n    /// The word of the instruction.\n    ///\n    /// # Errors\n    ///\n    /// When a number doesn't fit into its field.\n");
    text.push_str("    pub const fn encode(&self) -> Result<Word, EncodeError> {\n        match *self {\n");
    let mut checks = false;
    for op in &set.ops {
        let name = rust::variant(&op.name);
        let value = word(set, op.pattern.cube.value);
        if op.operands.is_empty() {
            writeln!(text, "            Instruction::{name} => Ok({value}),")?;
            continue;
        }
        let fields: Vec<String> = op.operands.iter().map(|operand| rust::name(&operand.name)).collect();
        writeln!(text, "            Instruction::{name} {{ {} }} => {{", fields.join(", "))?;
        // What is or-ed with nothing is written without it.
        let mut parts = if op.pattern.cube.value == 0 { Vec::new() } else { vec![value] };
        for operand in &op.operands {
            let kind = &set.operand_kinds[operand.kind];
            let Some(field) = op.field(operand) else { continue };
            let variable = rust::name(&operand.name);
            let number = match kind.bank {
                Some(_) => format!("{variable}.number() as Word"),
                None => {
                    if field.bits < kind.scalar().bytes() * 8 {
                        checks = true;
                        writeln!(text, "                if {variable} > {:#x} {{", field.largest())?;
                        writeln!(
                            text,
                            "                    return Err(EncodeError::new(Opcode::{name}, {:?}, {variable} as u32));",
                            operand.name
                        )?;
                        text.push_str("                }\n");
                    }
                    if kind.scalar().name() == super::word_type(set) {
                        variable
                    } else {
                        format!("{variable} as Word")
                    }
                }
            };
            parts.push(match (field.shift, number.contains(' ')) {
                (0, _) => number,
                (shift, true) => format!("(({number}) << {shift})"),
                (shift, false) => format!("({number} << {shift})"),
            });
        }
        writeln!(text, "                Ok({})\n            }}", parts.join(" | "))?;
    }
    text.push_str("        }\n    }\n}\n\n");
    if !checks {
        // Every number fits; the constructor is there for sets in which one doesn't.
        text.push_str("#[allow(dead_code, reason = \"every number fits into its field\")]\n");
    }
    Ok(text)
}

const ENCODE_ERROR: &str = r#"impl EncodeError {
    const fn new(opcode: Opcode, operand: &'static str, number: u32) -> EncodeError {
        EncodeError { opcode, operand, number }
    }
}

/// A number that doesn't fit into its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeError {
    /// The instruction.
    pub opcode: Opcode,
    /// The operand.
    pub operand: &'static str,
    /// Its number.
    pub number: u32,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EncodeError { opcode, operand, number } = self;
        write!(f, "{number:#x} doesn't fit into the operand `{operand}` of `{opcode}`")
    }
}

impl core::error::Error for EncodeError {}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&crate::asm::text_of(self, |_| None))
    }
}
"#;

fn operands(set: &ImageSet) -> anyhow::Result<String> {
    let mut text =
        rust::module_doc_lines("Operands that select a register: a number that is one of a register of the bank, always.");
    text.push_str("\nuse core::fmt;\n\nuse crate::Word;\n");
    for kind in &set.operand_kinds {
        let Some(bank) = kind.bank else { continue };
        let bank = &set.registers[bank];
        let name = id_type(&kind.name);
        let largest = bank.count.unwrap_or(1).saturating_sub(1);
        let docs = format!("{}\n\n{}", kind.doc.trim(), provenance_of(set, "operand", &kind.name));
        text.push('\n');
        text.push_str(&rust::doc_lines(0, &docs));
        let digits = if bank.hexadecimal { "{:x}" } else { "{}" };
        write!(
            text,
            "#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub struct {name}(u8);\n\nimpl {name} {{\n    \
             /// The register with a number from 0 to {largest}.\n    pub const fn new(number: u8) -> Option<{name}> {{\n        \
             if number <= {largest} {{ Some({name}(number)) }} else {{ None }}\n    }}\n\n    \
             /// The register that the least bits of a word select.\n    pub(crate) const fn from_bits(word: Word) -> {name} {{\n        \
             {name}((word & {largest:#x}) as u8)\n    }}\n\n    \
             /// Its number.\n    pub const fn number(self) -> u8 {{\n        self.0\n    }}\n\n    \
             /// Its number as a position in the bank, which has room for all of them.\n    pub const fn index(self) -> usize {{\n        \
             self.0 as usize\n    }}\n}}\n\nimpl fmt::Display for {name} {{\n    \
             fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        write!(f, \"{}{digits}\", self.0)\n    }}\n}}\n",
            bank.name
        )?;
    }
    Ok(text)
}
