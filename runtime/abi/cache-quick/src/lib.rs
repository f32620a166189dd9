//! The cache on quick_cache.
//!
//! quick_cache knows no expiry: each value carries its deadline, which is compared with the clock of the cache whenever the value is
//! met. It has one limit where the cache has two: see `weight`. It follows one policy, its own (Clock-PRO, close to S3-FIFO).
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use abi_cache_accounting::{Counts, add, footprint};
use abi_facts::cache::{Backend, CacheBackend, CacheConfig, CacheError, CacheStats, EvictionPolicy};
use abi_facts::clock::Clock;
use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

// The share of one entry in the limit of entries. A power of two, so that shards divide the whole evenly.
const ENTRY_SHARE: u64 = 1 << 20;

// As many shards as give each this many entries at least, so that they fill about evenly; and no more than this.
const ENTRIES_PER_SHARD: u32 = 512;
const MAX_SHARDS: u32 = 16;

// Of each shard for entries that are used; quick_cache's own choice. It takes no entry that is larger.
const HOT: f64 = 0.97;

/// A cache on quick_cache. [`EvictionPolicy::Any`] is the only policy.
#[derive(Debug)]
pub struct Quick {
    cache: Cache<Box<[u8]>, Held, Shares, DefaultHashBuilder, Evictions>,
    counts: Counts,
    clock: Arc<dyn Clock>,
    default_ttl: Option<Duration>,
    max_entry_bytes: u64,
}

#[derive(Debug, Clone)]
struct Held {
    value: Bytes,
    deadline: Option<Duration>,
    // Tells the puts apart.
    serial: u64,
}

impl Held {
    fn is_over(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }
}

fn bytes(key: &[u8], held: &Held) -> u64 {
    footprint(key.len() as u64, held.value.len() as u64)
}

/// An entry takes the greater of its shares of the two limits: one of `max_entries` entries, or its bytes of `max_memory_bytes`. While the
/// sum of these shares is at most the whole, both limits hold.
#[derive(Debug, Clone)]
struct Shares {
    max_entries: u32,
    max_memory_bytes: u64,
}

impl Shares {
    fn whole(&self) -> u64 {
        u64::from(self.max_entries) * ENTRY_SHARE
    }
}

impl Weighter<Box<[u8]>, Held> for Shares {
    fn weight(&self, key: &Box<[u8]>, held: &Held) -> u64 {
        let share = (u128::from(bytes(key, held)) * u128::from(self.whole())).div_ceil(u128::from(self.max_memory_bytes));
        u64::try_from(share).unwrap_or(u64::MAX).max(ENTRY_SHARE)
    }
}

/// Collects what one put drives out.
#[derive(Debug, Clone)]
struct Evictions;

impl Lifecycle<Box<[u8]>, Held> for Evictions {
    type RequestState = Vec<(Box<[u8]>, Held)>;

    fn on_evict(&self, gone: &mut Self::RequestState, key: Box<[u8]>, held: Held) {
        gone.push((key, held));
    }
}

impl Quick {
    fn forget(&self, key: &[u8], held: &Held) {
        self.counts.memory_used.fetch_sub(bytes(key, held), Ordering::Relaxed);
    }

    fn drop_expired(&self, key: &[u8], now: Duration) {
        if let Some((key, held)) = self.cache.remove_if(key, |held| held.is_over(now)) {
            self.forget(&key, &held);
            add(&self.counts.expired, 1);
        }
    }
}

impl Backend for Quick {
    fn open(config: &CacheConfig, clock: Arc<dyn Clock>) -> Result<Self, CacheError> {
        if config.eviction_policy != EvictionPolicy::Any {
            return Err(CacheError::Unsupported {
                backend: CacheBackend::Quick.name(),
                what: format!("eviction.{}", config.eviction_policy.name()),
            });
        }
        let shares = Shares {
            max_entries: config.max_entries.max(1),
            max_memory_bytes: config.max_memory_bytes.max(1),
        };
        let shards = (shares.max_entries / ENTRIES_PER_SHARD).clamp(1, MAX_SHARDS);
        let shards = 1 << shards.ilog2();
        // The hot part of a cache of one entry has to hold that entry.
        let hot = if shares.max_entries == 1 { 1.0 } else { HOT };
        // Rounded down to a multiple of the shards, as quick_cache rounds the limit of each shard up.
        let whole = shares.whole() / shards * shards;
        let largest = (whole / shards) as f64 * hot;
        let options = OptionsBuilder::new()
            .shards(shards as usize)
            .hot_allocation(hot)
            .estimated_items_capacity(shares.max_entries as usize)
            .weight_capacity(whole)
            .build()
            .map_err(|error| CacheError::InvalidConfig {
                field: "max_entries",
                reason: error.to_string(),
            })?;
        // As many bytes as weigh no more than that, by the rule of `Shares`.
        let max_entry_bytes = u128::from(largest as u64) * u128::from(shares.max_memory_bytes) / u128::from(shares.whole());
        Ok(Quick {
            cache: Cache::with_options(options, shares, DefaultHashBuilder::default(), Evictions),
            counts: Counts::default(),
            clock,
            default_ttl: config.default_ttl,
            max_entry_bytes: u64::try_from(max_entry_bytes).unwrap_or(u64::MAX),
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
        if bytes > self.max_entry_bytes {
            return Err(CacheError::TooLarge {
                bytes,
                limit: self.max_entry_bytes,
            });
        }
        // A deadline beyond the end of the clock is none.
        let deadline = ttl.and_then(|ttl| self.clock.now().checked_add(ttl));
        // Before the entry is there, so that what is taken away never comes before what is added.
        let serial = self.counts.puts.fetch_add(1, Ordering::Relaxed);
        add(&self.counts.memory_used, bytes);
        let mut gone = Vec::new();
        let held = Held {
            value: Bytes::copy_from_slice(value),
            deadline,
            serial,
        };
        self.cache.insert_with_lifecycle(key.into(), held, &mut gone);
        for (gone_key, held) in &gone {
            // quick_cache reports the old value of this key too; and the new one, if that has to go at once.
            let replaced = **gone_key == *key && held.serial != serial;
            add(
                if replaced {
                    &self.counts.replaced
                } else {
                    &self.counts.evictions
                },
                1,
            );
            self.forget(gone_key, held);
        }
        Ok(())
    }

    fn delete(&self, key: &[u8]) -> bool {
        let now = self.clock.now();
        let Some((key, held)) = self.cache.remove(key) else {
            return false;
        };
        self.forget(&key, &held);
        let good = !held.is_over(now);
        add(if good { &self.counts.deletions } else { &self.counts.expired }, 1);
        good
    }

    fn contains(&self, key: &[u8]) -> bool {
        let held = self.cache.peek(key);
        held.is_some_and(|held| held.deadline.is_none_or(|deadline| self.clock.now() < deadline))
    }

    fn clear(&self) {
        for (key, held) in self.cache.drain() {
            self.forget(&key, &held);
            add(&self.counts.deletions, 1);
        }
    }

    fn len(&self) -> u64 {
        self.cache.len() as u64
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn stats(&self) -> CacheStats {
        self.counts.stats(self.len())
    }

    fn maintain(&self) {
        let now = self.clock.now();
        self.cache.retain(|key, held| {
            let good = !held.is_over(now);
            if !good {
                self.forget(key, held);
                add(&self.counts.expired, 1);
            }
            good
        });
    }

    fn footprint(key_bytes: u64, value_bytes: u64) -> u64 {
        footprint(key_bytes, value_bytes)
    }
}
