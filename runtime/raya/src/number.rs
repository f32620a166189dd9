//! Prints and reads numbers as the language does.

/// A float as the language prints it: the shortest digits that read back as the same number, without a fraction where it is whole,
/// with an exponent below 1e-6 and from 1e21 on.
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        // Both zeros print alike.
        return "0".to_owned();
    }
    // `{:e}` gives the shortest digits that round trip: `-1.25e-7`.
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // The decimal point stands behind this many digits.
    let point = exponent + 1;
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let sign = if value < 0.0 { "-" } else { "" };
    let body = if point >= count && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0).min(digits.len()));
        format!("{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let fraction = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        let mark = if exponent < 0 { '-' } else { '+' };
        format!("{first}{fraction}e{mark}{}", exponent.abs())
    };
    format!("{sign}{body}")
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
        ] {
            assert_eq!(float_text(value), text);
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
