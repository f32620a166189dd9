//! Resolves what such a set says about the machine: encoding, image, registers, data, natives, operand kinds.

use super::super::machine::{extension, named};
use super::super::{Files, Resolved};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::image::raw::{RawData, RawImage, RawNative, RawRegister, RawWordEncoding, RawWordOperand};
use crate::model::instruction_set::image::{
    AddressOf, Data, Image, Native, NativeResult, NativeType, Register, WordEncoding, WordOperandKind, state,
};
use crate::model::instruction_set::{Scalar, Trap};
use crate::model::names::{BYTE_ORDERS, Names, Place, number};

/// The most registers of a bank.
const LARGEST_BANK: i64 = 256;

/// The most bytes of memory: images are held whole, and the tests make many.
const LARGEST_MEMORY: i64 = 1 << 24;

pub(super) fn encoding(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Option<WordEncoding> {
    let example = "`[encoding]` with `word = \"u16\"` and `endian = \"big\"`";
    let entry = files.single("encoding", example, diagnostics)?;
    let raw = entry.read::<RawWordEncoding>(diagnostics)?;
    let widths = [("u8", 8), ("u16", 16), ("u32", 32)];
    let bits = Place::value(entry.document, &raw.word).word("width of words", &widths, diagnostics);
    let little_endian = Place::value(entry.document, &raw.endian).word("byte order", BYTE_ORDERS, diagnostics);
    Some(WordEncoding {
        bits: bits?,
        little_endian: little_endian?,
        span: entry.span(),
    })
}

pub(super) fn image(
    files: &Files<'_>,
    registers: &Resolved<Register>,
    traps: &Resolved<Trap>,
    diagnostics: &mut Diagnostics,
) -> Option<Image> {
    let entry = files.single("image", "`[image]`", diagnostics)?;
    let raw = entry.read::<RawImage>(diagnostics)?;
    let document = entry.document;
    let memory = number(document, &raw.memory, "size of memory", 1..=LARGEST_MEMORY, diagnostics);
    let origin = number(
        document,
        &raw.origin,
        "origin",
        0..=memory.map_or(LARGEST_MEMORY, i64::from) - 1,
        diagnostics,
    );
    let extension = extension(document, &raw.extension, diagnostics);
    let counter = registers.names.resolve(&Place::value(document, &raw.counter), diagnostics);
    let unknown = traps.names.resolve(&Place::value(document, &raw.unknown), diagnostics);
    let outside = traps.names.resolve(&Place::value(document, &raw.outside), diagnostics);
    let counter = counter.filter(|counter| {
        let register = &registers.arena[*counter];
        let fits = register.count.is_none() && memory.is_none_or(|memory: u32| memory - 1 <= register.largest());
        if !fits {
            let why = if register.count.is_some() {
                "a bank of registers"
            } else {
                "too small for the addresses"
            };
            diagnostics.push(
                Diagnostic::error("L1104", format!("`{}` can't be the counter: it is {why}", register.name))
                    .at(entry.at(&raw.counter), why)
                    .at(register.span, "declared here")
                    .help("name a single register that can hold every address of memory"),
            );
        }
        fits
    });
    Some(Image {
        doc: raw.doc.get_ref().clone(),
        origin: origin?,
        memory: memory?,
        extension: extension?,
        counter: counter?,
        unknown: unknown?,
        outside: outside?,
        span: entry.span(),
    })
}

pub(super) fn registers(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Resolved<Register> {
    let scalars = [("u8", Scalar::U8), ("u16", Scalar::U16), ("u32", Scalar::U32)];
    let mut registers = Resolved::new("register");
    for (entry, raw) in files.read::<RawRegister, Register>("register", "register", false, &mut registers.names, diagnostics) {
        let document = entry.document;
        let scalar = Place::value(document, &raw.r#type).word("type of a register", &scalars, diagnostics);
        let count = match &raw.count {
            None => Some(None),
            Some(count) => number(document, count, "number of registers", 1..=LARGEST_BANK, diagnostics).map(Some),
        };
        let hexadecimal = match &raw.digits {
            None => Some(false),
            Some(digits) => {
                Place::value(document, digits).word("way to number", &[("decimal", false), ("hex", true)], diagnostics)
            }
        };
        if let (Some(digits), None) = (&raw.digits, &raw.count) {
            diagnostics.push(
                Diagnostic::error(
                    "L1104",
                    format!("the register `{}` is numbered, but it is a single one", entry.name()),
                )
                .at(entry.at(digits), "nothing is numbered")
                .help("add `count`, or remove `digits`"),
            );
        }
        let (Some(scalar), Some(count), Some(hexadecimal)) = (scalar, count, hexadecimal) else {
            registers.names.define_broken(entry.name());
            continue;
        };
        registers.push(
            entry.name(),
            Register {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                scalar,
                count,
                hexadecimal,
                span: entry.span(),
            },
        );
    }
    registers
}

pub(super) fn data(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Arena<Data> {
    let mut all = Arena::default();
    let mut names: Names<Data> = Names::new("data");
    for (entry, raw) in files.read::<RawData, Data>("data", "data", false, &mut names, diagnostics) {
        let address = number(entry.document, &raw.address, "address", 0..=LARGEST_MEMORY, diagnostics);
        let bytes = state::bytes(raw.bytes.get_ref()).filter(|bytes| !bytes.is_empty());
        if bytes.is_none() {
            diagnostics.push(
                Diagnostic::error("L1103", format!("the bytes of `{}` can't be read", entry.name()))
                    .at(entry.at(&raw.bytes), "not pairs of hexadecimal digits")
                    .help("write two hexadecimal digits for each byte: `\"F0 90 90 90 F0\"`"),
            );
        }
        if let (Some(address), Some(bytes)) = (address, bytes) {
            all.push(Data {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                address,
                bytes,
                span: entry.span(),
            });
        }
    }
    all
}

pub(super) fn natives(files: &Files<'_>, diagnostics: &mut Diagnostics) -> Arena<Native> {
    let mut all = Arena::default();
    let mut names: Names<Native> = Names::new("native");
    for (entry, raw) in files.read::<RawNative, Native>("native", "native", false, &mut names, diagnostics) {
        let mut parameters: Vec<(String, NativeType)> = Vec::new();
        for text in &raw.parameters {
            let Some((name, of)) = named(&entry, text, "x: u8", diagnostics) else {
                continue;
            };
            if parameters.iter().any(|(known, _)| known == name.text) {
                diagnostics.push(
                    Diagnostic::error("L0113", format!("`{}` is named twice", name.text))
                        .at(name.span, "named again here")
                        .help("give it another name"),
                );
            }
            if let Some(of) = of.word("type of a native", NativeType::ALL, diagnostics) {
                parameters.push((name.text.to_owned(), of));
            }
        }
        let results: Vec<(&str, NativeType)> = NativeType::ALL
            .iter()
            .copied()
            .filter(|(_, of)| *of != NativeType::Bytes)
            .collect();
        let result = match &raw.result {
            None => Some(None),
            Some(text) => {
                let plain = text.get_ref().strip_suffix('?');
                let end = plain.map_or(text.get_ref().len(), str::len);
                let of = Place::part(entry.document, text, 0..end).word("type of a result", &results, diagnostics);
                of.map(|of| {
                    Some(NativeResult {
                        of,
                        optional: plain.is_some(),
                    })
                })
            }
        };
        if let Some(result) = result
            && parameters.len() == raw.parameters.len()
        {
            all.push(Native {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                parameters,
                result,
                span: entry.span(),
            });
        }
    }
    all
}

pub(super) fn operand_kinds(
    files: &Files<'_>,
    registers: &Resolved<Register>,
    diagnostics: &mut Diagnostics,
) -> Resolved<WordOperandKind> {
    let mut kinds = Resolved::in_table("operand", "operand kind");
    let raws = files.read::<RawWordOperand, WordOperandKind>("operand", "operand kind", false, &mut kinds.names, diagnostics);
    for (entry, raw) in raws {
        let bits = number(entry.document, &raw.bits, "width", 1..=32, diagnostics);
        let bank = match &raw.register {
            None => Some(None),
            Some(bank) => registers
                .names
                .resolve(&Place::value(entry.document, bank), diagnostics)
                .map(Some),
        };
        let address = match &raw.address {
            None => Some(None),
            Some(address) => Place::value(entry.document, address)
                .word("thing at an address", AddressOf::ALL, diagnostics)
                .map(Some),
        };
        let (Some(bits), Some(bank), Some(address)) = (bits, bank, address) else {
            kinds.names.define_broken(entry.name());
            continue;
        };
        if let (Some(text), Some(_)) = (&raw.register, address) {
            diagnostics.push(
                Diagnostic::error(
                    "L1104",
                    format!("the operand kind `{}` is both a register and an address", entry.name()),
                )
                .at(entry.at(text), "says that it is a register")
                .help("remove `register` or `address`; a jump to the address in a register is `control = \"computed\"`"),
            );
        }
        if let (Some(text), Some(bank)) = (&raw.register, bank)
            && registers.arena[bank].count.is_none()
        {
            diagnostics.push(
                Diagnostic::error(
                    "L1104",
                    format!(
                        "`{}` is a single register, among which there is nothing to select",
                        text.get_ref()
                    ),
                )
                .at(entry.at(text), "no bank")
                .at(registers.arena[bank].span, "declared without `count`")
                .help("name a bank of registers, or write the register itself into the `syntax` of the op"),
            );
            kinds.names.define_broken(entry.name());
            continue;
        }
        kinds.push(
            entry.name(),
            WordOperandKind {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                bits,
                bank,
                address,
                span: entry.span(),
            },
        );
    }
    kinds
}
