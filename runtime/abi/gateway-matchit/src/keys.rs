//! What the rate limiter keeps of each key, in bounded memory.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use abi_facts::gateway::{GatewayError, RateLimitDecision};

use crate::steady::SteadyClock;

/// Parts of the table that are locked apart.
const SHARDS: usize = 16;

/// An algorithm of the rate limiter.
pub trait Meter {
    /// What it keeps of a key.
    type State: Debug;

    /// What it keeps of a key that has made no request.
    fn fresh(&self) -> Self::State;

    /// Decides about a request now; if it is admitted, it counts.
    fn check(&self, state: &mut Self::State, clock: &SteadyClock) -> RateLimitDecision;

    /// From when on it makes no difference if the key is forgotten, unless requests are admitted meanwhile.
    fn idle_from(&self, state: &Self::State) -> u64;
}

/// The keys that are kept.
#[derive(Debug)]
pub struct Keys<M: Meter> {
    meter: M,
    limit: u32,
    count: AtomicU32,
    hasher: RandomState,
    shards: Vec<Mutex<Shard<M>>>,
    /// Before this, no key becomes idle: the least of all when it was last looked, for it only gets later.
    next_idle: AtomicU64,
    /// Held by the one who looks, so that others wait for what it finds.
    looking: Mutex<()>,
}

type Shard<M> = HashMap<Box<[u8]>, <M as Meter>::State>;

impl<M: Meter> Keys<M> {
    pub fn new(meter: M, limit: u32) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Keys {
            meter,
            limit,
            count: AtomicU32::new(0),
            hasher: RandomState::new(),
            shards,
            next_idle: AtomicU64::new(0),
            looking: Mutex::new(()),
        }
    }

    pub fn len(&self) -> u64 {
        u64::from(self.count.load(SeqCst))
    }

    pub fn check(&self, key: &[u8], clock: &SteadyClock) -> Result<RateLimitDecision, GatewayError> {
        if let Some(decision) = self.try_check(key, clock) {
            return Ok(decision);
        }
        self.forget_idle(clock.passed());
        self.try_check(key, clock)
            .ok_or(GatewayError::TooManyKeys { limit: self.limit })
    }

    /// The decision, unless there is no room for the key.
    fn try_check(&self, key: &[u8], clock: &SteadyClock) -> Option<RateLimitDecision> {
        let place = (self.hasher.hash_one(key) % SHARDS as u64) as usize;
        let mut shard = lock(self.shards.get(place)?);
        if let Some(state) = shard.get_mut(key) {
            return Some(self.meter.check(state, clock));
        }
        let mut state = self.meter.fresh();
        // Decided before it takes room, so that a clock that panics leaves no room taken.
        let decision = self.meter.check(&mut state, clock);
        self.count
            .fetch_update(SeqCst, SeqCst, |count| (count < self.limit).then_some(count + 1))
            .ok()?;
        self.next_idle.fetch_min(self.meter.idle_from(&state), SeqCst);
        shard.insert(key.into(), state);
        Some(decision)
    }

    /// Forgets the keys that make no difference.
    fn forget_idle(&self, now: u64) {
        let _looking = lock(&self.looking);
        if now < self.next_idle.load(SeqCst) {
            return;
        }
        // Keys that come while this looks lower it again.
        self.next_idle.store(u64::MAX, SeqCst);
        for shard in &self.shards {
            let mut shard = lock(shard);
            let before = shard.len();
            let mut next = u64::MAX;
            shard.retain(|_, state| {
                let idle_from = self.meter.idle_from(state);
                next = next.min(if idle_from > now { idle_from } else { u64::MAX });
                idle_from > now
            });
            let forgotten = u32::try_from(before - shard.len()).unwrap_or(u32::MAX);
            self.next_idle.fetch_min(next, SeqCst);
            self.count.fetch_sub(forgotten, SeqCst);
        }
    }
}

/// A clock that panics does so before a state is changed, so that what a poisoned lock guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
