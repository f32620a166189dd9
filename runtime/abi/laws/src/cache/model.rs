//! The oracle: what a cache is, as simply as it can be said, without regard to cost.

use std::collections::HashMap;
use std::time::Duration;

use abi_facts::cache::{CacheConfig, ENTRY_OVERHEAD, EvictionPolicy};

/// A cache that searches all its entries for each decision.
#[derive(Debug)]
pub struct Model {
    config: CacheConfig,
    entries: HashMap<Vec<u8>, Record>,
    step: u64,
    random: fastrand::Rng,
    /// Entries that went for want of room.
    pub evictions: u64,
    /// Entries that went because their time was over.
    pub expired: u64,
}

#[derive(Debug)]
struct Record {
    value: Vec<u8>,
    deadline: Option<Duration>,
    put: u64,
    last_use: u64,
    uses: u64,
}

impl Model {
    /// An empty one. The policy `Any` is taken for `Lru`.
    pub fn new(config: &CacheConfig) -> Self {
        Model {
            config: config.clone(),
            entries: HashMap::new(),
            step: 0,
            random: fastrand::Rng::with_seed(7),
            evictions: 0,
            expired: 0,
        }
    }

    /// The value under a key.
    pub fn get(&mut self, key: &[u8], now: Duration) -> Option<Vec<u8>> {
        self.step += 1;
        self.drop_if_over(key, now);
        let record = self.entries.get_mut(key)?;
        record.last_use = self.step;
        record.uses += 1;
        Some(record.value.clone())
    }

    /// Stores a value.
    pub fn put(&mut self, key: &[u8], value: &[u8], deadline: Option<Duration>) {
        self.step += 1;
        // The old entry gives its room to the new one and never goes itself to make room for it.
        let old = self.entries.remove(key);
        let bytes = ENTRY_OVERHEAD + key.len() as u64 + value.len() as u64;
        while self.entries.len() as u64 >= u64::from(self.config.max_entries)
            || self.bytes() + bytes > self.config.max_memory_bytes
        {
            let Some(victim) = self.victim() else { break };
            self.entries.remove(&victim);
            self.evictions += 1;
        }
        let uses = old.map_or(0, |old| old.uses) + 1;
        let record = Record {
            value: value.to_vec(),
            deadline,
            put: self.step,
            last_use: self.step,
            uses,
        };
        self.entries.insert(key.to_vec(), record);
    }

    /// Takes an entry away.
    pub fn delete(&mut self, key: &[u8], now: Duration) -> bool {
        self.drop_if_over(key, now);
        self.entries.remove(key).is_some()
    }

    /// Whether there is an entry whose time isn't over.
    pub fn contains(&self, key: &[u8], now: Duration) -> bool {
        self.entries.get(key).is_some_and(|record| !record.is_over(now))
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Drops what is over.
    pub fn maintain(&mut self, now: Duration) {
        let before = self.entries.len();
        self.entries.retain(|_, record| !record.is_over(now));
        self.expired += (before - self.entries.len()) as u64;
    }

    /// Entries that are held, whether or not their time is over.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the entries count against the limit of memory.
    pub fn bytes(&self) -> u64 {
        self.entries
            .iter()
            .map(|(key, record)| ENTRY_OVERHEAD + (key.len() + record.value.len()) as u64)
            .sum()
    }

    fn drop_if_over(&mut self, key: &[u8], now: Duration) {
        if self.entries.get(key).is_some_and(|record| record.is_over(now)) {
            self.entries.remove(key);
            self.expired += 1;
        }
    }

    fn victim(&mut self) -> Option<Vec<u8>> {
        let by = |rank: fn(&Record) -> (u64, u64)| self.entries.iter().min_by_key(|(_, record)| rank(record));
        let (key, _) = match self.config.eviction_policy {
            EvictionPolicy::Fifo => by(|record| (record.put, 0)),
            EvictionPolicy::Lfu => by(|record| (record.uses, record.last_use)),
            EvictionPolicy::Random => {
                let place = self.random.usize(..self.entries.len().max(1));
                self.entries.iter().nth(place)
            }
            _ => by(|record| (record.last_use, 0)),
        }?;
        Some(key.clone())
    }
}

impl Record {
    fn is_over(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }
}
