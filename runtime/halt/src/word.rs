//! The word: a value that fits into 64 bits, or where in the arena the value lies.
//!
//! The lowest two bits say which:
//!
//! | tag | the rest of the word |
//! |---|---|
//! | 0 | an integer of 62 bits, two's complement |
//! | 1 | a constant: nil, false, true, or one of the four empty collections |
//! | 2 | an object: bits 2..32 are the word of the arena where it starts, bits 32..64 the generation of the arena |
//! | 3 | nothing; always refused |
//!
//! Every collection begins a new generation, so that a word kept across one is refused and never taken for another value.

use core::fmt;

use exo_facts::formats::{word_constant as constant, word_tag as tag};
use exo_facts::limits;

const TAG_BITS: u32 = 2;
const TAG_MASK: u64 = (1 << TAG_BITS) - 1;

const OFFSET_BITS: u32 = MAX_WORDS.ilog2();

/// The most words that an arena may have, since offsets have 30 bits: 8 GiB.
pub const MAX_WORDS: usize = limits::ARENA_WORDS as usize;

// Offset, generation and tag fill a word.
const _: () = assert!(MAX_WORDS.is_power_of_two() && TAG_BITS + OFFSET_BITS + u32::BITS == u64::BITS);

/// A value, or a reference to one. See the [encoding](crate#words).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Word(u64);

impl Word {
    /// The absence of a value.
    pub const NIL: Self = Self::constant(constant::NIL);
    /// The truth value false.
    pub const FALSE: Self = Self::constant(constant::FALSE);
    /// The truth value true.
    pub const TRUE: Self = Self::constant(constant::TRUE);
    /// No bytes.
    pub const EMPTY_BYTES: Self = Self::constant(constant::EMPTY_BYTES);
    /// The list without elements.
    pub const EMPTY_LIST: Self = Self::constant(constant::EMPTY_LIST);
    /// The vector without elements.
    pub const EMPTY_VECTOR: Self = Self::constant(constant::EMPTY_VECTOR);
    /// The map without entries.
    pub const EMPTY_MAP: Self = Self::constant(constant::EMPTY_MAP);

    const fn constant(number: u64) -> Self {
        Self(number << TAG_BITS | tag::CONSTANT)
    }

    /// Takes a word from outside. Nothing is checked here: every operation of the arena checks the words that it is given.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The word as 64 bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The truth value as a word.
    #[must_use]
    pub const fn boolean(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    /// The integer as a word, if 62 bits are enough for it; [`Arena::integer`](crate::Arena::integer) takes every integer.
    #[must_use]
    pub const fn small(value: i64) -> Option<Self> {
        let word = Self((value as u64) << TAG_BITS | tag::INTEGER);
        if word.0 as i64 >> TAG_BITS == value {
            Some(word)
        } else {
            None
        }
    }

    /// The inline integer that the word is.
    #[must_use]
    pub const fn as_small(self) -> Option<i64> {
        if self.0 & TAG_MASK == tag::INTEGER {
            Some(self.0 as i64 >> TAG_BITS)
        } else {
            None
        }
    }

    /// Whether the word is a value by itself: an inline integer or a constant.
    #[must_use]
    pub const fn is_inline(self) -> bool {
        match self.0 & TAG_MASK {
            tag::INTEGER => true,
            tag::CONSTANT => self.0 >> TAG_BITS <= constant::EMPTY_MAP,
            _ => false,
        }
    }

    pub(crate) const fn object(offset: usize, generation: u32) -> Self {
        Self((generation as u64) << (TAG_BITS + OFFSET_BITS) | (offset as u64) << TAG_BITS | tag::OBJECT)
    }

    /// Where the object starts, if the word refers to one of this generation.
    #[inline]
    pub(crate) const fn offset(self, generation: u32) -> Option<usize> {
        if self.0 & TAG_MASK == tag::OBJECT && self.0 >> (TAG_BITS + OFFSET_BITS) == generation as u64 {
            Some((self.0 as u32 >> TAG_BITS) as usize)
        } else {
            None
        }
    }
}

impl From<bool> for Word {
    fn from(value: bool) -> Self {
        Self::boolean(value)
    }
}

impl From<i32> for Word {
    fn from(value: i32) -> Self {
        Self((i64::from(value) as u64) << TAG_BITS)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(value) = self.as_small() {
            return write!(f, "Word({value})");
        }
        let name = match *self {
            Self::NIL => "nil",
            Self::FALSE => "false",
            Self::TRUE => "true",
            Self::EMPTY_BYTES => "empty bytes",
            Self::EMPTY_LIST => "empty list",
            Self::EMPTY_VECTOR => "empty vector",
            Self::EMPTY_MAP => "empty map",
            _ => return write!(f, "Word({:#x})", self.0),
        };
        write!(f, "Word({name})")
    }
}
