//! Reads and writes objects at their addresses. Everything that follows a raw pointer into the region is here.

use core::slice;

use raya_facts::TypeId;

use crate::layout::{self, Kind};
use crate::reference::Ref;
use crate::value::SlotKind;

/// The place of an object: where an object starts, and how many bytes there are for it.
///
/// What is in the place may be dead, or nothing yet. All its bytes are initialised, since the region starts as zeros; every access
/// is checked against the size of the place, so that no content of memory can lead out of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw {
    address: *mut u8,
    bytes: usize,
}

/// The head of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrayHead {
    pub(crate) element: TypeId,
    pub(crate) slot: SlotKind,
    pub(crate) length: u32,
    pub(crate) capacity: u32,
    pub(crate) buffer: Ref,
}

impl Raw {
    /// The place at a reference.
    ///
    /// # Safety
    ///
    /// `base` is the start of a region, in which `bytes` bytes from `object` on are one place. It lives as long as what is made of
    /// the place, and nobody else writes to the place meanwhile, or reads while this one writes.
    #[inline]
    pub(crate) unsafe fn new(base: *mut u8, object: Ref, bytes: usize) -> Raw {
        Raw {
            // SAFETY: the caller says that the reference lies in the region.
            address: unsafe { base.add(object.bits() as usize * layout::GRANULE) },
            bytes,
        }
    }

    /// What is in the place; `None` if nothing is.
    #[inline]
    pub(crate) fn kind(self) -> Option<Kind> {
        // SAFETY: every place has room for a header.
        Kind::from_byte(unsafe { self.address.read() })
    }

    /// The number in the header.
    #[inline]
    pub(crate) fn aux(self) -> u32 {
        self.u32_at(layout::AUX)
    }

    /// The bytes from `offset` on, if there are as many.
    #[inline]
    fn has(self, offset: usize, bytes: usize) -> bool {
        offset.checked_add(bytes).is_some_and(|end| end <= self.bytes)
    }

    /// The `u32` at an offset; 0 outside of the place.
    #[inline]
    pub(crate) fn u32_at(self, offset: usize) -> u32 {
        if !self.has(offset, 4) {
            return 0;
        }
        // SAFETY: the four bytes lie in the place. They are initialised.
        unsafe { self.address.add(offset).cast::<u32>().read_unaligned() }
    }

    /// The word at an offset; 0 outside of the place.
    #[inline]
    pub(crate) fn u64_at(self, offset: usize) -> u64 {
        if !self.has(offset, 8) {
            return 0;
        }
        // SAFETY: the eight bytes lie in the place. They are initialised.
        unsafe { self.address.add(offset).cast::<u64>().read_unaligned() }
    }

    /// Writes a `u32`; does nothing outside of the place.
    #[inline]
    pub(crate) fn set_u32(self, offset: usize, value: u32) {
        if self.has(offset, 4) {
            // SAFETY: the four bytes lie in the place.
            unsafe { self.address.add(offset).cast::<u32>().write_unaligned(value) }
        }
    }

    /// Writes a word; does nothing outside of the place.
    #[inline]
    pub(crate) fn set_u64(self, offset: usize, value: u64) {
        if self.has(offset, 8) {
            // SAFETY: the eight bytes lie in the place.
            unsafe { self.address.add(offset).cast::<u64>().write_unaligned(value) }
        }
    }

    /// Writes bytes; does nothing if they don't all lie in the place.
    #[inline]
    pub(crate) fn set_bytes(self, offset: usize, bytes: &[u8]) {
        if self.has(offset, bytes.len()) {
            // SAFETY: the bytes lie in the place. The source may be another place of the region, never this one, which is new.
            unsafe { self.address.add(offset).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
        }
    }

    /// Bytes of the place.
    ///
    /// # Safety
    ///
    /// Nobody writes to the place during `'a`.
    #[inline]
    pub(crate) unsafe fn bytes<'a>(self, offset: usize, count: usize) -> Option<&'a [u8]> {
        if !self.has(offset, count) {
            return None;
        }
        // SAFETY: they lie in the place and are initialised; the caller says that nobody writes to them.
        Some(unsafe { slice::from_raw_parts(self.address.add(offset), count) })
    }

    /// Words of the place.
    ///
    /// # Safety
    ///
    /// Nobody writes to the place during `'a`.
    #[inline]
    pub(crate) unsafe fn words<'a>(self, offset: usize, count: usize) -> Option<&'a [u64]> {
        if !self.has(offset, count.checked_mul(layout::WORD)?) {
            return None;
        }
        // SAFETY: they lie in the place and are initialised; places and the offsets of words are multiples of 8 from an aligned
        // address. The caller says that nobody writes to them.
        Some(unsafe { slice::from_raw_parts(self.address.add(offset).cast(), count) })
    }

    /// Words of the place, to change them.
    ///
    /// # Safety
    ///
    /// Nobody else reads the place or writes to it during `'a`.
    #[inline]
    pub(crate) unsafe fn words_mut<'a>(self, offset: usize, count: usize) -> Option<&'a mut [u64]> {
        if !self.has(offset, count.checked_mul(layout::WORD)?) {
            return None;
        }
        // SAFETY: they lie in the place and are initialised; places and the offsets of words are multiples of 8 from an aligned
        // address. The caller says that nobody else is there.
        Some(unsafe { slice::from_raw_parts_mut(self.address.add(offset).cast(), count) })
    }

    /// A `u32` of the place, to change it.
    ///
    /// # Safety
    ///
    /// As for [`words_mut`](Raw::words_mut).
    #[inline]
    pub(crate) unsafe fn u32_mut<'a>(self, offset: usize) -> Option<&'a mut u32> {
        if !self.has(offset, 4) || !offset.is_multiple_of(4) {
            return None;
        }
        // SAFETY: the four bytes lie in the place, are initialised and aligned. The caller says that nobody else is there.
        Some(unsafe { &mut *self.address.add(offset).cast() })
    }

    /// The head of an array; `None` for anything else.
    #[inline]
    pub(crate) fn array_head(self) -> Option<ArrayHead> {
        if self.kind() != Some(Kind::Array) || self.bytes < layout::ARRAY_BYTES {
            return None;
        }
        // SAFETY: the byte lies in the place, as was just looked at.
        let slot = unsafe { self.address.add(layout::ARRAY_SLOT).read() };
        let length = self.u32_at(layout::ARRAY_LENGTH);
        let capacity = self.u32_at(layout::ARRAY_CAPACITY);
        Some(ArrayHead {
            element: TypeId(self.aux()),
            slot: layout::slot_from_byte(slot)?,
            length: length.min(capacity),
            capacity,
            buffer: Ref::from_bits(self.u32_at(layout::ARRAY_BUFFER)),
        })
    }

    /// Whether this is a buffer with room for the elements of an array.
    #[inline]
    pub(crate) fn holds(self, head: ArrayHead) -> bool {
        let bytes = head.capacity as usize * layout::element_bytes(head.slot);
        self.kind() == Some(Kind::Buffer) && self.has(layout::BODY, bytes)
    }
}
