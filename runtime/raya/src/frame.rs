//! Holds what one activation of a function works with: locals, operand stack, handlers.

use raya_facts::{FunctionId, Label, LocalId};
use raya_heap::Marker;

use crate::trip::{Faults, Trip};
use crate::value::{Ref, Slot, SlotKind, Value};

/// What a return does with the value, on the side of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Pushes it.
    Push,
    /// Pushes it as a reference or as `any`: the shape that has room for null, for null-safe calls.
    PushOptional,
    /// Drops it and pushes this object: a constructor was run on it.
    PushReceiver(Ref),
    /// Drops it and pushes this object as an `any`: reflection ran a constructor on it.
    PushReceiverBoxed(Ref),
    /// Drops it.
    Discard,
}

/// A place to continue at when something is thrown in the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// Where an exception is caught.
    pub catch: Option<Label>,
    /// Where clean-up begins.
    pub finally: Option<Label>,
    /// How many values the operand stack held when it was installed.
    pub depth: usize,
    /// How many mutexes the task had ever locked when it was installed. Later ones are released before it is entered.
    pub locks: u64,
}

/// One activation of a function.
#[derive(Debug)]
pub struct Frame {
    /// What runs.
    pub function: FunctionId,
    /// The offset of the instruction that is executed, or was executed last.
    pub at: u32,
    /// The offset of the instruction that comes next.
    pub pc: u32,
    /// Parameters, then locals. Each keeps the representation that it starts with.
    pub locals: Vec<Value>,
    /// Operands, the top last.
    pub stack: Vec<Value>,
    /// Installed handlers, the innermost last.
    pub handlers: Vec<Handler>,
    /// The closure whose captures the code reads; null for a plain function.
    pub closure: Ref,
    /// Arguments beyond the parameters.
    pub rest: Vec<Value>,
    /// What the caller does with the result.
    pub then: Then,
    /// How many mutexes the task ever locked. The engine keeps it up to date for `try`.
    pub locks: u64,
    /// Whether the next instruction was tried before and waited, so that its block is paid for.
    pub(crate) waits: bool,
    faults: Faults,
}

impl Frame {
    /// A frame at the beginning of a function. `locals` are the arguments, then zeros.
    pub fn new(function: FunctionId, locals: Vec<Value>, rest: Vec<Value>, closure: Ref, then: Then) -> Frame {
        Frame {
            function,
            at: 0,
            pc: 0,
            locals,
            stack: Vec::new(),
            handlers: Vec::new(),
            closure,
            rest,
            then,
            locks: 0,
            waits: false,
            faults: Faults::default(),
        }
    }

    /// Pops a value.
    ///
    /// # Errors
    ///
    /// [`Trip::StackUnderflow`], or [`Trip::WrongSlot`] when the value has another representation than `T`.
    pub fn pop<T: Slot>(&mut self) -> Result<T, Trip> {
        Ok(T::from_value(self.stack.pop().ok_or(Trip::StackUnderflow)?)?)
    }

    /// Pops `count` values; the first of the result was the lowest on the stack.
    ///
    /// # Errors
    ///
    /// [`Trip::StackUnderflow`].
    pub fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Trip> {
        let start = self.stack.len().checked_sub(count).ok_or(Trip::StackUnderflow)?;
        Ok(self.stack.split_off(start))
    }

    /// Pushes a value.
    pub fn push<T: Slot>(&mut self, value: T) {
        self.stack.push(value.into_value());
    }

    /// Pushes several values, the first one lowest.
    pub fn push_many(&mut self, values: Vec<Value>) {
        self.stack.extend(values);
    }

    /// The value of a local. One that does not exist trips and gives null.
    pub fn local(&self, local: LocalId) -> Value {
        match self.locals.get(local.0 as usize) {
            Some(value) => *value,
            None => {
                self.no_such_local(local);
                Value::zero(SlotKind::Any)
            }
        }
    }

    /// Changes a local. One that does not exist, or a value of another representation, trips.
    pub fn set_local(&mut self, local: LocalId, value: Value) {
        let Some(place) = self.locals.get_mut(local.0 as usize) else {
            self.no_such_local(local);
            return;
        };
        match value.fit(place.slot()) {
            Ok(value) => *place = value,
            Err(wrong) => self.faults.record(wrong.into()),
        }
    }

    fn no_such_local(&self, local: LocalId) {
        self.faults.record(Trip::BadIndex {
            what: "local",
            index: u64::from(local.0),
            count: self.locals.len() as u64,
        });
    }

    /// Records a contradiction that the signature of a semantics function has no room for.
    pub fn trip(&self, trip: Trip) {
        self.faults.record(trip);
    }

    /// Takes what was recorded.
    pub fn take_trip(&self) -> Option<Trip> {
        self.faults.take()
    }

    /// Marks what it refers to.
    pub fn roots(&self, marker: &mut Marker) {
        for value in self.locals.iter().chain(&self.stack).chain(&self.rest) {
            marker.mark_value(*value);
        }
        marker.mark(self.closure);
        if let Then::PushReceiver(object) | Then::PushReceiverBoxed(object) = self.then {
            marker.mark(object);
        }
    }

    /// How many values it holds, for the limit on a task's stack.
    pub fn size(&self) -> usize {
        self.locals.len() + self.rest.len() + self.stack.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(locals: Vec<Value>) -> Frame {
        Frame::new(FunctionId(0), locals, Vec::new(), Ref::NULL, Then::Push)
    }

    #[test]
    fn pops_are_checked() {
        let mut frame = frame(Vec::new());
        assert_eq!(frame.pop::<i32>(), Err(Trip::StackUnderflow));
        frame.push(1.5);
        assert_eq!(
            frame.pop::<i32>(),
            Err(Trip::WrongSlot {
                expected: SlotKind::I32,
                found: SlotKind::F64
            })
        );
        frame.push_many(vec![Value::I32(1), Value::I32(2), Value::I32(3)]);
        assert_eq!(frame.pop_many(2), Ok(vec![Value::I32(2), Value::I32(3)]));
        assert_eq!(frame.pop_many(2), Err(Trip::StackUnderflow));
    }

    #[test]
    fn locals_keep_their_representation() {
        let mut frame = frame(vec![Value::I32(1)]);
        frame.set_local(LocalId(0), Value::F64(3.5));
        assert_eq!(
            frame.take_trip(),
            Some(Trip::WrongSlot {
                expected: SlotKind::I32,
                found: SlotKind::F64
            })
        );
        assert_eq!(frame.local(LocalId(0)), Value::I32(1));
        assert_eq!(frame.take_trip(), None);
        frame.local(LocalId(3));
        assert!(matches!(frame.take_trip(), Some(Trip::BadIndex { index: 3, count: 1, .. })));
    }
}
