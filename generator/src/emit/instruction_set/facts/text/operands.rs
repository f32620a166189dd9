
/// The largest number of operands that an instruction has, and at least 1.
pub const MAX_OPERANDS: usize = MAX_COUNT;

/// The operands of an instruction as raw numbers; see [`Instruction::operands`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Operands {
    raw: [u64; MAX_OPERANDS],
    count: u8,
}

impl Operands {
    fn new(operands: &[u64]) -> Operands {
        let mut raw = [0; MAX_OPERANDS];
        for (slot, operand) in raw.iter_mut().zip(operands) {
            *slot = *operand;
        }
        Operands {
            raw,
            count: operands.len() as u8,
        }
    }

    /// The operands as a slice.
    #[inline]
    pub fn as_slice(&self) -> &[u64] {
        self.raw.get(..usize::from(self.count)).unwrap_or_default()
    }
}

impl Deref for Operands {
    type Target = [u64];

    #[inline]
    fn deref(&self) -> &[u64] {
        self.as_slice()
    }
}

/// A type of operands and its raw form.
pub(crate) trait Operand: Sized {
    fn raw(self) -> u64;
    fn from_raw(raw: u64) -> Option<Self>;
}

/// Implements [`Operand`] for numbers, by way of a wider type of the same sign.
macro_rules! numbers {
    ($($number:ty as $wide:ty),*) => {
        $(impl Operand for $number {
            #[inline]
            fn raw(self) -> u64 {
                self as $wide as u64
            }

            #[inline]
            fn from_raw(raw: u64) -> Option<Self> {
                <$number>::try_from(raw as $wide).ok()
            }
        })*
    };
}

numbers! { u8 as u64, u16 as u64, u32 as u64, u64 as u64, i8 as i64, i16 as i64, i32 as i64, i64 as i64 }

impl Operand for bool {
    fn raw(self) -> u64 {
        u64::from(self)
    }

    fn from_raw(raw: u64) -> Option<bool> {
        match raw {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Operand for f32 {
    fn raw(self) -> u64 {
        u64::from(self.to_bits())
    }

    fn from_raw(raw: u64) -> Option<f32> {
        u32::try_from(raw).ok().map(f32::from_bits)
    }
}

impl Operand for f64 {
    fn raw(self) -> u64 {
        self.to_bits()
    }

    fn from_raw(raw: u64) -> Option<f64> {
        Some(f64::from_bits(raw))
    }
}

/// An absent operand is `u64::MAX`. Only labels can be absent, and these have 32 bits.
impl<T: Operand> Operand for Option<T> {
    #[inline]
    fn raw(self) -> u64 {
        self.map_or(u64::MAX, Operand::raw)
    }

    #[inline]
    fn from_raw(raw: u64) -> Option<Option<T>> {
        if raw == u64::MAX {
            Some(None)
        } else {
            T::from_raw(raw).map(Some)
        }
    }
}

/// Implements [`Operand`] for ids.
macro_rules! ids {
    ($($id:ident,)*) => {
        $(impl Operand for $id {
            #[inline]
            fn raw(self) -> u64 {
                u64::from(self.0)
            }

            #[inline]
            fn from_raw(raw: u64) -> Option<$id> {
                u32::try_from(raw).ok().map($id)
            }
        })*
    };
}
