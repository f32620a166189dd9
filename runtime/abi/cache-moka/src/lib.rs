//! The cache on moka.
//!
//! moka takes the time from the system and can't be given another clock. So each value carries its deadline, which is compared with the
//! clock of the cache whenever the value is met; moka itself knows of no expiry. moka has one limit where the cache has two: see
//! `weight`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use abi_cache_accounting::{Counts, add, footprint};
use abi_facts::cache::{Backend, CacheBackend, CacheConfig, CacheError, CacheStats, EvictionPolicy};
use abi_facts::clock::Clock;
use bytes::Bytes;
use moka::notification::RemovalCause;
use moka::sync::Cache;

/// A cache on moka. [`EvictionPolicy::Any`] is W-TinyLFU.
#[derive(Debug)]
pub struct Moka {
    cache: Cache<Box<[u8]>, Held>,
    counts: Arc<Counts>,
    clock: Arc<dyn Clock>,
    default_ttl: Option<Duration>,
    max_memory_bytes: u64,
    // Whether moka works off its logs at each put. Otherwise it holds some sixty entries too many until it does, which is of no
    // importance where the policy is its own; but a loop over a few keys more than there is room for then hits where an LRU never does.
    prompt: bool,
}

#[derive(Debug, Clone)]
struct Held {
    value: Bytes,
    deadline: Option<Duration>,
}

impl Held {
    fn is_over(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }
}

fn bytes(key: &[u8], held: &Held) -> u64 {
    footprint(key.len() as u64, held.value.len() as u64)
}

// An entry takes the greater of its shares of the two limits: one of `max_entries` entries, or its bytes of `max_memory_bytes`. While the
// sum of these shares is at most the whole, both limits hold. A whole is `max_entries` times the share of one entry, which is as fine as
// moka's weights of 32 bits allow.
fn weight(bytes: u64, entry_share: u32, max_entries: u32, max_memory_bytes: u64) -> u32 {
    let whole = u128::from(entry_share) * u128::from(max_entries);
    let share = (u128::from(bytes) * whole).div_ceil(u128::from(max_memory_bytes));
    u32::try_from(share).unwrap_or(u32::MAX).max(entry_share)
}

impl Moka {
    // Takes an entry out and says whether it was still good.
    fn take(&self, key: &[u8], now: Duration) -> Option<bool> {
        let held = self.cache.remove(key)?;
        self.counts.memory_used.fetch_sub(bytes(key, &held), Ordering::Relaxed);
        Some(!held.is_over(now))
    }

    // Drops an entry that was over when it was looked at. Another thread may have put a new one there since; then that one goes, which
    // a cache may always do.
    fn drop_expired(&self, key: &[u8], now: Duration) {
        match self.take(key, now) {
            Some(false) => add(&self.counts.expired, 1),
            Some(true) => add(&self.counts.evictions, 1),
            None => {}
        }
    }

    // Lets moka work off its logs. One round may leave some when many threads write; as long as it gets anywhere, there is another.
    fn settle(&self) {
        let mut before = None;
        for _ in 0..16 {
            self.cache.run_pending_tasks();
            let entries = self.cache.entry_count();
            if before == Some(entries) {
                return;
            }
            before = Some(entries);
        }
    }
}

impl Backend for Moka {
    fn open(config: &CacheConfig, clock: Arc<dyn Clock>) -> Result<Self, CacheError> {
        let (policy, prompt) = match config.eviction_policy {
            EvictionPolicy::Any => (moka::policy::EvictionPolicy::tiny_lfu(), false),
            EvictionPolicy::Lru => (moka::policy::EvictionPolicy::lru(), true),
            other => {
                return Err(CacheError::Unsupported {
                    backend: CacheBackend::Moka.name(),
                    what: format!("eviction.{}", other.name()),
                });
            }
        };
        let (max_entries, max_memory_bytes) = (config.max_entries.max(1), config.max_memory_bytes.max(1));
        let entry_share = u32::MAX / max_entries;
        let counts = Arc::new(Counts::default());
        let removed = Arc::clone(&counts);
        let cache = Cache::<Box<[u8]>, Held>::builder()
            .max_capacity(u64::from(entry_share) * u64::from(max_entries))
            .weigher(move |key, held| weight(bytes(key, held), entry_share, max_entries, max_memory_bytes))
            .eviction_policy(policy)
            .eviction_listener(move |key, held, cause| {
                let count = match cause {
                    RemovalCause::Replaced => &removed.replaced,
                    RemovalCause::Size => &removed.evictions,
                    // Who removed it counts it.
                    RemovalCause::Explicit | RemovalCause::Expired => return,
                };
                add(count, 1);
                removed.memory_used.fetch_sub(bytes(&key, &held), Ordering::Relaxed);
            })
            .build();
        Ok(Moka {
            cache,
            counts,
            clock,
            default_ttl: config.default_ttl,
            max_memory_bytes,
            prompt,
        })
    }

