//! Writes a module as text that assembles to the same module.
//!
//! A name is written wherever it leads back to the same number; otherwise the number, with the name in a comment. Code that does not
//! decode is written as bytes. So every module has a text, also one that the verifier would refuse.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::decode::decode;
use crate::encode::encode;
use crate::instruction::Instruction;
use crate::module::Module;
use crate::types::TypeId;

use super::code::{NO_LABEL, Names, Scope};
use super::pools::parts_of;
use super::tables::{CONSTRUCTORS, DECLARATIONS};
use super::token::{is_word, quote};
use super::type_text::{Argument, key_of};

/// Types with more parts than this are written by their number.
const LARGEST_TYPE: u32 = 24;

/// A list longer than this is written with one item a line.
const LONGEST_LINE: usize = 90;

/// An operand in words, and what to say about it in a comment.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) comment: Option<String>,
}

impl Shown {
    pub(super) fn plain(text: String) -> Shown {
        Shown { text, comment: None }
    }
}

/// A module while it is written.
pub(super) struct Printer<'m> {
    pub(super) module: &'m Module,
    /// For each of [`DECLARATIONS`] how often each name occurs.
    names: Vec<BTreeMap<&'m str, u32>>,
    /// The first entry of each pool with a value.
    pub(super) first: BTreeMap<(usize, Vec<u8>), u32>,
    /// The number of parts of each entry of the type table, where it is written as an expression.
    types: Vec<Option<u32>>,
}

/// Writes a module as text. Lists that fill by interning are written in full, so that all numbers survive.
pub fn disassemble(module: &Module) -> String {
    let printer = Printer::new(module);
    let mut out = String::new();
    for field in printer.show_root() {
        out.push_str(&field);
        out.push('\n');
    }
    for (list, declaration) in DECLARATIONS.iter().enumerate() {
        for index in 0..printer.declared(list) {
            let name = printer.declared_name(list, index);
            let number = if printer.is_unique(list, index) {
                String::new()
            } else {
                format!("#{index} ")
            };
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("{} {number}{}", declaration.keyword, show_dotted(name)));
            out.push_str(&printer.show_declaration(list, index));
            out.push('\n');
        }
    }
    out
}

