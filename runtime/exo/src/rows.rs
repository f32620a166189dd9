//! Rows of a table, by their numbers.

use core::ops::{Deref, DerefMut, Index, IndexMut};

/// A slice that stops the kernel in one place, the same for all, where it is asked for a row that it doesn't have. Numbers of rows come
/// from the tables themselves, so that this is never a caller's doing. A slice of `core` would say where and with which number, and so
/// the image would hold that for each of some hundred places: it is a fifteenth smaller without. Tests say where.
pub struct Rows<T: 'static>(&'static mut [T]);

impl<T> Rows<T> {
    /// The rows of a slice.
    pub fn new(rows: &'static mut [T]) -> Rows<T> {
        Rows(rows)
    }

    /// The rows for a while.
    #[inline(always)]
    pub fn view(&mut self) -> View<'_, T> {
        View(self.0)
    }
}

/// The same slice, borrowed. Where it is then lies in registers, which no change of a row can change.
pub struct View<'a, T>(&'a mut [T]);

impl<'a, T> View<'a, T> {
    /// One of the rows, for longer than the others are needed.
    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn into_row(self, row: u32) -> &'a mut T {
        match self.0.get_mut(row as usize) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

impl<T> Index<u32> for View<'_, T> {
    type Output = T;

    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index(&self, row: u32) -> &T {
        match self.0.get(row as usize) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

impl<T> IndexMut<u32> for View<'_, T> {
    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index_mut(&mut self, row: u32) -> &mut T {
        match self.0.get_mut(row as usize) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

#[cold]
#[inline(never)]
#[cfg_attr(debug_assertions, track_caller)]
fn no_such_row() -> ! {
    panic!("a table has no such row")
}

impl<T> Index<usize> for Rows<T> {
    type Output = T;

    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index(&self, row: usize) -> &T {
        match self.0.get(row) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

impl<T> IndexMut<usize> for Rows<T> {
    #[inline(always)]
    #[cfg_attr(debug_assertions, track_caller)]
    fn index_mut(&mut self, row: usize) -> &mut T {
        match self.0.get_mut(row) {
            Some(row) => row,
            None => no_such_row(),
        }
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        self.0
    }
}

impl<T> DerefMut for Rows<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        self.0
    }
}
