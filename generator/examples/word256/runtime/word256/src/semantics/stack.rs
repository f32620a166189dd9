//! Constants and variables.

use word256_facts::{ConstantId, LocalId};
use word256_macros::op;

use crate::{Context, Frame, Trip, U256, Value};

/// A word of the module.
#[op(constant)]
pub fn constant(context: &Context, k: ConstantId) -> U256 {
    match context.module.constants.get(k.index()) {
        Some(word) => U256::from_le_bytes(word.value.to_le_bytes()),
        None => {
            let count = context.module.constants.len() as u64;
            context.trip(Trip::BadIndex {
                what: "constant",
                index: u64::from(k.0),
                count,
            });
            U256::ZERO
        }
    }
}

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
