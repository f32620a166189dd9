//! Numbers of fixed width, of which operands and module files are made.

/// A number of fixed width, at most 64 bits: what decoders hand out as a raw `u64`. Integers beyond that are
/// [`Wide`](super::wide::Wide), and only fields of the module file hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// One byte, 0 or 1.
    Bool,
    /// Unsigned.
    U8,
    /// Unsigned.
    U16,
    /// Unsigned.
    U32,
    /// Unsigned.
    U64,
    /// Signed.
    I8,
    /// Signed.
    I16,
    /// Signed.
    I32,
    /// Signed.
    I64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

impl Scalar {
    /// Every scalar with its name in specs, which is its Rust name.
    pub const ALL: &'static [(&'static str, Scalar)] = &[
        ("bool", Scalar::Bool),
        ("u8", Scalar::U8),
        ("u16", Scalar::U16),
        ("u32", Scalar::U32),
        ("u64", Scalar::U64),
        ("i8", Scalar::I8),
        ("i16", Scalar::I16),
        ("i32", Scalar::I32),
        ("i64", Scalar::I64),
        ("f32", Scalar::F32),
        ("f64", Scalar::F64),
    ];

    /// The Rust name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, scalar)| *scalar == self)
            .map_or("?", |(name, _)| name)
    }

    /// The number of bytes.
    pub fn bytes(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::U8 | Scalar::I8 => 1,
            Scalar::U16 | Scalar::I16 => 2,
            Scalar::U32 | Scalar::I32 | Scalar::F32 => 4,
            Scalar::U64 | Scalar::I64 | Scalar::F64 => 8,
        }
    }
}
