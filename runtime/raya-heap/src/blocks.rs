//! Keeps the table of blocks: what each is used for, which objects in it are marked, and which are free.

use crate::classes::Class;
use crate::layout::{BLOCK_GRANULES, GRANULE};

const SHIFT: u32 = BLOCK_GRANULES.trailing_zeros();
const WORDS: usize = BLOCK_GRANULES / 64;

/// What a block is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nothing.
    Free,
    /// Objects of one size class.
    Small(Class),
    /// The first block of an object that has a number of blocks for itself.
    Large(u32),
    /// A further block of such an object.
    Rest,
}

/// A block.
#[derive(Debug, Clone)]
struct Block {
    /// One bit for each granule: whether a live object starts there.
    marks: [u64; WORDS],
    /// By what to multiply an offset to divide it by the size of objects.
    reciprocal: u64,
    /// The granules of an object.
    granules: u32,
    /// How many objects there can be: 1 in the first block of a large one, 0 where none starts.
    capacity: u32,
    /// Up to which granule of the region allocation has come by since the last collection: what isn't marked may be alive before
    /// it, and is dead or nothing yet from there on.
    swept: u32,
    usage: Use,
}

impl Block {
    const FREE: Block = Block {
        marks: [0; WORDS],
        reciprocal: 0,
        granules: 0,
        capacity: 0,
        swept: 0,
        usage: Use::Free,
    };

    fn set_usage(&mut self, usage: Use) {
        (self.reciprocal, self.granules, self.capacity) = match usage {
            Use::Small(class) => (class.reciprocal(), class.granules(), class.capacity()),
            Use::Large(count) => (0, count << SHIFT, 1),
            Use::Free | Use::Rest => (0, 0, 0),
        };
        self.usage = usage;
    }

    /// Whether an object can start at this offset.
    #[inline]
    fn starts_at(&self, offset: u32) -> bool {
        let position = ((u64::from(offset) * self.reciprocal) >> 32) as u32;
        position < self.capacity && position * self.granules == offset
    }
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
    blocks: Vec<Block>,
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

/// The word of a block's marks, and the bit in it.
#[inline]
const fn mark_of(granule: u32) -> (usize, u64) {
    let offset = offset_of(granule) as usize;
    (offset / 64, 1 << (offset % 64))
}

impl Blocks {
    /// The blocks of a region with `most` of them. Block 0 is never given out: its first granule is null.
    pub(crate) fn new(most: u32) -> Blocks {
        Blocks {
            blocks: vec![Block {
                usage: Use::Rest,
                ..Block::FREE
            }],
            free: Vec::new(),
            most,
        }
    }

    /// What a block is used for.
    #[inline]
    pub(crate) fn usage(&self, block: u32) -> Use {
        self.blocks.get(block as usize).map_or(Use::Free, |block| block.usage)
    }

    /// How many there are, block 0 included.
    pub(crate) fn count(&self) -> u32 {
        self.blocks.len() as u32
    }

    /// The bytes for the object that starts at a granule, if one can start there.
    #[inline]
    pub(crate) fn room_at(&self, granule: u32) -> Option<usize> {
        let block = self.blocks.get(block_of(granule) as usize)?;
        block
            .starts_at(offset_of(granule))
            .then_some(block.granules as usize * GRANULE)
    }

    /// The same for a granule that is marked, of which it is known that an object starts there.
    #[inline]
    pub(crate) fn room_of_marked(&self, granule: u32) -> Option<usize> {
        let block = self.blocks.get(block_of(granule) as usize)?;
        Some(block.granules as usize * GRANULE)
    }

    /// Notes up to which granule of its block allocation has come by.
    pub(crate) fn set_swept(&mut self, block: u32, granule: u32) {
        if let Some(block) = self.blocks.get_mut(block as usize) {
            block.swept = granule;
        }
    }

    /// Whether what starts at a granule was alive in the last collection, or was allocated since.
    pub(crate) fn may_be_alive(&self, granule: u32) -> bool {
        let Some(block) = self.blocks.get(block_of(granule) as usize) else {
            return false;
        };
        match block.usage {
            Use::Small(_) => granule < block.swept || self.is_marked(granule),
            Use::Large(_) => true,
            Use::Free | Use::Rest => false,
        }
    }

    // Marks.

    /// Whether the object that starts at a granule is marked.
    #[inline]
    pub(crate) fn is_marked(&self, granule: u32) -> bool {
        let (index, bit) = mark_of(granule);
        self.blocks
            .get(block_of(granule) as usize)
            .is_some_and(|block| block.marks[index] & bit != 0)
    }

