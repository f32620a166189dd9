//! How long upstreams took.

use std::collections::BTreeMap;
use std::time::Duration;

use abi_facts::gateway::MAX_LATENCY_SECONDS;

use crate::nanoseconds;

/// Binary digits that are kept. An hour has 42, so that there are at most some 900,000 cells, and what is dropped is less than 2⁻¹⁵ of
/// the latency: 31 millionths.
const DIGITS: u32 = 16;

/// How often each latency was seen.
#[derive(Debug, Default)]
pub struct Latencies {
    cells: BTreeMap<u64, u64>,
    count: u64,
}

impl Latencies {
    pub fn record(&mut self, latency: Duration) {
        let latency = nanoseconds(latency.min(Duration::from_secs(u64::from(MAX_LATENCY_SECONDS))));
        let dropped = (u64::BITS - latency.leading_zeros()).saturating_sub(DIGITS);
        *self.cells.entry(latency >> dropped << dropped).or_default() += 1;
        self.count += 1;
    }

    /// The least latency that so many of a hundred didn't exceed.
    pub fn percentile(&self, percent: u64) -> Duration {
        let rank = u64::try_from((u128::from(self.count) * u128::from(percent)).div_ceil(100)).unwrap_or(u64::MAX);
        let mut seen = 0;
        for (latency, count) in &self.cells {
            seen += count;
            if seen >= rank {
                return Duration::from_nanos(*latency);
            }
        }
        Duration::ZERO
    }
}
