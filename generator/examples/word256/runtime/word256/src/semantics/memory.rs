//! Memory.

use word256_macros::op;

use crate::{Context, Trap, U256};

/// Reads a word.
#[op(mload)]
pub fn mload(context: &mut Context, at: U256) -> Result<U256, Trap> {
    let mut word = [0; 32];
    word.copy_from_slice(context.state.memory(at, 32)?);
    Ok(U256::from_be_bytes(word))
}

/// Writes a word.
#[op(mstore)]
pub fn mstore(context: &mut Context, value: U256, at: U256) -> Result<(), Trap> {
    context.state.memory(at, 32)?.copy_from_slice(&value.to_be_bytes());
    Ok(())
}

/// Writes a byte.
#[op(mstore8)]
pub fn mstore8(context: &mut Context, value: U256, at: U256) -> Result<(), Trap> {
    context.state.memory(at, 1)?.copy_from_slice(&value.to_be_bytes()[31..]);
    Ok(())
}

/// How many bytes there are.
#[op(msize)]
pub fn msize(context: &Context) -> U256 {
    U256::from(context.state.memory_size() as u64)
}
