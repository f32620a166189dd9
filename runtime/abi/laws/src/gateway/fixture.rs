//! What the laws run in.

use std::sync::Arc;
use std::time::Duration;

use abi_facts::clock::ManualClock;
use abi_facts::gateway::{Backend, GatewayBackend, GatewayCapability, GatewayConfig, RateLimitAlgorithm};
use abi_facts::support::Support;

use crate::Violation;

/// Which backend is tried, so that laws can ask what it claims.
#[derive(Debug)]
pub struct Fixture {
    backend: GatewayBackend,
}

impl Fixture {
    /// A fixture for a backend.
    pub fn new(backend: GatewayBackend) -> Fixture {
        Fixture { backend }
    }

    /// Opens a gateway whose clock stands until it is told otherwise.
    pub(super) fn open<B: Backend>(&self, config: &GatewayConfig) -> Result<(B, Arc<ManualClock>), Violation> {
        // Not at the origin, so that there is room to set it back.
        let clock = Arc::new(ManualClock::new());
        clock.set(Duration::from_secs(1_000_000));
        let subject = B::open(config, clock.clone())
            .map_err(|error| Violation::new(format!("{} isn't opened with {config:?}: {error}", self.backend.name())))?;
        Ok((subject, clock))
    }

    /// A configuration with this algorithm, which admits a few requests in a second.
    pub(super) fn limited(&self, algorithm: RateLimitAlgorithm, limit: u32) -> GatewayConfig {
        GatewayConfig {
            rate_limit_algorithm: algorithm,
            rate_limit: limit,
            rate_window: Duration::from_secs(1),
            burst: limit,
            ..GatewayConfig::default()
        }
    }

    /// By how many millionths the backend's percentiles may miss.
    pub(super) fn latency_error(&self) -> u64 {
        match self.backend.support(GatewayCapability::LatencyErrorPpm) {
            Support::Number(millionths) => millionths,
            _ => 0,
        }
    }
}
