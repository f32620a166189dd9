//! Rules of sets whose programs are memory images.
//!
//! What holds for every set (docs, names, numbers of traps, examples, golden bytes, functions, expressions) is demanded by the rules of
//! the same codes as elsewhere; `shared` has their part for these sets.

pub mod assembly;
pub mod meaning;
pub mod memory;
pub mod patterns;
pub mod shared;

pub use assembly::{AMBIGUOUS, RESERVED};
pub use meaning::{CONTROL, VALUES};
pub use memory::DATA;
pub use patterns::{EXCEPT, FIELDS, OVERLAP, WIDTH};
