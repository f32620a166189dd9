//! Owns the objects of a program and accounts their bytes against a limit.
//!
//! Objects are found by number, so that nothing here needs `unsafe` and a wrong reference is an error value. Nothing is freed yet:
//! a collector comes later and needs no change in the semantics functions, since they hold references only in frames and objects.

use raya_facts::TrapKind;

use crate::object::Object;
use crate::trap::Trap;
use crate::value::Ref;

/// All objects of a program.
#[derive(Debug)]
pub struct Heap {
    objects: Vec<Object>,
    used: usize,
    limit: usize,
}

impl Heap {
    /// An empty heap that holds at most `limit` bytes.
    pub fn new(limit: usize) -> Heap {
        Heap {
            objects: Vec::new(),
            used: 0,
            limit,
        }
    }

    /// The bytes in use.
    pub fn used(&self) -> usize {
        self.used
    }

    /// The largest number of bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many objects there are.
    pub fn count(&self) -> usize {
        self.objects.len()
    }

    /// Accounts `bytes` that are about to be allocated. Called before Rust allocates them, so that a program can't make the host
    /// run out of memory.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when the limit would be passed; nothing is accounted then.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), Trap> {
        match self.used.checked_add(bytes) {
            Some(used) if used <= self.limit => {
                self.used = used;
                Ok(())
            }
            _ => Err(self.exhausted(bytes)),
        }
    }

    /// Fails early when `bytes` more would pass the limit, without accounting them.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`].
    pub fn check_room(&self, bytes: usize) -> Result<(), Trap> {
        match self.used.checked_add(bytes) {
            Some(used) if used <= self.limit => Ok(()),
            _ => Err(self.exhausted(bytes)),
        }
    }

    /// Gives accounted bytes back: an array shrank.
    pub fn release(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    fn exhausted(&self, bytes: usize) -> Trap {
        Trap::new(
            TrapKind::HeapLimit,
            format!(
                "{bytes} bytes more than the {} in use do not fit into the limit of {} bytes",
                self.used, self.limit
            ),
        )
    }

    /// Adds an object.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when the limit would be passed.
    pub fn allocate(&mut self, object: Object) -> Result<Ref, Trap> {
        let bytes = object.bytes();
        let reference = Ref::from_index(self.objects.len());
        if reference.is_null() {
            return Err(self.exhausted(bytes));
        }
        self.reserve(bytes)?;
        self.objects.push(object);
        Ok(reference)
    }

    /// Adds a string.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when the limit would be passed.
    pub fn allocate_string(&mut self, text: impl Into<Box<str>>) -> Result<Ref, Trap> {
        self.allocate(Object::Str(text.into()))
    }

    /// The object behind a reference; `None` for null or a reference of another heap.
    pub fn get(&self, reference: Ref) -> Option<&Object> {
        self.objects.get(reference.index()?)
    }

    /// The object behind a reference, to change it. Its accounted bytes must be kept by the caller with [`reserve`](Heap::reserve)
    /// and [`release`](Heap::release).
    pub fn get_mut(&mut self, reference: Ref) -> Option<&mut Object> {
        self.objects.get_mut(reference.index()?)
    }

    /// The text behind a reference, if it is a string.
    pub fn text(&self, reference: Ref) -> Option<&str> {
        match self.get(reference)? {
            Object::Str(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_and_a_refused_object_costs_nothing() {
        let mut heap = Heap::new(64);
        let first = heap.allocate_string("0123456789").expect("26 bytes fit into 64");
        assert_eq!(heap.used(), 26);
        let trap = heap.allocate_string("x".repeat(30)).expect_err("46 more bytes do not fit");
        assert_eq!(trap.kind, TrapKind::HeapLimit);
        assert_eq!((heap.used(), heap.count()), (26, 1));
        assert_eq!(heap.text(first), Some("0123456789"));
        assert!(heap.get(Ref::NULL).is_none());
        assert!(heap.get(Ref::from_index(5)).is_none());
    }
}
