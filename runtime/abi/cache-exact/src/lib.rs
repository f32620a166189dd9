//! The exact cache: what goes when there is no room is decided as the policies define it, entry for entry.
//!
//! Everything stands behind one lock. A policy is an order over *all* entries, so shards would each follow an order of their own and
//! the cache as a whole none; and under the lock is nothing but a look-up and a change of links, all of constant cost.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod links;
mod order;
mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abi_cache_accounting::footprint;
use abi_facts::cache::{Backend, CacheConfig, CacheError, CacheStats};
use abi_facts::clock::Clock;
use bytes::Bytes;

use crate::store::Store;

/// A cache that keeps to its policy exactly. [`EvictionPolicy::Any`](abi_facts::cache::EvictionPolicy::Any) is least recently used.
#[derive(Debug)]
pub struct Exact {
    store: Mutex<Store>,
    clock: Arc<dyn Clock>,
    default_ttl: Option<Duration>,
    max_memory_bytes: u64,
}

impl Exact {
    // A thread that panics while it holds the lock leaves the store whole: the clock, the only foreign code, is asked before the
    // lock is taken. So a poisoned lock is taken all the same.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Exact {
    fn open(config: &CacheConfig, clock: Arc<dyn Clock>) -> Result<Self, CacheError> {
        Ok(Exact {
            store: Mutex::new(Store::new(config)?),
            clock,
            default_ttl: config.default_ttl,
            max_memory_bytes: config.max_memory_bytes,
        })
    }

    fn get(&self, key: &[u8]) -> Option<Bytes> {
        let now = self.clock.now();
        self.store().get(key, now)
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
        let value = Bytes::copy_from_slice(value);
        self.store().put(key, value, deadline);
        Ok(())
    }

    fn delete(&self, key: &[u8]) -> bool {
        let now = self.clock.now();
        self.store().delete(key, now)
    }

    fn contains(&self, key: &[u8]) -> bool {
        let now = self.clock.now();
        self.store().contains(key, now)
    }

    fn clear(&self) {
        self.store().clear();
    }

    fn len(&self) -> u64 {
        self.store().stats().entries
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn stats(&self) -> CacheStats {
        self.store().stats()
    }

    fn maintain(&self) {
        let now = self.clock.now();
        self.store().drop_expired(now);
    }

    fn footprint(key_bytes: u64, value_bytes: u64) -> u64 {
        footprint(key_bytes, value_bytes)
    }
}
