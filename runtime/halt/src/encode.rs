//! The encoded form: values as bytes that anyone may have written.
//!
//! It is postfix: a collection comes after its parts, so that reading needs no nesting, only a stack of values.
//!
//! | byte | followed by | takes from the stack | puts there |
//! |---|---|---|---|
//! | 0, 1, 2 | | | nil, false, true |
//! | 3 | the number, zigzag | | an integer |
//! | 4 | a length, and as many bytes | | bytes |
//! | 5, 6 | a count n | n values | the list, the vector of them |
//! | 7 | a count n | n times a key and its value | the map of them; no two keys may be equal |
//!
//! Numbers are in base 128, the lowest seven bits first, all bytes but the last with the highest bit set; no byte more than needed. At
//! the end the stack holds one value. What [`read_value`](crate::Arena::read_value) writes is canonical: equal values have equal bytes.

use crate::arena::Arena;
use crate::cursor::{Token, Walk};
use crate::error::Error;
use crate::scalar::Type;
use crate::word::Word;

/// The first byte of each part of an encoded form, for programs that write one without an arena.
pub mod code {
    use exo_facts::formats::value;

    /// The absence of a value.
    pub const NIL: u8 = value::NIL as u8;
    /// False.
    pub const FALSE: u8 = value::FALSE as u8;
    /// True.
    pub const TRUE: u8 = value::TRUE as u8;
    /// An integer; its number follows, zigzag.
    pub const INTEGER: u8 = value::INTEGER as u8;
    /// Bytes; their count follows, then they.
    pub const BYTES: u8 = value::BYTES as u8;
    /// The list of the last values; how many follows.
    pub const LIST: u8 = value::LIST as u8;
    /// The vector of the last values; how many follows.
    pub const VECTOR: u8 = value::VECTOR as u8;
    /// The map of the last keys and values; how many pairs follows.
    pub const MAP: u8 = value::MAP as u8;
}

impl Arena<'_> {
    /// How many bytes the encoded form of the value has.
    ///
    /// # Errors
    /// [`Error::BadWord`], and [`Error::TooLarge`] when there are more than the limit; no more of the value is looked at then.
    pub fn encoded_length(&self, word: Word, limit: usize) -> Result<usize, Error> {
        let mut length = 0;
        self.read_to(word, |_| {
            length += 1;
            if length > limit { Err(Error::TooLarge) } else { Ok(()) }
        })?;
        Ok(length)
    }

    /// Writes the encoded form of the value to the front of the buffer, and says how many bytes it has.
    ///
    /// # Errors
    /// [`Error::BadWord`], and [`Error::TooLarge`] when the buffer is too short; then it is as it was.
    pub fn read_value(&self, word: Word, into: &mut [u8]) -> Result<usize, Error> {
        self.encoded_length(word, into.len())?;
        let mut at = 0;
        self.read_to(word, |byte| {
            if let Some(place) = into.get_mut(at) {
                *place = byte;
            }
            at += 1;
            Ok(())
        })?;
        Ok(at)
    }

    /// Gives the encoded form of the value to `put`, byte by byte, until that fails.
    ///
    /// # Errors
    /// [`Error::BadWord`], and those of `put`.
    pub fn read_to(&self, word: Word, mut put: impl FnMut(u8) -> Result<(), Error>) -> Result<(), Error> {
        self.check(word)?;
        // What has no parts needs no stack.
        if self.depth(word) == 0 {
            return self.write_token(Token::Leaf(word), &mut put);
        }
        for token in Walk::new(self, word) {
            self.write_token(token, &mut put)?;
        }
        Ok(())
    }

    fn write_token(&self, token: Token, put: &mut impl FnMut(u8) -> Result<(), Error>) -> Result<(), Error> {
        let (kind, count) = match token {
            Token::Begin(_) => return Ok(()),
            Token::End(kind, count) => (kind, count),
            Token::Leaf(leaf) => (self.known_type(leaf), self.known_count(leaf)),
        };
        // A leaf of nil, a truth value or an integer is never without its word.
        let leaf = if let Token::Leaf(leaf) = token { leaf } else { Word::NIL };
        let (code, number) = match kind {
            Type::Nil => (code::NIL, None),
            Type::Boolean => (if leaf == Word::TRUE { code::TRUE } else { code::FALSE }, None),
            Type::Integer => {
                let value = self.known_integer(leaf);
                (code::INTEGER, Some((value << 1 ^ value >> 63) as u64))
            }
            Type::Bytes => (code::BYTES, Some(count as u64)),
            Type::List => (code::LIST, Some(count as u64)),
            Type::Vector => (code::VECTOR, Some(count as u64)),
            Type::Map => (code::MAP, Some(count as u64)),
        };
        put(code)?;
        if let Some(mut number) = number {
            while number >= 0x80 {
                put(number as u8 | 0x80)?;
                number >>= 7;
            }
            put(number as u8)?;
        }
        if kind == Type::Bytes {
            let mut left = count;
            for packed in self.packed_bytes(leaf) {
                for &byte in packed.to_le_bytes().iter().take(left) {
                    put(byte)?;
                }
                left = left.saturating_sub(8);
            }
        }
        Ok(())
    }
}
