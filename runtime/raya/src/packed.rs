//! Packs array elements by their representation: an `int[]` is a row of 32-bit integers and nothing else.

use raya_facts::TypeId;

use crate::any::Any;
use crate::trap::Trip;
use crate::value::{Ref, Slot, SlotKind, Value};

/// An array.
#[derive(Debug, Clone)]
pub struct Array {
    /// The type of its elements.
    pub element: TypeId,
    /// Its elements.
    pub items: Items,
}

/// The elements of an array, in the representation of their type.
#[derive(Debug, Clone)]
pub enum Items {
    /// Integers.
    I32(Vec<i32>),
    /// Floats.
    F64(Vec<f64>),
    /// Truth values.
    Bool(Vec<bool>),
    /// Values that carry their kind.
    Any(Vec<Any>),
    /// References.
    Ref(Vec<Ref>),
}

/// Runs the same expression on whichever vector there is.
macro_rules! each {
    ($items:expr, $vector:ident => $body:expr) => {
        match $items {
            Items::I32($vector) => $body,
            Items::F64($vector) => $body,
            Items::Bool($vector) => $body,
            Items::Any($vector) => $body,
            Items::Ref($vector) => $body,
        }
    };
}

impl Items {
    /// As many zeros of the representation.
    pub fn zeros(slot: SlotKind, count: usize) -> Items {
        match slot {
            SlotKind::I32 => Items::I32(vec![0; count]),
            SlotKind::F64 => Items::F64(vec![0.0; count]),
            SlotKind::Bool => Items::Bool(vec![false; count]),
            SlotKind::Any => Items::Any(vec![Any::NULL; count]),
            SlotKind::Ref => Items::Ref(vec![Ref::NULL; count]),
        }
    }

    /// The representation of an element.
    pub fn slot(&self) -> SlotKind {
        match self {
            Items::I32(_) => SlotKind::I32,
            Items::F64(_) => SlotKind::F64,
            Items::Bool(_) => SlotKind::Bool,
            Items::Any(_) => SlotKind::Any,
            Items::Ref(_) => SlotKind::Ref,
        }
    }

    /// The bytes of one element of a representation.
    pub fn width(slot: SlotKind) -> usize {
        match slot {
            SlotKind::Bool => 1,
            SlotKind::I32 => 4,
            SlotKind::F64 | SlotKind::Any | SlotKind::Ref => 8,
        }
    }

    /// The bytes of all elements.
    pub fn bytes(&self) -> usize {
        self.len() * Items::width(self.slot())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        each!(self, items => items.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`.
    pub fn get(&self, index: usize) -> Option<Value> {
        each!(self, items => items.get(index).map(|item| (*item).into_value()))
    }

    /// Replaces the element at `index`; says whether there is one.
    ///
    /// # Errors
    ///
    /// [`Trip::WrongSlot`] when the value has another representation.
    pub fn set(&mut self, index: usize, value: Value) -> Result<bool, Trip> {
        each!(self, items => {
            let value = Slot::from_value(value)?;
            Ok(match items.get_mut(index) {
                Some(item) => {
                    *item = value;
                    true
                }
                None => false,
            })
        })
    }

    /// Appends an element.
    ///
    /// # Errors
    ///
    /// [`Trip::WrongSlot`] when the value has another representation.
    pub fn push(&mut self, value: Value) -> Result<(), Trip> {
        each!(self, items => {
            items.push(Slot::from_value(value)?);
            Ok(())
        })
    }

    /// Removes the last element.
    pub fn pop(&mut self) -> Option<Value> {
        each!(self, items => items.pop().map(Slot::into_value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_representation() {
        let mut items = Items::zeros(SlotKind::I32, 2);
        assert_eq!(items.bytes(), 8);
        assert_eq!(items.set(1, Value::I32(7)), Ok(true));
        assert_eq!(items.set(2, Value::I32(7)), Ok(false));
        assert!(items.set(0, Value::F64(1.0)).is_err());
        assert!(items.push(Value::Bool(true)).is_err());
        assert_eq!(items.push(Value::I32(9)), Ok(()));
        assert_eq!(
            (items.get(1), items.get(3), items.pop()),
            (Some(Value::I32(7)), None, Some(Value::I32(9)))
        );
        assert_eq!(items.len(), 2);
    }
}
