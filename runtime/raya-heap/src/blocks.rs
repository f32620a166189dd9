//! Keeps the table of blocks: what each is used for, which objects in it are marked, and which are free.

use crate::classes::Class;
use crate::layout::GRANULE;

/// The granules of a block.
pub(crate) const BLOCK_GRANULES: usize = 2048;
/// The bytes of a block.
pub(crate) const BLOCK_BYTES: usize = BLOCK_GRANULES * GRANULE;
const SHIFT: u32 = BLOCK_GRANULES.trailing_zeros();
const WORDS: usize = BLOCK_GRANULES / 64;

/// One bit for each granule of a block: whether a live object starts there.
pub(crate) type Marks = [u64; WORDS];

/// What a block is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nothing.
    Free,
    /// Objects of one size class.
    Small {
        /// Which.
        class: Class,
        /// Up to which granule allocation has come by since the last collection: what isn't marked may be alive before it, and
        /// is dead or nothing yet from there on.
        swept: u32,
    },
    /// The first block of an object that has a number of blocks for itself.
    Large(u32),
    /// A further block of such an object.
    Rest,
}

/// Where an object is, or could be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The room for it.
    pub(crate) bytes: usize,
}

/// A row of free blocks.
#[derive(Debug, Clone, Copy)]
struct Free {
    start: u32,
    count: u32,
}

/// Blocks that were taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// The first one.
    pub(crate) start: u32,
    /// Whether nothing was ever written to any of them, so that they are zero.
    pub(crate) pristine: bool,
}

/// All blocks of a heap that were ever used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks {
    uses: Vec<Use>,
    marks: Vec<Marks>,
    /// In order of address; no two adjacent.
    free: Vec<Free>,
    /// How many the region has.
    most: u32,
}

/// The block of a granule.
#[inline]
pub(crate) const fn block_of(granule: u32) -> u32 {
    granule >> SHIFT
}

/// The first granule of a block.
#[inline]
pub(crate) const fn first_granule(block: u32) -> u32 {
    block << SHIFT
}

#[inline]
const fn offset_of(granule: u32) -> u32 {
    granule & (BLOCK_GRANULES as u32 - 1)
}

impl Blocks {
    /// The blocks of a region with `most` of them. Block 0 is never given out: its first granule is null.
    pub(crate) fn new(most: u32) -> Blocks {
        Blocks {
            uses: vec![Use::Rest],
            marks: vec![[0; WORDS]],
            free: Vec::new(),
            most,
        }
    }

    /// What a block is used for.
    #[inline]
    pub(crate) fn usage(&self, block: u32) -> Use {
        self.uses.get(block as usize).copied().unwrap_or(Use::Free)
    }

    /// How many there are, block 0 included.
    pub(crate) fn count(&self) -> u32 {
        self.uses.len() as u32
    }

    /// The place of the object that starts at a granule, if one can start there.
    #[inline]
    pub(crate) fn locate(&self, granule: u32) -> Option<Place> {
        match self.usage(block_of(granule)) {
            Use::Small { class, .. } if class.starts_at(offset_of(granule)) => Some(Place { bytes: class.bytes() }),
            Use::Large(count) if offset_of(granule) == 0 => Some(Place {
                bytes: count as usize * BLOCK_BYTES,
            }),
            _ => None,
        }
    }

    /// Notes up to which granule of its block allocation has come by.
    pub(crate) fn set_swept(&mut self, block: u32, granule: u32) {
        if let Some(Use::Small { swept, .. }) = self.uses.get_mut(block as usize) {
            *swept = granule;
        }
    }

    /// Whether what starts at a granule was alive in the last collection, or was allocated since.
    pub(crate) fn may_be_alive(&self, granule: u32) -> bool {
        match self.usage(block_of(granule)) {
            Use::Small { swept, .. } => granule < swept || self.is_marked(granule),
            Use::Large(_) => true,
            Use::Free | Use::Rest => false,
        }
    }

    // Marks.

    /// Whether the object that starts at a granule is marked.
    #[inline]
    pub(crate) fn is_marked(&self, granule: u32) -> bool {
        let offset = offset_of(granule) as usize;
        self.marks
            .get(block_of(granule) as usize)
            .is_some_and(|marks| marks[offset / 64] & (1 << (offset % 64)) != 0)
    }

    /// Marks the object that starts at a granule.
    #[inline]
    pub(crate) fn mark(&mut self, granule: u32) {
        let offset = offset_of(granule) as usize;
        if let Some(marks) = self.marks.get_mut(block_of(granule) as usize) {
            marks[offset / 64] |= 1 << (offset % 64);
        }
    }

