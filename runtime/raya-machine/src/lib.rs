//! The hand-written part of raya's fast engine.
//!
//! A verified function is *lowered* once to threaded code, in which a stack position is a frame slot like a local and operands are slots
//! or constants; handlers then run that code. Handlers of single instructions and the tables that lowering reads are emitted from the
//! instruction set; what is alike for all of them is here:
//!
//! - [`lower`], [`code`]: how code is made, and what is known about it;
//! - [`table`]: what the emitted tables look like, and the handlers that exist in every engine;
//! - [`pc`]: how code and frames are read;
//! - [`word`]: the Rust types that a slot can hold;
//! - [`cache`]: what families of instructions remember;
//! - [`state`]: what handlers share.

#![warn(missing_docs)]

pub mod builtin;
pub mod cache;
pub mod code;
pub mod engine;
pub mod fast;
pub mod lower;
pub mod pc;
pub mod state;
pub mod table;
pub mod word;

mod calls;
mod fill;
mod frames;
mod known;
mod lists;
mod native;
mod number;
mod object;
mod text;
mod unwind;
mod words;

pub use code::Code;
pub use engine::{Fast, Run};
pub use lower::{LowerError, lower};
pub use pc::{Fetched, Fp, Pc};
pub use state::{Exit, Fault, State};
pub use word::Word;
