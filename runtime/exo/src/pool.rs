//! Tables of objects: rows that are taken and given back.

use core::ops::{Index, IndexMut};

use crate::carve::Carver;
use crate::rows::{Rows, View};

/// A table whose free rows lie on a stack: taking one and giving it back take a few instructions. Row 0 is never taken; its number stands
/// for "none" wherever rows are named.
pub struct Pool<T: 'static> {
    rows: Rows<T>,
    free: Rows<u32>,
    available: usize,
}

impl<T> Pool<T> {
    /// A table of `count` rows beside row 0.
    pub fn carve(carver: &mut Carver, count: usize, mut make: impl FnMut() -> T) -> Option<Pool<T>> {
        let rows = carver.rows(count.checked_add(1)?, |_| make())?;
        let free = carver.rows(count, |index| (count - index) as u32)?;
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

    /// The rows alone, so that where they are is looked up once for several of them.
    #[inline(always)]
    pub fn view(&mut self) -> View<'_, T> {
        self.rows.view()
    }

    /// How many rows are free.
    pub fn available(&self) -> usize {
        self.available
    }

    /// The free rows, for checks.
    pub fn free_rows(&self) -> &[u32] {
        self.free.get(..self.available).unwrap_or_default()
    }

    /// How many rows there are, row 0 included.
    pub fn len(&self) -> u32 {
        self.rows.len() as u32
    }
}

impl<T> Index<u32> for Pool<T> {
    type Output = T;

    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index(&self, row: u32) -> &T {
        &self.rows[row as usize]
    }
}

impl<T> IndexMut<u32> for Pool<T> {
    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index_mut(&mut self, row: u32) -> &mut T {
        &mut self.rows[row as usize]
    }
}
