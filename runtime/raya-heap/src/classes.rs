//! Rounds the sizes of small objects up to a few, so that what one leaves free another one fits into.

use crate::layout::{BLOCK_GRANULES, GRANULE};

/// How many size classes there are.
pub(crate) const CLASSES: usize = 32;

/// The granules of an object of each class. Steps grow with the size, so that rounding wastes a fifth at most, but for the
/// last few: there, as many objects as possible share a block.
pub(crate) const SIZES: [u32; CLASSES] = [
    2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 341, 409, 512,
    682, 1024,
];

/// The granules of the largest small object.
pub(crate) const LARGEST: u32 = SIZES[CLASSES - 1];

/// The class of each number of granules.
const CLASS_OF: [u8; LARGEST as usize + 1] = {
    let mut table = [0; LARGEST as usize + 1];
    let mut granules = 0;
    let mut class = 0;
    while granules < table.len() {
        if granules > SIZES[class] as usize {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
};

/// 2³² divided by each size and rounded up: a multiplication by it divides every offset in a block exactly.
const RECIPROCALS: [u64; CLASSES] = {
    let mut table = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        table[class] = (1 << 32) / SIZES[class] as u64 + 1;
        class += 1;
    }
    table
};

/// How many objects of each class a block holds.
const CAPACITIES: [u32; CLASSES] = {
    let mut table = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        table[class] = BLOCK_GRANULES as u32 / SIZES[class];
        class += 1;
    }
    table
};

/// A size class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// All classes, smallest first.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Class> {
        (0..CLASSES as u8).map(Class)
    }

    /// The class with a number; numbers beyond the last wrap around, so that looking it up never fails.
    #[inline]
    pub(crate) const fn from_number(number: u32) -> Class {
        Class((number % CLASSES as u32) as u8)
    }

    /// The class of objects of this many granules; `None` for large ones.
    #[inline]
    pub(crate) fn of(granules: u32) -> Option<Class> {
        CLASS_OF.get(granules as usize).map(|class| Class(*class))
    }

    /// Its number, below [`CLASSES`].
    #[inline]
    pub(crate) fn index(self) -> usize {
        usize::from(self.0) % CLASSES
    }

    /// The granules of an object.
    #[inline]
    pub(crate) fn granules(self) -> u32 {
        SIZES[self.index()]
    }

    /// The bytes of an object.
    #[inline]
    pub(crate) fn bytes(self) -> usize {
        self.granules() as usize * GRANULE
    }

    /// How many objects a block holds.
    #[inline]
    pub(crate) fn capacity(self) -> u32 {
        CAPACITIES[self.index()]
    }

    /// 2³² divided by its granules, and rounded up.
    #[inline]
    pub(crate) fn reciprocal(self) -> u64 {
        RECIPROCALS[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_the_smallest_class_that_holds_it() {
        for granules in 0..=LARGEST {
            let class = Class::of(granules).expect("a small size");
            assert!(class.granules() >= granules);
            assert!(class.index() == 0 || SIZES[class.index() - 1] < granules);
        }
        assert_eq!(Class::of(LARGEST + 1), None);
        assert_eq!(Class::of(u32::MAX), None);
    }
}