    fn get(&self, key: &[u8]) -> Option<Bytes> {
        if let Some(held) = self.cache.get(key) {
            let Some(deadline) = held.deadline else {
                add(&self.counts.hits, 1);
                return Some(held.value);
            };
            let now = self.clock.now();
            if now < deadline {
                add(&self.counts.hits, 1);
                return Some(held.value);
            }
            self.drop_expired(key, now);
        }
        add(&self.counts.misses, 1);
        None
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), CacheError> {
        self.put_with_ttl(key, value, self.default_ttl)
    }

    fn put_with_ttl(&self, key: &[u8], value: &[u8], ttl: Option<Duration>) -> Result<(), CacheError> {
        let bytes = footprint(key.len() as u64, value.len() as u64);
        if bytes > self.max_memory_bytes {
            return Err(CacheError::TooLarge {
                bytes,
                limit: self.max_memory_bytes,
            });
        }
        // A deadline beyond the end of the clock is none.
        let deadline = ttl.and_then(|ttl| self.clock.now().checked_add(ttl));
        // Before the entry is there, so that what is taken away never comes before what is added.
        add(&self.counts.puts, 1);
        let used = self
            .counts
            .memory_used
            .fetch_add(bytes, Ordering::Relaxed)
            .saturating_add(bytes);
        self.cache.insert(
            key.into(),
            Held {
                value: Bytes::copy_from_slice(value),
                deadline,
            },
        );
        // The entries too many may be large ones. Beyond an eighth too much they don't wait.
        if self.prompt || used > self.max_memory_bytes.saturating_add(self.max_memory_bytes / 8) {
            self.cache.run_pending_tasks();
        }
        Ok(())
    }

    fn delete(&self, key: &[u8]) -> bool {
        match self.take(key, self.clock.now()) {
            Some(true) => {
                add(&self.counts.deletions, 1);
                true
            }
            Some(false) => {
                add(&self.counts.expired, 1);
                false
            }
            None => false,
        }
    }

    fn contains(&self, key: &[u8]) -> bool {
        // moka can tell whether it has a key without counting a use, but not its value.
        self.cache
            .get(key)
            .is_some_and(|held| held.deadline.is_none_or(|deadline| self.clock.now() < deadline))
    }

    fn clear(&self) {
        // moka's own `invalidate_all` only hides the entries, and counts them at some later time.
        for (key, _) in self.cache.iter() {
            if self.take(&key, Duration::ZERO).is_some() {
                add(&self.counts.deletions, 1);
            }
        }
    }

    fn len(&self) -> u64 {
        self.settle();
        self.cache.entry_count()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn stats(&self) -> CacheStats {
        self.settle();
        self.counts.stats(self.cache.entry_count())
    }

    fn maintain(&self) {
        let now = self.clock.now();
        for (key, held) in self.cache.iter() {
            if held.is_over(now) {
                self.drop_expired(&key, now);
            }
        }
        self.settle();
    }

    fn footprint(key_bytes: u64, value_bytes: u64) -> u64 {
        footprint(key_bytes, value_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi_facts::clock::ManualClock;

    #[test]
    fn large_entries_dont_pile_up_until_moka_works_off_its_log() {
        let config = CacheConfig {
            max_memory_bytes: 1 << 20,
            default_ttl: None,
            ..CacheConfig::default()
        };
        let cache = Moka::open(&config, Arc::new(ManualClock::new())).unwrap();
        for number in 0..60_u8 {
            cache.put(&[number], &vec![number; 100_000]).unwrap();
            let used = cache.counts.memory_used.load(Ordering::Relaxed);
            assert!(used <= (1 << 20) * 9 / 8, "{used} bytes after {number} puts");
        }
    }
}
