//! The operations that a program executes so often that they have code of their own here, beside the functions that all engines share.
//!
//! They read objects at the offsets of [`raya_heap::layout`]. What they rely on is alike: a reference that isn't null is to a live object of
//! the kind that the verifier proved for it, since lowering keeps every value in a slot that the collector is told of.

use raya_facts::TrapKind;
use raya_heap::{Ref, layout};
use raya_runtime::Trap;

use crate::state::{Fault, State};

/// The trap for null where an object is needed.
#[cold]
#[inline(never)]
pub(crate) fn null_reference(expected: &'static str) -> Fault {
    Trap::new(TrapKind::NullReference, format!("expected {expected}, found null")).into()
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
