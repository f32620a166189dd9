//! What a call gives back: 0, or the code of what failed; and its text.

use std::cell::RefCell;
use std::ffi::c_int;
use std::panic::AssertUnwindSafe;

/// Done.
pub const OK: c_int = 0;
/// No backend of the module is compiled in.
pub const FEATURE_DISABLED: c_int = -6;
/// A pointer is null where there must be something, isn't aligned, or a length is more than memory can hold.
pub const NULL_POINTER: c_int = -10;
/// The module panicked. That is a fault of the module; its handle may still be freed.
pub const PANIC: c_int = -11;
/// A text isn't UTF-8.
pub const NOT_UTF8: c_int = -12;
/// A number is no value of its enum.
pub const NO_VARIANT: c_int = -13;

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: c_int,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn null(name: &'static str) -> Self {
        Failure {
            code: NULL_POINTER,
            text: format!("`{name}` is a null pointer, isn't aligned, or is longer than memory can be"),
        }
    }

    pub(crate) fn disabled(feature: &'static str) -> Self {
        Failure {
            code: FEATURE_DISABLED,
            text: format!("no backend of `{feature}` is compiled in"),
        }
    }

    pub(crate) fn no_variant(name: &'static str, number: i32) -> Self {
        Failure {
            code: NO_VARIANT,
            text: format!("{number} is no value of `{name}`"),
        }
    }
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does the work of a call. No panic gets out of it: that would be undefined in C.
pub(crate) fn guard(work: impl FnOnce() -> Result<(), Failure>) -> c_int {
    // What a panic leaves behind stands behind a handle, and the module must be able to bear it: several threads may use the handle.
    let result = std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        // To drop what was thrown may panic in turn.
        std::mem::forget(payload);
        Err(Failure {
            code: PANIC,
            text: format!("the module panicked: {}", text.unwrap_or_default()),
        })
    });
    match result {
        Ok(()) => OK,
        Err(failure) => {
            // While a thread ends there is no place for the text any more; the code is enough then.
            let _ = LAST.try_with(|last| *last.borrow_mut() = failure.text);
            failure.code
        }
    }
}

/// The text of what failed last in this thread.
pub(crate) fn last() -> String {
    LAST.try_with(|last| last.borrow().clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_code_and_its_text_is_kept() {
        assert_eq!(guard(|| panic!("on {}", "purpose")), PANIC);
        assert_eq!(last(), "the module panicked: on purpose");
        assert_eq!(guard(|| Err(Failure::null("key"))), NULL_POINTER);
        assert!(last().contains("`key`"), "{}", last());
        assert_eq!(guard(|| Ok(())), OK);
        assert!(last().contains("`key`"), "a call that succeeds leaves the text as it is");
    }
}
