//! Keeps the Rust values that objects of the heap stand for.

use crate::reference::Ref;

/// A place for a value.
#[derive(Debug)]
enum Place<X> {
    /// Empty; the next empty one.
    Free(Option<u32>),
    /// A value, and the object that stands for it.
    Full { value: X, owner: Ref },
}

/// Values, found by position.
#[derive(Debug)]
pub(crate) struct Slab<X> {
    places: Vec<Place<X>>,
    free: Option<u32>,
}

impl<X> Default for Slab<X> {
    fn default() -> Self {
        Slab {
            places: Vec::new(),
            free: None,
        }
    }
}

impl<X> Slab<X> {
    /// The position that the next value gets; `None` when a `u32` counts no further.
    pub(crate) fn next(&self) -> Option<u32> {
        match self.free {
            Some(position) => Some(position),
            None => u32::try_from(self.places.len()).ok(),
        }
    }

    /// Adds a value at [`next`](Slab::next).
    pub(crate) fn insert(&mut self, value: X, owner: Ref) {
        let full = Place::Full { value, owner };
        let Some(position) = self.free else {
            self.places.push(full);
            return;
        };
        if let Some(place) = self.places.get_mut(position as usize) {
            self.free = match core::mem::replace(place, full) {
                Place::Free(next) => next,
                Place::Full { .. } => None,
            };
        }
    }

    /// The value of an object.
    pub(crate) fn get(&self, position: u32, of: Ref) -> Option<&X> {
        match self.places.get(position as usize)? {
            Place::Full { value, owner } if *owner == of => Some(value),
            _ => None,
        }
    }

    /// The value of an object, to change it.
    pub(crate) fn get_mut(&mut self, position: u32, of: Ref) -> Option<&mut X> {
        match self.places.get_mut(position as usize)? {
            Place::Full { value, owner } if *owner == of => Some(value),
            _ => None,
        }
    }

    /// Drops the values whose object isn't `alive`, and adds up what `bytes` says of the others.
    pub(crate) fn sweep(&mut self, alive: impl Fn(Ref) -> bool, bytes: impl Fn(&X) -> usize) -> usize {
        let mut total = 0usize;
        for (position, place) in (0..).zip(&mut self.places) {
            match place {
                Place::Full { value, owner } if alive(*owner) => total = total.saturating_add(bytes(value)),
                Place::Full { .. } => {
                    *place = Place::Free(self.free);
                    self.free = Some(position);
                }
                Place::Free(_) => {}
            }
        }
        total
    }
}
