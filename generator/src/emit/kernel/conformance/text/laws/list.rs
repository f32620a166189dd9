//! Lists of a bounded length: there is no memory to be had where the programs run.

use core::ops::Deref;

/// Handles, or other results of a step that is done several times.
pub type Handles<T = u64> = List<T, 64>;
/// Numbers that a law is given.
pub type Numbers = List<u64, 64>;
/// Bytes of a value.
pub type Bytes = List<u8, 512>;
/// Who ran in each decision.
pub type Decisions = List<u8, 2048>;

/// A list of at most `N`.
#[derive(Clone)]
pub struct List<T, const N: usize> {
    items: [T; N],
    length: usize,
}

impl<T: Copy + Blank, const N: usize> List<T, N> {
    /// An empty list.
    pub fn new() -> Self {
        List { items: [T::BLANK; N], length: 0 }
    }

    /// A list of so many that stand for nothing yet, of at most `N`.
    pub fn blank(length: u64) -> Self {
        List { items: [T::BLANK; N], length: usize::try_from(length).unwrap_or(N).min(N) }
    }

    /// Adds one; whether there was room for it.
    pub fn push(&mut self, item: T) -> bool {
        match self.items.get_mut(self.length) {
            Some(place) => {
                *place = item;
                self.length += 1;
                true
            }
            None => false,
        }
    }

    /// Its members, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items[..self.length]
    }
}

impl<T: Copy + Blank, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> Deref for List<T, N> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items[..self.length]
    }
}

impl<T: PartialEq, const N: usize> PartialEq for List<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: core::fmt::Debug, const N: usize> core::fmt::Debug for List<T, N> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(formatter)
    }
}

/// What fills the places of a list that nothing is in.
pub trait Blank {
    /// It.
    const BLANK: Self;
}

impl Blank for u8 {
    const BLANK: u8 = 0;
}

impl Blank for u64 {
    const BLANK: u64 = 0;
}

impl<E> Blank for Result<u64, E> {
    const BLANK: Self = Ok(0);
}

impl Blank for (&'static str, u64) {
    const BLANK: Self = ("", 0);
}
