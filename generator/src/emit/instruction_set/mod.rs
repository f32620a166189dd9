//! Emits the crates and the manual of an instruction set.
//!
//! [`facts`] builds the facts crate as a whole; [`verifier`] and [`assembly`] add their folders `src/verify/` and `src/asm/` to it.

pub mod assembly;
pub mod conformance;
pub mod facts;
pub mod macros;
pub mod manual;
pub mod oracle;
mod provenance;
pub mod verifier;

use super::Emitter;

/// The output families of instruction sets.
pub const EMITTERS: &[Emitter] = &[
    facts::EMITTER,
    macros::EMITTER,
    oracle::EMITTER,
    conformance::EMITTER,
    manual::EMITTER,
];
