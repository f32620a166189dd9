//! The arena: its words, claiming room in it, and which words are values.

use crate::error::Error;
use crate::layout::{Layout, MAGIC, state};
use crate::object::{Header, Kind};
use crate::sync::{AtomicU64, Ordering};
use crate::word::Word;

/// Values and atoms in words that the caller gives.
///
/// Threads share it by reference: they allocate, and load, swap and compare-and-swap atoms at the same time. What needs to be alone
/// ([`collect`](Self::collect), [`store`](Self::store), [`recycle`](Self::recycle)) takes it by mutable reference, so the compiler
/// sees to it that nobody reads a value while it moves.
#[derive(Debug)]
pub struct Arena<'m> {
    pub(crate) words: &'m [AtomicU64],
    /// The table of atoms, each its value and its epoch: a part of the words.
    pub(crate) atoms: &'m [[AtomicU64; 2]],
    /// One bit for each word, set where a value starts: a part of the words.
    starts: &'m [AtomicU64],
    pub(crate) layout: Layout,
    /// How many collections there were. It changes only under a mutable reference, so that nobody need read it from the state.
    pub(crate) generation: u32,
    /// Whom objects that are made now are counted for.
    owner: u16,
    /// The first word that may not be claimed, if that is before the end.
    pub(crate) limit: usize,
}

impl<'m> Arena<'m> {
    /// Makes an empty arena of the words, with room for so many atoms. What the words held before is of no account.
    ///
    /// An arena needs 16 words of state, 2 for each atom, one bit for each word, and two semispaces of the rest.
    ///
    /// # Errors
    /// [`Error::BadSize`] when the words are too few for a semispace of 64, or more than [`MAX_WORDS`](crate::MAX_WORDS).
    pub fn new(words: &'m mut [AtomicU64], atoms: u32) -> Result<Self, Error> {
        let layout = Layout::new(words.len(), atoms)?;
        let arena = Self::with_layout(words, layout, 0)?;
        for at in 0..layout.spaces[0] {
            arena.write(at, 0);
        }
        arena.write(state::MAGIC, MAGIC);
        arena.write(state::GEOMETRY, u64::from(atoms) << 32 | layout.words as u64);
        arena.write(state::TOP, layout.active(0) as u64);
        arena.write(state::SURVIVED, layout.active(0) as u64);
        arena.free_all_atoms();
        Ok(arena)
    }

    /// Takes over words that hold an arena already: an image that was copied from elsewhere, byte by byte.
    ///
    /// # Errors
    /// [`Error::BadImage`] when they don't hold an arena, or one in which something is damaged: every object is looked at.
    pub fn attach(words: &'m mut [AtomicU64]) -> Result<Self, Error> {
        let read = |at: usize| words.get(at).map_or(0, |word| word.load(Ordering::Relaxed));
        let (geometry, generation) = (read(state::GEOMETRY), read(state::GENERATION) as u32);
        if read(state::MAGIC) != MAGIC || geometry as u32 as usize != words.len() {
            return Err(Error::BadImage);
        }
        let layout = Layout::new(words.len(), (geometry >> 32) as u32).map_err(|_| Error::BadImage)?;
        let mut arena = Self::with_layout(words, layout, generation)?;
        arena.verify()?;
        Ok(arena)
    }

    fn with_layout(words: &'m [AtomicU64], layout: Layout, generation: u32) -> Result<Self, Error> {
        let atoms = words.get(state::WORDS..layout.starts).ok_or(Error::BadSize)?.as_chunks().0;
        let starts = words
            .get(layout.starts..layout.starts + layout.words.div_ceil(64))
            .ok_or(Error::BadSize)?;
        Ok(Self {
            words,
            atoms,
            starts,
            layout,
            generation,
            owner: 0,
            limit: usize::MAX,
        })
    }

