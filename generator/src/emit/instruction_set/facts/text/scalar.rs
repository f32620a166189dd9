//! Numbers of fixed width in the code.

use core::fmt;

/// A number of fixed width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// One byte, 0 or 1.
    Bool,
    /// Unsigned, 1 byte.
    U8,
    /// Unsigned, 2 bytes.
    U16,
    /// Unsigned, 4 bytes.
    U32,
    /// Unsigned, 8 bytes.
    U64,
    /// Signed, 1 byte.
    I8,
    /// Signed, 2 bytes.
    I16,
    /// Signed, 4 bytes.
    I32,
    /// Signed, 8 bytes.
    I64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

impl Scalar {
    /// The number of bytes.
    #[inline]
    pub const fn bytes(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::U8 | Scalar::I8 => 1,
            Scalar::U16 | Scalar::I16 => 2,
            Scalar::U32 | Scalar::I32 | Scalar::F32 => 4,
            Scalar::U64 | Scalar::I64 | Scalar::F64 => 8,
        }
    }

    /// The name, which is the one of the Rust type.
    pub const fn name(self) -> &'static str {
        match self {
            Scalar::Bool => "bool",
            Scalar::U8 => "u8",
            Scalar::U16 => "u16",
            Scalar::U32 => "u32",
            Scalar::U64 => "u64",
            Scalar::I8 => "i8",
            Scalar::I16 => "i16",
            Scalar::I32 => "i32",
            Scalar::I64 => "i64",
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
        }
    }

    /// Whether it can hold a raw operand: signed numbers extended to 64 bits, floats as their bits.
    pub const fn holds(self, raw: u64) -> bool {
        match self {
            Scalar::Bool => raw <= 1,
            Scalar::U8 => raw <= u8::MAX as u64,
            Scalar::U16 => raw <= u16::MAX as u64,
            Scalar::U32 | Scalar::F32 => raw <= u32::MAX as u64,
            Scalar::U64 | Scalar::F64 => true,
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => self.holds_signed(raw as i64),
        }
    }

    /// Whether it can hold a signed number.
    pub const fn holds_signed(self, value: i64) -> bool {
        match self {
            Scalar::I8 => value >= i8::MIN as i64 && value <= i8::MAX as i64,
            Scalar::I16 => value >= i16::MIN as i64 && value <= i16::MAX as i64,
            Scalar::I32 => value >= i32::MIN as i64 && value <= i32::MAX as i64,
            Scalar::I64 => true,
            _ => value >= 0 && self.holds(value as u64),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
