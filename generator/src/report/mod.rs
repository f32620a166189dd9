//! Stage 7: says what happened.

pub mod diagnostics;
