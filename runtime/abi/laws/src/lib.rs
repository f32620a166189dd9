//! The laws of the modules of `abi`, each a function that is generic over the module's backends.
//!
//! The specs in `spec/abi/` name the laws and say what a backend must be able to do for each to hold; the emitted crate
//! `abi-conformance` runs them. Each module here has its laws, the fixtures that they run in, the oracles that they compare with, and
//! backends that are broken on purpose, which the laws must reject.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod cache;
pub mod gateway;
pub mod messaging;
pub mod search;
pub mod storage;

pub use abi_facts::law::{Law, Violation};
