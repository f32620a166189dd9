//! Lists: one cell for each element, that shares the rest with every list that was made from it.

use crate::arena::Arena;
use crate::cursor::MAX_DEPTH;
use crate::error::Error;
use crate::object::{Header, Kind};
use crate::scalar::{MAX_COUNT, Type};
use crate::word::Word;

const CELL_WORDS: usize = 3;

impl Arena<'_> {
    /// The list that has the element before those of another list.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`] when `rest` isn't a list, [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn cons(&self, first: Word, rest: Word) -> Result<Word, Error> {
        self.check(first)?;
        if self.type_of(rest)? != Type::List {
            return Err(Error::TypeMismatch);
        }
        self.check_depth(first)?;
        if self.known_count(rest) >= MAX_COUNT {
            return Err(Error::TooLarge);
        }
        let at = self.claim(CELL_WORDS)?;
        Ok(self.cell_at(at, first, rest))
    }

    /// The list of the elements.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TooDeep`], [`Error::TooLarge`], [`Error::Exhausted`].
    pub fn list(&self, elements: &[Word]) -> Result<Word, Error> {
        for &element in elements {
            self.check(element)?;
        }
        self.list_from(elements.len(), |at| elements[at])
    }

    /// The list of so many elements that are known to be values.
    pub(crate) fn list_from(&self, count: usize, element: impl Fn(usize) -> Word) -> Result<Word, Error> {
        if count > MAX_COUNT {
            return Err(Error::TooLarge);
        }
        for at in 0..count {
            self.check_depth(element(at))?;
        }
        let start = self.claim(count * CELL_WORDS)?;
        let mut list = Word::EMPTY_LIST;
        for at in 0..count {
            list = self.cell_at(start + at * CELL_WORDS, element(count - 1 - at), list);
        }
        Ok(list)
    }

    /// The first element.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::OutOfRange`] of the empty list.
    pub fn first(&self, list: Word) -> Result<Word, Error> {
        if list == Word::EMPTY_LIST {
            return Err(Error::OutOfRange);
        }
        let (at, _) = self.expect(list, Kind::List)?;
        Ok(Word::from_bits(self.read(at + 1)))
    }

    /// The list without its first element.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`], [`Error::OutOfRange`] of the empty list.
    pub fn rest(&self, list: Word) -> Result<Word, Error> {
        if list == Word::EMPTY_LIST {
            return Err(Error::OutOfRange);
        }
        let (at, _) = self.expect(list, Kind::List)?;
        Ok(Word::from_bits(self.read(at + 2)))
    }

    fn cell_at(&self, at: usize, first: Word, rest: Word) -> Word {
        self.write(at + 1, first.bits());
        self.write(at + 2, rest.bits());
        let depth = self.depth(rest).max(self.depth(first) + 1);
        self.publish(
            at,
            Header {
                kind: Kind::List,
                depth,
                shift: 0,
                length: self.known_count(rest) as u32 + 1,
            },
        )
    }

    /// Refuses to put a value into a collection that is nested as deeply as may be.
    pub(crate) fn check_depth(&self, part: Word) -> Result<(), Error> {
        if usize::from(self.depth(part)) >= MAX_DEPTH {
            Err(Error::TooDeep)
        } else {
            Ok(())
        }
    }
}
