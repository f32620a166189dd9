//! Says which byte of an object means what. The fast engine reads and writes objects by these offsets.
//!
//! Every object starts with a header of 8 bytes: the [`Kind`], flags (none yet), two spare bytes, and a `u32` whose meaning
//! depends on the kind.
//!
//! | kind | `u32` in the header | body |
//! |---|---|---|
//! | [`Str`](Kind::Str) | bytes of the text | the text in UTF-8, from [`BODY`] |
//! | [`Buffer`](Kind::Buffer) | granules of the object | elements, from [`BODY`]; only an array points to one |
//! | [`Array`](Kind::Array) | `TypeId` of the elements | [`ARRAY_LENGTH`], [`ARRAY_CAPACITY`], [`ARRAY_BUFFER`], [`ARRAY_SLOT`] |
//! | [`Tuple`](Kind::Tuple), [`Instance`](Kind::Instance), [`Cell`](Kind::Cell) | shape | words, from [`BODY`] |
//! | [`Closure`](Kind::Closure) | shape | [`CLOSURE_RECEIVER`], [`CLOSURE_FILLED`], captures from [`CAPTURES`] |
//! | [`Boxed`](Kind::Boxed) | position among the boxed Rust values | nothing |
//!
//! Numbers have the byte order of the machine.

use crate::value::SlotKind;

/// The bytes of a granule, in which references count.
pub const GRANULE: usize = 8;
/// The granules of a block.
pub(crate) const BLOCK_GRANULES: usize = 2048;
/// The bytes of a block.
pub(crate) const BLOCK_BYTES: usize = BLOCK_GRANULES * GRANULE;
/// The bytes of a word: a field, a capture, an element of a tuple.
pub const WORD: usize = 8;
/// The bytes of the header.
pub const HEADER: usize = 8;
/// The offset of the `u32` in the header.
pub const AUX: usize = 4;
/// The offset of what follows the header.
pub const BODY: usize = 8;
/// The offset of an array's length, a `u32`.
pub const ARRAY_LENGTH: usize = 8;
/// The offset of the number of elements for which its buffer has room, a `u32`.
pub const ARRAY_CAPACITY: usize = 12;
/// The offset of the reference to its buffer; null while the capacity is 0.
pub const ARRAY_BUFFER: usize = 16;
/// The offset of the representation of its elements, a byte: the number of the [`SlotKind`].
pub const ARRAY_SLOT: usize = 20;
/// The bytes of an array without its buffer.
pub const ARRAY_BYTES: usize = 24;
/// The offset of the reference to a bound method's receiver.
pub const CLOSURE_RECEIVER: usize = 8;
/// The offset of the number of captures that have a value, a `u32`.
pub const CLOSURE_FILLED: usize = 12;
/// The offset of a closure's first capture.
pub const CAPTURES: usize = 16;

/// What an object is: the first byte of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Text in UTF-8; never changes.
    Str = 1,
    /// The elements of an array.
    Buffer = 2,
    /// An array: its length, and where its elements are.
    Array = 3,
    /// A fixed number of values of various types.
    Tuple = 4,
    /// An instance of a class.
    Instance = 5,
    /// A function with values that it captured, or a method with its receiver.
    Closure = 6,
    /// A captured variable that several closures share.
    Cell = 7,
    /// A Rust value.
    Boxed = 8,
}

impl Kind {
    /// The kind that a header's first byte stands for. 0, and what the stress mode writes over dead objects, stand for none.
    #[inline]
    pub const fn from_byte(byte: u8) -> Option<Kind> {
        Some(match byte {
            1 => Kind::Str,
            2 => Kind::Buffer,
            3 => Kind::Array,
            4 => Kind::Tuple,
            5 => Kind::Instance,
            6 => Kind::Closure,
            7 => Kind::Cell,
            8 => Kind::Boxed,
            _ => return None,
        })
    }
}

/// The header of an object.
#[inline]
pub const fn header(kind: Kind, aux: u32) -> u64 {
    // In memory order: kind, flags, spare, spare, then the four bytes of `aux`.
    let aux = aux.to_ne_bytes();
    u64::from_ne_bytes([kind as u8, 0, 0, 0, aux[0], aux[1], aux[2], aux[3]])
}

/// The number in a header.
#[inline]
pub const fn number_in(header: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = header.to_ne_bytes();
    u32::from_ne_bytes([a, b, c, d])
}

/// The offset of the first word of an object with a shape.
#[inline]
pub const fn first_word(kind: Kind) -> usize {
    match kind {
        Kind::Closure => CAPTURES,
        _ => BODY,
    }
}

/// The bytes of an element of an array.
#[inline]
pub const fn element_bytes(slot: SlotKind) -> usize {
    match slot {
        SlotKind::Bool => 1,
        SlotKind::I32 => 4,
        SlotKind::F64 | SlotKind::Any | SlotKind::Ref => 8,
    }
}

/// The number of a representation in [`ARRAY_SLOT`].
#[inline]
pub const fn slot_byte(slot: SlotKind) -> u8 {
    match slot {
        SlotKind::I32 => 0,
        SlotKind::F64 => 1,
        SlotKind::Bool => 2,
        SlotKind::Any => 3,
        SlotKind::Ref => 4,
    }
}

/// The representation that a number in [`ARRAY_SLOT`] stands for.
#[inline]
pub const fn slot_from_byte(byte: u8) -> Option<SlotKind> {
    Some(match byte {
        0 => SlotKind::I32,
        1 => SlotKind::F64,
        2 => SlotKind::Bool,
        3 => SlotKind::Any,
        4 => SlotKind::Ref,
        _ => return None,
    })
}
