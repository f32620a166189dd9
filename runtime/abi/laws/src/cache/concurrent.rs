//! Laws of many threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use abi_facts::cache::{Backend, CacheStats, EvictionPolicy};

use super::Fixture;
use crate::{Law, Violation};

const THREADS: u64 = 4;
const SHARED_KEYS: u64 = 200;
const ROOM: u32 = 100;

/// Under threads nothing is counted twice or lost: hits and misses are the calls of `get`, and entries are insertions less deletions,
/// evictions and expired ones. A case is an operation of each thread.
pub fn accounting<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let cache: B = fixture.open_still(&fixture.config(ROOM, 1 << 20, EvictionPolicy::Any))?;

    // Each key once: each put is an insertion.
    let puts = u64::from(law.cases.min(2_000));
    in_threads(|thread| {
        for number in 0..puts {
            put(&cache, &own_key(thread, number), number)?;
        }
        Ok(())
    })?;
    cache.maintain();
    balance(&cache, &cache.stats(), THREADS * puts)?;
    cache.clear();
    let cleared = cache.stats();
    if cleared.entries != 0 || cleared.memory_used != 0 {
        return Err(Violation::new(format!("after `clear` it counts {cleared:?}")));
    }
    balance(&cache, &cleared, THREADS * puts)?;

    // The same keys by all.
    let (hits, misses, deletions) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    in_threads(|thread| {
        let mut random = fastrand::Rng::with_seed(law.seed ^ (thread + 1));
        for number in 0..u64::from(law.cases) {
            let key = shared_key(random.u64(..SHARED_KEYS));
            match random.u8(..10) {
                0..6 => {
                    let count = if cache.get(&key).is_some() { &hits } else { &misses };
                    count.fetch_add(1, Ordering::Relaxed);
                }
                6..9 => put(&cache, &key, number)?,
                _ if cache.delete(&key) => _ = deletions.fetch_add(1, Ordering::Relaxed),
                _ => {}
            }
        }
        Ok(())
    })?;
    cache.maintain();
    let stats = cache.stats();
    let counted = (stats.hits, stats.misses, stats.deletions - cleared.deletions);
    let expected = (hits.into_inner(), misses.into_inner(), deletions.into_inner());
    if counted != expected {
        let text = format!("it counts {counted:?} hits, misses and deletions; its callers saw {expected:?}");
        return Err(Violation::new(text));
    }
    balance(&cache, &stats, stats.insertions)?;
    let keys = (0..SHARED_KEYS).map(shared_key).filter(|key| cache.contains(key));
    let (entries, bytes) = keys.fold((0, 0), |(entries, bytes), key| {
        (entries + 1, bytes + B::footprint(key.len() as u64, 16))
    });
    if (stats.entries, stats.memory_used) != (entries, bytes) {
        return Err(Violation::new(format!(
            "{entries} entries of {bytes} bytes are there, but it counts {stats:?}"
        )));
    }
    Ok(())
}

fn balance<B: Backend>(cache: &B, stats: &CacheStats, insertions: u64) -> Result<(), Violation> {
    let gone = stats.deletions + stats.evictions + stats.expired;
    if stats.insertions == insertions && stats.insertions == stats.entries + gone && stats.entries == cache.len() {
        return Ok(());
    }
    let entries = cache.len();
    Err(Violation::new(format!(
        "{insertions} entries were put in and {entries} are there; it counts {stats:?}"
    )))
}

/// Under threads `get` gives a value that was put under that very key, whole. A case is an operation of each thread.
pub fn isolation<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let cache: B = fixture.open_still(&fixture.config(ROOM, 1 << 20, EvictionPolicy::Any))?;
    in_threads(|thread| {
        let mut random = fastrand::Rng::with_seed(law.seed ^ (thread + 1));
        for number in 0..u64::from(law.cases) {
            let key = shared_key(random.u64(..SHARED_KEYS));
            match random.u8(..10) {
                0..5 => {
                    if let Some(value) = cache.get(&key)
                        && !belongs(&key, &value)
                    {
                        return Err(Violation::new(format!(
                            "under key {key:?} stands {:?}, put under another",
                            &*value
                        )));
                    }
                }
                5..9 => put(&cache, &key, number)?,
                _ => _ = cache.delete(&key),
            }
        }
        Ok(())
    })
}

fn in_threads(work: impl Fn(u64) -> Result<(), Violation> + Sync) -> Result<(), Violation> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || work(number))).collect();
        // All of them are joined before any is looked at: a scope panics when a thread did that nobody joined.
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        let lost = |_| Err(Violation::new("a thread that used the cache panicked"));
        results.into_iter().try_for_each(|result| result.unwrap_or_else(lost))
    })
}

fn own_key(thread: u64, number: u64) -> [u8; 8] {
    (number * THREADS + thread).to_be_bytes()
}

fn shared_key(number: u64) -> [u8; 8] {
    (u64::MAX - number).to_be_bytes()
}

// The key, and a number that tells the puts apart.
fn put<B: Backend>(cache: &B, key: &[u8; 8], number: u64) -> Result<(), Violation> {
    let value = [*key, number.to_be_bytes()].concat();
    cache
        .put(key, &value)
        .map_err(|error| Violation::new(format!("a put under threads fails: {error}")))
}

fn belongs(key: &[u8; 8], value: &[u8]) -> bool {
    value.len() == 16 && value.starts_with(key)
}
