//! Stage 7: says what happened, in cargo's manner: a right-aligned verb and what it was done to.
//!
//! Status lines and diagnostics go to standard error; tables, differences, what programs print, and JSON go to standard output.

pub mod changelog;
pub mod console;
pub mod diagnostics;
pub mod difference;
pub mod drift;
pub mod json;
pub mod lines;
pub mod progress;
pub mod summary;
