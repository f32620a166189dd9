//! Storage, input and output.

use word256_macros::op;

use crate::{Context, U256};

/// Reads storage.
#[op(sload)]
pub fn sload(context: &Context, key: U256) -> U256 {
    context.state.stored(key)
}

/// Writes storage.
#[op(sstore)]
pub fn sstore(context: &mut Context, value: U256, key: U256) {
    context.state.store(key, value);
}

/// How many bytes the host gave.
#[op(input_size)]
pub fn input_size(context: &Context) -> U256 {
    U256::from(context.state.input.len() as u64)
}

/// 32 bytes of what the host gave.
#[op(input_load)]
pub fn input_load(context: &Context, at: U256) -> U256 {
    let mut word = [0; 32];
    let rest = usize::try_from(at)
        .ok()
        .and_then(|at| context.state.input.get(at..))
        .unwrap_or_default();
    for (place, byte) in word.iter_mut().zip(rest) {
        *place = *byte;
    }
    U256::from_be_bytes(word)
}

/// Prints a word.
#[op(log)]
pub fn log(context: &mut Context, value: U256) {
    context.print_line(&value.to_string());
}
