//! Constants of the pools.

use raya_facts::module::Constant;
use raya_facts::{ConstantId, TextId};

use crate::any::Any;
use crate::context::Context;
use crate::value::{Ref, Value};

/// The null reference.
#[raya_macros::op(const_null)]
pub fn const_null() -> Ref {
    Ref::NULL
}

/// A text of the pool; the same reference each time.
#[raya_macros::op(const_str)]
pub fn const_str(context: &Context, k: TextId) -> Ref {
    context.text(k)
}

/// An entry of the pool of constants.
#[raya_macros::op(load_const)]
pub fn load_const(context: &Context, k: ConstantId) -> Value {
    match context.module.constants.get(k.index()) {
        Some(Constant::Int(value)) => Value::I32(*value),
        Some(Constant::Float(value)) => Value::F64(*value),
        Some(Constant::Text(text)) => Value::Ref(context.text(*text)),
        None => {
            context.bad_index("constant", k.0, context.module.constants.len());
            Value::Any(Any::NULL)
        }
    }
}
