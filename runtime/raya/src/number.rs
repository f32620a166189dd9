//! Prints and reads numbers as the language does.

use core::fmt::{self, Write};
use core::ops::Deref;

/// A float as a text, without memory on the heap of the host.
#[derive(Debug, Clone, Copy)]
pub struct FloatText {
    bytes: [u8; LONGEST],
    length: usize,
}

/// More bytes than any float takes: a sign, a point, 17 digits and an exponent, or 21 digits.
const LONGEST: usize = 32;

impl FloatText {
    const EMPTY: FloatText = FloatText {
        bytes: [0; LONGEST],
        length: 0,
    };
}

impl Deref for FloatText {
    type Target = str;

    fn deref(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Display for FloatText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Write for FloatText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A float as the language prints it: the shortest digits that read back as the same number, without a fraction where it is whole,
/// with an exponent below 1e-6 and from 1e21 on.
pub fn float_text(value: f64) -> FloatText {
    let mut text = FloatText::EMPTY;
    let written = write_float(&mut text, value);
    debug_assert!(written.is_ok(), "there is room for every float");
    text
}

fn write_float(out: &mut FloatText, value: f64) -> fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_infinite() {
        return out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if value == 0.0 {
        // Both zeros print alike.
        return out.write_str("0");
    }
    if value < 0.0 {
        out.write_str("-")?;
    }
    // `{:e}` gives the shortest digits that round trip: `1.25e-7`.
    let mut scientific = FloatText::EMPTY;
    write!(scientific, "{:e}", value.abs())?;
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let count = rest.len() as i32 + 1;
    // The decimal point stands behind this many digits.
    let point = exponent + 1;
    if point >= count && point <= 21 {
        write!(out, "{first}{rest}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = rest.split_at_checked(exponent as usize).unwrap_or((rest, ""));
        write!(out, "{first}{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        write!(out, "0.{}{first}{rest}", zeros(-point))
    } else {
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(out, "{first}{dot}{rest}e{sign}{}", exponent.abs())
    }
}

/// So many zeros, at most 21.
fn zeros(count: i32) -> &'static str {
    let count = usize::try_from(count).unwrap_or(0);
    "000000000000000000000".get(..count).unwrap_or_default()
}

/// A float as assembly and examples write it: always with a point or an exponent, so that it can't be read as an integer.
pub fn float_literal(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    format!("{value:?}")
}

/// The integer that a text is: an optional sign and decimal digits, nothing else.
pub fn parse_int(text: &str) -> Option<i32> {
    text.parse().ok()
}

/// The float that a text is: an optional sign, decimal digits with an optional point and exponent, or `Infinity`, or `NaN` without
/// a sign.
pub fn parse_float(text: &str) -> Option<f64> {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let value = match body {
        "NaN" if body.len() == text.len() => f64::NAN,
        "Infinity" => f64::INFINITY,
        // Rust would also take `inf`, `nan` and a second sign.
        _ if !body.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'.') => return None,
        _ => body.parse::<f64>().ok()?,
    };
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_the_language_does() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.25e-7, "1.25e-7"),
            (0.000_001, "0.000001"),
            (123_456.789, "123456.789"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (2_147_483_648.0, "2147483648"),
            (1200.0, "1200"),
            (-123_456_789_012_345_680_000.0, "-123456789012345680000"),
            (-0.000_001_234_567_890_123_456_7, "-0.0000012345678901234567"),
            (-1.234_567_890_123_456_8e-300, "-1.2345678901234568e-300"),
        ] {
            assert_eq!(&*float_text(value), text);
        }
    }

    #[test]
    fn printed_floats_read_back() {
        for value in [0.1, 1e300, -2.5e-300, 4.0, 1e21, 123_456_789.123_456_79] {
            assert_eq!(parse_float(&float_text(value)), Some(value));
        }
        assert_eq!(parse_float("+5."), Some(5.0));
        assert_eq!(parse_float("-Infinity"), Some(f64::NEG_INFINITY));
        for text in ["", "x", "inf", "--1", "1x", "nan", "+-1", "-NaN", " 1", ".", "0x10"] {
            assert_eq!(parse_float(text), None, "{text}");
        }
    }

    #[test]
    fn literals_keep_their_point() {
        assert_eq!(float_literal(2.0), "2.0");
        assert_eq!(float_literal(-0.0), "-0.0");
        assert_eq!(float_literal(f64::INFINITY), "inf");
    }

    #[test]
    fn integers_out_of_range_are_refused() {
        assert_eq!(parse_int("2147483648"), None);
        assert_eq!(parse_int("+007"), Some(7));
        assert_eq!(parse_int(" 7"), None);
    }
}