    /// Marks the object that starts at a granule. Says whether it was marked before; `None` where none can start.
    #[inline]
    pub(crate) fn mark(&mut self, granule: u32) -> Option<bool> {
        let block = self.blocks.get_mut(block_of(granule) as usize)?;
        if !block.starts_at(offset_of(granule)) {
            return None;
        }
        let (index, bit) = mark_of(granule);
        let before = block.marks[index] & bit != 0;
        block.marks[index] |= bit;
        Some(before)
    }

    /// Takes a mark away again.
    pub(crate) fn unmark(&mut self, granule: u32) {
        let (index, bit) = mark_of(granule);
        if let Some(block) = self.blocks.get_mut(block_of(granule) as usize) {
            block.marks[index] &= !bit;
        }
    }

    /// Removes all marks.
    pub(crate) fn clear_marks(&mut self) {
        for block in &mut self.blocks {
            block.marks = [0; WORDS];
        }
    }

    /// How many objects of a block are marked.
    pub(crate) fn marked_in(&self, block: u32) -> u32 {
        let marks = self.blocks.get(block as usize).map(|block| block.marks);
        marks.map_or(0, |marks| marks.iter().map(|word| word.count_ones()).sum())
    }

    /// The first marked granule at or after `granule` in the same block; the end of the block if there is none.
    pub(crate) fn next_marked(&self, granule: u32) -> u32 {
        let block = block_of(granule);
        let end = first_granule(block) + BLOCK_GRANULES as u32;
        let Some(Block { marks, .. }) = self.blocks.get(block as usize) else {
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
        self.blocks.resize(end as usize, Block::FREE);
        Some(Taken {
            start,
            pristine: !reused,
        })
    }

    /// Notes what a block is used for from now on.
    pub(crate) fn set_usage(&mut self, block: u32, usage: Use) {
        if let Some(block) = self.blocks.get_mut(block as usize) {
            block.set_usage(usage);
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
        if let Some(block) = self.blocks.get_mut(block as usize) {
            block.set_usage(Use::Small(class));
            block.marks = [0; WORDS];
            block.swept = 0;
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
        for (block, Block { usage, .. }) in (0..).zip(&self.blocks) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::BLOCK_BYTES;

    #[test]
    fn objects_start_at_multiples_of_their_size() {
        for class in Class::all() {
            let mut block = Block::FREE;
            block.set_usage(Use::Small(class));
            for offset in 0..BLOCK_GRANULES as u32 {
                let expected = offset % class.granules() == 0 && offset / class.granules() < class.capacity();
                assert_eq!(block.starts_at(offset), expected, "{class:?} {offset}");
            }
        }
    }

    #[test]
    fn only_the_first_granule_of_a_large_object_is_its_start() {
        let mut blocks = Blocks::new(10);
        let taken = blocks.take(3).expect("room");
        blocks.use_large(taken.start, 3);
        let first = first_granule(taken.start);
        assert_eq!(blocks.room_at(first), Some(3 * BLOCK_BYTES));
        assert!((first + 1..first + 3 * BLOCK_GRANULES as u32).all(|granule| blocks.room_at(granule).is_none()));
    }

    #[test]
    fn freed_rows_join_and_the_first_that_has_room_is_taken() {
        let mut blocks = Blocks::new(11);
        let starts: Vec<u32> = (0..5).map(|_| blocks.take(2).expect("room").start).collect();
        assert_eq!(starts, [1, 3, 5, 7, 9]);
        assert!(blocks.take(1).is_none());
        blocks.release(3, 2);
        blocks.release(7, 2);
        assert!(blocks.take(3).is_none());
        blocks.release(5, 2);
        assert_eq!(blocks.take(5).map(|taken| taken.start), Some(3));
        assert_eq!(blocks.take(1).map(|taken| taken.start), Some(8));
        for start in [1, 9] {
            blocks.release(start, 2);
        }
        blocks.release(3, 6);
        assert_eq!(blocks.take(10).map(|taken| taken.start), Some(1));
    }

    #[test]
    fn a_free_row_at_the_end_is_used_with_new_blocks() {
        let mut blocks = Blocks::new(10);
        blocks.take(4).expect("room");
        blocks.release(3, 2);
        let taken = blocks.take(7).expect("two old blocks and five new ones");
        assert_eq!((taken.start, taken.pristine), (3, false));
        assert!(blocks.take(1).is_none());
    }
}
