//! The Rust types that a frame slot can hold, and their bits.

use raya_facts::types::SlotKind;
use raya_heap::{Any, Ref};

/// A type that stands for one representation of values: `i32`, `f64`, `bool`, [`Any`] and [`Ref`].
pub trait Word: Copy {
    /// The representation.
    const KIND: SlotKind;

    /// The bits as they stand in a slot. Those that the type doesn't use are 0.
    fn into_word(self) -> u64;

    /// The value of such bits.
    fn from_word(word: u64) -> Self;

    /// The value in a slot. What takes 32 bits is read as 32: so the compiler knows that the others are 0.
    ///
    /// # Safety
    ///
    /// The slot can be read, and holds a value of this representation.
    #[inline(always)]
    unsafe fn read(slot: *const u64) -> Self {
        let half = usize::from(cfg!(target_endian = "big"));
        // SAFETY: by the caller's word.
        Self::from_word(unsafe {
            match Self::KIND {
                SlotKind::I32 | SlotKind::Ref => u64::from(slot.cast::<u32>().add(half).read()),
                SlotKind::Bool | SlotKind::F64 | SlotKind::Any => slot.read(),
            }
        })
    }
}

impl Word for i32 {
    const KIND: SlotKind = SlotKind::I32;

    #[inline(always)]
    fn into_word(self) -> u64 {
        u64::from(self.cast_unsigned())
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        word as i32
    }
}

impl Word for f64 {
    const KIND: SlotKind = SlotKind::F64;

    #[inline(always)]
    fn into_word(self) -> u64 {
        self.to_bits()
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        f64::from_bits(word)
    }
}

impl Word for bool {
    const KIND: SlotKind = SlotKind::Bool;

    #[inline(always)]
    fn into_word(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        word as u8 != 0
    }
}

impl Word for Any {
    const KIND: SlotKind = SlotKind::Any;

    #[inline(always)]
    fn into_word(self) -> u64 {
        self.bits()
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        Any::from_bits(word)
    }
}

impl Word for Ref {
    const KIND: SlotKind = SlotKind::Ref;

    #[inline(always)]
    fn into_word(self) -> u64 {
        u64::from(self.bits())
    }

    #[inline(always)]
    fn from_word(word: u64) -> Self {
        Ref::from_bits(word as u32)
    }
}
