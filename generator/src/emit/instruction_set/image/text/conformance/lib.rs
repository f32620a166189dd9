//! Holds every engine of __SET__ to its specification. The tests are under `tests/`; here is what they share.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod run;
pub mod script;
