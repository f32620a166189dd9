//! What the rate limiter keeps of each key, in bounded memory.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// A part of the table.
#[derive(Debug)]
struct Shard<M: Meter> {
    states: HashMap<Arc<[u8]>, M::State>,
    /// Each key once, with a time before which it isn't idle: it may be later by now, but never earlier.
    by_idle: BinaryHeap<Reverse<(u64, Arc<[u8]>)>>,
}

impl<M: Meter> Shard<M> {
    fn new() -> Self {
        Shard {
            states: HashMap::new(),
            by_idle: BinaryHeap::new(),
        }
    }

    /// Forgets the keys that make no difference, gives how many, and before when no other becomes such. Only keys whose time has come are
    /// looked at, each once before its time comes again.
    fn forget_idle(&mut self, meter: &M, now: u64) -> (u32, u64) {
        let mut forgotten = 0;
        while let Some(Reverse((noted, _))) = self.by_idle.peek() {
            if *noted > now {
                return (forgotten, *noted);
            }
            let Some(Reverse((_, key))) = self.by_idle.pop() else { break };
            let Some(state) = self.states.get(&key) else { continue };
            let idle_from = meter.idle_from(state);
            if idle_from > now {
                self.by_idle.push(Reverse((idle_from, key)));
            } else {
                self.states.remove(&key);
                forgotten += 1;
            }
        }
        (forgotten, u64::MAX)
    }
}

impl<M: Meter> Keys<M> {
    pub fn new(meter: M, limit: u32) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new())).collect();
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
        if let Some(state) = shard.states.get_mut(key) {
            return Some(self.meter.check(state, clock));
        }
        let mut state = self.meter.fresh();
        // Decided before it takes room, so that a clock that panics leaves no room taken.
        let decision = self.meter.check(&mut state, clock);
        self.count
            .fetch_update(SeqCst, SeqCst, |count| (count < self.limit).then_some(count + 1))
            .ok()?;
        let (key, idle_from): (Arc<[u8]>, u64) = (key.into(), self.meter.idle_from(&state));
        self.next_idle.fetch_min(idle_from, SeqCst);
        shard.by_idle.push(Reverse((idle_from, Arc::clone(&key))));
        shard.states.insert(key, state);
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
            let (forgotten, next) = lock(shard).forget_idle(&self.meter, now);
            self.next_idle.fetch_min(next, SeqCst);
            self.count.fetch_sub(forgotten, SeqCst);
        }
    }
}

/// A clock that panics does so before a state is changed, so that what a poisoned lock guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Keys are idle when what is kept of them is past; counts how often it is asked.
    #[derive(Debug, Default)]
    struct Counting {
        asked: AtomicUsize,
    }

    impl Meter for Counting {
        type State = u64;

        fn fresh(&self) -> u64 {
            0
        }

        fn check(&self, _: &mut u64, _: &SteadyClock) -> RateLimitDecision {
            unreachable!("the table alone is tried")
        }

        fn idle_from(&self, state: &u64) -> u64 {
            self.asked.fetch_add(1, SeqCst);
            *state
        }
    }

    fn key(number: u64) -> Arc<[u8]> {
        number.to_be_bytes().as_slice().into()
    }

    #[test]
    fn only_keys_whose_time_has_come_are_looked_at() {
        const KEYS: u64 = 10_000;
        let meter = Counting::default();
        let mut shard: Shard<Counting> = Shard::new();
        for number in 0..KEYS {
            shard.states.insert(key(number), 1_000 + number);
            shard.by_idle.push(Reverse((1_000 + number, key(number))));
        }
        // As often as a table is asked that is full: nobody is idle, and nobody is looked at.
        for now in 0..1_000 {
            assert_eq!(shard.forget_idle(&meter, now), (0, 1_000));
        }
        assert_eq!(meter.asked.load(SeqCst), 0);
        // Keys that went on making requests are looked at once each, and noted anew.
        for number in 0..100 {
            shard.states.insert(key(number), 50_000 + number);
        }
        assert_eq!(shard.forget_idle(&meter, 1_150), (51, 1_151));
        assert_eq!(meter.asked.load(SeqCst), 151);
        assert_eq!(shard.states.len() as u64, KEYS - 51);
        assert_eq!(shard.by_idle.len() as u64, KEYS - 51);
        assert_eq!(shard.forget_idle(&meter, 49_999).0, 10_000 - 151);
        assert_eq!(shard.forget_idle(&meter, u64::MAX), (100, u64::MAX));
        assert!(shard.states.is_empty() && shard.by_idle.is_empty());
    }
}