    /// Reads a word of the arena. Positions come from headers and checked words, so none is out of range; were one, it would read 0.
    #[inline]
    pub(crate) fn read(&self, at: usize) -> u64 {
        self.words.get(at).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn write(&self, at: usize, bits: u64) {
        if let Some(word) = self.words.get(at) {
            word.store(bits, Ordering::Relaxed);
        }
    }

    pub(crate) fn header(&self, at: usize) -> Header {
        Header::unpack(self.read(at))
    }

    /// Claims words that nobody else gets. Objects are filled in before they are published.
    pub(crate) fn claim(&self, words: usize) -> Result<usize, Error> {
        let limit = (self.layout.active(self.generation) + self.layout.space).min(self.limit);
        let top = self.words.get(state::TOP).ok_or(Error::Exhausted)?;
        let mut at = top.load(Ordering::Relaxed);
        loop {
            if limit.saturating_sub(at as usize) < words {
                return Err(Error::Exhausted);
            }
            // Relaxed: the claim orders nothing. Who gets to see the words sees them through a start or an atom.
            match top.compare_exchange_weak(at, at + words as u64, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(at as usize),
                Err(now) => at = now,
            }
        }
    }

    /// Writes the header, whose payload is there already, and gives the word that refers to the object. Release: who finds the bit
    /// set sees the whole object.
    pub(crate) fn publish(&self, at: usize, header: Header) -> Word {
        self.publish_for(at, header, self.owner)
    }

    pub(crate) fn publish_for(&self, at: usize, header: Header, owner: u16) -> Word {
        self.write(at, header.pack(owner));
        if header.kind.is_value() {
            self.set_start(at);
        }
        self.word_at(at)
    }

    /// Says whom objects are counted for that are made from now on: [`collect_counting`](Self::collect_counting) tells of each that lives. It is no
    /// part of a value: equal ones may have different owners.
    pub fn set_owner(&mut self, owner: u16) {
        self.owner = owner;
    }

    /// Words that values take up now, those included that nothing refers to any longer.
    #[must_use]
    pub fn used(&self) -> usize {
        (self.read(state::TOP) as usize).saturating_sub(self.layout.active(self.generation))
    }

    /// Lets no more than so many words be claimed, up to the next collection or the next such limit.
    pub fn set_limit(&mut self, words: usize) {
        self.limit = (self.read(state::TOP) as usize).saturating_add(words);
    }

    pub(crate) fn set_start(&self, at: usize) {
        if let Some(bits) = self.starts.get(at / 64) {
            bits.fetch_or(1 << (at % 64), Ordering::Release);
        }
    }

    pub(crate) fn word_at(&self, at: usize) -> Word {
        Word::object(at, self.generation)
    }

    /// Forgets all starts between two positions, the first of which begins a word of the bitmap.
    pub(crate) fn clear_starts(&self, from: usize, to: usize) {
        for bits in self.starts.get(from / 64..to.div_ceil(64)).unwrap_or_default() {
            bits.store(0, Ordering::Relaxed);
        }
    }

    /// Gives back what was claimed since the top was there. Only for who is alone: nobody else may have claimed any of it.
    pub(crate) fn rewind(&mut self, top: usize) {
        for at in top..self.read(state::TOP) as usize {
            if let Some(bits) = self.starts.get(at / 64) {
                bits.fetch_and(!(1 << (at % 64)), Ordering::Relaxed);
            }
        }
        self.write(state::TOP, top as u64);
    }

    #[inline(always)]
    pub(crate) fn is_start(&self, at: usize) -> bool {
        self.starts
            .get(at / 64)
            .is_some_and(|bits| bits.load(Ordering::Acquire) >> (at % 64) & 1 == 1)
    }

    /// How many values start anywhere in the arena.
    pub(crate) fn count_starts(&self) -> u32 {
        self.starts.iter().map(|bits| bits.load(Ordering::Relaxed).count_ones()).sum()
    }

    /// Whether the word is a value: inline, or the start of an object that is alive in this generation.
    ///
    /// A word that was forged, or kept across a collection, isn't. Nothing can be done with one: every operation asks.
    #[inline(always)]
    #[must_use]
    pub fn is_value(&self, word: Word) -> bool {
        word.is_inline() || word.offset(self.generation).is_some_and(|at| self.is_start(at))
    }

    pub(crate) fn check(&self, word: Word) -> Result<Word, Error> {
        if self.is_value(word) { Ok(word) } else { Err(Error::BadWord) }
    }

    /// Where the object lies and its header, if the word refers to one. The word was checked, or came from the arena.
    pub(crate) fn object(&self, word: Word) -> Option<(usize, Header)> {
        word.offset(self.generation).map(|at| (at, self.header(at)))
    }

    /// The object of a word that must be a value of that kind.
    pub(crate) fn expect(&self, word: Word, kind: Kind) -> Result<(usize, Header), Error> {
        match self.object(self.check(word)?) {
            Some((at, header)) if header.kind == kind => Ok((at, header)),
            _ => Err(Error::TypeMismatch),
        }
    }

    /// How deep collections are nested in what the word refers to.
    pub(crate) fn depth(&self, word: Word) -> u8 {
        self.object(word).map_or(0, |(_, header)| header.depth)
    }
}
