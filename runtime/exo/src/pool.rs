//! Tables of objects: rows that are taken and given back.

use core::ops::{Index, IndexMut};

use crate::carve::Carver;

/// A table whose free rows lie on a stack: taking one and giving it back take a few instructions. Row 0 is never taken; its number stands
/// for "none" wherever rows are named.
pub struct Pool<T: 'static> {
    rows: &'static mut [T],
    free: &'static mut [u32],
    available: usize,
}

impl<T> Pool<T> {
    /// A table of `count` rows beside row 0.
    pub fn carve(carver: &mut Carver, count: usize, mut make: impl FnMut() -> T) -> Option<Pool<T>> {
        let rows = carver.slice(count.checked_add(1)?, |_| make())?;
        let free = carver.slice(count, |index| (count - index) as u32)?;
        Some(Pool {
            rows,
            free,
            available: count,
        })
    }

    /// A free row, which the caller fills.
    pub fn take(&mut self) -> Option<u32> {
        self.available = self.available.checked_sub(1)?;
        Some(self.free[self.available])
    }

    /// Gives a row back.
    pub fn give(&mut self, row: u32) {
        self.free[self.available] = row;
        self.available += 1;
    }

    /// Where the rows are.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.rows.as_mut_ptr()
    }

    /// How many rows are free.
    pub fn available(&self) -> usize {
        self.available
    }

    /// The free rows, for checks.
    pub fn free_rows(&self) -> &[u32] {
        &self.free[..self.available]
    }

    /// How many rows there are, row 0 included.
    pub fn len(&self) -> u32 {
        self.rows.len() as u32
    }
}

/// A number that was taken from a table is one of its rows; should that ever be wrong, the kernel stops. That it is said here, once for
/// all, makes the image a tenth smaller.
#[cold]
#[inline(never)]
pub(crate) fn no_such_row() -> ! {
    panic!("a table has no such row")
}

impl<T> Index<u32> for Pool<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, row: u32) -> &T {
        match self.rows.get(row as usize) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

impl<T> IndexMut<u32> for Pool<T> {
    #[inline(always)]
    fn index_mut(&mut self, row: u32) -> &mut T {
        match self.rows.get_mut(row as usize) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}
