//! Makes time of a clock that may jump.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::Clock;

use crate::nanoseconds;

/// What one step forward counts at most: a year.
const LONGEST_STEP: u64 = 365 * 86_400 * 1_000_000_000;

/// Where time ends, after 292 years: half of what an integer holds, so that any wait can be added.
const END: u64 = 1 << 63;

/// The time that a clock has shown to pass.
#[derive(Debug)]
pub struct Steady {
    clock: Arc<dyn Clock>,
    last: Duration,
    passed: u64,
}

impl Steady {
    /// Time that begins now.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let last = clock.now();
        Steady { clock, last, passed: 0 }
    }

    /// The nanoseconds that have passed. A clock that was set back has let none pass.
    pub fn now(&mut self) -> u64 {
        let reading = self.clock.now();
        let step = nanoseconds(reading.saturating_sub(self.last)).min(LONGEST_STEP);
        self.last = reading;
        self.passed = (self.passed + step).min(END);
        self.passed
    }
}
