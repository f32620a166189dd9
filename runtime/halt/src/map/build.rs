//! Building a map of many entries at once, without the smaller maps on the way.
//!
//! The entries lie in the idle semispace, three words each: hash, key, value. Sorted by hash, each node is a run of them.

use core::cmp::Ordering;

use super::node::{LEVELS, ROOT_WORDS, node_words};
use crate::arena::Arena;
use crate::error::Error;
use crate::word::Word;

/// Words of one record.
pub(crate) const RECORD_WORDS: usize = 3;

/// Records in words of the arena that nobody else uses.
#[derive(Clone, Copy)]
struct Records<'a> {
    arena: &'a Arena<'a>,
    at: usize,
}

impl Records<'_> {
    fn hash(self, record: usize) -> u32 {
        self.arena.read(self.at + record * RECORD_WORDS) as u32
    }

    fn key(self, record: usize) -> Word {
        Word::from_bits(self.arena.read(self.at + record * RECORD_WORDS + 1))
    }

    fn value(self, record: usize) -> Word {
        Word::from_bits(self.arena.read(self.at + record * RECORD_WORDS + 2))
    }

    fn order(self, one: usize, other: usize) -> Ordering {
        self.hash(one)
            .cmp(&self.hash(other))
            .then_with(|| self.arena.order(self.key(one), self.key(other)))
    }

    fn exchange(self, one: usize, other: usize) {
        for word in 0..RECORD_WORDS {
            let (left, right) = (self.at + one * RECORD_WORDS + word, self.at + other * RECORD_WORDS + word);
            let bits = self.arena.read(left);
            self.arena.write(left, self.arena.read(right));
            self.arena.write(right, bits);
        }
    }

    /// Heap sort: in place, and no input makes it slow.
    fn sort(self, count: usize) {
        for root in (0..count / 2).rev() {
            self.sift(root, count);
        }
        for end in (1..count).rev() {
            self.exchange(0, end);
            self.sift(0, end);
        }
    }

    fn sift(self, mut root: usize, count: usize) {
        while let Some(mut child) = Some(2 * root + 1).filter(|&child| child < count) {
            if child + 1 < count && self.order(child, child + 1) == Ordering::Less {
                child += 1;
            }
            if self.order(root, child) != Ordering::Less {
                return;
            }
            self.exchange(root, child);
            root = child;
        }
    }
}

impl Arena<'_> {
    /// The map of so many entries, keys and values in turn from `source` on, which are known to be values; records are made from
    /// `scratch` on, where there is room.
    ///
    /// # Errors
    /// [`Error::Malformed`] when two keys are equal, [`Error::TooDeep`], [`Error::Exhausted`].
    pub(crate) fn map_from(&self, count: usize, source: usize, scratch: usize) -> Result<Word, Error> {
        if count == 0 {
            return Ok(Word::EMPTY_MAP);
        }
        for record in 0..count {
            let (key, value) = (
                Word::from_bits(self.read(source + 2 * record)),
                Word::from_bits(self.read(source + 2 * record + 1)),
            );
            self.check_depth(key)?;
            self.check_depth(value)?;
            let at = scratch + record * RECORD_WORDS;
            self.write(at, u64::from(self.short_hash(key)));
            self.write(at + 1, key.bits());
            self.write(at + 2, value.bits());
        }
        let records = Records {
            arena: self,
            at: scratch,
        };
        records.sort(count);
        if (1..count).any(|record| records.order(record - 1, record) == Ordering::Equal) {
            return Err(Error::Malformed);
        }
        let root = self.build_node(records, 0, count, 0)?;
        let at = self.claim(ROOT_WORDS)?;
        Ok(self.map_root(at, root, count))
    }

    /// The node of a run of records whose hashes agree above the level. It calls itself for each level below, of which there are eight.
    fn build_node(&self, records: Records<'_>, first: usize, end: usize, level: usize) -> Result<Word, Error> {
        if level == LEVELS - 1 {
            let mut at = self.claim(1 + 2 * (end - first))?;
            for record in first..end {
                self.write(at + 1 + 2 * (record - first), records.key(record).bits());
                self.write(at + 2 + 2 * (record - first), records.value(record).bits());
            }
            return Ok(self.finish_collision(&mut at, 2 * (end - first)));
        }
        let bit_of = |record: usize| super::branch_bit(records.hash(record), level);
        let run_end = |run: usize| (run..end).find(|&record| bit_of(record) != bit_of(run)).unwrap_or(end);
        let (mut entry_bits, mut child_bits) = (0u32, 0u32);
        let mut run = first;
        while run < end {
            let next = run_end(run);
            *(if next - run == 1 { &mut entry_bits } else { &mut child_bits }) |= bit_of(run);
            run = next;
        }
        let mut at = self.claim(node_words(entry_bits.count_ones() as usize, child_bits.count_ones() as usize))?;
        let (mut entry, mut child) = (at + 2, at + 2 + 2 * entry_bits.count_ones() as usize);
        let mut run = first;
        while run < end {
            let next = run_end(run);
            if next - run == 1 {
                self.write(entry, records.key(run).bits());
                self.write(entry + 1, records.value(run).bits());
                entry += 2;
            } else {
                self.write(child, self.build_node(records, run, next, level + 1)?.bits());
                child += 1;
            }
            run = next;
        }
        Ok(self.finish_node(&mut at, level, entry_bits, child_bits, None))
    }
}
