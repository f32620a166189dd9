//! Lets the host keep objects alive while nothing of the program refers to them.

use std::sync::{Arc, Weak};

use raya_heap::Marker;

use crate::value::{Ref, Value};

/// Keeps an object alive until it and all its clones are dropped. [`Context::root`](crate::Context::root) makes one.
///
/// Collections never move objects, so that the reference stays the same. It means something only in the context that made the handle.
#[derive(Debug, Clone)]
pub struct Handle(Arc<Ref>);

impl Handle {
    /// The reference.
    pub fn reference(&self) -> Ref {
        *self.0
    }

    /// The reference as a value, to pass it to a function.
    pub fn value(&self) -> Value {
        Value::Ref(*self.0)
    }
}

/// All handles of a context that may still be held.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    held: Vec<Weak<Ref>>,
    /// How many may be listed before those that were dropped are looked for.
    room: usize,
}

impl Handles {
    pub(crate) fn add(&mut self, reference: Ref) -> Handle {
        if self.held.len() >= self.room {
            self.held.retain(|handle| handle.strong_count() > 0);
            self.room = (self.held.len() * 2).max(16);
        }
        let reference = Arc::new(reference);
        self.held.push(Arc::downgrade(&reference));
        Handle(reference)
    }

    pub(crate) fn roots(&self, marker: &mut Marker) {
        for reference in self.held.iter().filter_map(Weak::upgrade) {
            marker.mark(*reference);
        }
    }

    #[cfg(test)]
    fn listed(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_that_were_dropped_are_forgotten() {
        let mut handles = Handles::default();
        let kept: Vec<Handle> = (1..=3).map(|bits| handles.add(Ref::from_bits(bits))).collect();
        for _ in 0..10_000 {
            handles.add(Ref::from_bits(9));
        }
        assert!(handles.listed() <= 16);
        assert_eq!(kept[1].clone().value(), Value::Ref(Ref::from_bits(2)));
    }
}
