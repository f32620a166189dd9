//! The reference interpreter of __SET__: slow, safe, and checks everything.
//!
//! It is the oracle against which every faster engine is tested. [`step`](fn@step) executes one instruction; the loop around it, with
//! limits and a clock, is `__RUNTIME__::Machine`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod step;

pub use step::step;
