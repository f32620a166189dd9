//! Refers to objects.

use core::fmt;

/// A reference to an object of the heap, or null.
///
/// It is the object's offset from the start of its heap's region, in granules of 8 bytes. Following one in safe code always goes
/// through [`Heap`](crate::Heap), which checks that an object starts there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(transparent)]
pub struct Ref(u32);

impl Ref {
    /// The reference to nothing.
    pub const NULL: Ref = Ref(0);

    /// Whether it refers to nothing.
    #[inline]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// The number of granules; 0 for null.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The reference whose [`bits`](Ref::bits) these are.
    #[inline]
    pub const fn from_bits(bits: u32) -> Ref {
        Ref(bits)
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_null() {
            f.write_str("Ref(null)")
        } else {
            write!(f, "Ref({})", self.0)
        }
    }
}
