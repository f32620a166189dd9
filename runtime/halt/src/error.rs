//! What can go wrong, as values. An operation that fails has changed nothing.

use core::fmt;

/// Why an operation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Error {
    /// The arena has no room for the value; a collection may make some.
    Exhausted = 1,
    /// The atom was dropped, or never was one.
    StaleAtom = 2,
    /// Every atom of the table is taken; [`Arena::recycle`](crate::Arena::recycle) or a collection may free some.
    TableFull = 3,
    /// The value isn't of the kind that the operation is for.
    TypeMismatch = 4,
    /// The word is neither inline nor the start of a live value: forged, or from before a collection.
    BadWord = 5,
    /// An index beyond the end.
    OutOfRange = 6,
    /// Collections would be nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep = 7,
    /// The bytes aren't the encoded form of one value.
    Malformed = 8,
    /// The encoded form doesn't fit into the room given, or a collection would have more than [`MAX_COUNT`](crate::MAX_COUNT) elements.
    TooLarge = 9,
    /// The words given are too few or too many for an arena.
    BadSize = 10,
    /// The words given don't hold an arena, or one that was damaged.
    BadImage = 11,
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
