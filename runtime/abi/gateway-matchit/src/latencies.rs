//! How long upstreams took.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abi_facts::gateway::{GatewayBackend, GatewayError, MAX_LATENCY_SECONDS};
use hdrhistogram::Histogram;

use crate::nanoseconds;

/// Significant decimal digits that are kept: what a percentile misses by is a thousandth at most.
const DIGITS: u8 = 3;

/// A histogram of nanoseconds. It takes some 270 KB, whatever is recorded.
#[derive(Debug)]
pub struct Latencies {
    histogram: Mutex<Histogram<u64>>,
}

impl Latencies {
    pub fn new() -> Result<Self, GatewayError> {
        let longest = u64::from(MAX_LATENCY_SECONDS) * 1_000_000_000;
        let histogram = Histogram::new_with_bounds(1, longest, DIGITS).map_err(|error| GatewayError::Unsupported {
            backend: GatewayBackend::Matchit.name(),
            what: format!("a histogram of latencies: {error}"),
        })?;
        Ok(Latencies {
            histogram: Mutex::new(histogram),
        })
    }

    pub fn record(&self, latency: Duration) {
        let latency = latency.min(Duration::from_secs(u64::from(MAX_LATENCY_SECONDS)));
        self.lock().saturating_record(nanoseconds(latency));
    }

    /// The latencies that a half and 99 of a hundred didn't exceed.
    pub fn percentiles(&self) -> (Duration, Duration) {
        let histogram = self.lock();
        let at = |quantile| Duration::from_nanos(histogram.value_at_quantile(quantile));
        match histogram.is_empty() {
            true => (Duration::ZERO, Duration::ZERO),
            false => (at(0.5), at(0.99)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Histogram<u64>> {
        self.histogram.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
