//! Integers and bytes, and what a word is.

use crate::arena::Arena;
use crate::error::Error;
use crate::object::{Header, Kind};
use crate::word::Word;

/// The most bytes, elements or entries that one value may have.
pub const MAX_COUNT: usize = exo_facts::limits::VALUE_ELEMENTS as usize;

/// What a value is. The discriminants are the order of values of different types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Type {
    /// The absence of a value.
    Nil = 0,
    /// A truth value.
    Boolean = 1,
    /// An integer of 64 bits.
    Integer = 2,
    /// A sequence of bytes.
    Bytes = 3,
    /// A sequence that grows at its front.
    List = 4,
    /// A sequence that grows at its end and is indexed.
    Vector = 5,
    /// Keys with a value each.
    Map = 6,
}

impl Arena<'_> {
    /// What the value is.
    ///
    /// # Errors
    /// [`Error::BadWord`].
    pub fn type_of(&self, word: Word) -> Result<Type, Error> {
        self.check(word)?;
        Ok(self.known_type(word))
    }

    pub(crate) fn known_type(&self, word: Word) -> Type {
        match word {
            Word::NIL => return Type::Nil,
            Word::FALSE | Word::TRUE => return Type::Boolean,
            Word::EMPTY_BYTES => return Type::Bytes,
            Word::EMPTY_LIST => return Type::List,
            Word::EMPTY_VECTOR => return Type::Vector,
            Word::EMPTY_MAP => return Type::Map,
            _ => {}
        }
        match self.object(word).map(|(_, header)| header.kind) {
            Some(Kind::Bytes) => Type::Bytes,
            Some(Kind::List) => Type::List,
            Some(Kind::Vector) => Type::Vector,
            Some(Kind::Map) => Type::Map,
            _ => Type::Integer,
        }
    }

    /// How many bytes, elements or entries there are.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`] of nil, a truth value or an integer.
    pub fn count(&self, word: Word) -> Result<usize, Error> {
        match self.type_of(word)? {
            Type::Nil | Type::Boolean | Type::Integer => Err(Error::TypeMismatch),
            _ => Ok(self.known_count(word)),
        }
    }

    pub(crate) fn known_count(&self, word: Word) -> usize {
        self.object(word).map_or(0, |(_, header)| header.length as usize)
    }

    /// The integer as a value. Those of 62 bits are inline, the others take two words of the arena.
    ///
    /// # Errors
    /// [`Error::Exhausted`].
    pub fn integer(&self, value: i64) -> Result<Word, Error> {
        if let Some(word) = Word::small(value) {
            return Ok(word);
        }
        let header = Header {
            kind: Kind::Integer,
            depth: 0,
            shift: 0,
            length: 0,
        };
        let at = self.claim(header.words())?;
        self.write(at + 1, value as u64);
        Ok(self.publish(at, header))
    }

    /// The integer that the value is.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`].
    pub fn as_integer(&self, word: Word) -> Result<i64, Error> {
        match self.type_of(word)? {
            Type::Integer => Ok(self.known_integer(word)),
            _ => Err(Error::TypeMismatch),
        }
    }

    pub(crate) fn known_integer(&self, word: Word) -> i64 {
        word.as_small()
            .unwrap_or_else(|| self.object(word).map_or(0, |(at, _)| self.read(at + 1) as i64))
    }

    /// The bytes as a value.
    ///
    /// # Errors
    /// [`Error::Exhausted`], [`Error::TooLarge`].
    pub fn bytes(&self, bytes: &[u8]) -> Result<Word, Error> {
        self.bytes_from(bytes.len(), |at| bytes.get(at).copied())
    }

    /// So many bytes, asked for one after another. A byte that isn't there makes the value malformed.
    pub(crate) fn bytes_from(&self, length: usize, mut byte: impl FnMut(usize) -> Option<u8>) -> Result<Word, Error> {
        if length == 0 {
            return Ok(Word::EMPTY_BYTES);
        }
        if length > MAX_COUNT {
            return Err(Error::TooLarge);
        }
        let header = Header {
            kind: Kind::Bytes,
            depth: 0,
            shift: 0,
            length: length as u32,
        };
        let at = self.claim(header.words())?;
        for word in 0..header.words() - 1 {
            let mut packed = 0;
            for position in word * 8..length.min(word * 8 + 8) {
                packed |= u64::from(byte(position).ok_or(Error::Malformed)?) << (position % 8 * 8);
            }
            self.write(at + 1 + word, packed);
        }
        Ok(self.publish(at, header))
    }

    /// Copies the bytes that the value is into the front of the buffer, and says how many there are.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], and [`Error::TooLarge`] when the buffer is shorter; then it is as it was.
    pub fn copy_bytes(&self, word: Word, into: &mut [u8]) -> Result<usize, Error> {
        if self.type_of(word)? != Type::Bytes {
            return Err(Error::TypeMismatch);
        }
        let length = self.known_count(word);
        let into = into.get_mut(..length).ok_or(Error::TooLarge)?;
        for (chunk, packed) in into.chunks_mut(8).zip(self.packed_bytes(word)) {
            chunk.copy_from_slice(&packed.to_le_bytes()[..chunk.len()]);
        }
        Ok(length)
    }

    /// The words that hold the bytes, eight in each.
    pub(crate) fn packed_bytes(&self, word: Word) -> impl Iterator<Item = u64> {
        let (at, words) = self.object(word).map_or((0, 1), |(at, header)| (at, header.words()));
        (at + 1..at + words).map(|at| self.read(at))
    }
}
