//! Whole numbers of up to 256 bits, as literals of specs have them: a sign and a magnitude.

/// The kinds of integers that a slot from a library can be like: name, whether signed, bits.
pub const KINDS: &[(&str, Wide)] = &[
    (
        "u128",
        Wide {
            signed: false,
            bits: 128,
        },
    ),
    ("i128", Wide { signed: true, bits: 128 }),
    (
        "u256",
        Wide {
            signed: false,
            bits: 256,
        },
    ),
    ("i256", Wide { signed: true, bits: 256 }),
];

/// An integer type beyond 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide {
    /// Whether it has negative values.
    pub signed: bool,
    /// 128 or 256.
    pub bits: u32,
}

impl Wide {
    /// Its name in specs.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("?", |(name, _)| name)
    }

    /// Whether a literal is a value of it; otherwise why not, in a few words.
    pub fn fits(self, text: &str) -> Result<(), String> {
        let number = Number::parse(text).ok_or("no whole number of up to 256 bits")?;
        let bits = number.bits();
        let holds = match (self.signed, number.negative) {
            (false, negative) => !negative && bits <= self.bits,
            (true, false) => bits < self.bits,
            // The least value has one bit more than the others, and it is the only one set.
            (true, true) => bits < self.bits || (bits == self.bits && number.has_one_bit()),
        };
        if holds {
            Ok(())
        } else {
            Err(format!("outside of the range of `{}`", self.name()))
        }
    }
}

/// A whole number in a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    /// The least significant part first.
    magnitude: [u64; 4],
}

impl Number {
    /// Reads a decimal or `0x…` literal; `None` for one that is no whole number, or has more than 256 bits.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (base, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(rest) => (16, rest),
            None => (10, digits),
        };
        if !digits.starts_with(|digit: char| digit.is_digit(base)) {
            return None;
        }
        let mut magnitude = [0_u64; 4];
        for digit in digits.chars().filter(|digit| *digit != '_') {
            let mut carry = u128::from(digit.to_digit(base)?);
            for part in &mut magnitude {
                carry += u128::from(*part) * u128::from(base);
                *part = carry as u64;
                carry >>= 64;
            }
            if carry != 0 {
                return None;
            }
        }
        let negative = negative && magnitude != [0; 4];
        Some(Number { negative, magnitude })
    }

    /// The same number in decimal digits.
    pub fn decimal(self) -> String {
        let mut digits = Vec::new();
        let mut rest = self.magnitude;
        while rest != [0; 4] {
            let mut remainder = 0_u128;
            for part in rest.iter_mut().rev() {
                let value = (remainder << 64) | u128::from(*part);
                *part = (value / 10) as u64;
                remainder = value % 10;
            }
            digits.push(char::from(b'0' + remainder as u8));
        }
        if digits.is_empty() {
            digits.push('0');
        }
        if self.negative {
            digits.push('-');
        }
        digits.into_iter().rev().collect()
    }

    /// How many bits the magnitude has.
    fn bits(self) -> u32 {
        let highest = (0..4).rev().find(|index| self.magnitude[*index] != 0);
        highest.map_or(0, |index| 64 * index as u32 + 64 - self.magnitude[index].leading_zeros())
    }

    fn has_one_bit(self) -> bool {
        self.magnitude.iter().map(|part| part.count_ones()).sum::<u32>() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_value() {
        let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        for (text, decimal) in [
            ("0", "0"),
            ("-0", "0"),
            ("0x10", "16"),
            ("1_000", "1000"),
            ("-0xff", "-255"),
            ("18446744073709551616", "18446744073709551616"),
            ("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", most),
            (most, most),
        ] {
            assert_eq!(Number::parse(text).map(Number::decimal).as_deref(), Some(decimal), "{text}");
        }
        for text in ["", "-", "0x", "x", "1.5", "0xg", "_1", "1e3"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(
            Number::parse("0x10000000000000000000000000000000000000000000000000000000000000000"),
            None
        );
    }

    #[test]
    fn ranges_are_kept() {
        let fits = |kind: &str, text: &str| {
            let (_, kind) = KINDS.iter().find(|(name, _)| *name == kind).expect(kind);
            kind.fits(text).is_ok()
        };
        assert!(fits("u128", "0xffffffffffffffffffffffffffffffff"));
        assert!(!fits("u128", "0x100000000000000000000000000000000"));
        assert!(!fits("u256", "-1"));
        assert!(fits("i128", "-0x80000000000000000000000000000000"));
        assert!(!fits("i128", "0x80000000000000000000000000000000"));
        assert!(!fits("i128", "-0x80000000000000000000000000000001"));
    }
}
