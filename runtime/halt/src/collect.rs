//! The collector: copies what the atoms and the caller's roots reach into the idle semispace, and makes that one the active one.
//!
//! Values only refer to values, and an inner cycle can't be built, so what isn't reached from an atom or a root will never be asked
//! for. Nothing needs to be recorded when a word is stored, since every collection looks at everything that is alive. The copy is
//! Cheney's: the objects already copied are the queue, so it takes no stack and no memory of its own.

use exo_facts::formats::header_field as field;

use crate::arena::Arena;
use crate::error::Error;
use crate::layout::state;
use crate::object::{Header, Kind};
use crate::sync::Ordering;
use crate::word::Word;

/// What one collection did. The words copied and the roots are what its pause consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// Atoms and roots looked at.
    pub roots: u64,
    /// Objects that survived.
    pub objects: u64,
    /// Words of those objects.
    pub copied: u64,
    /// Words that are free again.
    pub reclaimed: u64,
}

/// What an arena holds and did since it was made. All in words, but where something else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// What values may take up: the size of one semispace.
    pub capacity: u64,
    /// What values take up now, those included that nothing refers to any longer.
    pub used: u64,
    /// What was ever allocated.
    pub allocated: u64,
    /// What collections copied.
    pub copied: u64,
    /// What collections reclaimed.
    pub reclaimed: u64,
    /// How many collections there were.
    pub collections: u64,
    /// How many atoms there are.
    pub atoms: u64,
}

impl Arena<'_> {
    /// Reclaims what neither an atom nor one of the roots reaches, and puts the new word of each root in its place. Words that are
    /// held elsewhere are refused from now on; handles of atoms stay good.
    ///
    /// It takes time in proportion to what survives, to the table of atoms up to the last one that lives, and to a 64th of what was
    /// allocated.
    ///
    /// # Errors
    /// [`Error::BadWord`] when a root isn't a value; then nothing has changed.
    pub fn collect(&mut self, roots: &mut [Word]) -> Result<Collection, Error> {
        self.collect_counting(roots, |_, _| ())
    }

    /// The same, and tells `count` of each object that survives its owner and its words.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn collect_counting(&mut self, roots: &mut [Word], count: impl FnMut(u16, u64)) -> Result<Collection, Error> {
        for &root in &*roots {
            self.check(root)?;
        }
        self.recycle();
        let from = self.layout.active(self.generation);
        let to = self.layout.idle(self.generation);
        let used = self.read(state::TOP) as usize - from;
        let mut copy = Copy {
            arena: self,
            generation: self.generation.wrapping_add(1),
            free: to,
            objects: 0,
            count,
        };

        let mut looked_at = roots.len() as u64;
        for root in roots {
            *root = copy.forward(*root);
        }
        // Behind the last one that lives nothing is looked at: a large table that is hardly used costs nothing.
        let atoms = self.read(state::LIVE_ATOMS) as usize;
        for cell in self.live_cells().take(atoms) {
            let word = Word::from_bits(cell.load(Ordering::Relaxed));
            cell.store(copy.forward(word).bits(), Ordering::Relaxed);
            looked_at += 1;
        }
        let mut scan = to;
        while scan < copy.free {
            let header = self.header(scan);
            let (first, count) = header.references();
            for at in scan + first..scan + first + count {
                self.write(at, copy.forward(Word::from_bits(self.read(at))).bits());
            }
            scan += header.words();
        }

        let (free, objects) = (copy.free, copy.objects);
        self.clear_starts(from, from + used);
        self.generation = self.generation.wrapping_add(1);
        self.limit = usize::MAX;
        self.write(state::GENERATION, u64::from(self.generation));
        let survived = self.read(state::SURVIVED) as usize - from;
        self.write(state::TOP, free as u64);
        self.write(state::SURVIVED, free as u64);
        let copied = free - to;
        let reclaimed = used - copied;
        for (at, amount) in [
            (state::COPIED, copied),
            (state::RECLAIMED, reclaimed),
            (state::ALLOCATED, used - survived),
            (state::COLLECTIONS, 1),
        ] {
            self.write(at, self.read(at).wrapping_add(amount as u64));
        }
        Ok(Collection {
            roots: looked_at,
            objects,
            copied: copied as u64,
            reclaimed: reclaimed as u64,
        })
    }

    /// What the arena holds and did since it was made.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let top = self.words.get(state::TOP).map_or(0, |top| top.load(Ordering::Relaxed));
        Statistics {
            capacity: self.layout.space as u64,
            used: top - self.layout.active(self.generation) as u64,
            allocated: self.read(state::ALLOCATED).wrapping_add(top - self.read(state::SURVIVED)),
            copied: self.read(state::COPIED),
            reclaimed: self.read(state::RECLAIMED),
            collections: self.read(state::COLLECTIONS),
            atoms: self.read(state::LIVE_ATOMS),
        }
    }
}

/// A collection under way.
struct Copy<'a, F> {
    arena: &'a Arena<'a>,
    /// The generation that begins.
    generation: u32,
    /// Where the next object goes.
    free: usize,
    objects: u64,
    /// Told of each object.
    count: F,
}

impl<F: FnMut(u16, u64)> Copy<'_, F> {
    /// The word in the new generation: the object is copied when it is met for the first time.
    fn forward(&mut self, word: Word) -> Word {
        let Some((at, header)) = self.arena.object(word) else {
            return word;
        };
        if header.kind == Kind::Forward {
            return Word::object(header.length as usize, self.generation);
        }
        let new = self.free;
        for offset in 1..header.words() {
            self.arena.write(new + offset, self.arena.read(at + offset));
        }
        let owner = Header::owner(self.arena.read(at));
        self.arena.publish_for(new, header, owner);
        (self.count)(owner, header.words() as u64);
        self.arena.write(at, (new as u64) << field::LENGTH | Kind::Forward as u64);
        self.free += header.words();
        self.objects += 1;
        Word::object(new, self.generation)
    }
}
