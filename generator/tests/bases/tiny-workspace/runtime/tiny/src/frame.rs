//! A call that is under way.

use tiny_facts::{FunctionId, Label};

use crate::{Ref, Slot, Stop, Trip, Value};

#[derive(Debug, Clone, Copy)]
pub enum Then {
    Push,
}

#[derive(Debug)]
pub struct Frame {
    pub locals: Vec<Value>,
    pub stack: Vec<Value>,
}

impl Frame {
    pub fn new(_: FunctionId, locals: Vec<Value>, stack: Vec<Value>, _: Ref, _: Then) -> Frame {
        Frame { locals, stack }
    }

    pub fn pop<T: Slot>(&mut self) -> Result<T, Stop> {
        let top = self.stack.pop().ok_or_else(|| Trip("the stack is empty".to_owned()))?;
        Ok(T::from_value(top)?)
    }

    pub fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, Stop> {
        (0..count).map(|_| self.pop()).collect()
    }

    pub fn push<T: Slot>(&mut self, value: T) {
        self.stack.push(value.into_value());
    }

    pub fn push_many(&mut self, values: Vec<Value>) {
        self.stack.extend(values);
    }

    pub fn take_trip(&mut self) -> Option<Trip> {
        None
    }
}

#[derive(Debug)]
pub struct Call {
    pub function: FunctionId,
    pub arguments: Vec<Value>,
}

impl Call {
    pub fn enter(function: FunctionId, arguments: Vec<Value>) -> Call {
        Call { function, arguments }
    }
}

#[derive(Debug)]
pub enum Flow {
    Next,
    Jump(Label),
    Call(Call),
    Return(Value),
}
