//! Keys by which equal values of a pool are found again. Numbers with a fraction are equal if their bits are.

use alloc::string::String;
use alloc::vec::Vec;

/// A value that has a key.
#[allow(dead_code, reason = "a set need not have pools of values")]
pub(super) trait Key {
    /// Appends what tells the value from others of its type.
    fn key(&self, out: &mut Vec<u8>);

    /// The key alone.
    fn to_key(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.key(&mut out);
        out
    }
}

impl Key for String {
    fn key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Key for bool {
    fn key(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(
            impl Key for $name {
                fn key(&self, out: &mut Vec<u8>) {
                    out.extend_from_slice(&self.to_le_bytes());
                }
            }
        )*
    };
}

numbers!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);
