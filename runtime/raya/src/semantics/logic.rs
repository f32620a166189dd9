//! Equality, truth and logic on values of any type.

use crate::any::{Any, AnyKind};
use crate::context::{Context, Object};
use crate::value::{Ref, Value};

/// Whether two references are to one object or to texts of the same content.
fn same(context: &Context, a: Ref, b: Ref) -> bool {
    a == b || context.heap.text(a).is_some_and(|text| context.heap.text(b) == Some(text))
}

fn equal(context: &Context, a: Any, b: Any) -> bool {
    match (a.kind(), b.kind()) {
        (AnyKind::Null, AnyKind::Null) => true,
        (AnyKind::Bool(a), AnyKind::Bool(b)) => a == b,
        (AnyKind::I32(a), AnyKind::I32(b)) => a == b,
        (AnyKind::F64(a), AnyKind::F64(b)) => a == b,
        (AnyKind::I32(a), AnyKind::F64(b)) | (AnyKind::F64(b), AnyKind::I32(a)) => f64::from(a) == b,
        (AnyKind::Ref(a), AnyKind::Ref(b)) => same(context, a, b),
        _ => false,
    }
}

/// Whether two values are equal.
#[raya_macros::op(eq)]
pub fn eq(context: &Context, a: Value, b: Value) -> bool {
    equal(context, a.to_any(), b.to_any())
}

/// Whether they differ.
#[raya_macros::op(ne)]
pub fn ne(context: &Context, a: Value, b: Value) -> bool {
    !eq(context, a, b)
}

/// Whether they are equal: nothing in the language distinguishes this from [`eq`].
#[raya_macros::op(strict_eq)]
pub fn strict_eq(context: &Context, a: Value, b: Value) -> bool {
    eq(context, a, b)
}

/// Whether they differ.
#[raya_macros::op(strict_ne)]
pub fn strict_ne(context: &Context, a: Value, b: Value) -> bool {
    !eq(context, a, b)
}

/// Whether a value counts as true: everything but false, zero, NaN, null and the empty text.
pub fn is_true(context: &Context, value: Value) -> bool {
    match value.to_any().kind() {
        AnyKind::Null => false,
        AnyKind::Bool(value) => value,
        AnyKind::I32(value) => value != 0,
        AnyKind::F64(value) => value != 0.0 && !value.is_nan(),
        AnyKind::Ref(reference) => context.heap.text(reference) != Some(""),
    }
}

/// Whether a value counts as false.
#[raya_macros::op(not)]
pub fn not(context: &Context, value: Value) -> bool {
    !is_true(context, value)
}

/// The first value if it counts as false, else the second.
#[raya_macros::op(and)]
pub fn and(context: &Context, a: Value, b: Value) -> Value {
    if is_true(context, a) { b } else { a }
}

/// The first value if it counts as true, else the second.
#[raya_macros::op(or)]
pub fn or(context: &Context, a: Value, b: Value) -> Value {
    if is_true(context, a) { a } else { b }
}

/// The kind of a value as a text of [`KIND_NAMES`](crate::context::KIND_NAMES).
#[raya_macros::op(typeof)]
pub fn type_of(context: &Context, value: Value) -> Ref {
    context.kind_name(match value.to_any().kind() {
        AnyKind::Null => "null",
        AnyKind::Bool(_) => "boolean",
        AnyKind::I32(_) => "int",
        AnyKind::F64(_) => "float",
        AnyKind::Ref(reference) => match context.heap.get(reference) {
            Some(Object::Str(_)) => "string",
            Some(Object::Closure(_)) => "function",
            _ => "object",
        },
    })
}
