//! The entries, the limits, and the statistics.

use std::collections::HashMap;
use std::time::Duration;

use abi_cache_accounting::footprint;
use abi_facts::cache::{CacheBackend, CacheConfig, CacheError, CacheStats, EvictionPolicy};
use bytes::Bytes;

use crate::links::NONE;
use crate::order::Order;

#[derive(Debug)]
pub(crate) struct Store {
    index: HashMap<Bytes, u32>,
    slots: Vec<Option<Entry>>,
    vacant: Vec<u32>,
    order: Order,
    stats: CacheStats,
    policy: EvictionPolicy,
    max_entries: u64,
    max_memory_bytes: u64,
}

#[derive(Debug)]
struct Entry {
    key: Bytes,
    value: Bytes,
    deadline: Option<Duration>,
}

impl Entry {
    fn is_over(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn bytes(&self) -> u64 {
        footprint(self.key.len() as u64, self.value.len() as u64)
    }
}

impl Store {
    pub(crate) fn new(config: &CacheConfig) -> Result<Self, CacheError> {
        let policy = config.eviction_policy;
        Ok(Store {
            index: HashMap::new(),
            slots: Vec::new(),
            vacant: Vec::new(),
            order: order(policy)?,
            stats: CacheStats::default(),
            policy,
            max_entries: u64::from(config.max_entries),
            max_memory_bytes: config.max_memory_bytes,
        })
    }

    pub(crate) fn get(&mut self, key: &[u8], now: Duration) -> Option<Bytes> {
        match self.find(key, now) {
            Some(slot) => {
                self.stats.hits += 1;
                self.order.used(slot);
                self.entry(slot).map(|entry| entry.value.clone())
            }
            None => {
                self.stats.misses += 1;
                None
            }
        }
    }

    /// Stores an entry that alone fits.
    pub(crate) fn put(&mut self, key: &[u8], value: Bytes, deadline: Option<Duration>) {
        let bytes = footprint(key.len() as u64, value.len() as u64);
        match self.index.get(key).copied() {
            Some(slot) => {
                let old = self.entry(slot).map_or(0, Entry::bytes);
                self.order.replaced(slot);
                self.stats.memory_used -= old;
                self.make_room(0, bytes, slot);
                self.stats.memory_used += bytes;
                if let Some(entry) = &mut self.slots[slot as usize] {
                    entry.value = value;
                    entry.deadline = deadline;
                }
            }
            None => {
                self.make_room(1, bytes, NONE);
                let key = Bytes::copy_from_slice(key);
                let slot = self.add(Entry {
                    key: key.clone(),
                    value,
                    deadline,
                });
                self.index.insert(key, slot);
                self.order.insert(slot);
                self.stats.insertions += 1;
                self.stats.entries += 1;
                self.stats.memory_used += bytes;
            }
        }
    }

    pub(crate) fn delete(&mut self, key: &[u8], now: Duration) -> bool {
        let Some(slot) = self.find(key, now) else { return false };
        self.remove(slot);
        self.stats.deletions += 1;
        true
    }

    pub(crate) fn contains(&self, key: &[u8], now: Duration) -> bool {
        let slot = self.index.get(key);
        slot.and_then(|&slot| self.entry(slot))
            .is_some_and(|entry| !entry.is_over(now))
    }

    /// Drops all entries and gives their memory back.
    pub(crate) fn clear(&mut self) {
        // The policy was accepted when the store was made.
        let Ok(order) = order(self.policy) else { return };
        self.order = order;
        self.index = HashMap::new();
        self.slots = Vec::new();
        self.vacant = Vec::new();
        self.stats.deletions += self.stats.entries;
        self.stats.entries = 0;
        self.stats.memory_used = 0;
    }

    pub(crate) fn drop_expired(&mut self, now: Duration) {
        for slot in 0..self.slots.len() as u32 {
            if self.entry(slot).is_some_and(|entry| entry.is_over(now)) {
                self.remove(slot);
                self.stats.expired += 1;
            }
        }
    }

    pub(crate) fn stats(&self) -> CacheStats {
        self.stats
    }

    fn entry(&self, slot: u32) -> Option<&Entry> {
        self.slots.get(slot as usize)?.as_ref()
    }

    // The slot of an entry that isn't over; one that is over goes.
    fn find(&mut self, key: &[u8], now: Duration) -> Option<u32> {
        let slot = *self.index.get(key)?;
        if self.entry(slot).is_some_and(|entry| entry.is_over(now)) {
            self.remove(slot);
            self.stats.expired += 1;
            return None;
        }
        Some(slot)
    }

    fn make_room(&mut self, entries: u64, bytes: u64, kept: u32) {
        while self.stats.entries + entries > self.max_entries || self.stats.memory_used + bytes > self.max_memory_bytes {
            let Some(slot) = self.order.victim(kept) else { return };
            self.remove(slot);
            self.stats.evictions += 1;
        }
    }

    fn add(&mut self, entry: Entry) -> u32 {
        match self.vacant.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(entry);
                slot
            }
            None => {
                self.slots.push(Some(entry));
                (self.slots.len() - 1) as u32
            }
        }
    }

    fn remove(&mut self, slot: u32) {
        let Some(entry) = self.slots[slot as usize].take() else {
            return;
        };
        self.index.remove(&entry.key);
        self.order.remove(slot);
        self.vacant.push(slot);
        self.stats.entries -= 1;
        self.stats.memory_used -= entry.bytes();
    }
}

fn order(policy: EvictionPolicy) -> Result<Order, CacheError> {
    Order::new(policy).ok_or_else(|| CacheError::Unsupported {
        backend: CacheBackend::Exact.name(),
        what: format!("eviction.{}", policy.name()),
    })
}
