//! Variables of the module.

use raya_facts::GlobalId;

use crate::any::Any;
use crate::context::Context;
use crate::value::Value;

/// A variable of the module.
#[raya_macros::op(load_global)]
pub fn load_global(context: &Context, g: GlobalId) -> Value {
    match context.globals.get(g.index()) {
        Some(value) => value,
        None => {
            context.bad_index("global", g.0, context.globals.len());
            Value::Any(Any::NULL)
        }
    }
}

/// Changes a variable of the module. It keeps its representation.
#[raya_macros::op(store_global)]
pub fn store_global(context: &mut Context, value: Value, g: GlobalId) {
    match context.globals.set(g.index(), value) {
        Ok(true) => {}
        Ok(false) => context.bad_index("global", g.0, context.globals.len()),
        Err(wrong) => context.trip(wrong.into()),
    }
}