#[allow(
    dead_code,
    reason = "a set that has no field or operand of some kind has no use for what writes it"
)]
impl<'m> Printer<'m> {
    fn new(module: &'m Module) -> Printer<'m> {
        let mut printer = Printer {
            module,
            names: Vec::new(),
            first: BTreeMap::new(),
            types: Vec::new(),
        };
        for list in 0..DECLARATIONS.len() {
            let mut names = BTreeMap::new();
            for index in 0..printer.declared(list) {
                *names.entry(printer.declared_name(list, index)).or_insert(0u32) += 1;
            }
            printer.names.push(names);
        }
        printer.find_firsts();
        printer.weigh_types();
        printer
    }

    /// Records the first entry of a pool with a key.
    pub(super) fn enter(&mut self, pool: usize, index: usize, key: Vec<u8>) {
        if let Ok(index) = u32::try_from(index) {
            self.first.entry((pool, key)).or_insert(index);
        }
    }

    /// Decides which entries of the type table are written as expressions: the first of equal ones, if it rests on earlier entries
    /// and isn't large. Anything else is written by number, so that the text is finite and leads back to the same entry.
    fn weigh_types(&mut self) {
        let mut seen = BTreeSet::new();
        for index in 0..self.type_count() {
            let mut weight = Some(1u32);
            let parts = self.type_entry(index).map(parts_of);
            let (code, arguments) = parts.unwrap_or_default();
            for part in types_in(&arguments) {
                let of_part = match self.entry_of(part) {
                    None => Some(1),
                    Some(entry) if entry < index => Some(self.types.get(entry).copied().flatten().unwrap_or(1)),
                    Some(_) => None,
                };
                weight = weight.zip(of_part).and_then(|(sum, part)| sum.checked_add(part));
            }
            let first = seen.insert(key_of(code, &arguments));
            self.types.push(weight.filter(|weight| first && *weight <= LARGEST_TYPE));
        }
    }

    /// The entry of the type table that a type is, if it is one.
    fn entry_of(&self, id: TypeId) -> Option<usize> {
        let entry = id.0.checked_sub(TypeId::FIRST_CONSTRUCTED.0)? as usize;
        (entry < self.type_count()).then_some(entry)
    }

    fn is_unique(&self, list: usize, index: usize) -> bool {
        let name = self.declared_name(list, index);
        self.names.get(list).and_then(|names| names.get(name)) == Some(&1)
    }

    /// A type.
    pub(super) fn show_type(&self, id: TypeId) -> String {
        self.show_type_before(id, usize::MAX)
    }

    /// A type, for the entry `limit` of the type table, which must not mention later entries but by number.
    fn show_type_before(&self, id: TypeId, limit: usize) -> String {
        if let Some(entry) = self.entry_of(id) {
            let expression = entry < limit && self.types.get(entry).is_some_and(Option::is_some);
            if expression {
                return self.show_type_entry(entry);
            }
        } else if let Some(plain) = CONSTRUCTORS.iter().find(|one| one.code == id.0 && one.parameters.is_empty()) {
            return plain.name.to_owned();
        }
        format!("#{}", id.0)
    }

    /// The definition of an entry of the type table.
    pub(super) fn show_type_entry(&self, entry: usize) -> String {
        let Some(definition) = self.type_entry(entry) else {
            return "_".to_owned();
        };
        self.show_definition(definition, entry)
    }

    /// A definition that may mention entries before `limit` as expressions.
    pub(super) fn show_definition(&self, definition: &crate::types::TypeDefinition, limit: usize) -> String {
        let (code, arguments) = parts_of(definition);
        let name = CONSTRUCTORS.iter().find(|one| one.code == code).map_or("_", |one| one.name);
        let shown: Vec<String> = arguments
            .iter()
            .map(|argument| match argument {
                Argument::Type(id) => self.show_type_before(*id, limit),
                Argument::OptionalType(None) => "_".to_owned(),
                Argument::OptionalType(Some(id)) => self.show_type_before(*id, limit),
                Argument::Types(ids) => {
                    let ids: Vec<String> = ids.iter().map(|id| self.show_type_before(*id, limit)).collect();
                    format!("[{}]", ids.join(", "))
                }
                Argument::Class(class) => self.show_class(*class),
            })
            .collect();
        format!("{name}({})", shown.join(", "))
    }

    /// An entry of a declared list: its name, or its number with the name in a comment.
    pub(super) fn show_declared(&self, list: usize, index: u32) -> Shown {
        let entry = index as usize;
        if entry >= self.declared(list) {
            return Shown::plain(index.to_string());
        }
        let name = self.declared_name(list, entry);
        if self.is_unique(list, entry) {
            return Shown::plain(show_dotted(name));
        }
        Shown {
            text: index.to_string(),
            comment: Some(show_dotted(name)),
        }
    }

    /// An entry of a pool: its value if it is the first one with it, otherwise its number with the value in a comment.
    pub(super) fn show_pooled(&self, pool: usize, index: u32, value: Option<(Vec<u8>, String)>) -> Shown {
        let Some((key, text)) = value else {
            return Shown::plain(format!("#{index}"));
        };
        if self.first.get(&(pool, key)) == Some(&index) {
            return Shown::plain(text);
        }
        Shown {
            text: format!("#{index}"),
            comment: Some(text),
        }
    }

    /// Code: instructions in braces, with the lines that they come from, or bytes where it does not decode to something that encodes to the
    /// same bytes.
    pub(super) fn show_code(&self, code: &[u8], scope: &Scope, lines: &[(u32, u32)]) -> String {
        let Some(instructions) = decode_all(code) else {
            return show_bytes(code);
        };
        let mut starts: BTreeSet<u64> = instructions.iter().map(|(at, _)| u64::from(*at)).collect();
        starts.insert(code.len() as u64);
        let mut targets = BTreeSet::new();
        for (_, instruction) in &instructions {
            targets.extend(labels_in(instruction).filter(|label| starts.contains(label)));
        }
        let mut lines = lines.iter().copied().peekable();
        let mut out = String::from("{\n");
        for (at, instruction) in &instructions {
            if let Some((_, line)) = lines.next_if(|(offset, _)| offset == at) {
                out.push_str(&format!("    .line {line}\n"));
            }
            if targets.contains(&u64::from(*at)) {
                out.push_str(&format!("{}:\n", label_name(u64::from(*at))));
            }
            out.push_str(&format!("    {}\n", self.show_instruction(instruction, scope, &starts)));
        }
        if let Some((_, line)) = lines.next() {
            out.push_str(&format!("    .line {line}\n"));
        }
        if targets.contains(&(code.len() as u64)) {
            out.push_str(&format!("{}:\n", label_name(code.len() as u64)));
        }
        out.push('}');
        out
    }

    fn show_instruction(&self, instruction: &Instruction, scope: &Scope, starts: &BTreeSet<u64>) -> String {
        let opcode = instruction.opcode();
        let operands = instruction.operands();
        let mut line = opcode.mnemonic().to_owned();
        let mut comments = String::new();
        for (index, (info, raw)) in opcode.info().operands.iter().zip(operands.iter()).enumerate() {
            let shown = self.show_operand(info.kind, *raw, scope, starts);
            line.push_str(if index > 0 { ", " } else { " " });
            line.push_str(&shown.text);
            if let Some(comment) = shown.comment {
                comments.push_str(if comments.is_empty() { "  // " } else { ", " });
                comments.push_str(&comment);
            }
        }
        line + &comments
    }
}

/// A label, where it can be put before an instruction; otherwise the offset that it stands for.
pub(super) fn show_label(raw: u64, starts: &BTreeSet<u64>) -> Shown {
    Shown::plain(match raw {
        NO_LABEL => "_".to_owned(),
        raw if starts.contains(&raw) => label_name(raw),
        raw => raw.to_string(),
    })
}

#[allow(dead_code, reason = "a set need not have names that hold within one function only")]
/// An entry of the current function: its name if no other entry has it, otherwise its number.
pub(super) fn show_scoped(raw: u32, names: &Names) -> Shown {
    match names.name_of(raw) {
        Some((name, true)) => Shown::plain(show_name(name)),
        Some((name, false)) => Shown {
            text: raw.to_string(),
            comment: Some(show_name(name)),
        },
        None => Shown::plain(raw.to_string()),
    }
}

fn label_name(offset: u64) -> String {
    format!("at_{offset:04}")
}

/// The offsets of the labels among the operands of an instruction.
fn labels_in(instruction: &Instruction) -> impl Iterator<Item = u64> {
    let operands = instruction.operands();
    let infos = instruction.opcode().info().operands;
    let raws: Vec<u64> = operands.iter().copied().collect();
    infos
        .iter()
        .zip(raws)
        .filter(|(info, _)| super::tables::is_label(info.kind))
        .map(|(_, raw)| raw)
}

/// Whether lines can stand among the instructions of some code: each begins at another one, or at the end.
#[allow(dead_code, reason = "a set need not have a place for lines")]
pub(super) fn stand_among(code: &[u8], lines: &[(u32, u32)]) -> bool {
    if lines.is_empty() {
        return true;
    }
    let Some(instructions) = decode_all(code) else {
        return false;
    };
    let end = u32::try_from(code.len()).ok();
    let mut starts = instructions.iter().map(|(at, _)| *at).chain(end);
    // What is found is taken, so that the lines have to be in the order of the code.
    !code.is_empty() && lines.iter().all(|(offset, _)| starts.any(|start| start == *offset))
}

/// The instructions of some code, if it decodes and encodes to the same bytes.
fn decode_all(code: &[u8]) -> Option<Vec<(u32, Instruction)>> {
    let mut instructions = Vec::new();
    let mut again = Vec::with_capacity(code.len());
    let mut at = 0u32;
    while (at as usize) < code.len() {
        let decoded = decode(code, at).ok()?;
        if decoded.next <= at {
            return None;
        }
        encode(&decoded.instruction, at, &mut again).ok()?;
        instructions.push((at, decoded.instruction));
        at = decoded.next;
    }
    (again == code).then_some(instructions)
}

/// All types among the arguments of a constructor.
fn types_in(arguments: &[Argument]) -> Vec<TypeId> {
    let mut types = Vec::new();
    for argument in arguments {
        match argument {
            Argument::Type(id) | Argument::OptionalType(Some(id)) => types.push(*id),
            Argument::Types(ids) => types.extend(ids),
            Argument::OptionalType(None) | Argument::Class(_) => {}
        }
    }
    types
}

/// A name of one or several parts, in quotes if these aren't words.
fn show_dotted(name: &str) -> String {
    if name.split('.').all(is_word) {
        name.to_owned()
    } else {
        quote(name)
    }
}

/// A name, in quotes if it isn't a word.
pub(super) fn show_name(name: &str) -> String {
    if is_word(name) { name.to_owned() } else { quote(name) }
}

/// Bytes in the form that the assembler reads back.
pub(super) fn show_bytes(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        digits.push_str(&format!("{byte:02x}"));
    }
    format!("bytes(\"{digits}\")")
}

