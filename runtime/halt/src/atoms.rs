//! Atoms: the only thing that changes. A table of cells, each of which holds one word.
//!
//! A slot is the word, and beside it its epoch with a link. While the slot is free or dropped the link chains it to the next; while
//! the atom is alive the link is a mark. A handle holds the epoch, so that a handle to an atom that was dropped is refused.
//!
//! Slots leave the free list under a shared reference and return to it only under a mutable one. So no slot changes its owner while
//! an operation is under way: the check of the epoch and the exchange of the word needn't be one step, and the free list needs no
//! counter against a head that comes back.

use crate::arena::Arena;
use crate::error::Error;
use crate::layout::state;
use crate::sync::{AtomicU64, Ordering};
use crate::word::Word;

/// The link of an atom that is alive.
const ALIVE: u32 = u32::MAX;
/// The end of a list of slots.
const END: u32 = u32::MAX - 1;
/// The epoch of a slot that was used so often that no further one is left: it is never free again.
const RETIRED: u32 = u32::MAX;

/// A handle to an atom: its place in the table (low half), and the epoch in which it was made (high half). No handle is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Atom(u64);

impl Atom {
    /// Takes a handle from outside; every operation checks it.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The handle as 64 bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    const fn new(index: u32, epoch: u32) -> Self {
        Self((epoch as u64) << 32 | index as u64)
    }

    /// Its place in the table, for whoever keeps account of which atoms live.
    #[must_use]
    pub const fn place(self) -> u32 {
        self.0 as u32
    }

    const fn index(self) -> usize {
        self.0 as u32 as usize
    }

    const fn epoch(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

const fn pack(epoch: u32, link: u32) -> u64 {
    (epoch as u64) << 32 | link as u64
}

impl Arena<'_> {
    /// The cell of an atom that is alive.
    #[inline]
    fn cell(&self, atom: Atom) -> Result<&AtomicU64, Error> {
        match self.atoms.get(atom.index()) {
            Some([cell, epoch]) if epoch.load(Ordering::Acquire) == pack(atom.epoch(), ALIVE) => Ok(cell),
            _ => Err(Error::StaleAtom),
        }
    }

    /// The cell at a place of the table.
    #[inline(always)]
    fn cell_of_place(&self, place: u32) -> Result<&AtomicU64, Error> {
        self.atoms.get(place as usize).map(|[cell, _]| cell).ok_or(Error::StaleAtom)
    }

    #[inline(always)]
    fn swap_cell(&self, cell: &AtomicU64, word: Word) -> Result<Word, Error> {
        if !self.is_value(word) {
            return Err(Error::BadWord);
        }
        Ok(Word::from_bits(cell.swap(word.bits(), Ordering::AcqRel)))
    }

    #[inline(always)]
    fn compare_and_swap_cell(&self, cell: &AtomicU64, expected: Word, new: Word) -> Result<Word, Error> {
        if !self.is_value(new) {
            return Err(Error::BadWord);
        }
        match cell.compare_exchange(expected.bits(), new.bits(), Ordering::AcqRel, Ordering::Acquire) {
            Ok(witnessed) | Err(witnessed) => Ok(Word::from_bits(witnessed)),
        }
    }

    /// The word of the atom at a place, for a caller who keeps account of which atoms live: the epoch isn't looked at.
    ///
    /// # Errors
    /// [`Error::StaleAtom`] when there is no such place.
    #[inline(always)]
    pub fn load_at(&self, place: u32) -> Result<Word, Error> {
        Ok(Word::from_bits(self.cell_of_place(place)?.load(Ordering::Acquire)))
    }

    /// As [`swap`](Self::swap), for the atom at a place; see [`load_at`](Self::load_at).
    ///
    /// # Errors
    /// [`Error::StaleAtom`], [`Error::BadWord`].
    #[inline(always)]
    pub fn swap_at(&self, place: u32, word: Word) -> Result<Word, Error> {
        self.swap_cell(self.cell_of_place(place)?, word)
    }

    /// As [`compare_and_swap`](Self::compare_and_swap), for the atom at a place; see [`load_at`](Self::load_at).
    ///
    /// # Errors
    /// [`Error::StaleAtom`], [`Error::BadWord`] of the new word.
    #[inline(always)]
    pub fn compare_and_swap_at(&self, place: u32, expected: Word, new: Word) -> Result<Word, Error> {
        self.compare_and_swap_cell(self.cell_of_place(place)?, expected, new)
    }

    /// Makes an atom that holds the word.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TableFull`].
    pub fn create(&self, word: Word) -> Result<Atom, Error> {
        self.check(word)?;
        let free = self.words.get(state::FREE).ok_or(Error::TableFull)?;
        let mut head = free.load(Ordering::Relaxed);
        loop {
            let index = head as u32;
            let [cell, epoch] = self.atoms.get(index as usize).ok_or(Error::TableFull)?;
            // Should another thread take the slot meanwhile, the link is nonsense, and the exchange fails: the head has moved on.
            let packed = epoch.load(Ordering::Relaxed);
            match free.compare_exchange_weak(head, u64::from(packed as u32), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    cell.store(word.bits(), Ordering::Release);
                    let number = (packed >> 32) as u32;
                    epoch.store(pack(number, ALIVE), Ordering::Release);
                    self.add(state::LIVE_ATOMS, 1);
                    return Ok(Atom::new(index, number));
                }
                Err(now) => head = now,
            }
        }
    }

    /// The word that the atom holds: a complete value, whatever other threads do.
    ///
    /// # Errors
    /// [`Error::StaleAtom`].
    #[inline]
    pub fn load(&self, atom: Atom) -> Result<Word, Error> {
        Ok(Word::from_bits(self.cell(atom)?.load(Ordering::Acquire)))
    }

    /// Puts the word into the atom and returns the one that was there.
    ///
    /// # Errors
    /// [`Error::StaleAtom`], [`Error::BadWord`].
    #[inline]
    pub fn swap(&self, atom: Atom, word: Word) -> Result<Word, Error> {
        self.swap_cell(self.cell(atom)?, word)
    }

    /// Puts the new word into the atom if it holds the expected one, and returns the word that it held: the exchange took place
    /// exactly if that is the expected one. What is compared is the identity of the words, not the values: two equal values that
    /// were made apart differ.
    ///
    /// # Errors
    /// [`Error::StaleAtom`], [`Error::BadWord`] of the new word. Any expected word will do, since one that isn't a value is in no atom.
    #[inline]
    pub fn compare_and_swap(&self, atom: Atom, expected: Word, new: Word) -> Result<Word, Error> {
        self.compare_and_swap_cell(self.cell(atom)?, expected, new)
    }

    /// Drops the atom: its handles are refused from now on. Its slot is free after the next [`recycle`](Self::recycle) or collection.
    ///
    /// # Errors
    /// [`Error::StaleAtom`]; of several threads that drop one atom, one succeeds.
    pub fn drop_atom(&self, atom: Atom) -> Result<(), Error> {
        let slot = self.atoms.get(atom.index()).ok_or(Error::StaleAtom)?;
        let alive = pack(atom.epoch(), ALIVE);
        let dropped = pack(atom.epoch().saturating_add(1), END);
        slot[1]
            .compare_exchange(alive, dropped, Ordering::AcqRel, Ordering::Relaxed)
            .map_err(|_| Error::StaleAtom)?;
        self.add(state::LIVE_ATOMS, u64::MAX);
        let list = self.words.get(state::DROPPED).ok_or(Error::StaleAtom)?;
        let mut head = list.load(Ordering::Relaxed);
        loop {
            slot[1].store(pack((dropped >> 32) as u32, head as u32), Ordering::Relaxed);
            match list.compare_exchange_weak(head, atom.index() as u64, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => head = now,
            }
        }
    }

    /// A new atom that holds what this one holds now. The value is shared; from here on the two go their own ways.
    ///
    /// # Errors
    /// [`Error::StaleAtom`], [`Error::TableFull`].
    pub fn fork(&self, atom: Atom) -> Result<Atom, Error> {
        self.create(self.load(atom)?)
    }

    /// Forks each of the atoms into the place of the same index, all at one moment: what a process needs to become two. It takes as
    /// many steps as there are atoms, whatever they hold.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when there aren't as many places as atoms, [`Error::StaleAtom`], [`Error::TableFull`]; then there is no
    /// new atom, and the places are as they were.
    pub fn fork_all(&mut self, atoms: &[Atom], into: &mut [Atom]) -> Result<(), Error> {
        if atoms.len() != into.len() {
            return Err(Error::OutOfRange);
        }
        for &atom in atoms {
            self.cell(atom)?;
        }
        if !self.has_free(atoms.len()) {
            self.recycle();
            if !self.has_free(atoms.len()) {
                return Err(Error::TableFull);
            }
        }
        for (&atom, place) in atoms.iter().zip(into) {
            *place = self.fork(atom)?;
        }
        Ok(())
    }

    /// Whether the free list has so many slots.
    fn has_free(&self, count: usize) -> bool {
        let mut at = self.read(state::FREE) as u32;
        for _ in 0..count {
            match self.atoms.get(at as usize) {
                Some([_, epoch]) => at = epoch.load(Ordering::Relaxed) as u32,
                None => return false,
            }
        }
        true
    }

    /// Makes the slots of dropped atoms free, and says how many. A collection does it too.
    pub fn recycle(&mut self) -> u32 {
        let mut recycled = 0;
        let mut at = self.read(state::DROPPED) as u32;
        while let Some([cell, epoch]) = self.atoms.get(at as usize) {
            let packed = epoch.load(Ordering::Relaxed);
            let number = (packed >> 32) as u32;
            cell.store(0, Ordering::Relaxed);
            if number == RETIRED {
                epoch.store(pack(RETIRED, END), Ordering::Relaxed);
            } else {
                epoch.store(pack(number, self.read(state::FREE) as u32), Ordering::Relaxed);
                self.write(state::FREE, u64::from(at));
                recycled += 1;
            }
            at = packed as u32;
        }
        self.write(state::DROPPED, u64::from(END));
        recycled
    }

    /// Puts every slot of a new arena on the free list, the lowest first.
    pub(crate) fn free_all_atoms(&self) {
        let last = self.layout.atoms.wrapping_sub(1);
        for (index, [cell, epoch]) in (0u32..).zip(self.atoms) {
            cell.store(0, Ordering::Relaxed);
            epoch.store(pack(1, if index == last { END } else { index + 1 }), Ordering::Relaxed);
        }
        self.write(state::FREE, if self.layout.atoms == 0 { u64::from(END) } else { 0 });
        self.write(state::DROPPED, u64::from(END));
    }

    /// The cells of the atoms that are alive.
    pub(crate) fn live_cells(&self) -> impl Iterator<Item = &AtomicU64> {
        self.atoms
            .iter()
            .filter(|[_, epoch]| epoch.load(Ordering::Relaxed) as u32 == ALIVE)
            .map(|[cell, _]| cell)
    }

    /// Whether every slot is an atom, or on one of the lists, or retired.
    pub(crate) fn slots_are_sound(&self) -> bool {
        let mut counted = 0;
        for list in [state::FREE, state::DROPPED] {
            let mut at = self.read(list) as u32;
            while at != END {
                match self.atoms.get(at as usize) {
                    Some([_, epoch]) if counted < self.layout.atoms => at = epoch.load(Ordering::Relaxed) as u32,
                    _ => return false,
                }
                counted += 1;
            }
        }
        let elsewhere = |[_, epoch]: &&[AtomicU64; 2]| {
            let packed = epoch.load(Ordering::Relaxed);
            packed as u32 == ALIVE || packed == pack(RETIRED, END)
        };
        counted as usize + self.atoms.iter().filter(elsewhere).count() == self.atoms.len()
    }

    fn add(&self, at: usize, amount: u64) {
        if let Some(word) = self.words.get(at) {
            word.fetch_add(amount, Ordering::Relaxed);
        }
    }
}
