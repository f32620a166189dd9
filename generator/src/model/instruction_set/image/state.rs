//! The state of the machine as examples name it, and what it asks of its host.

use std::ops::Range;

use super::{ImageSet, Native, NativeType, Register};
use crate::arena::{Arena, Id};

/// A part of the state that has a value of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A register; the second number is its position in the bank, 0 for a single one.
    Register(Id<Register>, u32),
    /// Memory from this address on.
    Memory(u32),
}

/// A part of the state and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Which part.
    pub place: Place,
    /// One value for a register, bytes for memory.
    pub values: Vec<u32>,
}

/// Something that is asked of the host, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeCall {
    /// What is called.
    pub native: Id<Native>,
    /// In order of the parameters.
    pub arguments: Vec<NativeValue>,
    /// Where the native gives a result.
    pub answer: Option<NativeValue>,
}

/// A value that goes to the host or comes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NativeValue {
    /// A number.
    Number(u32),
    /// A truth value.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// No answer.
    None,
}

/// Why a text can't be read, and the part of it that is to blame.
pub struct Fault {
    /// In a sentence.
    pub message: String,
    /// In bytes of the text.
    pub range: Range<usize>,
}

/// What is known when a text is read.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// Its registers.
    pub registers: &'a Arena<Register>,
    /// Its natives.
    pub natives: &'a Arena<Native>,
    /// The number of bytes of memory.
    pub memory: u32,
}

impl ImageSet {
    /// What texts of examples can name.
    pub fn machine(&self) -> Machine<'_> {
        Machine {
            registers: &self.registers,
            natives: &self.natives,
            memory: self.image.memory,
        }
    }
}

/// Reads a number: `12`, `0x0C`, `0b1100`.
pub fn number(text: &str) -> Option<u32> {
    let text = text.trim().replace('_', "");
    let of = |digits: &str, radix| {
        let plain = digits.chars().all(|c| c.is_digit(radix));
        plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
    };
    match (text.strip_prefix("0x"), text.strip_prefix("0b")) {
        (Some(digits), _) => of(digits, 16),
        (_, Some(digits)) => of(digits, 2),
        _ => of(&text, 10),
    }
}

/// Reads hexadecimal bytes; spaces and line ends between digits are ignored.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

