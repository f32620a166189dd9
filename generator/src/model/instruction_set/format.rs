//! The module file: header, then the fields of the record `module`, each written in order.

use super::operand::OperandKind;
use super::scalar::Scalar;
use super::types::Type;
use super::wide::Wide;
use crate::arena::{Arena, Id};
use crate::source::Span;

/// A module file format.
///
/// The file begins with magic (4 bytes), version (u32), flags (u32) and a CRC-32 (IEEE) of all bytes after the header; the fields of
/// the record `module` follow.
#[derive(Debug, Clone)]
pub struct ModuleFormat {
    /// The first four bytes.
    pub magic: [u8; 4],
    /// The version that is written, and the only one that is read.
    pub version: u32,
    /// The file name's extension, without a dot.
    pub extension: String,
    /// Bits of the flags word.
    pub flags: Arena<Flag>,
    /// Structures, `module` among them.
    pub records: Arena<Record>,
    /// Tagged choices.
    pub unions: Arena<Union>,
    /// The record `module`.
    pub root: Id<Record>,
    /// The `[module]` table.
    pub span: Span,
}

/// A bit of the flags word.
#[derive(Debug, Clone)]
pub struct Flag {
    /// `debug`.
    pub name: String,
    /// What is in the file when it is set.
    pub doc: String,
    /// 0 to 31.
    pub bit: u8,
    /// The entry.
    pub span: Span,
}

/// A structure of named fields.
#[derive(Debug, Clone)]
pub struct Record {
    /// `function`: also the keyword of its declarations in assembly.
    pub name: String,
    /// What it describes.
    pub doc: String,
    /// In file order.
    pub fields: Vec<Field>,
    /// The entry.
    pub span: Span,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// `params`.
    pub name: String,
    /// What it holds.
    pub doc: String,
    /// How it is written.
    pub shape: Shape,
    /// Present in the file only when this flag is set; otherwise empty.
    pub flag: Option<Id<Flag>>,
    /// The table in the spec.
    pub span: Span,
}

/// How a value is written in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A fixed number of bytes, little-endian.
    Scalar(Scalar),
    /// An integer beyond 64 bits, little-endian.
    Wide(Wide),
    /// u32 length in bytes, then UTF-8; at most `max` bytes.
    String {
        /// The largest length in bytes.
        max: u32,
    },
    /// Instructions: u32 length in bytes, then the bytes; at most `max`.
    Code {
        /// The largest length in bytes.
        max: u32,
    },
    /// A `TypeId` as u32.
    TypeId,
    /// An entry of the type table: the code of a type with parameters, then its arguments.
    TypeDefinition,
    /// The number of an entry of the list that an operand kind indexes, as u32.
    Reference(Id<OperandKind>),
    /// u32 0xFFFF_FFFF for none, otherwise as the shape; the shape is a `TypeId` or a `Reference`.
    Optional(Box<Shape>),
    /// u32 count, then the items; at most `max`.
    List {
        /// The shape of an item.
        element: Box<Shape>,
        /// The largest count.
        max: u32,
    },
    /// The fields of another record, in place.
    Record(Id<Record>),
    /// u8 code of the variant, then its value.
    Union(Id<Union>),
}

/// A tagged choice: an entry of a constant pool, say.
#[derive(Debug, Clone)]
pub struct Union {
    /// `constant`.
    pub name: String,
    /// What is chosen.
    pub doc: String,
    /// In order of their codes.
    pub variants: Vec<Variant>,
    /// The entry.
    pub span: Span,
}

/// One alternative of a union.
#[derive(Debug, Clone)]
pub struct Variant {
    /// `int`.
    pub name: String,
    /// What it holds.
    pub doc: String,
    /// The byte that announces it.
    pub code: u8,
    /// What follows the byte.
    pub shape: Shape,
    /// The verifier's type of the value, read by `constant(k)`.
    pub value_type: Option<Id<Type>>,
    /// The table in the spec.
    pub span: Span,
}
