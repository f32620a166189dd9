//! Where backends take the time from.

use core::fmt::Debug;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;

/// Tells the time since an origin of its own. It may jump, also back.
pub trait Clock: Send + Sync + Debug {
    /// The time since the origin.
    fn now(&self) -> Duration;
}

/// A clock that stands still until it is told otherwise, for tests.
#[derive(Debug, Default)]
pub struct ManualClock {
    nanoseconds: AtomicU64,
}

impl ManualClock {
    /// A clock at its origin.
    pub const fn new() -> Self {
        ManualClock {
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// Moves it forward; it stays at its last instant, some 584 years after the origin.
    pub fn advance(&self, by: Duration) {
        let by = nanoseconds(by);
        let add = |now: u64| Some(now.saturating_add(by));
        // The closure always gives a value.
        let _ = self.nanoseconds.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
    }

    /// Sets it, also back.
    pub fn set(&self, to: Duration) {
        self.nanoseconds.store(nanoseconds(to), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::SeqCst))
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
