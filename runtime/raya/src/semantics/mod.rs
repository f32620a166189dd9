//! What instructions mean: one function for each op that has one, by chapter. The spec names them; ops without an entry here are
//! expressions in the spec.

pub mod array;
pub mod call;
pub mod closure;
pub mod convert;
pub mod exception;
pub mod float;
pub mod global;
pub mod integer;
pub mod json;
pub mod jump;
pub mod local;
pub mod logic;
pub mod number;
pub mod object;
pub mod reflect;
pub mod stack;
pub mod string;
pub mod sync;
pub mod task;
pub mod tuple;
