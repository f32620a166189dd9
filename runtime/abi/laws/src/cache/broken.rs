//! Caches that are broken on purpose, each in one way. All are the model behind a lock, so that the fault is the only difference.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use abi_facts::cache::{Backend, CacheConfig, CacheError, CacheStats, ENTRY_OVERHEAD, EvictionPolicy};
use abi_facts::clock::Clock;
use bytes::Bytes;

/// A way to be broken.
pub trait Fault: fmt::Debug + Send + Sync + Unpin + 'static {
    /// Which.
    const KIND: Kind;
}

/// The ways to be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not at all.
    None,
    /// Takes the entry that was used last for the one that was used longest ago.
    WrongVictim,
    /// Under the policy `Random`, always takes the first entry.
    NotRandom,
    /// Gives a value at its deadline, and after it.
    Stale,
    /// Gives an older value again when the one that was put after it is over.
    Undead,
    /// Adds to its statistics by reading them and writing them back, outside the lock.
    Racing,
    /// Never lets an entry go.
    Unbounded,
    /// Forgets the key and the overhead where it counts bytes.
    ValuesOnly,
    /// Gives what stands where the value was put, though later puts write over that place. It is what a slice that is borrowed from the
    /// cache comes to; a value that changes in the hands of its reader can't be written without unsafe code, as `get` gives `Bytes`.
    Borrowed,
    /// Takes two keys for the same if their hashes are, which are short.
    Confused,
    /// Asks the clock under its lock, and gives up when the lock is poisoned.
    Poisonable,
    /// Drops what is too large in silence.
    Silent,
    /// Lets two entries go where one is enough.
    Overeager,
    /// Where the policy leaves the choice to it, lets what is used most go.
    ForgetsUsed,
}

macro_rules! faults {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Kind::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub struct $name;

        impl Fault for $name {
            const KIND: Kind = Kind::$name;
        }
    )*};
}

faults! { WrongVictim NotRandom Stale Undead Racing Unbounded ValuesOnly Borrowed Confused Poisonable Silent Overeager ForgetsUsed }

/// [`Kind::None`].
#[derive(Debug)]
pub struct Honest;

impl Fault for Honest {
    const KIND: Kind = Kind::None;
}

/// A cache with a fault.
#[derive(Debug)]
pub struct Broken<F> {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    config: CacheConfig,
    hits: AtomicU64,
    misses: AtomicU64,
    fault: PhantomData<F>,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<Vec<u8>, Entry>,
    step: u64,
    stats: CacheStats,
    replaced: BTreeMap<Vec<u8>, Entry>,
    places: [Bytes; PLACES],
}

const PLACES: usize = 16;

#[derive(Debug, Clone)]
struct Entry {
    key: Vec<u8>,
    value: Bytes,
    place: usize,
    deadline: Option<Duration>,
    used: u64,
    put: u64,
    uses: u64,
}

impl<F: Fault> Broken<F> {
    const KIND: Kind = F::KIND;

    fn with<R>(&self, work: impl FnOnce(&mut State, Duration) -> R) -> R {
        if Self::KIND == Kind::Poisonable {
            let mut state = self.state.lock().expect("this cache gives up when a thread panicked");
            let now = self.clock.now();
            return work(&mut state, now);
        }
        let now = self.clock.now();
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), now)
    }

    fn is_over(entry: &Entry, now: Duration) -> bool {
        Self::KIND != Kind::Stale && entry.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn key(key: &[u8]) -> Vec<u8> {
        match Self::KIND {
            Kind::Confused => vec![key.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte)) & 0x3f],
            _ => key.to_vec(),
        }
    }

    fn count(&self, count: &AtomicU64) {
        if Self::KIND == Kind::Racing {
            let before = count.load(Ordering::Relaxed);
            // So that on a machine of few cores, too, another thread comes between.
            if before.is_multiple_of(16) {
                std::thread::yield_now();
            }
            count.store(before + 1, Ordering::Relaxed);
        } else {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn bytes(entry: &Entry) -> u64 {
        match Self::KIND {
            Kind::ValuesOnly => entry.value.len() as u64,
            _ => ENTRY_OVERHEAD + (entry.key.len() + entry.value.len()) as u64,
        }
    }

    fn find<'a>(state: &'a mut State, key: &[u8], now: Duration) -> Option<&'a mut Entry> {
        let key = Self::key(key);
        let entry = state.entries.get(&key)?;
        if Self::is_over(entry, now) {
            let bytes = Self::bytes(entry);
            state.entries.remove(&key);
            state.stats.expired += 1;
            state.stats.memory_used -= bytes;
            // What was put before comes to light.
            let old = (Self::KIND == Kind::Undead).then(|| state.replaced.remove(&key)).flatten()?;
            state.stats.memory_used += Self::bytes(&old);
            state.entries.insert(key.clone(), old);
        }
        state.entries.get_mut(&key).filter(|entry| !Self::is_over(entry, now))
    }

    fn victim(&self, state: &State) -> Option<Vec<u8>> {
        let entries = || state.entries.values();
        let victim = match self.config.eviction_policy {
            EvictionPolicy::Any if Self::KIND == Kind::ForgetsUsed => entries().max_by_key(|entry| entry.uses),
            EvictionPolicy::Random if Self::KIND == Kind::NotRandom => entries().min_by_key(|entry| entry.put),
            EvictionPolicy::Random => fastrand::choice(entries()),
            EvictionPolicy::Lfu => entries().min_by_key(|entry| (entry.uses, entry.used)),
            EvictionPolicy::Fifo => entries().min_by_key(|entry| entry.put),
            _ if Self::KIND == Kind::WrongVictim => entries().max_by_key(|entry| entry.used),
            _ => entries().min_by_key(|entry| entry.used),
        }?;
        Some(Self::key(&victim.key))
    }

    fn make_room(&self, state: &mut State, bytes: u64) {
        let mut evicted = 0;
        loop {
            let full = state.entries.len() as u64 + 1 > u64::from(self.config.max_entries)
                || state.stats.memory_used + bytes > self.config.max_memory_bytes;
            let one_more = Self::KIND == Kind::Overeager && evicted == 1;
            if Self::KIND == Kind::Unbounded || !(full || one_more) {
                return;
            }
            let Some(victim) = self.victim(state) else { return };
            if let Some(gone) = state.entries.remove(&victim) {
                state.stats.memory_used -= Self::bytes(&gone);
                state.stats.evictions += 1;
                evicted += 1;
            }
        }
    }
}

