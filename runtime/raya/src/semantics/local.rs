//! Local variables and arguments.

use raya_facts::{LocalId, TrapKind};

use crate::context::Context;
use crate::frame::Frame;
use crate::trap::Trap;
use crate::value::Value;

/// A variable.
#[raya_macros::op(load_local)]
pub fn load_local(frame: &Frame, slot: LocalId) -> Value {
    frame.local(slot)
}

/// Changes a variable.
#[raya_macros::op(store_local)]
pub fn store_local(frame: &mut Frame, value: Value, slot: LocalId) {
    frame.set_local(slot, value);
}

/// Variable 0.
#[raya_macros::op(load_local_0)]
pub fn load_local_0(frame: &Frame) -> Value {
    frame.local(LocalId(0))
}

/// Variable 1.
#[raya_macros::op(load_local_1)]
pub fn load_local_1(frame: &Frame) -> Value {
    frame.local(LocalId(1))
}

/// Changes variable 0.
#[raya_macros::op(store_local_0)]
pub fn store_local_0(frame: &mut Frame, value: Value) {
    frame.set_local(LocalId(0), value);
}

/// Changes variable 1.
#[raya_macros::op(store_local_1)]
pub fn store_local_1(frame: &mut Frame, value: Value) {
    frame.set_local(LocalId(1), value);
}

/// How many parameters the current function has.
fn parameters(context: &Context, frame: &Frame) -> usize {
    context
        .module
        .functions
        .get(frame.function.index())
        .map_or(0, |function| function.params.len())
}

/// How many arguments the current function was called with.
#[raya_macros::op(get_arg_count)]
pub fn get_arg_count(context: &Context, frame: &Frame) -> i32 {
    i32::try_from(parameters(context, frame) + frame.rest.len()).unwrap_or(i32::MAX)
}

/// An argument beyond the parameters; the index counts all arguments.
///
/// # Errors
///
/// [`TrapKind::IndexOutOfRange`] for a parameter's index and for one beyond the last argument.
#[raya_macros::op(load_arg_local)]
pub fn load_arg_local(context: &Context, frame: &Frame, index: i32) -> Result<Value, Trap> {
    let params = parameters(context, frame);
    let position = usize::try_from(index).ok().and_then(|index| index.checked_sub(params));
    position
        .and_then(|position| frame.rest.get(position))
        .copied()
        .ok_or_else(|| no_such_argument(params, frame.rest.len(), index))
}

/// The trap for an index that is none of an argument beyond the parameters.
pub fn no_such_argument(params: usize, rest: usize, index: i32) -> Trap {
    let end = params + rest;
    let message = format!("further arguments have the numbers {params} to below {end}, not {index}");
    Trap::new(TrapKind::IndexOutOfRange, message)
}
