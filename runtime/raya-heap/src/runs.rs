//! Hands out places for small objects: each size class has a row of free places in which a cursor moves.
//!
//! The next row is looked for when one is used up: that is all that sweeping is. A row is claimed as a whole, and cut short where the
//! limit is near.

use crate::blocks::first_granule;
use crate::classes::{CLASSES, Class};
use crate::error::Exhausted;
use crate::heap::Heap;
use crate::layout::{BLOCK_BYTES, GRANULE};

/// A row of free places, all zero bits.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// The granule of the next object.
    cursor: u32,
    /// The granule behind the last one.
    end: u32,
}

/// Where the next row of a class is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sweep {
    /// The block that is looked through; 0 for none.
    block: u32,
    /// The granule from which on.
    from: u32,
    /// Whether everything in the block from there on is zero bits: nothing was ever in it, or it was zeroed as a whole.
    zeroed: bool,
    /// The blocks with dead objects that come next, the last one first.
    pub(crate) partial: Vec<u32>,
}

/// The rows of all size classes.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: [Run; CLASSES],
    pub(crate) sweeps: [Sweep; CLASSES],
}

impl Runs {
    /// The granules of rows that are claimed and not used yet.
    pub(crate) fn unused_granules(&self) -> usize {
        self.runs.iter().map(|run| (run.end - run.cursor) as usize).sum()
    }

    /// The next place of the class with a number, which takes `granules`, if its row isn't used up.
    #[inline(always)]
    pub(crate) fn bump(&mut self, class: usize, granules: u32) -> Option<u32> {
        let run = self.runs.get_mut(class)?;
        if run.end - run.cursor < granules {
            return None;
        }
        let place = run.cursor;
        run.cursor += granules;
        Some(place)
    }
}

impl<X> Heap<X> {
    /// A place of a class, all zero bits.
    #[inline]
    pub(crate) fn place(&mut self, class: Class) -> Result<u32, Exhausted> {
        match self.runs.bump(class.index(), class.granules()) {
            Some(place) => Ok(place),
            None => self.place_in_next_run(class),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn place_in_next_run(&mut self, class: Class) -> Result<u32, Exhausted> {
        self.next_run(class)?;
        self.runs
            .bump(class.index(), class.granules())
            .ok_or_else(|| self.exhausted(class.bytes()))
    }

    /// Claims the next row of free places of a class, whose own is used up.
    fn next_run(&mut self, class: Class) -> Result<(), Exhausted> {
        self.make_room(class.bytes())?;
        let (start, end) = self.next_gap(class).ok_or_else(|| self.exhausted(class.bytes()))?;
        let fits = (self.limit - self.claimed) / class.bytes() * class.granules() as usize;
        let granules = (end - start).min(u32::try_from(fits).unwrap_or(u32::MAX));
        if !self.runs.sweeps[class.index()].zeroed {
            // SAFETY: the row lies in a block of the region, and no object in it is alive.
            unsafe { self.region.fill(start, granules, 0) };
        }
        let end = start + granules;
        self.runs.runs[class.index()] = Run { cursor: start, end };
        let sweep = &mut self.runs.sweeps[class.index()];
        sweep.from = end;
        self.blocks.set_swept(sweep.block, end);
        self.claim(granules as usize * GRANULE);
        Ok(())
    }

    /// The next row of places that no live object takes.
    fn next_gap(&mut self, class: Class) -> Option<(u32, u32)> {
        loop {
            let sweep = &mut self.runs.sweeps[class.index()];
            if sweep.block != 0
                && let Some(gap) = self.blocks.next_gap(class, sweep.block, sweep.from)
            {
                return Some(gap);
            }
            let done = sweep.block;
            let next = sweep.partial.pop();
            if done != 0 {
                self.blocks.set_swept(done, u32::MAX);
            }
            let (block, zeroed) = match next {
                Some(block) => (block, false),
                None => (self.new_block(class)?, true),
            };
            let sweep = &mut self.runs.sweeps[class.index()];
            sweep.block = block;
            sweep.from = first_granule(block);
            sweep.zeroed = zeroed;
        }
    }

    /// A block for objects of a class, all zero bits.
    fn new_block(&mut self, class: Class) -> Option<u32> {
        let taken = self.blocks.take(1)?;
        if !taken.pristine {
            // What is left there started at other offsets. None of it may be taken for an object.
            // SAFETY: the block was free until now.
            unsafe {
                self.region
                    .fill(first_granule(taken.start), (BLOCK_BYTES / GRANULE) as u32, 0)
            };
        }
        self.blocks.use_small(taken.start, class);
        Some(taken.start)
    }

    /// Gives back what is claimed and not used: the rows of all classes. They are found again when they are needed.
    pub(crate) fn give_back_runs(&mut self) {
        let unused = self.runs.unused_granules() * GRANULE;
        self.claimed -= unused;
        self.statistics.allocated -= unused as u64;
        for (run, sweep) in self.runs.runs.iter_mut().zip(&mut self.runs.sweeps) {
            // A row that is used up to its end leaves `from` behind what was looked through.
            if run.cursor < run.end {
                sweep.from = run.cursor;
            }
            *run = Run::default();
            if sweep.block != 0 {
                self.blocks.set_swept(sweep.block, sweep.from);
            }
        }
    }
}
