//! Float arithmetic beyond what one expression says: powers.

/// The power as ECMAScript has it: 1 and -1 to an infinite power, and 1 to the power of NaN, are NaN.
#[raya_macros::op(fpow)]
pub fn fpow(a: f64, b: f64) -> f64 {
    if (a.abs() == 1.0 && b.is_infinite()) || (a == 1.0 && b.is_nan()) {
        f64::NAN
    } else {
        a.powf(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_follow_ecmascript() {
        assert!(fpow(1.0, f64::NAN).is_nan());
        assert!(fpow(-1.0, f64::NEG_INFINITY).is_nan());
        assert!(fpow(-8.0, 0.5).is_nan());
        assert_eq!(fpow(f64::NAN, 0.0), 1.0);
        assert_eq!(fpow(2.0, -1.0), 0.5);
        assert_eq!(fpow(0.0, -1.0), f64::INFINITY);
    }
}
