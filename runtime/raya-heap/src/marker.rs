//! Finds what is alive.

use crate::any::Any;
use crate::value::{Ref, SlotKind, Value};

/// Takes the references that are roots, or that a boxed Rust value holds, during a collection.
#[derive(Debug)]
pub struct Marker {
    _private: (),
}

impl Marker {
    /// The object behind this reference is alive. Null is fine.
    #[inline]
    pub fn mark(&mut self, reference: Ref) {
        let _ = reference;
        todo!()
    }

    /// What this value refers to, if anything, is alive.
    #[inline]
    pub fn mark_any(&mut self, any: Any) {
        let _ = any;
        todo!()
    }

    /// The same for a value.
    #[inline]
    pub fn mark_value(&mut self, value: Value) {
        match value {
            Value::Ref(reference) => self.mark(reference),
            Value::Any(any) => self.mark_any(any),
            Value::I32(_) | Value::F64(_) | Value::Bool(_) => {}
        }
    }

    /// The same for a raw slot.
    #[inline]
    pub fn mark_word(&mut self, word: u64, slot: SlotKind) {
        self.mark_value(Value::from_word(word, slot));
    }
}
