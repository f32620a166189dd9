//! Integers beyond 64 bits: their kinds, and whole numbers of up to 256 bits as literals of specs have them, a sign and a magnitude.

/// The kinds of such integers: what a slot from a library can be like, and what a field of the module file can hold.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The kind with a name.
    pub fn named(name: &str) -> Option<Wide> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// The number of bytes.
    pub fn bytes(self) -> u32 {
        self.bits / 8
    }

    /// Whether Rust has no type for it, so that one is emitted.
    pub fn is_emitted(self) -> bool {
        self.bits > 128
    }

    /// The Rust type: an emitted one stands in the module `wide` of the facts crate.
    pub fn rust_type(self) -> String {
        if self.is_emitted() {
            self.name().to_uppercase()
        } else {
            self.name().to_owned()
        }
    }

    /// The least and the greatest value, little-endian in two's complement.
    pub fn limits(self) -> (Vec<u8>, Vec<u8>) {
        let last = self.bytes() as usize - 1;
        let mut least = vec![0; last + 1];
        let mut greatest = vec![0xFF; last + 1];
        if self.signed {
            least[last] = 0x80;
            greatest[last] = 0x7F;
        }
        (least, greatest)
    }

    /// The literal of a value that is given little-endian in two's complement.
    pub fn literal(self, bytes: &[u8]) -> String {
        let negative = self.signed && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut carry = u16::from(negative);
        let magnitude: Vec<u8> = bytes
            .iter()
            .map(|byte| {
                let sum = u16::from(if negative { !byte } else { *byte }) + carry;
                carry = sum >> 8;
                sum as u8
            })
            .collect();
        let digits: String = magnitude.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        format!("{}0x{digits}", if negative { "-" } else { "" })
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
    fn limits_are_values_and_read_as_such() {
        for (name, kind) in KINDS {
            let (least, greatest) = kind.limits();
            assert_eq!(Wide::named(name), Some(*kind));
            assert_eq!(least.len(), kind.bytes() as usize);
            for bytes in [&least, &greatest] {
                let literal = kind.literal(bytes);
                assert_eq!(kind.fits(&literal), Ok(()), "{literal}");
            }
        }
        let decimal = |name: &str, bytes: &[u8]| {
            let literal = Wide::named(name).expect(name).literal(bytes);
            Number::parse(&literal).expect("a literal").decimal()
        };
        assert_eq!(decimal("i128", &[0xFE; 16]), "-1334440654591915542993625911497130242");
        assert_eq!(decimal("i128", &i128::MIN.to_le_bytes()), i128::MIN.to_string());
        assert_eq!(decimal("i128", &(-1_i128).to_le_bytes()), "-1");
        assert_eq!(decimal("u128", &u128::MAX.to_le_bytes()), u128::MAX.to_string());
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
