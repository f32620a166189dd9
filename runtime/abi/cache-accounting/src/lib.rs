//! What every backend of the cache counts in the same way: the bytes of an entry, and what happened to entries.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::sync::atomic::{AtomicU64, Ordering};

use abi_facts::cache::{CacheStats, ENTRY_OVERHEAD};

/// The bytes that an entry counts whose key and value have so many. Saturates.
pub fn footprint(key_bytes: u64, value_bytes: u64) -> u64 {
    ENTRY_OVERHEAD.saturating_add(key_bytes).saturating_add(value_bytes)
}

/// What happened to the entries of a cache, for libraries that don't count it themselves.
#[derive(Debug, Default)]
pub struct Counts {
    /// Reads that gave a value.
    pub hits: AtomicU64,
    /// Reads that gave none.
    pub misses: AtomicU64,
    /// Entries that were put.
    pub puts: AtomicU64,
    /// Puts that took the place of an entry that was held.
    pub replaced: AtomicU64,
    /// Entries that users took away.
    pub deletions: AtomicU64,
    /// Entries that went to make room.
    pub evictions: AtomicU64,
    /// Entries that were dropped past their deadline.
    pub expired: AtomicU64,
    /// The bytes that the entries count.
    pub memory_used: AtomicU64,
}

impl Counts {
    /// The statistics of a cache that holds so many entries.
    pub fn stats(&self, entries: u64) -> CacheStats {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CacheStats {
            hits: load(&self.hits),
            misses: load(&self.misses),
            entries,
            memory_used: load(&self.memory_used),
            insertions: load(&self.puts).saturating_sub(load(&self.replaced)),
            deletions: load(&self.deletions),
            evictions: load(&self.evictions),
            expired: load(&self.expired),
        }
    }
}

/// Adds to a count.
pub fn add(count: &AtomicU64, number: u64) {
    count.fetch_add(number, Ordering::Relaxed);
}
