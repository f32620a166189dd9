//! Arithmetic on the language's type `number`: an `any` that holds an integer or a float.

use raya_facts::TrapKind;

use super::float::fpow;
use super::integer::{idiv, imod, ipow};
use crate::any::{Any, AnyKind};
use crate::trap::Trap;

/// Two numbers, as both ops of a pair of kinds see them.
enum Pair {
    Ints(i32, i32),
    Floats(f64, f64),
}

fn no_number(value: Any) -> Trap {
    let found = match value.kind() {
        AnyKind::Null => "null",
        AnyKind::Bool(_) => "a boolean",
        AnyKind::Ref(_) => "a reference",
        AnyKind::I32(_) | AnyKind::F64(_) => "a number",
    };
    Trap::new(TrapKind::TypeError, format!("expected a number, found {found}"))
}

/// Both as integers if both are, otherwise both as floats. Nothing else counts as a number, and nothing counts as zero.
fn pair(a: Any, b: Any) -> Result<Pair, Trap> {
    match (a.kind(), b.kind()) {
        (AnyKind::I32(a), AnyKind::I32(b)) => Ok(Pair::Ints(a, b)),
        _ => Ok(Pair::Floats(number_to_float(a)?, number_to_float(b)?)),
    }
}

fn arithmetic(a: Any, b: Any, ints: fn(i32, i32) -> Result<i32, Trap>, floats: fn(f64, f64) -> f64) -> Result<Any, Trap> {
    Ok(match pair(a, b)? {
        Pair::Ints(a, b) => Any::from_i32(ints(a, b)?),
        Pair::Floats(a, b) => Any::from_f64(floats(a, b)),
    })
}

/// The sum.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nadd)]
pub fn nadd(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, |a, b| Ok(a.wrapping_add(b)), |a, b| a + b)
}

/// The difference.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nsub)]
pub fn nsub(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, |a, b| Ok(a.wrapping_sub(b)), |a, b| a - b)
}

/// The product.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nmul)]
pub fn nmul(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, |a, b| Ok(a.wrapping_mul(b)), |a, b| a * b)
}

/// The quotient, truncated for two integers.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number; [`TrapKind::DivideByZero`] for two integers.
#[raya_macros::op(ndiv)]
pub fn ndiv(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, idiv, |a, b| a / b)
}

/// The remainder, with the sign of the dividend.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number; [`TrapKind::DivideByZero`] for two integers.
#[raya_macros::op(nmod)]
pub fn nmod(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, imod, |a, b| a % b)
}

/// The power.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number; [`TrapKind::DivideByZero`] for the integer 0 to a negative power.
#[raya_macros::op(npow)]
pub fn npow(a: Any, b: Any) -> Result<Any, Trap> {
    arithmetic(a, b, ipow, fpow)
}

/// The number with the other sign.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nneg)]
pub fn nneg(a: Any) -> Result<Any, Trap> {
    match a.kind() {
        AnyKind::I32(value) => Ok(Any::from_i32(value.wrapping_neg())),
        AnyKind::F64(value) => Ok(Any::from_f64(-value)),
        _ => Err(no_number(a)),
    }
}

/// How two numbers compare. Every 32-bit integer is a float, so that both can be compared as floats.
fn compare(a: Any, b: Any, holds: fn(f64, f64) -> bool) -> Result<bool, Trap> {
    Ok(holds(number_to_float(a)?, number_to_float(b)?))
}

/// Whether `a < b`.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nlt)]
pub fn nlt(a: Any, b: Any) -> Result<bool, Trap> {
    compare(a, b, |a, b| a < b)
}

/// Whether `a <= b`.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nle)]
pub fn nle(a: Any, b: Any) -> Result<bool, Trap> {
    compare(a, b, |a, b| a <= b)
}

/// Whether `a > b`.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(ngt)]
pub fn ngt(a: Any, b: Any) -> Result<bool, Trap> {
    compare(a, b, |a, b| a > b)
}

/// Whether `a >= b`.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(nge)]
pub fn nge(a: Any, b: Any) -> Result<bool, Trap> {
    compare(a, b, |a, b| a >= b)
}

/// The number as a float.
///
/// # Errors
///
/// [`TrapKind::TypeError`] for what is no number.
#[raya_macros::op(number_to_float)]
pub fn number_to_float(a: Any) -> Result<f64, Trap> {
    match a.kind() {
        AnyKind::I32(value) => Ok(f64::from(value)),
        AnyKind::F64(value) => Ok(value),
        _ => Err(no_number(a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Raya-system §13, fault 12: wrong operands became 0 silently.
    #[test]
    fn what_is_no_number_is_a_type_error_and_never_zero() {
        let one = Any::from_i32(1);
        for other in [Any::NULL, Any::from_bool(true)] {
            for op in [nadd, nsub, nmul, ndiv, nmod, npow] {
                assert_eq!(op(one, other).map_err(|trap| trap.kind), Err(TrapKind::TypeError));
                assert_eq!(op(other, one).map_err(|trap| trap.kind), Err(TrapKind::TypeError));
            }
            for op in [nlt, nle, ngt, nge] {
                assert_eq!(op(one, other).map_err(|trap| trap.kind), Err(TrapKind::TypeError));
            }
            assert!(nneg(other).is_err());
        }
    }

    #[test]
    fn integers_stay_integers() {
        assert_eq!(nadd(Any::from_i32(i32::MAX), Any::from_i32(1)), Ok(Any::from_i32(i32::MIN)));
        assert_eq!(ndiv(Any::from_i32(7), Any::from_i32(2)), Ok(Any::from_i32(3)));
        assert_eq!(ndiv(Any::from_f64(7.0), Any::from_i32(2)), Ok(Any::from_f64(3.5)));
        assert_eq!(nneg(Any::from_i32(0)), Ok(Any::from_i32(0)));
        assert_eq!(nneg(Any::from_f64(0.0)), Ok(Any::from_f64(-0.0)));
    }
}
