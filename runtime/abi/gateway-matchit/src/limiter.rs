//! The rate limiter, by the algorithm of the configuration.

use abi_facts::gateway::{GatewayBackend, GatewayConfig, GatewayError, RateLimitAlgorithm, RateLimitDecision};

use crate::bucket::TokenBucket;
use crate::keys::Keys;
use crate::steady::SteadyClock;
use crate::windows::{FixedWindow, SlidingWindow};

#[derive(Debug)]
pub enum Limiter {
    TokenBucket(Keys<TokenBucket>),
    SlidingWindow(Keys<SlidingWindow>),
    FixedWindow(Keys<FixedWindow>),
}

impl Limiter {
    pub fn new(config: &GatewayConfig, clock: &SteadyClock) -> Result<Self, GatewayError> {
        let limit = config.max_keys;
        match config.rate_limit_algorithm {
            RateLimitAlgorithm::TokenBucket => Ok(Limiter::TokenBucket(Keys::new(TokenBucket::new(config, clock), limit))),
            RateLimitAlgorithm::SlidingWindow => Ok(Limiter::SlidingWindow(Keys::new(SlidingWindow::new(config), limit))),
            RateLimitAlgorithm::FixedWindow => Ok(Limiter::FixedWindow(Keys::new(FixedWindow::new(config), limit))),
            // The enum may grow.
            other => Err(GatewayError::Unsupported {
                backend: GatewayBackend::Matchit.name(),
                what: format!("limiter.{}", other.name()),
            }),
        }
    }

    pub fn check(&self, key: &[u8], clock: &SteadyClock) -> Result<RateLimitDecision, GatewayError> {
        match self {
            Limiter::TokenBucket(keys) => keys.check(key, clock),
            Limiter::SlidingWindow(keys) => keys.check(key, clock),
            Limiter::FixedWindow(keys) => keys.check(key, clock),
        }
    }

    pub fn len(&self) -> u64 {
        match self {
            Limiter::TokenBucket(keys) => keys.len(),
            Limiter::SlidingWindow(keys) => keys.len(),
            Limiter::FixedWindow(keys) => keys.len(),
        }
    }
}
