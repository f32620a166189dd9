//! What can go wrong, as values. An operation that fails has changed nothing.

use core::fmt;

use exo_facts::formats::value_error as number;

/// Why an operation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Error {
    /// The arena has no room for the value; a collection may make some.
    Exhausted = number::EXHAUSTED as u8,
    /// The atom was dropped, or never was one.
    StaleAtom = number::STALE_ATOM as u8,
    /// Every atom of the table is taken; [`Arena::recycle`](crate::Arena::recycle) or a collection may free some.
    TableFull = number::TABLE_FULL as u8,
    /// The value isn't of the kind that the operation is for.
    TypeMismatch = number::TYPE_MISMATCH as u8,
    /// The word is neither inline nor the start of a live value: forged, or from before a collection.
    BadWord = number::BAD_WORD as u8,
    /// An index beyond the end.
    OutOfRange = number::OUT_OF_RANGE as u8,
    /// Collections would be nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep = number::TOO_DEEP as u8,
    /// The bytes aren't the encoded form of one value.
    Malformed = number::MALFORMED as u8,
    /// The encoded form doesn't fit into the room given, or a collection would have more than [`MAX_COUNT`](crate::MAX_COUNT) elements.
    TooLarge = number::TOO_LARGE as u8,
    /// The words given are too few or too many for an arena.
    BadSize = number::BAD_SIZE as u8,
    /// The words given don't hold an arena, or one that was damaged.
    BadImage = number::BAD_IMAGE as u8,
}

impl Error {
    /// All errors, by their number.
    pub const ALL: [Self; 11] = [
        Self::Exhausted,
        Self::StaleAtom,
        Self::TableFull,
        Self::TypeMismatch,
        Self::BadWord,
        Self::OutOfRange,
        Self::TooDeep,
        Self::Malformed,
        Self::TooLarge,
        Self::BadSize,
        Self::BadImage,
    ];

    /// The error's name in transcripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::StaleAtom => "stale_atom",
            Self::TableFull => "table_full",
            Self::TypeMismatch => "type_mismatch",
            Self::BadWord => "bad_word",
            Self::OutOfRange => "out_of_range",
            Self::TooDeep => "too_deep",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::BadSize => "bad_size",
            Self::BadImage => "bad_image",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl core::error::Error for Error {}
