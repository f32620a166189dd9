//! Literals of examples as values that can be compared: `5`, `-0.0`, `nan`, `"text"`, `null`, `any(5)`.

use std::fmt;

/// What a literal stands for. Floats are equal if their bits are, but for NaN, of which there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// A whole number.
    Integer(i128),
    /// A float, as its bits.
    Float(u64),
    /// A literal of another form, letter by letter: a text, a truth value, null.
    Word(String),
    /// A value that carries its kind.
    Boxed(Box<Literal>),
}

impl Literal {
    /// Reads a literal.
    pub fn of(text: &str) -> Literal {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix("any(").and_then(|rest| rest.strip_suffix(')')) {
            return Literal::Boxed(Box::new(Literal::of(inner)));
        }
        if let Ok(number) = text.parse::<i128>() {
            return Literal::Integer(number);
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            // Larger numbers are the same if their digits are.
            return Literal::Word(text.to_owned());
        }
        let starts_as_number =
            text.starts_with(|c: char| c.is_ascii_digit() || c == '-') || text == "inf" || text.eq_ignore_ascii_case("nan");
        match text.parse::<f64>() {
            Ok(number) if starts_as_number && number.is_nan() => Literal::Float(f64::NAN.to_bits()),
            Ok(number) if starts_as_number => Literal::Float(number.to_bits()),
            _ => Literal::Word(text.to_owned()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Integer(number) => number.fmt(f),
            Literal::Float(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Literal::Word(text) => f.write_str(text),
            Literal::Boxed(inner) => write!(f, "any({inner})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_compared_by_what_they_stand_for() {
        assert_eq!(Literal::of("1e300"), Literal::of(&format!("{:?}", 1e300)));
        assert_eq!(Literal::of("nan"), Literal::of("NaN"));
        assert_ne!(Literal::of("0.0"), Literal::of("-0.0"));
        assert_ne!(Literal::of("1"), Literal::of("1.0"));
        assert_ne!(Literal::of("any(1)"), Literal::of("1"));
        assert_ne!(Literal::of("\"inf\""), Literal::of("inf"));
        assert_eq!(Literal::of("any(-inf)").to_string(), "any(-inf)");
    }
}
