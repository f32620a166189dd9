//! Packs values of run-time kind into 64 bits: floats as they are, everything else in the space of NaNs that arithmetic never makes.
//!
//! Bits 63 to 51 all set (a negative quiet NaN) announce a tag in bits 50 to 48 and a payload below. The processor's own "invalid"
//! result is such a pattern on x86, so every NaN that enters becomes one canonical positive NaN first: a float can't be mistaken
//! for a reference.

use core::fmt;

use crate::reference::Ref;

/// A value that carries its kind: null, a boolean, an integer, a float, or a reference that isn't null.
///
/// Two of them are equal when their bits are; the language's `==` looks at what they hold.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Any(u64);

/// What an [`Any`] holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AnyKind {
    /// Null.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    I32(i32),
    /// A float; if it is a NaN, the canonical one.
    F64(f64),
    /// A reference that isn't null.
    Ref(Ref),
}

/// The bits that no float has: sign, exponent and quiet bit.
const TAGGED: u64 = 0xFFF8_0000_0000_0000;
const TAG_SHIFT: u32 = 48;
const TAG_NULL: u64 = 1;
const TAG_BOOL: u64 = 2;
const TAG_I32: u64 = 3;
const TAG_REF: u64 = 4;
/// The one NaN that an [`Any`] holds: positive, quiet, without payload.
const CANONICAL_NAN: u64 = 0x7FF8_0000_0000_0000;

impl Any {
    /// Null.
    pub const NULL: Any = Any::tagged(TAG_NULL, 0);

    const fn tagged(tag: u64, payload: u32) -> Any {
        Any(TAGGED | (tag << TAG_SHIFT) | payload as u64)
    }

    /// A truth value.
    #[inline]
    pub fn from_bool(value: bool) -> Any {
        Any::tagged(TAG_BOOL, u32::from(value))
    }

    /// An integer. It stays one: it isn't converted to a float.
    #[inline]
    pub fn from_i32(value: i32) -> Any {
        Any::tagged(TAG_I32, value.cast_unsigned())
    }

    /// A float. Every NaN becomes the canonical one.
    #[inline]
    pub fn from_f64(value: f64) -> Any {
        Any(if value.is_nan() { CANONICAL_NAN } else { value.to_bits() })
    }

    /// A reference; the null reference becomes null, so that there is only one null.
    #[inline]
    pub fn from_ref(value: Ref) -> Any {
        if value.is_null() {
            Any::NULL
        } else {
            Any::tagged(TAG_REF, value.bits())
        }
    }

    /// What it holds.
    #[inline]
    pub fn kind(self) -> AnyKind {
        if self.0 & TAGGED != TAGGED {
            return AnyKind::F64(f64::from_bits(self.0));
        }
        let payload = (self.0 & 0xFFFF_FFFF) as u32;
        match (self.0 & !TAGGED) >> TAG_SHIFT {
            TAG_BOOL => AnyKind::Bool(payload != 0),
            TAG_I32 => AnyKind::I32(payload.cast_signed()),
            TAG_REF => AnyKind::Ref(Ref::from_bits(payload)),
            _ => AnyKind::Null,
        }
    }

    /// The 64 bits.
    #[inline]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The value whose [`bits`](Any::bits) these are. Bits that no value has read as null or as a NaN.
    #[inline]
    pub const fn from_bits(bits: u64) -> Any {
        Any(bits)
    }

    /// Whether it is null.
    #[inline]
    pub fn is_null(self) -> bool {
        self == Any::NULL
    }
}

impl Default for Any {
    fn default() -> Self {
        Any::NULL
    }
}

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            AnyKind::Null => f.write_str("Any(null)"),
            AnyKind::Bool(value) => write!(f, "Any({value})"),
            AnyKind::I32(value) => write!(f, "Any({value})"),
            AnyKind::F64(value) => write!(f, "Any({value:?})"),
            AnyKind::Ref(value) => write!(f, "Any({value:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Raya-system §13, fault 5: NaNs that looked like pointers.
    #[test]
    fn no_nan_looks_like_a_tagged_value() {
        for bits in [
            0x7FF8_0000_0000_0000,
            0xFFF8_0000_0000_0000,
            0xFFFC_0000_0000_0001,
            u64::MAX,
            0x7FF0_0000_0000_0001,
        ] {
            let any = Any::from_f64(f64::from_bits(bits));
            assert_eq!(any.bits(), CANONICAL_NAN);
            assert!(matches!(any.kind(), AnyKind::F64(value) if value.is_nan()));
        }
        let computed = Any::from_f64(core::hint::black_box(0.0) / core::hint::black_box(0.0));
        assert_eq!(computed.bits(), CANONICAL_NAN);
    }

    #[test]
    fn kinds_round_trip() {
        for value in [0, 1, -1, i32::MIN, i32::MAX] {
            assert_eq!(Any::from_i32(value).kind(), AnyKind::I32(value));
        }
        for value in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE] {
            let AnyKind::F64(back) = Any::from_f64(value).kind() else {
                panic!("{value} lost its kind")
            };
            assert_eq!(back.to_bits(), value.to_bits());
        }
        assert_eq!(Any::from_bool(true).kind(), AnyKind::Bool(true));
        assert_eq!(Any::from_ref(Ref::NULL), Any::NULL);
        assert_eq!(Any::from_ref(Ref::from_bits(9)).kind(), AnyKind::Ref(Ref::from_bits(9)));
    }
}
