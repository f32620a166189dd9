//! The operations on numbers that have code of their own: those on numbers that carry their kind, and those that fail for some numbers.
//! [`fast`](crate::fast) says what all of it relies on.

#![allow(
    clippy::missing_safety_doc,
    unsafe_op_in_unsafe_fn,
    reason = "handlers call all of these alike; `fast` states once what they rely on"
)]

use raya_heap::{Any, AnyKind};
use raya_runtime::{Trap, semantics};

use crate::state::{Fault, Slow, State};
use crate::word::Word;

/// An operation on two numbers that gives a number, with code of its own for two integers and for two floats.
#[inline(always)]
fn arithmetic(
    state: &mut State,
    (a, b): (Any, Any),
    ints: impl FnOnce(i32, i32) -> i32,
    floats: impl FnOnce(f64, f64) -> f64,
    shared: Slow,
) -> Result<Any, Fault> {
    match (a.kind(), b.kind()) {
        (AnyKind::I32(a), AnyKind::I32(b)) => Ok(Any::from_i32(ints(a, b))),
        (AnyKind::F64(a), AnyKind::F64(b)) => Ok(Any::from_f64(floats(a, b))),
        _ => Err(state.defer(shared, [a.into_word(), b.into_word(), 0])),
    }
}

/// The same for a comparison.
#[inline(always)]
fn comparison(
    (a, b): (Any, Any),
    ints: impl FnOnce(i32, i32) -> bool,
    floats: impl FnOnce(f64, f64) -> bool,
    shared: fn(Any, Any) -> Result<bool, Trap>,
) -> Result<bool, Fault> {
    match (a.kind(), b.kind()) {
        (AnyKind::I32(a), AnyKind::I32(b)) => Ok(ints(a, b)),
        (AnyKind::F64(a), AnyKind::F64(b)) => Ok(floats(a, b)),
        _ => Ok(bool::from_word(slowly(a, b, shared)?)),
    }
}

#[inline(never)]
fn slowly<T: Word>(a: Any, b: Any, shared: fn(Any, Any) -> Result<T, Trap>) -> Result<u64, Fault> {
    Ok(shared(a, b)?.into_word())
}

/// The sum.
#[inline(always)]
pub unsafe fn nadd(state: &mut State, a: Any, b: Any) -> Result<Any, Fault> {
    let slow: Slow = |_, [a, b, _]| {
        Ok(Some(
            semantics::number::nadd(Any::from_word(a), Any::from_word(b))?.into_word(),
        ))
    };
    arithmetic(state, (a, b), |a, b| a.wrapping_add(b), |a, b| a + b, slow)
}

/// The difference.
#[inline(always)]
pub unsafe fn nsub(state: &mut State, a: Any, b: Any) -> Result<Any, Fault> {
    let slow: Slow = |_, [a, b, _]| {
        Ok(Some(
            semantics::number::nsub(Any::from_word(a), Any::from_word(b))?.into_word(),
        ))
    };
    arithmetic(state, (a, b), |a, b| a.wrapping_sub(b), |a, b| a - b, slow)
}

/// The product.
#[inline(always)]
pub unsafe fn nmul(state: &mut State, a: Any, b: Any) -> Result<Any, Fault> {
    let slow: Slow = |_, [a, b, _]| {
        Ok(Some(
            semantics::number::nmul(Any::from_word(a), Any::from_word(b))?.into_word(),
        ))
    };
    arithmetic(state, (a, b), |a, b| a.wrapping_mul(b), |a, b| a * b, slow)
}

/// Whether `a < b`.
#[inline(always)]
pub unsafe fn nlt(_state: &mut State, a: Any, b: Any) -> Result<bool, Fault> {
    comparison((a, b), |a, b| a < b, |a, b| a < b, semantics::number::nlt)
}

/// Whether `a <= b`.
#[inline(always)]
pub unsafe fn nle(_state: &mut State, a: Any, b: Any) -> Result<bool, Fault> {
    comparison((a, b), |a, b| a <= b, |a, b| a <= b, semantics::number::nle)
}

/// Whether `a > b`.
#[inline(always)]
pub unsafe fn ngt(_state: &mut State, a: Any, b: Any) -> Result<bool, Fault> {
    comparison((a, b), |a, b| a > b, |a, b| a > b, semantics::number::ngt)
}

/// Whether `a >= b`.
#[inline(always)]
pub unsafe fn nge(_state: &mut State, a: Any, b: Any) -> Result<bool, Fault> {
    comparison((a, b), |a, b| a >= b, |a, b| a >= b, semantics::number::nge)
}

// Numbers.

/// The quotient, truncated toward zero.
#[inline(always)]
pub unsafe fn idiv(state: &mut State, a: i32, b: i32) -> Result<i32, Fault> {
    match b {
        0 => Err(state.defer(no_quotient, [a.into_word(), 0, 0])),
        -1 => Ok(a.wrapping_neg()),
        _ => Ok(a.wrapping_div(b)),
    }
}

/// The remainder, with the sign of the dividend.
#[inline(always)]
pub unsafe fn imod(state: &mut State, a: i32, b: i32) -> Result<i32, Fault> {
    match b {
        0 => Err(state.defer(no_remainder, [a.into_word(), 0, 0])),
        -1 => Ok(0),
        _ => Ok(a.wrapping_rem(b)),
    }
}

fn no_quotient(_: &mut State, [a, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    Err(Fault::expected(semantics::integer::idiv(i32::from_word(a), 0)))
}

fn no_remainder(_: &mut State, [a, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    Err(Fault::expected(semantics::integer::imod(i32::from_word(a), 0)))
}

/// A float truncated toward zero.
#[inline(always)]
pub unsafe fn float_to_int(state: &mut State, a: f64) -> Result<i32, Fault> {
    // What is in range once truncated; NaN isn't.
    if a > -2_147_483_649.0 && a < 2_147_483_648.0 {
        return Ok(a as i32);
    }
    Err(state.defer(no_integer, [a.into_word(), 0, 0]))
}

fn no_integer(_: &mut State, [a, ..]: [u64; 3]) -> Result<Option<u64>, Fault> {
    Err(Fault::expected(semantics::convert::float_to_int(f64::from_word(a))))
}
