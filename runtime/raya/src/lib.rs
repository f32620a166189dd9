//! What raya programs do when they run: values, heap, tasks, and what each instruction means, in safe Rust.
//!
//! An engine is a [`StepFunction`]: it executes one instruction with the functions of [`semantics`] and says where execution goes. The
//! reference interpreter's is emitted from the instruction set. A [`Machine`] drives it: it keeps the frames of all tasks, unwinds,
//! schedules, and charges fuel.
//!
//! - [`value`], [`any`], [`packed`]: what a slot, an `any` and an array hold;
//! - [`object`], [`heap`]: what lives longer than a frame;
//! - [`context`], [`frame`], [`tasks`], [`natives`]: what the functions of [`semantics`] work on;
//! - [`call`], [`flow`], [`trap`], [`failure`]: what comes out of an instruction, and of a program;
//! - [`machine`], with its private parts for single tasks, unwinding and scheduling.
//!
//! Whatever a module says, nothing here panics: what the language defines is a [`Trap`], and what verified code can't do is a [`Trip`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod any;
pub mod call;
pub mod context;
pub mod failure;
pub mod flow;
pub mod frame;
pub mod heap;
pub mod json;
pub mod layout;
pub mod machine;
pub mod natives;
pub mod number;
pub mod object;
pub mod packed;
pub mod semantics;
pub mod tasks;
pub mod text;
pub mod trap;
pub mod types;
pub mod value;

mod code;
mod driver;
mod schedule;
mod unwind;

pub use any::{Any, AnyKind};
pub use call::{Call, Then};
pub use context::{Context, Limits, Output};
pub use failure::{Cause, Failure};
pub use flow::{Flow, StepFunction};
pub use frame::{Frame, Handler};
pub use machine::{Machine, Options};
pub use natives::{NativeType, Natives};
pub use trap::{Stop, Trap, Trip};
pub use value::{Ref, Slot, SlotKind, Value};
