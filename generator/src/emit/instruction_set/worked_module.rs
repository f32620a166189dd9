//! A small module as assembly and as bytes, made from the spec alone: the manual shows it, and an emitted test holds the assembler and
//! the writer to it.

use super::conformance::literals;
use super::verifier::Reading;
use crate::model::instruction_set::{Field, InstructionSet, Op, Record, Scalar, Shape};

/// The module.
pub struct WorkedModule {
    /// Its assembly.
    pub text: String,
    /// Its bytes in order, header included.
    pub pieces: Vec<Piece>,
}

/// Some bytes that say one thing.
pub struct Piece {
    /// `functions[0].name length`.
    pub path: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub meaning: String,
}

/// The number that the program returns.
const RESULT: u8 = 7;

impl WorkedModule {
    /// A module with one function that returns a number; none where the set has no ops for that, or where its records have fields that no
    /// one but the set knows how to fill.
    pub fn of(set: &InstructionSet) -> Option<Self> {
        let reading = Reading::of(set).ok()?;
        let result = literals::type_of(set, "0")?;
        let back = literals::return_op(set)?;
        let push = literals::push(set, &RESULT.to_string(), false)?;
        let text = format!("function main {{ result {result} code {{ {push} {} }} }}", back.name);
        let push = set.ops.iter().find(|op| push.split(' ').next() == Some(&op.name))?;
        let mut writer = Writer {
            set,
            function: reading.function_record,
            functions: &reading.functions,
            result: set.types.iter().find(|of| of.name == result)?.code.into(),
            code: instructions(set, push, back)?,
            pieces: Vec::new(),
        };
        writer.record(&set.format.records[set.format.root], "")?;
        let body = std::mem::take(&mut writer.pieces);
        let sum = crc32(body.iter().flat_map(|piece| &piece.bytes));
        writer.number("version", set.format.version, format!("version {}", set.format.version));
        writer.number("flags", 0, "no flag is set".to_owned());
        writer.number("checksum", sum, "CRC-32 of all that follows".to_owned());
        let magic = Piece {
            path: "magic".to_owned(),
            bytes: set.format.magic.to_vec(),
            meaning: String::from_utf8_lossy(&set.format.magic).into_owned(),
        };
        let pieces = std::iter::once(magic).chain(writer.pieces).chain(body).collect();
        Some(WorkedModule { text, pieces })
    }

    /// The whole file.
    pub fn bytes(&self) -> Vec<u8> {
        self.pieces.iter().flat_map(|piece| piece.bytes.clone()).collect()
    }
}

/// The instructions, each with what it says.
fn instructions(set: &InstructionSet, push: &Op, back: &Op) -> Option<Vec<(Vec<u8>, String)>> {
    let mut first = opcode(set, push);
    let [operand] = push.operands.as_slice() else {
        return None;
    };
    first.extend(number(set, set.operand_kinds[operand.kind].encoding)?);
    Some(vec![
        (first, format!("{} {RESULT}", push.name)),
        (opcode(set, back), back.name.clone()),
    ])
}

fn opcode(set: &InstructionSet, op: &Op) -> Vec<u8> {
    let prefix = set.encoding.extension_prefix.filter(|_| op.code > 0xFF);
    prefix.into_iter().chain([(op.code & 0xFF) as u8]).collect()
}

/// The number as an operand.
fn number(set: &InstructionSet, encoding: Scalar) -> Option<Vec<u8>> {
    if matches!(encoding, Scalar::Bool | Scalar::F32 | Scalar::F64) {
        return None;
    }
    let mut bytes = vec![0; encoding.bytes() as usize];
    *bytes.first_mut()? = RESULT;
    if !set.encoding.little_endian {
        bytes.reverse();
    }
    Some(bytes)
}

struct Writer<'a> {
    set: &'a InstructionSet,
    function: &'a Record,
    /// The list of functions in the module.
    functions: &'a str,
    /// The number of the type that the function returns.
    result: u32,
    code: Vec<(Vec<u8>, String)>,
    pieces: Vec<Piece>,
}

impl Writer<'_> {
    /// Writes the fields of a record, empty where nothing is to be said; none if a field can't be.
    fn record(&mut self, record: &Record, path: &str) -> Option<()> {
        for field in record.fields.iter().filter(|field| field.flag.is_none()) {
            let path = format!("{path}{}", field.name);
            self.field(record, field, path)?;
        }
        Some(())
    }

    fn field(&mut self, record: &Record, field: &Field, path: String) -> Option<()> {
        let is_function = std::ptr::eq(record, self.function);
        match &field.shape {
            Shape::List { .. } if !is_function && field.name == self.functions => {
                self.number(format!("{path} count"), 1, "one function".to_owned());
                let function = self.function;
                self.record(function, &format!("{path}[0]."))
            }
            Shape::List { .. } => {
                self.number(format!("{path} count"), 0, "none".to_owned());
                Some(())
            }
            Shape::String { .. } if is_function && field.name == "name" => {
                self.number(format!("{path} length"), 4, "4 bytes of text".to_owned());
                self.piece(format!("{path} text"), b"main".to_vec(), "main".to_owned());
                Some(())
            }
            Shape::String { .. } => {
                self.number(format!("{path} length"), 0, "no text".to_owned());
                Some(())
            }
            Shape::Code { .. } if is_function => {
                let code = std::mem::take(&mut self.code);
                let length: usize = code.iter().map(|(bytes, _)| bytes.len()).sum();
                self.number(
                    format!("{path} length"),
                    u32::try_from(length).ok()?,
                    format!("{length} bytes of instructions"),
                );
                for (bytes, meaning) in code {
                    self.piece(path.clone(), bytes, meaning);
                }
                Some(())
            }
            Shape::Optional(_) => {
                self.number(path, u32::MAX, "none".to_owned());
                Some(())
            }
            Shape::TypeId if is_function && field.name == "result" => {
                let meaning = self.set.types.iter().find(|of| u32::from(of.code) == self.result)?;
                self.number(path, self.result, format!("the type {}", meaning.name));
                Some(())
            }
            _ => None,
        }
    }

    fn number(&mut self, path: impl Into<String>, number: u32, meaning: String) {
        self.piece(path.into(), number.to_le_bytes().to_vec(), meaning);
    }

    fn piece(&mut self, path: String, bytes: Vec<u8>, meaning: String) {
        self.pieces.push(Piece { path, bytes, meaning });
    }
}

/// CRC-32 as in IEEE 802.3, a bit at a time: a hundred bytes need no table.
fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_has_its_check_value() {
        assert_eq!(super::crc32(b"123456789".iter()), 0xCBF4_3926);
    }
}
