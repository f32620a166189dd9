//! Carves the tables of the kernel out of boot memory.

use core::mem::{align_of, size_of};
use core::slice;

use crate::rows::Rows;

/// Memory that tables are carved out of, once, at the start. What is carved lives as long as the kernel.
pub struct Carver {
    rest: &'static mut [u64],
}

impl Carver {
    /// A carver of all of `memory`.
    pub fn new(memory: &'static mut [u64]) -> Carver {
        Carver { rest: memory }
    }

    /// `count` rows made by `make`, or `None` if too little is left.
    pub fn rows<T>(&mut self, count: usize, mut make: impl FnMut(usize) -> T) -> Option<Rows<T>> {
        const { assert!(align_of::<T>() <= align_of::<u64>(), "the memory is aligned to words") };
        let words = count.checked_mul(size_of::<T>())?.div_ceil(size_of::<u64>());
        let taken = self.words(words)?;
        let first = taken.as_mut_ptr().cast::<T>();
        for index in 0..count {
            // SAFETY: `taken` has room for `count` rows, is aligned for them (the assertion above) and is borrowed by nobody else.
            unsafe { first.add(index).write(make(index)) };
        }
        // SAFETY: the loop has initialised `count` rows in memory that `taken` held exclusively and for ever.
        Some(Rows::new(unsafe { slice::from_raw_parts_mut(first, count) }))
    }

    /// Plain words, or `None` if too little is left.
    pub fn words(&mut self, count: usize) -> Option<&'static mut [u64]> {
        if count > self.rest.len() {
            return None;
        }
        let (taken, rest) = core::mem::take(&mut self.rest).split_at_mut(count);
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn rows_are_disjoint_and_end_with_the_memory() {
        let memory = std::vec![u64::MAX; 8].leak();
        let mut carver = Carver::new(memory);
        let bytes = carver.rows(9, |index| index as u8).unwrap();
        let words = carver.rows(6, |index| index as u64).unwrap();
        assert_eq!(*bytes, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(*words, [0, 1, 2, 3, 4, 5]);
        assert!(carver.rows(1, |_| 0u8).is_none());
        assert!(carver.rows(usize::MAX, |_| 0u64).is_none());
        assert!(carver.rows(0, |_| 0u64).is_some());
    }
}
