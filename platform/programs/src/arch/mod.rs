//! What can't be said in Rust: the first instruction, the instruction counter right before and behind a call, and the instructions that a
//! program isn't allowed.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;

/// A call that was timed.
#[derive(Clone, Copy)]
pub struct Timed {
    /// Instructions from the system call instruction to the first one behind it.
    pub instructions: u64,
    pub status: u64,
    pub value: u64,
}
