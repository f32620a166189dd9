//! Makes time of a clock that may jump.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use abi_facts::clock::Clock;
use governor::nanos::Nanos;

use crate::nanoseconds;

/// What one step forward counts at most: a year.
const LONGEST_STEP: u64 = 365 * 86_400 * 1_000_000_000;

/// Where time ends, after 292 years. A full bucket of 100,000 tokens that come back daily takes less than that to fill, so that governor,
/// which adds without looking, stays within 64 bits.
const END: u64 = 1 << 63;

/// The time that a clock has shown to pass. Clones share it.
#[derive(Debug, Clone)]
pub struct SteadyClock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    time: Mutex<Time>,
}

#[derive(Debug, Default)]
struct Time {
    last: Option<Duration>,
    passed: u64,
}

impl SteadyClock {
    /// Time that begins when it is first read.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        SteadyClock {
            shared: Arc::new(Shared {
                clock,
                time: Mutex::default(),
            }),
        }
    }

    /// The nanoseconds that have passed. A clock that was set back has let none pass.
    ///
    /// The clock is read under the lock: read before, readings of several threads could come in another order than they were made, and
    /// each would look like a clock that was set back. If the clock panics, nothing has been changed.
    pub fn passed(&self) -> u64 {
        let mut time = self.shared.time.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = self.shared.clock.now();
        let step = nanoseconds(reading.saturating_sub(time.last.unwrap_or(reading))).min(LONGEST_STEP);
        time.last = Some(reading);
        time.passed = (time.passed + step).min(END);
        time.passed
    }
}

impl governor::clock::Clock for SteadyClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.passed())
    }
}