/// A number with a fraction; one that is no number with its bits, where these aren't the usual ones.
#[allow(dead_code, reason = "a set need not have numbers of this width")]
pub(super) fn show_f64(value: f64) -> String {
    if !value.is_nan() {
        format!("{value:?}")
    } else if value.to_bits() == f64::NAN.to_bits() {
        "nan".to_owned()
    } else {
        format!("nan(0x{:x})", value.to_bits())
    }
}

/// As [`show_f64`].
#[allow(dead_code, reason = "a set need not have numbers of this width")]
pub(super) fn show_f32(value: f32) -> String {
    if !value.is_nan() {
        format!("{value:?}")
    } else if value.to_bits() == f32::NAN.to_bits() {
        "nan".to_owned()
    } else {
        format!("nan(0x{:x})", value.to_bits())
    }
}

/// A list in brackets: on one line if it is short.
pub(super) fn show_list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    if length <= LONGEST_LINE && !items.iter().any(|item| item.contains('\n')) {
        return format!("[{}]", items.join(", "));
    }
    let mut out = String::from("[\n");
    for item in &items {
        indent(&mut out, item);
        out.push_str(",\n");
    }
    out.push(']');
    out
}

/// A field and its value.
pub(super) fn show_field(name: &str, value: &str) -> String {
    format!("{name} {value}")
}

