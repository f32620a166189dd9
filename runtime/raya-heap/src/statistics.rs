//! Counts what the heap did.

use core::time::Duration;

/// What a heap did since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The bytes that were allocated, rounded as they are accounted.
    pub allocated: u64,
    /// How many collections there were.
    pub collections: u64,
    /// The time that all of them took.
    pub pauses: Duration,
    /// The longest of them.
    pub longest_pause: Duration,
    /// The bytes that were in use before the last collection.
    pub before: usize,
    /// The bytes that were reachable in the last collection.
    pub live: usize,
    /// The bytes that were in use before each collection, added up.
    pub examined: u64,
    /// The bytes that were reachable in each collection, added up.
    pub survived: u64,
    /// References to nothing alive that collections found. Anything but 0 means that an earlier collection missed a root.
    pub dangling: u64,
}

impl Statistics {
    /// The share of the bytes that survived collections, from 0 to 1; 0 before the first one.
    pub fn survival(&self) -> f64 {
        if self.examined == 0 {
            return 0.0;
        }
        self.survived as f64 / self.examined as f64
    }
}
