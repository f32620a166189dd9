//! Literals of examples and edges: whether a text is a value of a slot.

use crate::model::instruction_set::wide::{KINDS, Wide};
use crate::model::names;

/// Whether `text` is a literal of the slot with the Rust type `rust`; otherwise why not, in a few words.
pub fn fits(text: &str, rust: &str) -> Result<(), String> {
    match rust {
        "bool" => match text {
            "true" | "false" => Ok(()),
            _ => Err("neither `true` nor `false`".to_owned()),
        },
        "f32" | "f64" => float(text),
        "i8" => integer(text, i128::from(i8::MIN), i128::from(i8::MAX)),
        "i16" => integer(text, i128::from(i16::MIN), i128::from(i16::MAX)),
        "i32" => integer(text, i128::from(i32::MIN), i128::from(i32::MAX)),
        "i64" => integer(text, i128::from(i64::MIN), i128::from(i64::MAX)),
        "u8" => integer(text, 0, i128::from(u8::MAX)),
        "u16" => integer(text, 0, i128::from(u16::MAX)),
        "u32" => integer(text, 0, i128::from(u32::MAX)),
        "u64" => integer(text, 0, i128::from(u64::MAX)),
        _ => match wide(rust) {
            Some(wide) => wide.fits(text),
            None => any(text),
        },
    }
}

/// What literals of a slot look like.
pub fn help(rust: &str) -> String {
    match rust {
        "bool" => "write `true` or `false`".to_owned(),
        "f32" | "f64" => "write a number with a decimal point or an exponent, `inf`, `-inf` or `nan`".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => {
            format!("write a whole number in the range of `{rust}`, decimal or `0x…`")
        }
        _ if wide(rust).is_some() => format!("write a whole number in the range of `{rust}`, decimal or `0x…`"),
        _ => "write `null`, `true`, `false`, a number or a quoted string".to_owned(),
    }
}

fn wide(rust: &str) -> Option<Wide> {
    KINDS.iter().find(|(name, _)| *name == rust).map(|(_, wide)| *wide)
}

/// The number in an integer literal.
pub fn parse_integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = digits.replace('_', "");
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => i128::from(u64::from_str_radix(hexadecimal, 16).ok()?),
        None if digits.starts_with(|digit: char| digit.is_ascii_digit()) => i128::from(digits.parse::<u64>().ok()?),
        None => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn integer(text: &str, least: i128, most: i128) -> Result<(), String> {
    match parse_integer(text) {
        None => Err("no whole number".to_owned()),
        Some(number) if (least..=most).contains(&number) => Ok(()),
        Some(_) => Err(format!("outside {least} to {most}")),
    }
}

fn float(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|digit: char| digit.is_ascii_digit()) && digits.replace('_', "").parse::<f64>().is_ok();
    if is_number || matches!(digits, "inf" | "nan") {
        Ok(())
    } else {
        Err("no floating-point number".to_owned())
    }
}

fn any(text: &str) -> Result<(), String> {
    // `any(5)`: a literal may say by which conversion it becomes a value of the slot.
    if let Some((conversion, rest)) = text.split_once('(')
        && names::is_plain(conversion)
        && let Some(inner) = rest.strip_suffix(')')
    {
        return any(inner);
    }
    let is_string = syn::parse_str::<syn::LitStr>(text).is_ok();
    if is_string || matches!(text, "null" | "true" | "false") || float(text).is_ok() || parse_integer(text).is_some() {
        Ok(())
    } else {
        Err("no literal of a value".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_literals_by_slot() {
        for (text, rust) in [
            ("-2147483648", "i32"),
            ("0xFF", "u8"),
            ("1e9", "f64"),
            ("-inf", "f64"),
            ("true", "bool"),
            ("null", "Ref"),
            ("\"a\\n\"", "Any"),
            ("any(-1)", "Any"),
        ] {
            assert_eq!(fits(text, rust), Ok(()), "{text} as {rust}");
        }
        for (text, rust) in [
            ("2147483648", "i32"),
            ("", "i32"),
            ("-", "i32"),
            ("0x", "i32"),
            ("yes", "bool"),
            ("infinity", "f64"),
            ("\"a", "Any"),
        ] {
            assert!(fits(text, rust).is_err(), "{text} as {rust}");
        }
    }
}
