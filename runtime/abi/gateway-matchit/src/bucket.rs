//! The token bucket: governor's algorithm, one cell for each key.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::time::Duration;

use abi_facts::gateway::{GatewayConfig, RateLimitDecision};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};

use crate::keys::Meter;
use crate::nanoseconds;
use crate::steady::SteadyClock;
use crate::windows::{admitted, refused};

/// What governor keeps of a key: when its bucket is full again. governor asks of keys that they can be hashed; it hashes none here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FullAt(Cell<Option<Nanos>>);

impl Hash for FullAt {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.get().map(Nanos::as_u64).hash(state);
    }
}

/// Lets governor keep the state in the key itself, which the table of keys has found and locked.
#[derive(Debug)]
struct InTheKey;

impl StateStore for InTheKey {
    type Key = FullAt;

    fn measure_and_replace<T, F, E>(&self, key: &FullAt, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let (outcome, full_at) = decide(key.0.get())?;
        key.0.set(Some(full_at));
        Ok(outcome)
    }
}

/// The token bucket.
#[derive(Debug)]
pub struct TokenBucket {
    governor: RateLimiter<FullAt, InTheKey, SteadyClock, StateInformationMiddleware>,
}

impl TokenBucket {
    /// Buckets whose time begins with the clock's: this is the first to read it.
    pub fn new(config: &GatewayConfig, clock: &SteadyClock) -> Self {
        let interval = nanoseconds(config.rate_window)
            .div_ceil(u64::from(config.rate_limit.max(1)))
            .max(1);
        let burst = NonZeroU32::new(config.burst).unwrap_or(NonZeroU32::MIN);
        let once = Quota::per_second(NonZeroU32::MIN);
        let quota = Quota::with_period(Duration::from_nanos(interval))
            .unwrap_or(once)
            .allow_burst(burst);
        TokenBucket {
            governor: RateLimiter::new(quota, InTheKey, clock.clone()),
        }
    }
}

impl Meter for TokenBucket {
    type State = FullAt;

    fn fresh(&self) -> FullAt {
        FullAt::default()
    }

    fn check(&self, state: &mut FullAt, clock: &SteadyClock) -> RateLimitDecision {
        match self.governor.check_key(state) {
            Ok(snapshot) => admitted(snapshot.remaining_burst_capacity()),
            Err(not_until) => refused(nanoseconds(not_until.wait_time_from(clock.now()))),
        }
    }

    fn idle_from(&self, state: &FullAt) -> u64 {
        state.0.get().map_or(0, Nanos::as_u64)
    }
}
