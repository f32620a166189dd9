//! How objects lie in the arena: a header word, then the payload.
//!
//! | kind | payload |
//! |---|---|
//! | integer | one word, for integers of more than 62 bits |
//! | bytes | eight to a word, little endian, the rest of the last word zero |
//! | list | first element, list of the others |
//! | vector, map | the root node |
//! | vector node | its children: elements in a leaf (shift 0), nodes elsewhere; 32 at most |
//! | map node | two bitmaps in one word; keys with their values; then child nodes |
//! | collision | keys with their values, all of one hash, in the order of the keys |
//!
//! The header holds kind, shift, depth, owner and length, each from the bit that `header_field` says up to where the next one begins. The
//! last three kinds are inner nodes: never values themselves. The owner is whoever made the object, and no part of what it is.

use exo_facts::formats::{header_field as field, object_kind as code};

use crate::cursor::MAX_DEPTH;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// What a collection leaves where an object was: the length is where it went.
    Forward = code::FORWARD as u8,
    Integer = code::INTEGER as u8,
    Bytes = code::BYTES as u8,
    List = code::LIST as u8,
    Vector = code::VECTOR as u8,
    Map = code::MAP as u8,
    VectorNode = code::VECTOR_NODE as u8,
    MapNode = code::MAP_NODE as u8,
    Collision = code::COLLISION as u8,
}

impl Kind {
    /// Inner nodes are never values themselves.
    pub(crate) const fn is_value(self) -> bool {
        matches!(self, Self::Integer | Self::Bytes | Self::List | Self::Vector | Self::Map)
    }
}

/// The first word of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub kind: Kind,
    /// How deep collections are nested: of a value, itself included; of a node, its contents.
    pub depth: u8,
    /// Of nodes: how many bits of index or hash are below this level (vector), or above it (map).
    pub shift: u16,
    /// Bytes, elements, entries; of nodes the number of words that are references.
    pub length: u32,
}

impl Header {
    pub(crate) const fn pack(self, owner: u16) -> u64 {
        self.kind as u64
            | (self.shift as u64) << field::SHIFT
            | (self.depth as u64) << field::DEPTH
            | (owner as u64) << field::OWNER
            | (self.length as u64) << field::LENGTH
    }

    /// Whoever the object of a packed header is counted for.
    pub(crate) const fn owner(word: u64) -> u16 {
        (word >> field::OWNER) as u16
    }

    /// Anything that isn't a header reads as a forward to nowhere, which no operation takes for a value.
    pub(crate) const fn unpack(word: u64) -> Self {
        let kind = match word & mask(field::SHIFT) {
            code::INTEGER => Kind::Integer,
            code::BYTES => Kind::Bytes,
            code::LIST => Kind::List,
            code::VECTOR => Kind::Vector,
            code::MAP => Kind::Map,
            code::VECTOR_NODE => Kind::VectorNode,
            code::MAP_NODE => Kind::MapNode,
            code::COLLISION => Kind::Collision,
            _ => Kind::Forward,
        };
        Self {
            kind,
            depth: ((word & mask(field::OWNER)) >> field::DEPTH) as u8,
            shift: ((word & mask(field::DEPTH)) >> field::SHIFT) as u16,
            length: (word >> field::LENGTH) as u32,
        }
    }

    /// Words of the object, the header included.
    pub(crate) const fn words(self) -> usize {
        match self.kind {
            Kind::Forward => 1,
            Kind::Integer | Kind::Vector | Kind::Map => 2,
            Kind::Bytes => 1 + (self.length as usize).div_ceil(8),
            Kind::List => 3,
            Kind::VectorNode | Kind::Collision => 1 + self.length as usize,
            Kind::MapNode => 2 + self.length as usize,
        }
    }

    /// Which of its words are references, as the first and how many.
    pub(crate) const fn references(self) -> (usize, usize) {
        match self.kind {
            Kind::Forward | Kind::Integer | Kind::Bytes => (1, 0),
            Kind::List => (1, 2),
            Kind::Vector | Kind::Map => (1, 1),
            Kind::VectorNode | Kind::Collision => (1, self.length as usize),
            Kind::MapNode => (2, self.length as usize),
        }
    }
}

/// The bits below one.
const fn mask(bit: u64) -> u64 {
    (1 << bit) - 1
}

const _: () = {
    assert!(
        MAX_DEPTH < 1 << (field::OWNER - field::DEPTH),
        "every depth has a place in a header"
    );
    assert!(
        u32::BITS + 5 < 1 << (field::DEPTH - field::SHIFT),
        "every level has a place in a header"
    );
    assert!(
        field::LENGTH - field::OWNER == 16 && field::LENGTH == 32,
        "owner and length have their places in a header"
    );
};
