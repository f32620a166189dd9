//! The frame allocator: a buddy system over the usable memory.

use crate::carve::Carver;
use crate::machine::Frame;
use crate::rows::Rows;

/// What a frame is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Use {
    /// Not usable memory, or in use since before the allocator: the image of the kernel, its tables, the boot module.
    Reserved,
    /// The first frame of a free block.
    FreeBlock,
    /// Inside a free block.
    FreeBody,
    /// Handed out.
    Taken,
}

/// Blocks of up to 2^20 frames, 4 GiB.
const ORDERS: usize = 21;

/// The end of a list.
const NONE: u32 = u32::MAX;

/// What is known of a frame.
struct Row {
    next: u32,
    previous: u32,
    usage: Use,
    order: u8,
    /// Entries in use, if the frame is a page table.
    entries: u16,
}

/// The allocator. It hands out runs of frames and refuses to take back what it hasn't handed out.
pub struct Frames {
    base: u64,
    rows: Rows<Row>,
    heads: [u32; ORDERS],
    /// Bit n: the list of blocks of order n isn't empty.
    filled: u32,
    available: u64,
}

/// A frame was to be freed that isn't taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotTaken;

impl Frames {
    /// Bytes of table for each frame between the first and the last usable one.
    pub const BYTES_PER_FRAME: usize = size_of::<Row>();

    /// An allocator for `count` frames from `base` on, all reserved.
    pub fn carve(carver: &mut Carver, base: Frame, count: usize) -> Option<Frames> {
        let rows = carver.rows(count, |_| Row {
            next: NONE,
            previous: NONE,
            usage: Use::Reserved,
            order: 0,
            entries: 0,
        })?;
        Some(Frames {
            base: base.0,
            rows,
            heads: [NONE; ORDERS],
            filled: 0,
            available: 0,
        })
    }

    /// Hands usable memory over to the allocator. Frames outside the table, or known already, are left out.
    pub fn add(&mut self, first: Frame, count: u64) {
        let known = self.span();
        for number in first.0.max(known.start)..first.0.saturating_add(count).min(known.end) {
            if let Some(row) = self.row(Frame(number))
                && self.rows[row].usage == Use::Reserved
            {
                self.rows[row].usage = Use::FreeBody;
                self.available += 1;
                self.insert(row as u32, 0);
            }
        }
    }

    /// Frames that are free.
    pub fn available(&self) -> u64 {
        self.available
    }

    /// What a frame is used for.
    pub fn usage(&self, frame: Frame) -> Use {
        self.row(frame).map_or(Use::Reserved, |row| self.rows[row].usage)
    }

    /// Takes `count` frames in a row. A block of the next power of two must be free; what is too much of it is given back at once.
    pub fn take(&mut self, count: u64) -> Option<Frame> {
        if count == 0 || count > self.available {
            return None;
        }
        let order = count.next_power_of_two().trailing_zeros();
        let fitting = self.filled.checked_shr(order).filter(|&lists| lists != 0)?;
        let mut found = order + fitting.trailing_zeros();
        let row = self.heads[found as usize];
        self.unlink(row);
        while found > order {
            found -= 1;
            self.link(row + (1 << found), found as u8);
        }
        for index in row..row + count as u32 {
            self.rows[index as usize].usage = Use::Taken;
            self.rows[index as usize].entries = 0;
        }
        for index in row + count as u32..row + (1 << order) {
            self.rows[index as usize].usage = Use::FreeBody;
        }
        self.insert_run(row + count as u32, (1 << order) - count as u32);
        self.available -= count;
        Some(Frame(self.base + u64::from(row)))
    }

    /// Gives frames back, all or, if one of them isn't taken, none.
    pub fn give(&mut self, first: Frame, count: u64) -> Result<(), NotTaken> {
        let start = self.row(first).ok_or(NotTaken)?;
        let end = usize::try_from(count)
            .ok()
            .and_then(|count| start.checked_add(count))
            .ok_or(NotTaken)?;
        let run = self.rows.get_mut(start..end).ok_or(NotTaken)?;
        if run.iter().any(|row| row.usage != Use::Taken) {
            return Err(NotTaken);
        }
        run.iter_mut().for_each(|row| row.usage = Use::FreeBody);
        self.insert_run(start as u32, count as u32);
        self.available += count;
        Ok(())
    }

    /// Entries in use of a page table.
    pub fn entries(&mut self, table: Frame) -> &mut u16 {
        let row = (table.0 - self.base) as usize;
        &mut self.rows[row].entries
    }

    /// The range of frames that the table knows.
    pub fn span(&self) -> core::ops::Range<u64> {
        self.base..self.base + self.rows.len() as u64
    }

    fn row(&self, frame: Frame) -> Option<usize> {
        let row = usize::try_from(frame.0.checked_sub(self.base)?).ok()?;
        (row < self.rows.len()).then_some(row)
    }

    /// Inserts a run as the largest aligned blocks that it consists of.
    fn insert_run(&mut self, mut row: u32, mut count: u32) {
        while count > 0 {
            let aligned = (self.base + u64::from(row)).trailing_zeros();
            let order = aligned.min(count.ilog2()).min(ORDERS as u32 - 1);
            self.insert(row, order as u8);
            row += 1 << order;
            count -= 1 << order;
        }
    }

    /// Inserts a block and merges it with its buddy as long as that is free as a whole.
    fn insert(&mut self, mut row: u32, mut order: u8) {
        while usize::from(order) < ORDERS - 1 {
            let buddy = Frame((self.base + u64::from(row)) ^ 1 << order);
            let Some(other) = self.row(buddy) else { break };
            if self.rows[other].usage != Use::FreeBlock || self.rows[other].order != order {
                break;
            }
            self.unlink(other as u32);
            self.rows[other].usage = Use::FreeBody;
            self.rows[row as usize].usage = Use::FreeBody;
            row = row.min(other as u32);
            order += 1;
        }
        self.link(row, order);
    }

