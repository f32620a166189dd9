//! Where the parts of objects lie, by the offsets of [`raya_heap::layout`].

use raya_heap::{Ref, layout};

use crate::state::{Fault, State};

/// The fault for null where an object is needed.
#[inline(always)]
pub(crate) fn null_reference(expected: &'static &'static str) -> Fault {
    Fault::null(expected)
}

/// The address of an object.
///
/// # Safety
///
/// The reference isn't null.
#[inline(always)]
pub(crate) unsafe fn address(state: &State, object: Ref) -> *mut u8 {
    // SAFETY: references are offsets into the heap's region.
    unsafe { state.heap_base.add(object.bits() as usize * layout::GRANULE) }
}

/// Whether an object is of a kind.
///
/// # Safety
///
/// The reference is to a live object.
#[inline(always)]
pub(crate) unsafe fn is_kind(state: &State, object: Ref, kind: layout::Kind) -> bool {
    // SAFETY: every object begins with a header, whose first byte is its kind.
    unsafe { address(state, object).read() == kind as u8 }
}

/// Where a word of an instance, a tuple or a cell lies.
///
/// # Safety
///
/// The reference is to such a live object, which has this word.
#[inline(always)]
pub(crate) unsafe fn field(state: &State, object: Ref, index: u32) -> *mut u64 {
    // SAFETY: by the caller's word.
    unsafe { address(state, object).add(layout::BODY).cast::<u64>().add(index as usize) }
}

/// An object's header. Of null, what is no header.
///
/// # Safety
///
/// The reference is null or to a live object.
#[inline(always)]
pub(crate) unsafe fn header(state: &State, object: Ref) -> u64 {
    // SAFETY: every object begins with a header, and the heap's first block, to which null leads, is never used and can be read.
    unsafe { address(state, object).cast::<u64>().read() }
}

/// The number in an object's header: of an instance its class, of a closure its shape.
///
/// # Safety
///
/// The reference is to a live object.
#[inline(always)]
pub(crate) unsafe fn header_number(state: &State, object: Ref) -> u32 {
    // SAFETY: every object begins with a header.
    unsafe { address(state, object).add(layout::AUX).cast::<u32>().read() }
}

/// The receiver of a bound method; null for another closure.
///
/// # Safety
///
/// The reference is to a live closure.
#[inline(always)]
pub(crate) unsafe fn closure_receiver(state: &State, closure: Ref) -> Ref {
    // SAFETY: by the caller's word.
    Ref::from_bits(unsafe { address(state, closure).add(layout::CLOSURE_RECEIVER).cast::<u32>().read() })
}

/// Where a capture of a closure lies.
///
/// # Safety
///
/// The reference is to a live closure, which has this capture.
#[inline(always)]
pub(crate) unsafe fn capture(state: &State, closure: Ref, index: u16) -> *mut u64 {
    // SAFETY: by the caller's word.
    unsafe {
        address(state, closure)
            .add(layout::CAPTURES)
            .cast::<u64>()
            .add(usize::from(index))
    }
}
