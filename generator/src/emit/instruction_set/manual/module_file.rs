//! The page of the module file: header, records and unions byte by byte, and the bytes of a whole file.

use super::Book;
use super::machine::{parameter_kind, to_record};
use crate::emit::instruction_set::sources;
use crate::emit::instruction_set::worked_module::WorkedModule;
use crate::emit::manual::page::{Block, Destination, Entry, LayoutCell, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::hexadecimal;
use crate::model::instruction_set::{Field, InstructionSet, ParameterKind, Record, Shape};

/// The page.
pub fn page(book: &Book<'_>) -> Page {
    let set = book.set;
    let format = &set.format;
    let mut page = book.page("module-file", "Module file", sources::ALL);
    page.kind = format!(".{} of {}, version {}", format.extension, set.name, format.version);
    page.entries.push(Entry {
        words: ["magic", "version", "flags", "checksum", "header"]
            .map(str::to_owned)
            .to_vec(),
        ..book.entry(
            "module file",
            "module file",
            &format!("The file `.{}` that carries code, byte by byte.", format.extension),
        )
    });
    page.paragraph(
        "All numbers are little-endian. A reader refuses another magic or version, unknown flags, a wrong checksum, a count above its limit \
         or larger than the rest of the file can hold, text that isn't UTF-8, and bytes after the end.",
    );
    page.paragraph(book.origin("module", ""));
    header(book, &mut page);
    page.heading(2, "How sizes are written");
    page.paragraph(
        "Offsets are bytes from the start of a record. What has no fixed length ends at a place that is called a, b and so on; the fields \
         behind it are counted from there.",
    );
    for record in &format.records {
        self::record(book, record, &mut page);
    }
    unions(book, &mut page);
    type_definitions(book, &mut page);
    if let Some(worked) = WorkedModule::of(set) {
        self::worked(book, &worked, &mut page);
    }
    page
}

fn header(book: &Book<'_>, page: &mut Page) {
    let format = &book.set.format;
    let root = &format.records[format.root].name;
    page.heading(2, "Header");
    let cell = |place: u32, name: &str, of: &str, value: String, bits| LayoutCell {
        place: place.to_string(),
        name: name.to_owned(),
        of: of.to_owned(),
        value,
        bits,
    };
    page.add(Block::Layout(vec![
        cell(0, "magic", "4 bytes", hexadecimal(&format.magic), Some(32)),
        cell(4, "version", "u32", hexadecimal(&format.version.to_le_bytes()), Some(32)),
        cell(8, "flags", "u32", String::new(), Some(32)),
        cell(12, "checksum", "u32", String::new(), Some(32)),
        cell(16, root, "record", String::new(), None),
    ]));
    let magic = String::from_utf8_lossy(&format.magic).into_owned();
    let row = |offset: &str, size: &str, what: &str, of: &str, doc: Line| {
        vec![
            Line::from(offset),
            Line::from(size),
            Line::new().code(what),
            Line::from(of),
            doc,
        ]
    };
    let body = Line::from("the record ").code_link(to_record(book, root), &**root);
    page.add(Block::Table {
        head: ["offset", "bytes", "field", "written as", "holds"].map(Line::from).to_vec(),
        rows: vec![
            row("0", "4", "magic", "bytes", Line::new().code(magic)),
            row("4", "4", "version", "u32", Line::from(format.version.to_string())),
            row("8", "4", "flags", "u32", Line::from("the bits below")),
            row(
                "12",
                "4",
                "checksum",
                "u32",
                Line::from("CRC-32 (IEEE 802.3) of all bytes from 16 on"),
            ),
            row("16", "varies", root, "record", body),
        ],
    });
    if !format.flags.is_empty() {
        let rows = format.flags.iter().map(|flag| {
            vec![
                Line::from(flag.bit.to_string()),
                Line::new().code(&*flag.name),
                prose::line(&flag.doc),
            ]
        });
        page.add(Block::Table {
            head: ["bit", "flag", "when set"].map(Line::from).to_vec(),
            rows: rows.collect(),
        });
    }
}

/// A stretch of bytes of a field.
struct Stretch {
    name: String,
    of: Line,
    /// None where it varies.
    bytes: Option<u32>,
}

fn record(book: &Book<'_>, record: &Record, page: &mut Page) {
    let set = book.set;
    page.heading(2, Line::new().code(&*record.name));
    page.extend(prose::blocks(&record.doc, 3));
    page.paragraph(book.origin("record", &record.name));
    page.entries.push(Entry {
        words: record.fields.iter().map(|field| field.name.clone()).collect(),
        ..book.section_entry("record", &record.name, &record.doc)
    });
    let mut cells = Vec::new();
    let mut rows = Vec::new();
    let mut offset = Offset::default();
    for field in &record.fields {
        for (index, stretch) in stretches(book, field).into_iter().enumerate() {
            let place = offset.text();
            cells.push(LayoutCell {
                place: place.clone(),
                name: stretch.name.clone(),
                of: stretch.bytes.map_or_else(|| "varies".to_owned(), bytes),
                value: String::new(),
                bits: stretch.bytes.map(|bytes| bytes * 8),
            });
            rows.push(vec![
                Line::from(place),
                Line::from(stretch.bytes.map_or_else(|| "varies".to_owned(), |bytes| bytes.to_string())),
                Line::new().code(&*stretch.name),
                stretch.of,
                if index == 0 { holds(set, field) } else { Line::new() },
            ]);
            offset.advance(stretch.bytes);
        }
        if field.flag.is_some() {
            // It may not be there at all.
            offset.advance(None);
        }
    }
    page.add(Block::Layout(cells));
    page.add(Block::Table {
        head: ["offset", "bytes", "field", "written as", "holds"].map(Line::from).to_vec(),
        rows,
    });
}

fn bytes(count: u32) -> String {
    format!("{count} byte{}", if count == 1 { "" } else { "s" })
}

fn holds(set: &InstructionSet, field: &Field) -> Line {
    let doc = prose::line(&field.doc);
    match field.flag {
        Some(flag) => doc.text(" Only with flag ").code(&*set.format.flags[flag].name).text("."),
        None => doc,
    }
}

/// Where a stretch begins: a number of bytes behind the start, or behind the end of the last stretch of varying length.
#[derive(Default)]
struct Offset {
    mark: usize,
    bytes: u32,
}

impl Offset {
    fn advance(&mut self, bytes: Option<u32>) {
        match bytes {
            Some(bytes) => self.bytes += bytes,
            None => {
                self.mark += 1;
                self.bytes = 0;
            }
        }
    }

    fn text(&self) -> String {
        let Some(mark) = self.mark.checked_sub(1) else {
            return self.bytes.to_string();
        };
        // a to z, then a1 to z1.
        let letter = char::from(b'a' + (mark % 26) as u8);
        let round = match mark / 26 {
            0 => String::new(),
            round => round.to_string(),
        };
        match self.bytes {
            0 => format!("{letter}{round}"),
            bytes => format!("{letter}{round} + {bytes}"),
        }
    }
}

fn stretches(book: &Book<'_>, field: &Field) -> Vec<Stretch> {
    let part = |part: &str, of: Line, bytes| Stretch {
        name: format!("{}{part}", field.name),
        of,
        bytes,
    };
    let number = |what: String| Line::from(format!("u32, {what}"));
    match &field.shape {
        Shape::String { max } => vec![
            part(" length", number(format!("at most {max}")), Some(4)),
            part(" text", Line::from("UTF-8"), None),
        ],
        Shape::Code { max } => vec![
            part(" length", number(format!("at most {max}")), Some(4)),
            part(" bytes", Line::from("instructions"), None),
        ],
        Shape::List { element, max } => {
            let each = shape(book, element);
            let each = match fixed(element) {
                Some(size) => Line::from("each ").then(each).text(format!(", {}", bytes(size))),
                None => Line::from("each ").then(each),
            };
            vec![
                part(" count", number(format!("at most {max}")), Some(4)),
                part(" items", each, None),
            ]
        }
        other => vec![part("", shape(book, other), fixed(other))],
    }
}

/// The bytes of a shape that always takes as many.
fn fixed(shape: &Shape) -> Option<u32> {
    match shape {
        Shape::Scalar(scalar) => Some(scalar.bytes()),
        Shape::Wide(wide) => Some(wide.bytes()),
        Shape::TypeId | Shape::Reference(_) | Shape::Optional(_) => Some(4),
        _ => None,
    }
}

fn shape(book: &Book<'_>, of: &Shape) -> Line {
    let set = book.set;
    let named = |name: &str| Line::new().code_link(to_record(book, name), name);
    match of {
        Shape::Scalar(scalar) => Line::from(scalar.name()),
        Shape::Wide(wide) => Line::from(wide.name()),
        Shape::String { max } => Line::from(format!("u32 length of at most {max}, then UTF-8")),
        Shape::Code { max } => Line::from(format!("u32 length of at most {max}, then instructions")),
        Shape::TypeId => Line::from("u32, number of a type"),
        Shape::TypeDefinition => {
            let to = Destination::section(book.path("module-file"), TYPE_DEFINITIONS);
            Line::new().link(to, "type definition")
        }
        Shape::Reference(kind) => Line::from("u32, number of a ").then(book.operand_kind(&set.operand_kinds[*kind])),
        Shape::Optional(inner) => shape(book, inner).text(", 0xFFFFFFFF for none"),
        Shape::List { element, max } => {
            Line::from(format!("u32 count of at most {max}, then as many: ")).then(shape(book, element))
        }
        Shape::Record(id) => named(&set.format.records[*id].name),
        Shape::Union(id) => named(&set.format.unions[*id].name),
    }
}

fn unions(book: &Book<'_>, page: &mut Page) {
    let set = book.set;
    for union in &set.format.unions {
        page.heading(2, Line::new().code(&*union.name));
        page.extend(prose::blocks(&union.doc, 3));
        page.paragraph(book.origin("union", &union.name));
        page.entries.push(book.section_entry("union", &union.name, &union.doc));
        let cell = |place: &str, name: &str, of: &str, bits| LayoutCell {
            place: place.to_owned(),
            name: name.to_owned(),
            of: of.to_owned(),
            value: String::new(),
            bits,
        };
        page.add(Block::Layout(vec![
            cell("0", "variant", "1 byte", Some(8)),
            cell("1", "value", "by the variant", None),
        ]));
        let rows = union.variants.iter().map(|variant| {
            vec![
                Line::new().code(format!("{:02X}", variant.code)),
                Line::new().code(&*variant.name),
                shape(book, &variant.shape),
                prose::line(&variant.doc),
            ]
        });
        page.add(Block::Table {
            head: ["byte 0", "variant", "from byte 1 on", "holds"].map(Line::from).to_vec(),
            rows: rows.collect(),
        });
    }
}

const TYPE_DEFINITIONS: &str = "Type definitions";

fn type_definitions(book: &Book<'_>, page: &mut Page) {
    let set = book.set;
    if set.types.iter().all(|of| of.parameters.is_empty()) {
        return;
    }
    page.heading(2, TYPE_DEFINITIONS);
    page.paragraph(
        "A byte with the number of the type, then its arguments. A definition may refer to types without parameters and to definitions \
         before it; no two are equal.",
    );
    let rows = set.types.iter().filter(|of| !of.parameters.is_empty()).map(|of| {
        let arguments = of.parameters.iter().map(|parameter| {
            let written = match parameter.kind {
                ParameterKind::Type => "u32",
                ParameterKind::OptionalType => "u32, 0xFFFFFFFF for none",
                ParameterKind::Types => "u32 count, then u32 each",
                ParameterKind::Class => "u32",
            };
            Line::new()
                .code(&*parameter.name)
                .text(format!(", {}: {written}", parameter_kind(parameter.kind)))
        });
        vec![
            Line::new().code(format!("{:02X}", of.code)),
            Line::new().code_link(book.to_type(of), &*of.name),
            Line::joined(arguments, "; "),
        ]
    });
    page.add(Block::Table {
        head: ["byte 0", "type", "from byte 1 on"].map(Line::from).to_vec(),
        rows: rows.collect(),
    });
}

/// A whole file: its text, its bytes, and what each of them says.
fn worked(book: &Book<'_>, worked: &WorkedModule, page: &mut Page) {
    let set = book.set;
    let file = format!("{}/facts/tests/manual.rs", set.folder());
    page.heading(2, "A whole file");
    page.paragraph("This program");
    page.add(Block::Code {
        language: String::new(),
        text: worked.text.clone(),
    });
    let bytes = worked.bytes();
    page.paragraph(
        Line::from(format!("is these {} bytes. The test ", bytes.len()))
            .code_link(Destination::File(file.clone()), file)
            .text(" assembles it and compares."),
    );
    page.add(Block::Code {
        language: String::new(),
        text: dump(&bytes),
    });
    let mut offset = 0;
    let rows = worked.pieces.iter().map(|piece| {
        let row = vec![
            Line::new().code(format!("{offset:04X}")),
            Line::new().code(hexadecimal(&piece.bytes)),
            Line::new().code(&*piece.path),
            Line::from(&*piece.meaning),
        ];
        offset += piece.bytes.len();
        row
    });
    page.add(Block::Table {
        head: ["offset", "bytes", "field", "says"].map(Line::from).to_vec(),
        rows: rows.collect(),
    });
}

/// Sixteen bytes a line, with their characters.
fn dump(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (index, line) in bytes.chunks(16).enumerate() {
        let characters: String = line
            .iter()
            .map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' })
            .collect();
        text.push_str(&format!("{:04X}  {:<47}  {characters}\n", index * 16, hexadecimal(line)));
    }
    text
}
