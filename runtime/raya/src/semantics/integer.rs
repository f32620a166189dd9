//! Integer arithmetic beyond what one expression says: division, remainder, powers.

use raya_facts::TrapKind;

use crate::trap::Trap;

fn zero_divisor(what: &str) -> Trap {
    Trap::new(TrapKind::DivideByZero, what)
}

/// The quotient, truncated toward zero; that of the smallest integer and -1 wraps.
///
/// # Errors
///
/// [`TrapKind::DivideByZero`].
#[raya_macros::op(idiv)]
pub fn idiv(a: i32, b: i32) -> Result<i32, Trap> {
    if b == 0 {
        Err(zero_divisor(&format!("{a} / 0")))
    } else {
        Ok(a.wrapping_div(b))
    }
}

/// The remainder of that division, with the sign of the dividend.
///
/// # Errors
///
/// [`TrapKind::DivideByZero`].
#[raya_macros::op(imod)]
pub fn imod(a: i32, b: i32) -> Result<i32, Trap> {
    if b == 0 {
        Err(zero_divisor(&format!("{a} % 0")))
    } else {
        Ok(a.wrapping_rem(b))
    }
}

/// The power, wrapping; a negative exponent gives the reciprocal truncated toward zero.
///
/// # Errors
///
/// [`TrapKind::DivideByZero`] for zero to a negative power.
#[raya_macros::op(ipow)]
pub fn ipow(a: i32, b: i32) -> Result<i32, Trap> {
    match (u32::try_from(b), a) {
        (Ok(exponent), _) => Ok(a.wrapping_pow(exponent)),
        (Err(_), 0) => Err(zero_divisor(&format!("0 ** {b}"))),
        (Err(_), 1) => Ok(1),
        (Err(_), -1) => Ok(if b % 2 == 0 { 1 } else { -1 }),
        (Err(_), _) => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_wraps_at_the_smallest_integer() {
        assert_eq!(idiv(i32::MIN, -1), Ok(i32::MIN));
        assert_eq!(imod(i32::MIN, -1), Ok(0));
        assert_eq!(idiv(-7, 2), Ok(-3));
        assert_eq!(imod(-7, 2), Ok(-1));
        assert_eq!(idiv(1, 0).map_err(|trap| trap.kind), Err(TrapKind::DivideByZero));
        assert_eq!(imod(0, 0).map_err(|trap| trap.kind), Err(TrapKind::DivideByZero));
    }

    #[test]
    fn powers_have_all_their_corners() {
        for (a, b, power) in [
            (2, 10, 1024),
            (0, 0, 1),
            (2, 31, i32::MIN),
            (2, 32, 0),
            (2, -1, 0),
            (1, -5, 1),
            (-1, -5, -1),
            (-1, -4, 1),
            (-1, i32::MIN, 1),
        ] {
            assert_eq!(ipow(a, b), Ok(power), "{a} ** {b}");
        }
        assert_eq!(ipow(3, i32::MAX), Ok(-1_431_655_765));
        assert!(ipow(0, -1).is_err());
    }
}
