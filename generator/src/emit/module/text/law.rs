//! What a law is, and what breaking one looks like.

use alloc::string::String;
use core::fmt;

/// How a law is tried, as its entry states it.
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

impl core::error::Error for Violation {}
