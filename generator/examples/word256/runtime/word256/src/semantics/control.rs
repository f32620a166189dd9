//! Calls and the end without a result.

use word256_facts::{FunctionId, TrapKind};
use word256_macros::op;

use crate::{Call, Context, Trap, U256, Value};

/// Calls a function. The machine itself traps when calls are nested too deeply.
#[op(call)]
pub fn call(arguments: Vec<Value>, f: FunctionId) -> Result<Call, Trap> {
    Ok(Call::new(f, arguments))
}

/// Undoes what was stored.
#[op(revert)]
pub fn revert(context: &mut Context, reason: U256) -> Trap {
    context.state.roll_back();
    Trap::new(TrapKind::Reverted, format!("the program gave the reason {reason}"))
}
