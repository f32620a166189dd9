//! What programs of word256 do when they run: memory, storage and input, and what each instruction means.
//!
//! Values, frames and the loop that drives them are emitted (`generated/word256/machine`); everything here is written by hand.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod semantics;

mod state;

/// What instructions reach beside the frame: the module, what is printed, and [`State`].
pub type Context = word256_machine::Context<State>;

/// What runs a program.
pub type Machine = word256_machine::Machine<State>;

pub use state::State;
pub use word256_machine::*;
