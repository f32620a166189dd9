//! What programs of __NAME__ do when they run: the state beside the frames, and what each instruction means.
//!
//! Values, frames and the loop that drives them are emitted (`generated/__NAME__/machine`); everything here is written by hand.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod semantics;

/// What instructions reach beside the frame: the module, what is printed, and [`State`].
pub type Context = __NAME___machine::Context<State>;

/// What runs a program.
pub type Machine = __NAME___machine::Machine<State>;

pub use __NAME___machine::*;

/// What a program keeps beside the variables of its functions. So far it is nothing: put here what further ops need, such as a memory.
#[derive(Debug, Default)]
pub struct State {}
