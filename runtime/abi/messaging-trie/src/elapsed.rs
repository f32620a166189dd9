//! Time that only goes forward, from a clock that may jump.

use std::time::Duration;

/// Threads read the clock before they take the lock under which this is kept, so that readings come a little out of order.
const OUT_OF_ORDER: Duration = Duration::from_secs(1);

/// The sum of the forward steps of a clock.
#[derive(Debug)]
pub struct Elapsed {
    latest: Duration,
    total: Duration,
}

impl Elapsed {
    /// Begins at a reading.
    pub fn from(reading: Duration) -> Self {
        Elapsed {
            latest: reading,
            total: Duration::ZERO,
        }
    }

    /// The time at a reading.
    pub fn at(&mut self, reading: Duration) -> Duration {
        if let Some(step) = reading.checked_sub(self.latest) {
            self.total = self.total.saturating_add(step);
            self.latest = reading;
        } else if self.latest - reading > OUT_OF_ORDER {
            self.latest = reading;
        }
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_forward_only() {
        let second = Duration::from_secs;
        let mut elapsed = Elapsed::from(second(100));
        assert_eq!(elapsed.at(second(103)), second(3));
        assert_eq!(elapsed.at(Duration::from_millis(102_500)), second(3));
        assert_eq!(elapsed.at(second(104)), second(4));
        assert_eq!(elapsed.at(second(10)), second(4));
        assert_eq!(elapsed.at(second(11)), second(5));
        assert_eq!(elapsed.at(Duration::MAX), Duration::MAX - second(6));
        assert_eq!(elapsed.at(Duration::ZERO), Duration::MAX - second(6));
        assert_eq!(elapsed.at(second(60)), Duration::MAX);
    }
}