    fn link(&mut self, row: u32, order: u8) {
        let head = self.heads[usize::from(order)];
        if head != NONE {
            self.rows[head as usize].previous = row;
        }
        self.rows[row as usize] = Row {
            next: head,
            previous: NONE,
            usage: Use::FreeBlock,
            order,
            entries: 0,
        };
        self.heads[usize::from(order)] = row;
        self.filled |= 1 << order;
    }

    fn unlink(&mut self, row: u32) {
        let Row {
            next, previous, order, ..
        } = self.rows[row as usize];
        if next != NONE {
            self.rows[next as usize].previous = previous;
        }
        if previous != NONE {
            self.rows[previous as usize].next = next;
        } else {
            self.heads[usize::from(order)] = next;
            if next == NONE {
                self.filled &= !(1 << order);
            }
        }
    }

    /// Checks that every free frame lies in exactly one block of one list, and that buddies are merged.
    pub fn check(&self) -> Result<(), &'static str> {
        let mut listed = 0u64;
        for (order, &head) in self.heads.iter().enumerate() {
            if (head != NONE) != (self.filled & 1 << order != 0) {
                return Err("the bitmap of free blocks disagrees with a list");
            }
            let (mut row, mut previous) = (head, NONE);
            while row != NONE {
                let block = &self.rows[row as usize];
                if block.usage != Use::FreeBlock || usize::from(block.order) != order || block.previous != previous {
                    return Err("a list of free blocks is broken");
                }
                let frame = self.base + u64::from(row);
                let Some(frames) = self.rows.get(row as usize + 1..row as usize + (1 << order)) else {
                    return Err("a free block reaches beyond the memory");
                };
                if frame & ((1 << order) - 1) != 0 || frames.iter().any(|row| row.usage != Use::FreeBody) {
                    return Err("a free block isn't aligned or isn't free as a whole");
                }
                if order < ORDERS - 1
                    && let Some(buddy) = self.row(Frame(frame ^ 1 << order))
                    && self.rows[buddy].usage == Use::FreeBlock
                    && usize::from(self.rows[buddy].order) == order
                {
                    return Err("two free buddies aren't merged");
                }
                listed += 1 << order;
                if listed > self.available {
                    return Err("more frames are listed as free than there are");
                }
                (previous, row) = (row, block.next);
            }
        }
        let free = self
            .rows
            .iter()
            .filter(|row| matches!(row.usage, Use::FreeBlock | Use::FreeBody))
            .count() as u64;
        if listed != self.available || free != self.available {
            Err("the count of free frames is wrong")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn frames(base: u64, count: usize) -> Frames {
        let memory = std::vec![0; count * 2 + 16].leak();
        Frames::carve(&mut Carver::new(memory), Frame(base), count).unwrap()
    }

    #[test]
    fn double_and_foreign_frees_are_refused() {
        let mut frames = frames(7, 100);
        frames.add(Frame(10), 50);
        let run = frames.take(5).unwrap();
        assert_eq!(frames.give(run, 6), Err(NotTaken), "one frame more than was taken");
        assert_eq!(frames.give(run, 5), Ok(()));
        assert_eq!(frames.give(run, 5), Err(NotTaken));
        assert_eq!(frames.give(Frame(8), 1), Err(NotTaken), "reserved");
        assert_eq!(frames.give(Frame(6), 1), Err(NotTaken), "before the table");
        assert_eq!(frames.give(Frame(107), 1), Err(NotTaken), "behind the table");
        assert_eq!(frames.give(run, u64::MAX), Err(NotTaken));
        assert_eq!(frames.available(), 50);
        frames.check().unwrap();
    }

    #[test]
    fn the_same_memory_twice_counts_once() {
        let mut frames = frames(0, 64);
        frames.add(Frame(4), 20);
        frames.add(Frame(10), 20);
        frames.add(Frame(60), u64::MAX);
        assert_eq!(frames.available(), 30);
        frames.check().unwrap();
    }

    proptest! {
        /// Runs are disjoint and inside the usable memory, and all of it comes back.
        #[test]
        fn runs_are_disjoint(base in 0u64..100, holes in prop::collection::vec((0u64..500, 1u64..60), 1..6), steps in prop::collection::vec((any::<bool>(), 1u64..40), 1..200)) {
            let mut frames = frames(base, 512);
            let mut usable = std::collections::BTreeSet::new();
            for (start, count) in holes {
                frames.add(Frame(base + start), count);
                usable.extend((start..(start + count).min(512)).map(|frame| base + frame));
            }
            let mut taken: Vec<(Frame, u64)> = Vec::new();
            for (take, amount) in steps {
                if take {
                    if let Some(first) = frames.take(amount) {
                        for frame in first.0..first.0 + amount {
                            prop_assert!(usable.contains(&frame), "outside usable memory");
                            prop_assert!(!taken.iter().any(|(other, count)| (other.0..other.0 + count).contains(&frame)), "handed out twice");
                        }
                        taken.push((first, amount));
                    }
                } else if !taken.is_empty() {
                    let (first, count) = taken.swap_remove(amount as usize % taken.len());
                    prop_assert_eq!(frames.give(first, count), Ok(()));
                }
                frames.check().map_err(TestCaseError::fail)?;
            }
            for (first, count) in taken {
                prop_assert_eq!(frames.give(first, count), Ok(()));
            }
            prop_assert_eq!(frames.available(), usable.len() as u64);
            frames.check().map_err(TestCaseError::fail)?;
        }
    }
}
