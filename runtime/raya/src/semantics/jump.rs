//! Conditions of jumps. Where they lead is the dispatch's business.

use raya_facts::Label;

use crate::context::Context;
use crate::semantics::logic::is_true;
use crate::value::Value;

/// Whether to jump.
#[raya_macros::op(jmp_if_false)]
pub fn jmp_if_false(context: &Context, condition: Value, _to: Label) -> bool {
    !is_true(context, condition)
}

/// Whether to jump.
#[raya_macros::op(jmp_if_true)]
pub fn jmp_if_true(context: &Context, condition: Value, _to: Label) -> bool {
    is_true(context, condition)
}

/// Whether to jump.
#[raya_macros::op(jmp_if_null)]
pub fn jmp_if_null(value: Value, _to: Label) -> bool {
    value.is_null()
}

/// Whether to jump.
#[raya_macros::op(jmp_if_not_null)]
pub fn jmp_if_not_null(value: Value, _to: Label) -> bool {
    !value.is_null()
}
