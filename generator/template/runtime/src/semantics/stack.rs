//! Variables.

use __NAME___facts::LocalId;
use __NAME___macros::op;

use crate::{Frame, Value};

/// Reads a variable.
#[op(load)]
pub fn load(frame: &Frame, slot: LocalId) -> Value {
    frame.local(slot)
}

/// Writes a variable.
#[op(store)]
pub fn store(frame: &mut Frame, value: Value, slot: LocalId) {
    frame.set_local(slot, value);
}
