//! What CHIP-8's instructions mean, and a host for them.
//!
//! [`semantics`] has a function for every instruction whose meaning isn't an expression of the spec. They work on a [`Context`]: the state
//! of the machine, and its host behind the trait [`chip8_facts::Natives`]. [`Machine`] runs a program with a [`Host`] that has a screen, a
//! keypad with scripted keys and a seeded source of chance, so that a run can be repeated exactly.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod context;
mod host;
mod keypad;
mod machine;
mod options;
mod random;
mod screen;
pub mod semantics;
mod trap;

pub use context::Context;
pub use host::Host;
pub use keypad::{Keypad, Press};
pub use machine::{Ending, Machine, Step};
pub use options::Options;
pub use random::Random;
pub use screen::{HEIGHT, Screen, WIDTH};
pub use trap::Trap;
