//! Values from bytes that anyone may have written.

use crate::arena::Arena;
use crate::encode::code;
use crate::error::Error;
use crate::layout::state;
use crate::map::RECORD_WORDS;
use crate::word::Word;

impl Arena<'_> {
    /// Makes a value of its encoded form.
    ///
    /// The stack lies in the idle semispace, and on an error what was made is given back: the arena is as it was.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn store(&mut self, bytes: &[u8]) -> Result<Word, Error> {
        self.store_from(bytes.len(), |at| bytes.get(at).copied())
    }

    /// Makes a value of an encoded form of so many bytes, wherever they are: `byte` gives the one at a position, each once and in
    /// their order. If one isn't there, the form is malformed.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    pub fn store_from(&mut self, length: usize, byte: impl FnMut(usize) -> Option<u8>) -> Result<Word, Error> {
        let top = self.read(state::TOP) as usize;
        let result = Reader {
            arena: self,
            length,
            byte,
            at: 0,
            bottom: self.layout.idle(self.generation),
            height: 0,
        }
        .value();
        if result.is_err() {
            self.rewind(top);
        }
        result
    }
}

/// Reads an encoded form. The stack of values grows upwards from the start of the idle semispace.
struct Reader<'a, F> {
    arena: &'a Arena<'a>,
    length: usize,
    byte: F,
    at: usize,
    bottom: usize,
    height: usize,
}

impl<F: FnMut(usize) -> Option<u8>> Reader<'_, F> {
    fn value(&mut self) -> Result<Word, Error> {
        let arena = self.arena;
        while self.at < self.length {
            let word = match self.byte()? {
                code::NIL => Word::NIL,
                code::FALSE => Word::FALSE,
                code::TRUE => Word::TRUE,
                code::INTEGER => {
                    let number = self.number()?;
                    arena.integer((number >> 1) as i64 ^ -((number & 1) as i64))?
                }
                code::BYTES => {
                    let count = self.number()?;
                    if count > (self.length - self.at) as u64 {
                        return Err(Error::Malformed);
                    }
                    let start = self.at;
                    self.at += count as usize;
                    arena.bytes_from(count as usize, |at| (self.byte)(start + at))?
                }
                code::LIST => {
                    let (at, count) = self.take(1)?;
                    arena.list_from(count, |part| Word::from_bits(arena.read(at + part)))?
                }
                code::VECTOR => {
                    let (at, count) = self.take(1)?;
                    arena.vector_from(count, |part| Word::from_bits(arena.read(at + part)))?
                }
                code::MAP => {
                    let (at, count) = self.take(2)?;
                    let scratch = at + 2 * count;
                    if scratch + RECORD_WORDS * count > self.bottom + arena.layout.space {
                        return Err(Error::Exhausted);
                    }
                    arena.map_from(count, at, scratch)?
                }
                _ => return Err(Error::Malformed),
            };
            self.push(word)?;
        }
        if self.height == 1 {
            Ok(Word::from_bits(arena.read(self.bottom)))
        } else {
            Err(Error::Malformed)
        }
    }

    fn byte(&mut self) -> Result<u8, Error> {
        if self.at >= self.length {
            return Err(Error::Malformed);
        }
        self.at += 1;
        (self.byte)(self.at - 1).ok_or(Error::Malformed)
    }

    fn number(&mut self) -> Result<u64, Error> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // Bits beyond the 64th, and a last byte that adds nothing.
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return Err(Error::Malformed);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Error::Malformed)
    }

    /// Takes a count, and so many times so many values off the stack: where the first of them is, and the count.
    fn take(&mut self, each: usize) -> Result<(usize, usize), Error> {
        let count = self.number()?;
        match usize::try_from(count)
            .ok()
            .and_then(|count| self.height.checked_sub(count.checked_mul(each)?))
        {
            Some(height) => self.height = height,
            None => return Err(Error::Malformed),
        }
        Ok((self.bottom + self.height, count as usize))
    }

    fn push(&mut self, word: Word) -> Result<(), Error> {
        if self.height == self.arena.layout.space {
            return Err(Error::Exhausted);
        }
        self.arena.write(self.bottom + self.height, word.bits());
        self.height += 1;
        Ok(())
    }
}
