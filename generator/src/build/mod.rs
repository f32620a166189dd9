//! Stage 8: builds what was emitted, looks into it, runs the programs beside the specs, and drives the tests.

pub mod cargo;
pub mod inspect;
pub mod plan;
pub mod programs;
pub mod suite;
