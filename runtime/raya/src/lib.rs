//! What raya programs do when they run: values, heap, tasks, and what each instruction means, in safe Rust.
//!
//! A [`Machine`] runs a module: it gives tasks their turns, delivers failures and requests to stop, and is the host's door. It does so with
//! any [`Engine`], which executes the instructions of one task at a time with the functions of [`semantics`]. The one here is the
//! [`Interpreter`]: slow, safe, and checks everything. What it does for each instruction is a [`StepFunction`], emitted from the
//! instruction set.
//!
//! - [`value`], [`any`]: what a slot and an `any` hold; they and the heap are those of [`raya_heap`];
//! - [`opaque`], [`collections`]: objects of the heap that are Rust values;
//! - [`context`], [`variables`], [`handles`], [`frame`], [`tasks`], [`natives`]: what the functions of [`semantics`] work on;
//! - [`call`], [`flow`], [`trap`], [`failure`]: what comes out of an instruction, and of a program;
//! - [`engine`], [`interpreter`]: what executes the instructions of a task;
//! - [`machine`], [`trace`], [`fuel`]: tasks and their turns, where they are, what they cost.
//!
//! Whatever a module says, nothing here panics: what the language defines is a [`Trap`], and what verified code can't do is a [`Trip`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod call;
pub mod collections;
pub mod context;
pub mod engine;
pub mod failure;
pub mod flow;
pub mod frame;
pub mod fuel;
pub mod handles;
pub mod interpreter;
pub mod json;
pub mod layout;
pub mod machine;
pub mod natives;
pub mod number;
pub mod opaque;
pub mod semantics;
pub mod tasks;
pub mod text;
pub mod trace;
pub mod trap;
pub mod types;
pub mod variables;

mod code;
mod schedule;

pub use raya_heap::{any, value};

pub use any::{Any, AnyKind};
pub use call::{Call, Then};
pub use context::{Context, Limits, Output};
pub use engine::{Engine, Turn, Unwound};
pub use failure::{Cause, Failure};
pub use flow::{Flow, StepFunction};
pub use frame::{Frame, Handler};
pub use fuel::Fuel;
pub use handles::Handle;
pub use interpreter::Interpreter;
pub use machine::{Machine, Options};
pub use natives::{NativeType, Natives};
pub use trace::{TraceLine, TracePoint};
pub use trap::{Stop, Trap, Trip};
pub use value::{Ref, Slot, SlotKind, Value};
pub use variables::Variables;
