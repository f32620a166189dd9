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
//! - [`call`], [`flow`], [`trap`], [`trip`], [`failure`]: what comes out of an instruction, and of a program;
//! - [`engine`], [`interpreter`]: what executes the instructions of a task;
//! - [`machine`], [`host`], [`limits`], [`output`], [`native_context`], [`typed`]: the host's door, and what Rust values stand for;
//! - [`trace`], [`fuel`], [`statistics`], [`coordinator`]: where tasks are, what they cost, and how to stop all contexts of a process.
//!
//! # Embedding
//!
//! A host makes options, loads a module file, and calls functions with Rust values. Every failure is a value, and whatever it was, also a
//! limit, the machine can be called again.
//!
//! ```
//! use raya_oracle::Oracle;
//! use raya_runtime::{Limits, NativeError, Options, Output};
//!
//! /// A function that programs can call. Another signature than a module declares is an error.
//! #[raya_macros::native]
//! fn price(of: &str) -> Result<f64, NativeError> {
//!     match of {
//!         "tea" => Ok(2.5),
//!         other => Err(NativeError::new(format!("nobody sells {other}"))),
//!     }
//! }
//!
//! // A module file: from disk, or assembled at compile time as here.
//! let file: &[u8] = raya_macros::assemble! {
//!     native price { params [str] result f64 }
//!     function fib { params [n: i32] result i32 code {
//!         load_local n const_i32 2 ilt jmp_if_false more load_local n return
//!         more: load_local n const_i32 1 isub call fib, 1 load_local n const_i32 2 isub call fib, 1 iadd return } }
//!     function total { params [what: str, count: i32] result f64 code {
//!         load_local what native_call price, 1 load_local count int_to_float fmul return } }
//! };
//!
//! let limits = Limits { fuel: Some(1_000_000), heap: 1 << 20, ..Limits::default() };
//! let mut options = Options::new(limits, Output::Capture(Vec::new()));
//! options.natives.register(price_native());
//! let mut machine = Oracle::load(file, options)?.into_machine();
//!
//! assert_eq!(machine.call::<(i32,), i32>("fib", (15,))?, 610);
//! assert_eq!(machine.call::<_, f64>("total", ("tea", 4))?, 10.0);
//!
//! // What a program does wrong is an error that says what and where.
//! let failure = machine.call::<_, f64>("total", ("gold", 1)).unwrap_err();
//! assert!(failure.to_string().contains("nobody sells gold"));
//!
//! // So is a limit, and fuel can be refilled.
//! assert_eq!(machine.call::<_, i32>("fib", (40,)).unwrap_err().trap(), Some(raya_facts::TrapKind::OutOfFuel));
//! machine.refill(Some(1_000_000));
//! assert_eq!(machine.call::<_, i32>("fib", (10,))?, 55);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whatever a module says, nothing here panics: what the language defines is a [`Trap`], and what verified code can't do is a [`Trip`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod call;
pub mod collections;
pub mod context;
pub mod coordinator;
pub mod engine;
pub mod failure;
pub mod flow;
pub mod frame;
pub mod fuel;
pub mod handles;
pub mod host;
pub mod interpreter;
pub mod json;
pub mod layout;
pub mod limits;
pub mod machine;
pub mod native_context;
pub mod natives;
pub mod number;
pub mod opaque;
pub mod output;
pub mod semantics;
pub mod statistics;
pub mod tasks;
pub mod text;
pub mod trace;
pub mod trap;
pub mod trip;
pub mod typed;
pub mod types;
pub mod variables;

mod code;
mod schedule;

pub use raya_heap::{any, value};

pub use any::{Any, AnyKind};
pub use call::{Call, Then};
pub use context::Context;
pub use coordinator::Coordinator;
pub use engine::{Engine, Turn, Unwound};
pub use failure::{Cause, Failure};
pub use flow::{Flow, StepFunction};
pub use frame::{Frame, Handler};
pub use fuel::Fuel;
pub use handles::Handle;
pub use host::LoadError;
pub use interpreter::Interpreter;
pub use limits::Limits;
pub use machine::{Machine, Options};
pub use native_context::NativeContext;
pub use natives::{NativeDeclaration, NativeError, NativeType, Natives};
pub use output::Output;
pub use statistics::Statistics;
pub use trace::{TraceLine, TracePoint};
pub use trap::{Stop, Trap};
pub use trip::Trip;
pub use typed::{Arguments, FromValue, ToValue};
pub use value::{Ref, Slot, SlotKind, Value};
pub use variables::Variables;
