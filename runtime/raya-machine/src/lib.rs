//! The hand-written part of raya's fast engine.
//!
//! A verified function is *lowered* once to threaded code, in which a stack position is a frame slot like a local and operands are slots
//! or constants; handlers then run that code. Handlers of single instructions and the tables that lowering reads are emitted from the
//! instruction set; what is alike for all of them is here:
//!
//! - [`table`]: what the emitted tables look like, and the handlers that exist in every engine;
//! - [`pc`]: how code and frames are read;
//! - [`word`]: the Rust types that a slot can hold;
//! - [`state`]: what handlers share.

#![warn(missing_docs)]

pub mod pc;
pub mod state;
pub mod table;
pub mod word;

pub use pc::{Fp, Pc};
pub use state::{Exit, Fault, State};
pub use word::Word;
