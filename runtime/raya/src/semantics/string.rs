//! Texts.

use std::cmp::Ordering;

use raya_facts::TrapKind;
use raya_heap::ShortText;

use crate::any::AnyKind;
use crate::context::Context;
use crate::number::{float_text, parse_float, parse_int};
use crate::object;
use crate::trap::Trap;
use crate::types::describe;
use crate::value::{Ref, Value};

/// The text behind a reference.
fn text(context: &Context, reference: Ref) -> Result<&str, Trap> {
    if let Some(text) = context.heap.text(reference) {
        return Ok(text);
    }
    // Says what it is instead.
    Ok(object!(context, reference, Object::Str, "a string"))
}

/// Both texts, one behind the other, in a new one.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::HeapLimit`].
#[raya_macros::op(sconcat)]
pub fn sconcat(context: &mut Context, a: Ref, b: Ref) -> Result<Ref, Trap> {
    if let Some(both) = context.heap.concatenate(a, b)? {
        return Ok(both);
    }
    text(context, a)?;
    text(context, b)?;
    Ok(Ref::NULL)
}

/// The length in bytes.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(slen)]
pub fn slen(context: &Context, a: Ref) -> Result<i32, Trap> {
    Ok(i32::try_from(text(context, a)?.len()).unwrap_or(i32::MAX))
}

/// Whether two texts have the same bytes; null equals only null.
#[raya_macros::op(seq)]
pub fn seq(context: &Context, a: Ref, b: Ref) -> bool {
    let texts = context.heap.texts();
    a == b || texts.get(a).is_some_and(|text| texts.get(b) == Some(text))
}

/// Whether they differ.
#[raya_macros::op(sne)]
pub fn sne(context: &Context, a: Ref, b: Ref) -> bool {
    !seq(context, a, b)
}

/// How two texts compare. The order of the bytes of UTF-8 is that of the code points.
fn order(context: &Context, a: Ref, b: Ref) -> Result<Ordering, Trap> {
    Ok(text(context, a)?.as_bytes().cmp(text(context, b)?.as_bytes()))
}

/// Whether `a` comes before `b`.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(slt)]
pub fn slt(context: &Context, a: Ref, b: Ref) -> Result<bool, Trap> {
    order(context, a, b).map(Ordering::is_lt)
}

/// Whether `a` comes before `b` or equals it.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(sle)]
pub fn sle(context: &Context, a: Ref, b: Ref) -> Result<bool, Trap> {
    order(context, a, b).map(Ordering::is_le)
}

/// Whether `a` comes after `b`.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(sgt)]
pub fn sgt(context: &Context, a: Ref, b: Ref) -> Result<bool, Trap> {
    order(context, a, b).map(Ordering::is_gt)
}

/// Whether `a` comes after `b` or equals it.
///
/// # Errors
///
/// [`TrapKind::NullReference`].
#[raya_macros::op(sge)]
pub fn sge(context: &Context, a: Ref, b: Ref) -> Result<bool, Trap> {
    order(context, a, b).map(Ordering::is_ge)
}

/// A value as a text.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for a reference that isn't a text; [`TrapKind::HeapLimit`].
#[raya_macros::op(to_string)]
pub fn to_string(context: &mut Context, value: Value) -> Result<Ref, Trap> {
    let value = value.to_any();
    let text = match value.kind() {
        AnyKind::Null => "null".to_owned(),
        AnyKind::Bool(value) => value.to_string(),
        AnyKind::I32(value) => return int_to_string(context, value),
        AnyKind::F64(value) => return float_to_string(context, value),
        AnyKind::Ref(reference) if context.heap.text(reference).is_some() => return Ok(reference),
        AnyKind::Ref(_) => {
            let found = describe(context, value);
            return Err(Trap::new(
                TrapKind::TypeError,
                format!("a value of type {found} has no text; its class says how it becomes one"),
            ));
        }
    };
    Ok(context.heap.allocate_string(&text)?)
}

/// An integer in decimal.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(int_to_string)]
pub fn int_to_string(context: &mut Context, a: i32) -> Result<Ref, Trap> {
    Ok(context.heap.allocate_short(ShortText::decimal(a))?)
}

/// A float in the shortest digits that read back as the same.
///
/// # Errors
///
/// [`TrapKind::HeapLimit`].
#[raya_macros::op(float_to_string)]
pub fn float_to_string(context: &mut Context, a: f64) -> Result<Ref, Trap> {
    Ok(context.heap.allocate_string(&float_text(a))?)
}

fn no_number(kind: &str, text: &str) -> Trap {
    // A long text would only bury what is wrong with it.
    let shown: String = text.chars().take(40).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    Trap::new(
        TrapKind::InvalidNumber,
        format!("\"{}{cut}\" is no {kind}", shown.escape_debug()),
    )
}

/// The integer that a text is.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::InvalidNumber`].
#[raya_macros::op(string_to_int)]
pub fn string_to_int(context: &Context, a: Ref) -> Result<i32, Trap> {
    let text = text(context, a)?;
    parse_int(text).ok_or_else(|| no_number("int", text))
}

/// The float that a text is.
///
/// # Errors
///
/// [`TrapKind::NullReference`], [`TrapKind::InvalidNumber`].
#[raya_macros::op(string_to_float)]
pub fn string_to_float(context: &Context, a: Ref) -> Result<f64, Trap> {
    let text = text(context, a)?;
    parse_float(text).ok_or_else(|| no_number("float", text))
}
