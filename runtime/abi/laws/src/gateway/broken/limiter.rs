//! Faults of the rate limiter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use abi_facts::clock::Clock;
use abi_facts::gateway::{Backend, GatewayConfig, GatewayError, RateLimitDecision};

use super::Fault;
use crate::gateway::limiter::nanoseconds;

/// The permission check that always says yes.
#[derive(Debug)]
pub struct AlwaysAllows;

impl Fault for AlwaysAllows {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        AlwaysAllows
    }

    fn check_rate_limit<B: Backend>(&self, _: &B, _: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        Ok(RateLimitDecision {
            allowed: true,
            remaining: u32::MAX,
            retry_after: Duration::ZERO,
        })
    }
}

/// A sliding window of seven buckets whose base moves on every advance: all requests fall into the first bucket, which is cleared each
/// seventh of the window, so that seven times the limit is admitted.
#[derive(Debug)]
pub struct SevenfoldWindow {
    limit: u32,
    bucket: u64,
    clock: Arc<dyn Clock>,
    keys: Mutex<HashMap<Vec<u8>, Buckets>>,
}

/// The base of a key, and its buckets.
type Buckets = (u64, [u32; 7]);

impl Fault for SevenfoldWindow {
    fn new(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Self {
        SevenfoldWindow {
            limit: config.rate_limit,
            bucket: nanoseconds(config.rate_window) / 7,
            clock,
            keys: Mutex::default(),
        }
    }

    fn check_rate_limit<B: Backend>(&self, _: &B, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        let now = nanoseconds(self.clock.now());
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (base, buckets) = keys.entry(key.to_vec()).or_insert((now, [0; 7]));
        let passed = (now - *base) / self.bucket;
        if passed > 0 {
            // The fault: how far the window has moved is forgotten, so that the first bucket is always the current one.
            buckets.iter_mut().take(passed as usize).for_each(|bucket| *bucket = 0);
            *base = now;
        }
        let allowed = buckets.iter().sum::<u32>() < self.limit;
        if allowed {
            buckets[0] += 1;
        }
        let retry_after = if allowed {
            Duration::ZERO
        } else {
            Duration::from_nanos(*base + self.bucket - now)
        };
        Ok(RateLimitDecision {
            allowed,
            remaining: self.limit - buckets.iter().sum::<u32>(),
            retry_after,
        })
    }
}

/// A sliding window in which refused requests count too, so that who asks all the time is never admitted again.
#[derive(Debug)]
pub struct CountsRefused {
    limit: usize,
    window: Duration,
    clock: Arc<dyn Clock>,
    asked: Mutex<Vec<Duration>>,
}

impl Fault for CountsRefused {
    fn new(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Self {
        CountsRefused {
            limit: config.rate_limit as usize,
            window: config.rate_window,
            clock,
            asked: Mutex::default(),
        }
    }

    fn check_rate_limit<B: Backend>(&self, _: &B, _: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        let now = self.clock.now();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|time| *time + self.window > now);
        asked.push(now);
        let allowed = asked.len() <= self.limit;
        let retry_after = if allowed { Duration::ZERO } else { self.window };
        Ok(RateLimitDecision {
            allowed,
            remaining: 0,
            retry_after,
        })
    }
}

/// A fixed window that takes the clock at its word: set back, it is in another window, where all is admitted again.
#[derive(Debug)]
pub struct TrustsClock {
    limit: u32,
    window: u64,
    clock: Arc<dyn Clock>,
    keys: Mutex<HashMap<Vec<u8>, (u64, u32)>>,
}

impl Fault for TrustsClock {
    fn new(config: &GatewayConfig, clock: Arc<dyn Clock>) -> Self {
        TrustsClock {
            limit: config.rate_limit,
            window: nanoseconds(config.rate_window),
            clock,
            keys: Mutex::default(),
        }
    }

    fn check_rate_limit<B: Backend>(&self, _: &B, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        let now = nanoseconds(self.clock.now());
        let number = now / self.window;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, admitted) = keys.entry(key.to_vec()).or_default();
        if *current != number {
            (*current, *admitted) = (number, 0);
        }
        let allowed = *admitted < self.limit;
        *admitted += u32::from(allowed);
        let retry_after = if allowed {
            Duration::ZERO
        } else {
            Duration::from_nanos(self.window - now % self.window)
        };
        Ok(RateLimitDecision {
            allowed,
            remaining: self.limit - *admitted,
            retry_after,
        })
    }
}

/// Tables that grow with each key, upstream and route that comes.
#[derive(Debug)]
pub struct Unbounded;

impl Fault for Unbounded {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        Unbounded
    }

    fn config(config: &GatewayConfig) -> GatewayConfig {
        GatewayConfig {
            max_keys: 1_000_000,
            max_upstreams: 1_000_000,
            max_routes: 100_000,
            ..config.clone()
        }
    }
}

/// Keys of which the first eight bytes are all that is kept.
#[derive(Debug)]
pub struct CutKeys;

impl Fault for CutKeys {
    fn new(_: &GatewayConfig, _: Arc<dyn Clock>) -> Self {
        CutKeys
    }

    fn check_rate_limit<B: Backend>(&self, honest: &B, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        honest.check_rate_limit(&key[..key.len().min(8)])
    }
}

/// A lock that is given up for lost once someone has panicked while holding it.
#[derive(Debug)]
pub struct StaysPoisoned {
    clock: Arc<dyn Clock>,
    lock: Mutex<()>,
}

impl Fault for StaysPoisoned {
    fn new(_: &GatewayConfig, clock: Arc<dyn Clock>) -> Self {
        StaysPoisoned {
            clock,
            lock: Mutex::default(),
        }
    }

    fn check_rate_limit<B: Backend>(&self, honest: &B, key: &[u8]) -> Result<RateLimitDecision, GatewayError> {
        let Ok(_lock) = self.lock.lock() else {
            return Err(GatewayError::Closed);
        };
        self.clock.now();
        honest.check_rate_limit(key)
    }
}
