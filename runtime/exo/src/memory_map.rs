//! Which memory is free at the start, from a map that nobody vouches for.

use crate::boot::MemoryRange;
use crate::machine::{FRAME_BYTES, Frame};

/// Ranges that are kept. Further pieces of a map in more pieces aren't used.
const RANGES: usize = 64;

/// Memory above this is left alone: frames are counted in 32 bits, and no machine that this is for has so much.
const HIGHEST: u64 = 1 << 40;

/// Free memory, in frames. Ranges may overlap where the map says the same twice.
pub struct FreeMemory {
    ranges: [(u64, u64); RANGES],
    count: usize,
}

impl FreeMemory {
    /// What is usable and not reserved. Frame 0 is left out: no address of a frame is zero.
    pub fn new(usable: &[MemoryRange], reserved: &[MemoryRange]) -> FreeMemory {
        let mut free = FreeMemory {
            ranges: [(0, 0); RANGES],
            count: 0,
        };
        for range in usable {
            let start = range.start.clamp(FRAME_BYTES, HIGHEST).div_ceil(FRAME_BYTES);
            free.push(start, range.end.min(HIGHEST) / FRAME_BYTES);
        }
        for range in reserved {
            free.reserve_bytes(*range);
        }
        free
    }

    /// Takes out the frames that a range touches.
    pub fn reserve_bytes(&mut self, range: MemoryRange) {
        if range.start < range.end {
            self.reserve(range.start / FRAME_BYTES, range.end.div_ceil(FRAME_BYTES));
        }
    }

    /// Takes frames out.
    pub fn reserve(&mut self, start: u64, end: u64) {
        if start >= end {
            return;
        }
        for index in 0..self.count {
            let (first, last) = self.ranges[index];
            if end <= first || last <= start {
                continue;
            }
            self.ranges[index] = (first, start.max(first));
            self.push(end.min(last), last);
        }
    }

    /// The ranges: first frame and count.
    pub fn ranges(&self) -> impl Iterator<Item = (Frame, u64)> + '_ {
        self.ranges[..self.count]
            .iter()
            .filter(|(start, end)| start < end)
            .map(|&(start, end)| (Frame(start), end - start))
    }

    /// All frames; where the map says something twice, it counts twice.
    pub fn frames(&self) -> u64 {
        self.ranges().map(|(_, count)| count).sum()
    }

    /// The first frame, and how many there are to the last, holes included.
    pub fn span(&self) -> (Frame, u64) {
        let start = self.ranges().map(|(first, _)| first.0).min().unwrap_or(0);
        let end = self.ranges().map(|(first, count)| first.0 + count).max().unwrap_or(0);
        (Frame(start), end - start)
    }

    /// The longest range.
    pub fn longest(&self) -> (Frame, u64) {
        self.ranges().max_by_key(|&(_, count)| count).unwrap_or((Frame(0), 0))
    }

    fn push(&mut self, start: u64, end: u64) {
        if start < end && self.count < RANGES {
            self.ranges[self.count] = (start, end);
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against sets of frames, with ranges that overlap, are reversed, aren't aligned, and are as large as can be.
        #[test]
        fn free_is_usable_and_not_reserved(
            usable in prop::collection::vec((0u64..60_000, 0u64..60_000), 0..6),
            reserved in prop::collection::vec((0u64..60_000, 0u64..60_000), 0..6),
        ) {
            let ranges = |pairs: &[(u64, u64)]| pairs.iter().map(|&(start, end)| MemoryRange { start, end }).collect::<std::vec::Vec<_>>();
            let free = FreeMemory::new(&ranges(&usable), &ranges(&reserved));
            let mut expected = BTreeSet::new();
            for &(start, end) in &usable {
                expected.extend(start.max(FRAME_BYTES).div_ceil(FRAME_BYTES)..end / FRAME_BYTES);
            }
            for &(start, end) in &reserved {
                if start < end {
                    expected.retain(|frame| *frame < start / FRAME_BYTES || *frame >= end.div_ceil(FRAME_BYTES));
                }
            }
            let found: BTreeSet<u64> = free.ranges().flat_map(|(first, count)| first.0..first.0 + count).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_largest_numbers_are_harmless() {
        let all = MemoryRange { start: 0, end: u64::MAX };
        assert_eq!(FreeMemory::new(&[all], &[]).frames(), (HIGHEST / FRAME_BYTES) - 1);
        assert_eq!(FreeMemory::new(&[all], &[all]).frames(), 0);
        assert_eq!(FreeMemory::new(&[MemoryRange { start: u64::MAX, end: 0 }], &[]).frames(), 0);
        let many = [MemoryRange { start: 4096, end: 8192 }; 100];
        assert_eq!(FreeMemory::new(&many, &[]).frames(), RANGES as u64);
    }
}
