//! The atomic words that everything is made of: those of `core`, or loom's where the models are checked.

#[cfg(not(loom))]
pub use core::sync::atomic::{AtomicU64, Ordering};
#[cfg(loom)]
pub use loom::sync::atomic::{AtomicU64, Ordering};

/// Borrows plain words as the atomic words that an arena is made of.
///
/// `AtomicU64::from_mut_slice` of the standard library is this function; it isn't stable yet. On x86 of 32 bits plain words aren't
/// aligned well enough, and there is no such function.
#[cfg(not(any(loom, target_arch = "x86")))]
#[must_use]
#[expect(unsafe_code, reason = "the standard library's own function for it is not stable")]
pub fn atomic_words(words: &mut [u64]) -> &mut [AtomicU64] {
    const {
        assert!(
            align_of::<AtomicU64>() == align_of::<u64>(),
            "an atomic word is aligned like a plain one"
        )
    };
    // SAFETY: `AtomicU64` has the size and the bit validity of `u64` (its documentation says so), and its alignment (asserted above).
    // The borrow is exclusive, so that nothing reads or writes the words otherwise while it lasts.
    unsafe { &mut *(core::ptr::from_mut(words) as *mut [AtomicU64]) }
}