    /// Removes all marks.
    pub(crate) fn clear_marks(&mut self) {
        self.marks.fill([0; WORDS]);
    }

    /// How many objects of a block are marked.
    pub(crate) fn marked_in(&self, block: u32) -> u32 {
        self.marks
            .get(block as usize)
            .map_or(0, |marks| marks.iter().map(|word| word.count_ones()).sum())
    }

    /// The first marked granule at or after `granule` in the same block; the end of the block if there is none.
    pub(crate) fn next_marked(&self, granule: u32) -> u32 {
        let block = block_of(granule);
        let end = first_granule(block) + BLOCK_GRANULES as u32;
        let Some(marks) = self.marks.get(block as usize) else {
            return end;
        };
        let offset = offset_of(granule) as usize;
        let mut index = offset / 64;
        let mut word = marks[index] & (u64::MAX << (offset % 64));
        while word == 0 {
            index += 1;
            match marks.get(index) {
                Some(next) => word = *next,
                None => return end,
            }
        }
        first_granule(block) + index as u32 * 64 + word.trailing_zeros()
    }

    /// The next row of places of a block, at or after `from`, that no marked object takes: its first granule and its end.
    pub(crate) fn next_gap(&self, class: Class, block: u32, from: u32) -> Option<(u32, u32)> {
        let end = first_granule(block) + class.capacity() * class.granules();
        let mut start = from;
        while start < end {
            let marked = self.next_marked(start).min(end);
            if marked > start {
                return Some((start, marked));
            }
            start += class.granules();
        }
        None
    }

    // Giving out and taking back.

    /// Takes `count` adjacent blocks: the first row that has enough, or new ones.
    pub(crate) fn take(&mut self, count: u32) -> Option<Taken> {
        if let Some(position) = self.free.iter().position(|free| free.count >= count) {
            let free = &mut self.free[position];
            let start = free.start;
            free.start += count;
            free.count -= count;
            if free.count == 0 {
                self.free.remove(position);
            }
            return Some(Taken { start, pristine: false });
        }
        // A row that ends where the unused blocks begin is used up first.
        let (start, reused) = match self.free.last() {
            Some(free) if free.start + free.count == self.count() => (free.start, true),
            _ => (self.count(), false),
        };
        let end = start.checked_add(count).filter(|end| *end <= self.most)?;
        if reused {
            self.free.pop();
        }
        self.uses.resize(end as usize, Use::Free);
        self.marks.resize(end as usize, [0; WORDS]);
        Some(Taken {
            start,
            pristine: !reused,
        })
    }

    /// Notes what a block is used for from now on.
    pub(crate) fn set_usage(&mut self, block: u32, usage: Use) {
        if let Some(place) = self.uses.get_mut(block as usize) {
            *place = usage;
        }
    }

    /// Makes blocks that were taken the place of one large object.
    pub(crate) fn use_large(&mut self, start: u32, count: u32) {
        for block in start..start + count {
            self.set_usage(block, Use::Rest);
        }
        self.set_usage(start, Use::Large(count));
    }

    /// Makes a block that was taken a place for objects of a class, none of which is marked.
    pub(crate) fn use_small(&mut self, block: u32, class: Class) {
        self.set_usage(block, Use::Small { class, swept: 0 });
        if let Some(marks) = self.marks.get_mut(block as usize) {
            *marks = [0; WORDS];
        }
    }

    /// Takes blocks back.
    pub(crate) fn release(&mut self, start: u32, count: u32) {
        for block in start..start + count {
            self.set_usage(block, Use::Free);
        }
        let position = self.free.partition_point(|free| free.start < start);
        self.free.insert(position, Free { start, count });
        self.join(position);
        if let Some(before) = position.checked_sub(1) {
            self.join(before);
        }
    }

    /// Joins a row of free blocks with the next one if they touch.
    fn join(&mut self, position: usize) {
        if let [free, next, ..] = &mut self.free[position..]
            && free.start + free.count == next.start
        {
            free.count += next.count;
            self.free.remove(position + 1);
        }
    }

    /// Finds the rows of free blocks anew: after a collection, which frees many at once.
    pub(crate) fn find_free(&mut self) {
        self.free.clear();
        for (block, usage) in (0..).zip(&self.uses) {
            if *usage != Use::Free {
                continue;
            }
            match self.free.last_mut() {
                Some(free) if free.start + free.count == block => free.count += 1,
                _ => self.free.push(Free { start: block, count: 1 }),
            }
        }
    }
}
