//! Conformance programs of the kernel exo.
//!
//! They hold a kernel to what its spec says of every call: [`refusals`] makes each call with everything that it must refuse, and
//! demands the error that the spec names and no effect; [`laws`](laws::laws) tries every law of the spec; [`Fuzzer`] makes calls out of nothing but the types of their parameters. Both
//! are made for any [`System`]: the booted kernel, which user programs reach by the emitted stubs, and the hosted one of plain memory
//! (feature `hosted`, which is on by default and off in programs). Both print the same lines, those of [`TRANSCRIPT`] and [`LAW_TRANSCRIPT`].
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod refusals;

mod fixture;
mod handles;
mod others;
mod pointers;
mod transcript;
mod trial;

pub mod laws;

mod fuzzer;
mod random;

#[cfg(feature = "hosted")]
pub mod hosted;

pub use fuzzer::Fuzzer;
pub use random::Random;
pub use refusals::refusals;
pub use transcript::{LAW_TRANSCRIPT, TRANSCRIPT};

/// A kernel, as a process sees it.
pub trait System {
    /// Makes a call; its status and its value.
    fn call(&mut self, number: u64, arguments: [u64; 6]) -> (u64, u64);

    /// The address of a page of memory that the process may read and write.
    fn memory(&self) -> u64;

    /// A digest of what a call can change beside the gas of the caller, as far as it can be seen from outside.
    fn state(&mut self) -> u64 {
        0
    }

    /// Whether gas is taken by calls alone, and not by a timer in between.
    fn is_quiet(&self) -> bool {
        false
    }
}
