//! Arithmetic that can fail.

use __NAME___facts::TrapKind;
use __NAME___macros::op;

use crate::Trap;

/// Divides, towards zero.
#[op(div)]
pub fn div(a: i64, b: i64) -> Result<i64, Trap> {
    if b == 0 {
        return Err(Trap::new(TrapKind::DivideByZero, format!("{a} / 0")));
    }
    Ok(a.wrapping_div(b))
}

/// What remains of the division.
#[op(rem)]
pub fn rem(a: i64, b: i64) -> Result<i64, Trap> {
    if b == 0 {
        return Err(Trap::new(TrapKind::DivideByZero, format!("{a} % 0")));
    }
    Ok(a.wrapping_rem(b))
}
