//! Emits the crates of packages: the facts of their modules, the façade, and what tests and measures these.

pub mod rust_types;

use super::Emitter;

/// The output families of modules.
pub const EMITTERS: &[Emitter] = &[];