/// The pieces of a text between commas outside of parentheses, without spaces around them, with their ranges.
fn pieces(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 || at == text.len() => {
                let piece = text.get(start..at).unwrap_or_default();
                let begin = start + piece.len() - piece.trim_start().len();
                found.push((piece.trim(), begin..begin + piece.trim().len()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

impl Machine<'_> {
    /// The register, or that of a bank, with a name: `i`, `v3`.
    pub fn register(&self, name: &str) -> Option<(Id<Register>, u32)> {
        for (id, register) in self.registers.iter_with_ids() {
            let Some(digits) = name.strip_prefix(&register.name) else {
                continue;
            };
            match register.count {
                None if digits.is_empty() => return Some((id, 0)),
                Some(count) => {
                    let found = (0..count).find(|index| register.digits(*index) == digits);
                    if let Some(index) = found {
                        return Some((id, index));
                    }
                }
                None => {}
            }
        }
        None
    }

    /// Reads `v1 = 3, memory[0x300] = F0 90`.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn assignments(&self, text: &str) -> Result<Vec<Assignment>, Fault> {
        let mut found: Vec<Assignment> = Vec::new();
        for (piece, range) in pieces(text) {
            let fault = |message: String| Fault {
                message,
                range: range.clone(),
            };
            let (place, value) = piece
                .split_once('=')
                .ok_or_else(|| fault(format!("`{piece}` isn't of the form `v1 = 3`")))?;
            let (place, value) = (place.trim(), value.trim());
            let assignment = if let Some(address) = place.strip_prefix("memory[").and_then(|rest| rest.strip_suffix(']')) {
                let address = number(address).ok_or_else(|| fault(format!("`{address}` is no address")))?;
                let bytes = bytes(value).filter(|bytes| !bytes.is_empty());
                let bytes = bytes.ok_or_else(|| fault(format!("`{value}` isn't made of hexadecimal bytes, such as `F0 90`")))?;
                let end = u64::from(address) + bytes.len() as u64;
                if end > u64::from(self.memory) {
                    return Err(fault(format!("memory ends at {:#x}", self.memory)));
                }
                Assignment {
                    place: Place::Memory(address),
                    values: bytes.into_iter().map(u32::from).collect(),
                }
            } else {
                let (id, index) = self.register(place).ok_or_else(|| {
                    let names: Vec<String> = self.registers.iter().map(Register::names).collect();
                    fault(format!(
                        "there is no register `{place}`; known: {}, `memory[0x200]`",
                        names.join(", ")
                    ))
                })?;
                let largest = self.registers[id].largest();
                let value = number(value).filter(|value| *value <= largest).ok_or_else(|| {
                    fault(format!(
                        "`{value}` isn't a number from 0 to {largest}, which `{place}` can hold"
                    ))
                })?;
                Assignment {
                    place: Place::Register(id, index),
                    values: vec![value],
                }
            };
            if found.iter().any(|known| known.place == assignment.place) {
                return Err(fault(format!("`{place}` is stated twice")));
            }
            found.push(assignment);
        }
        Ok(found)
    }

    /// Reads `draw(4, 5, F0 90) -> true`.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn native_call(&self, text: &str) -> Result<NativeCall, Fault> {
        let fault = |message: String| Fault {
            message,
            range: 0..text.len(),
        };
        let (call, answer) = match text.split_once("->") {
            Some((call, answer)) => (call.trim(), Some(answer.trim())),
            None => (text.trim(), None),
        };
        let parts = call.strip_suffix(')').and_then(|call| call.split_once('('));
        let (name, arguments) = parts.ok_or_else(|| fault("it isn't of the form `name(1, 2) -> 3`".to_owned()))?;
        let native = self.natives.find(|native| native.name == name.trim()).ok_or_else(|| {
            let names: Vec<&str> = self.natives.iter().map(|native| native.name.as_str()).collect();
            fault(format!(
                "there is no native `{}`; known: {}",
                name.trim(),
                crate::suggest::list(names)
            ))
        })?;
        let entry = &self.natives[native];
        let texts: Vec<&str> = if arguments.trim().is_empty() {
            Vec::new()
        } else {
            arguments.split(',').collect()
        };
        if texts.len() != entry.parameters.len() {
            return Err(fault(format!(
                "`{}` takes {} arguments, and here are {}",
                entry.name,
                entry.parameters.len(),
                texts.len()
            )));
        }
        let mut values = Vec::new();
        for (text, (name, of)) in texts.iter().zip(&entry.parameters) {
            let value = of.value(text.trim());
            values.push(value.ok_or_else(|| {
                fault(format!(
                    "`{}` is no {}, as which `{name}` is declared",
                    text.trim(),
                    of.name()
                ))
            })?);
        }
        let answer = match (&entry.result, answer) {
            (None, None) => None,
            (Some(result), Some("none")) if result.optional => Some(NativeValue::None),
            (Some(result), Some(answer)) => {
                let value = result.of.value(answer);
                Some(value.ok_or_else(|| fault(format!("`{answer}` is no {}, which `{}` gives", result.of.name(), entry.name)))?)
            }
            (None, Some(_)) => return Err(fault(format!("`{}` gives nothing", entry.name))),
            (Some(_), None) => return Err(fault(format!("`-> …` is missing: `{}` gives something", entry.name))),
        };
        Ok(NativeCall {
            native,
            arguments: values,
            answer,
        })
    }
}

impl NativeType {
    /// Reads a value of this type.
    pub fn value(self, text: &str) -> Option<NativeValue> {
        let below = |limit: u32| number(text).filter(|value| *value <= limit).map(NativeValue::Number);
        match self {
            NativeType::U8 => below(0xFF),
            NativeType::U16 => below(0xFFFF),
            NativeType::U32 => below(u32::MAX),
            NativeType::Bool => text.parse().ok().map(NativeValue::Boolean),
            NativeType::Bytes => bytes(text).map(NativeValue::Bytes),
        }
    }
}
