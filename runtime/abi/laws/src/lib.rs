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

use std::fmt;

/// How a law is tried, as the spec states it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// The name of its entry: `capacity`.
    pub id: &'static str,
    /// How many cases are tried; what a case is, the law says.
    pub cases: u32,
    /// The seed of the random choices. The same seed tries the same cases.
    pub seed: u64,
    /// By how much a measured value may miss, where the law is about a measure.
    pub tolerance: f64,
    /// Operations and how often each is chosen in relation to the others.
    pub ops: &'static [(&'static str, u32)],
}

/// What happened that a law forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What was done, what came of it, and what the law demands.
    pub text: String,
}

impl Violation {
    /// A violation.
    pub fn new(text: impl Into<String>) -> Self {
        Violation { text: text.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Violation {}
