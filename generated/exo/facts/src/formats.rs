//! Numbers.

/// The two lowest bits of a word. A word of any other tag is nothing, and always refused.
pub mod word_tag {
    /// An integer: the other 62 bits, two's complement.
    pub const INTEGER: u64 = 0;
    /// A constant: the other bits are one of `word_constant`.
    pub const CONSTANT: u64 = 1;
    /// An object: 30 bits of where in the arena it starts, counted in words, then 32 bits of the arena's generation.
    pub const OBJECT: u64 = 2;
}

/// The words that are values by themselves and no integers.
pub mod word_constant {
    /// The absence of a value.
    pub const NIL: u64 = 0;
    /// The truth value false.
    pub const FALSE: u64 = 1;
    /// The truth value true.
    pub const TRUE: u64 = 2;
    /// No bytes.
    pub const EMPTY_BYTES: u64 = 3;
    /// The list without elements.
    pub const EMPTY_LIST: u64 = 4;
    /// The vector without elements.
    pub const EMPTY_VECTOR: u64 = 5;
    /// The map without entries.
    pub const EMPTY_MAP: u64 = 6;
}

/// The first byte of each part of the encoded form of a value, which is postfix: a collection comes behind its parts.
pub mod value {
    /// The absence of a value.
    pub const NIL: u64 = 0;
    /// False.
    pub const FALSE: u64 = 1;
    /// True.
    pub const TRUE: u64 = 2;
    /// An integer; its number follows, zigzag.
    pub const INTEGER: u64 = 3;
    /// Bytes; their count follows, then they.
    pub const BYTES: u64 = 4;
    /// The list of the last values; how many follows.
    pub const LIST: u64 = 5;
    /// The vector of the last values; how many follows.
    pub const VECTOR: u64 = 6;
    /// The map of the last keys and values; how many pairs follows.
    pub const MAP: u64 = 7;
}

/// The lowest byte of the header of an object in the arena. The last three kinds are inner nodes, and never values themselves.
pub mod object_kind {
    /// What a collection leaves where an object was.
    pub const FORWARD: u64 = 0;
    /// An integer of more than 62 bits.
    pub const INTEGER: u64 = 1;
    /// Bytes, eight to a word.
    pub const BYTES: u64 = 2;
    /// The first element and the list of the others.
    pub const LIST: u64 = 3;
    /// The root of a vector.
    pub const VECTOR: u64 = 4;
    /// The root of a map.
    pub const MAP: u64 = 5;
    /// Children of a vector: elements in a leaf, nodes elsewhere.
    pub const VECTOR_NODE: u64 = 6;
    /// Entries and children of a map, by two bitmaps.
    pub const MAP_NODE: u64 = 7;
    /// Entries of a map whose keys have one hash.
    pub const COLLISION: u64 = 8;
}

/// Why an operation on values was refused.
pub mod value_error {
    /// The arena has no room for the value; a collection may make some.
    pub const EXHAUSTED: u64 = 1;
    /// The atom was dropped, or never was one.
    pub const STALE_ATOM: u64 = 2;
    /// Every atom of the table is taken.
    pub const TABLE_FULL: u64 = 3;
    /// The value isn't of the kind that the operation is for.
    pub const TYPE_MISMATCH: u64 = 4;
    /// The word is neither inline nor the start of a live value: forged, or from before a collection.
    pub const BAD_WORD: u64 = 5;
    /// An index beyond the end.
    pub const OUT_OF_RANGE: u64 = 6;
    /// Collections would be nested deeper than they may be.
    pub const TOO_DEEP: u64 = 7;
    /// The bytes aren't the encoded form of one value.
    pub const MALFORMED: u64 = 8;
    /// The encoded form doesn't fit into the room given, or a collection would have more elements than it may.
    pub const TOO_LARGE: u64 = 9;
    /// The words given are too few or too many for an arena.
    pub const BAD_SIZE: u64 = 10;
    /// The words given don't hold an arena, or one that was damaged.
    pub const BAD_IMAGE: u64 = 11;
}