impl<F: Fault> Backend for Broken<F> {
    fn open(config: &CacheConfig, clock: Arc<dyn Clock>) -> Result<Self, CacheError> {
        Ok(Broken {
            state: Mutex::default(),
            clock,
            config: config.clone(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            fault: PhantomData,
        })
    }

    fn get(&self, key: &[u8]) -> Option<Bytes> {
        let found = self.with(|state, now| {
            state.step += 1;
            let step = state.step;
            let entry = Self::find(state, key, now)?;
            entry.used = step;
            entry.uses += 1;
            let (place, value) = (entry.place, entry.value.clone());
            Some(if Self::KIND == Kind::Borrowed {
                state.places[place].clone()
            } else {
                value
            })
        });
        self.count(if found.is_some() { &self.hits } else { &self.misses });
        found
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), CacheError> {
        self.put_with_ttl(key, value, self.config.default_ttl)
    }

    fn put_with_ttl(&self, key: &[u8], value: &[u8], ttl: Option<Duration>) -> Result<(), CacheError> {
        let (bytes, limit) = (
            Self::footprint(key.len() as u64, value.len() as u64),
            self.config.max_memory_bytes,
        );
        if bytes > limit {
            return if Self::KIND == Kind::Silent {
                Ok(())
            } else {
                Err(CacheError::TooLarge { bytes, limit })
            };
        }
        self.with(|state, now| {
            state.step += 1;
            let (step, under) = (state.step, Self::key(key));
            let value = Bytes::copy_from_slice(value);
            let place = state.step as usize % PLACES;
            state.places[place] = value.clone();
            let deadline = ttl.and_then(|ttl| now.checked_add(ttl));
            let mut entry = Entry {
                key: key.to_vec(),
                value,
                place,
                deadline,
                used: step,
                put: step,
                uses: 1,
            };
            match state.entries.remove(&under) {
                Some(old) => {
                    state.stats.memory_used -= Self::bytes(&old);
                    entry.uses = old.uses + 1;
                    state.replaced.insert(under.clone(), old);
                }
                None => state.stats.insertions += 1,
            }
            self.make_room(state, Self::bytes(&entry));
            state.stats.memory_used += Self::bytes(&entry);
            state.entries.insert(under, entry);
        });
        Ok(())
    }

    fn delete(&self, key: &[u8]) -> bool {
        self.with(|state, now| {
            if Self::find(state, key, now).is_none() {
                return false;
            }
            if let Some(gone) = state.entries.remove(&Self::key(key)) {
                state.stats.memory_used -= Self::bytes(&gone);
                state.stats.deletions += 1;
            }
            true
        })
    }

    fn contains(&self, key: &[u8]) -> bool {
        self.with(|state, now| {
            state
                .entries
                .get(&Self::key(key))
                .is_some_and(|entry| !Self::is_over(entry, now))
        })
    }

    fn clear(&self) {
        self.with(|state, _| {
            state.stats.deletions += state.entries.len() as u64;
            state.stats.memory_used = 0;
            state.entries.clear();
        });
    }

    fn len(&self) -> u64 {
        self.with(|state, _| state.entries.len() as u64)
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn stats(&self) -> CacheStats {
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        self.with(|state, _| CacheStats {
            hits,
            misses,
            entries: state.entries.len() as u64,
            ..state.stats
        })
    }

    fn maintain(&self) {
        self.with(|state, now| {
            let over = state.entries.values().filter(|entry| Self::is_over(entry, now));
            for key in over.map(|entry| entry.key.clone()).collect::<Vec<_>>() {
                Self::find(state, &key, now);
            }
        });
    }

    fn footprint(key_bytes: u64, value_bytes: u64) -> u64 {
        ENTRY_OVERHEAD.saturating_add(key_bytes).saturating_add(value_bytes)
    }
}

/// Every call fails: nothing is ever put or there.
#[derive(Debug)]
pub struct AlwaysFails;

impl Backend for AlwaysFails {
    fn open(_: &CacheConfig, _: Arc<dyn Clock>) -> Result<Self, CacheError> {
        Ok(AlwaysFails)
    }

    fn footprint(_: u64, _: u64) -> u64 {
        u64::MAX
    }

    fn get(&self, _: &[u8]) -> Option<Bytes> {
        None
    }

    fn put(&self, _: &[u8], _: &[u8]) -> Result<(), CacheError> {
        Err(CacheError::Closed)
    }

    fn put_with_ttl(&self, _: &[u8], _: &[u8], _: Option<Duration>) -> Result<(), CacheError> {
        Err(CacheError::Closed)
    }

    fn delete(&self, _: &[u8]) -> bool {
        false
    }

    fn contains(&self, _: &[u8]) -> bool {
        false
    }

    fn clear(&self) {}

    fn len(&self) -> u64 {
        0
    }

    fn is_empty(&self) -> bool {
        true
    }

    fn stats(&self) -> CacheStats {
        CacheStats::default()
    }

    fn maintain(&self) {}
}
