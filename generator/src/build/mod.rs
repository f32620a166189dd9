//! Stage 8: builds what was emitted, looks into it, runs the programs beside the specs, and drives the tests.

pub mod artefact;
pub mod blame;
pub mod cargo;
pub mod dispatch;
pub mod engine;
mod executables;
pub mod inspect;
pub mod matrix;
mod page_table;
pub mod plan;
pub mod shrink;
pub mod suite;
pub mod tokens;
pub mod trace;

pub use page_table::PAGES;
