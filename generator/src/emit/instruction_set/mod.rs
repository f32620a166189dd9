//! Emits the crates and the manual of an instruction set.

pub mod conformance;
pub mod facts;
pub mod macros;
pub mod manual;
pub mod oracle;
pub mod verifier;
