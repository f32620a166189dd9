//! Calls and output.

use __NAME___facts::FunctionId;
use __NAME___macros::op;

use crate::{Call, Context, Trap, Value};

/// Calls a function. The machine itself traps when calls are nested too deeply.
#[op(call)]
pub fn call(arguments: Vec<Value>, f: FunctionId) -> Result<Call, Trap> {
    Ok(Call::new(f, arguments))
}

/// Prints a number.
#[op(print)]
pub fn print(context: &mut Context, value: i64) {
    context.print_line(&value.to_string());
}
