//! A runtime that has what the emitted crates of the tiny machine name, and runs nothing.

pub mod frame;
pub mod machine;
pub mod semantics;
pub mod value;

pub use frame::{Call, Flow, Frame};
pub use machine::{Context, Limits, Machine, Options, Output};
pub use value::{Cause, Failure, Ref, Slot, Stop, Trap, Trip, Value};