/// The body of a record that has one field beside its name.
#[allow(dead_code, reason = "a set need not have such a record")]
pub(super) fn show_only_field(value: &str) -> String {
    format!(": {value}")
}

/// A value of a union with the name of its variant.
#[allow(dead_code, reason = "a set need not have unions whose variants must be named")]
pub(super) fn show_variant(name: &str, value: &str) -> String {
    format!("{name}({value})")
}

/// The body of a record: fields in braces, one a line. A blank stands before it if the record has a name.
#[allow(dead_code, reason = "a set need not have such a record")]
pub(super) fn show_fields(fields: &[String], named: bool) -> String {
    let mut out = String::from(if named { " {" } else { "{" });
    if fields.iter().all(|field| field.len() <= 24 && !field.contains('\n')) && fields.len() <= 3 {
        for field in fields {
            out.push(' ');
            out.push_str(field);
        }
        out.push_str(if fields.is_empty() { "}" } else { " }" });
        return out;
    }
    out.push('\n');
    for field in fields {
        indent(&mut out, field);
        out.push('\n');
    }
    out.push('}');
    out
}

/// Appends lines one level deeper. No string literal spans lines, so that this changes no value.
fn indent(out: &mut String, text: &str) {
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str("    ");
        out.push_str(line);
    }
}
