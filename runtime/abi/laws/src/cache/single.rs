//! Laws of one thread that need no order of eviction.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use abi_facts::cache::{Backend, CacheError, EvictionPolicy};
use abi_facts::clock::{Clock, ManualClock};

use super::Fixture;
use super::history::{self, Bounds, Operation, failed, key, value};
use crate::{Law, Violation};

/// While there is room and nothing expires, the cache is a map: `get` gives what was put last, `delete` and `contains` tell the truth,
/// `len` is the number of keys.
pub fn read_your_write<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let bounds = Bounds {
        keys: 60,
        longest_value: 300,
        longest: 120,
    };
    history::every(law, bounds, |_, history| {
        let cache: B = fixture.open_still(&fixture.roomy(None)).map_err(|violation| violation.text)?;
        let mut map: HashMap<u8, Vec<u8>> = HashMap::new();
        for (place, operation) in history.iter().enumerate() {
            let differs = |found: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug| {
                Err(format!(
                    "operation {place}, {operation:?}, gives {found:?} and should give {expected:?}"
                ))
            };
            match *operation {
                Operation::Get(number) => {
                    let (found, expected) = (cache.get(&key(number)), map.get(&number));
                    if found.as_deref() != expected.map(Vec::as_slice) {
                        return differs(&found, &expected);
                    }
                }
                Operation::Put(number, size) | Operation::PutWithTtl(number, size, _) => {
                    let value = value(place, size);
                    cache.put(&key(number), &value).map_err(|error| failed(place, error))?;
                    map.insert(number, value);
                }
                Operation::Delete(number) => {
                    let (found, expected) = (cache.delete(&key(number)), map.remove(&number).is_some());
                    if found != expected {
                        return differs(&found, &expected);
                    }
                }
                Operation::Contains(number) => {
                    let (found, expected) = (cache.contains(&key(number)), map.contains_key(&number));
                    if found != expected {
                        return differs(&found, &expected);
                    }
                }
                Operation::Clear => {
                    cache.clear();
                    map.clear();
                }
                Operation::Maintain | Operation::Advance(_) | Operation::Jump(_) => cache.maintain(),
            }
            if cache.len() != map.len() as u64 || cache.is_empty() != map.is_empty() {
                return Err(format!(
                    "after operation {place} it holds {} entries instead of {}",
                    cache.len(),
                    map.len()
                ));
            }
        }
        Ok(())
    })
}

/// After `maintain` there are at most `max_entries` entries that count at most `max_memory_bytes`, whatever their sizes; and the
/// statistics count exactly those that `contains` knows.
pub fn capacity<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let bounds = Bounds {
        keys: 40,
        longest_value: 700,
        longest: 100,
    };
    history::every(law, bounds, |case, history| {
        // One entry, and hardly any memory, are among them.
        let (max_entries, max_memory_bytes) = (1 + case % 12, 1_024 + u64::from(case / 12 % 8) * 700);
        let config = fixture.config(max_entries, max_memory_bytes, EvictionPolicy::Any);
        let cache: B = fixture.open_still(&config).map_err(|violation| violation.text)?;
        let mut sizes = HashMap::new();
        for (place, operation) in history.iter().enumerate() {
            match *operation {
                Operation::Get(number) => drop(cache.get(&key(number))),
                Operation::Put(number, size) | Operation::PutWithTtl(number, size, _) => {
                    match cache.put(&key(number), &value(place, size)) {
                        Ok(()) => drop(sizes.insert(number, size)),
                        // What is refused, and how, is the law `refusal`.
                        Err(CacheError::TooLarge { .. }) => {}
                        Err(error) => return Err(failed(place, error)),
                    }
                }
                Operation::Delete(number) => _ = cache.delete(&key(number)),
                Operation::Clear => cache.clear(),
                _ => {}
            }
        }
        cache.maintain();
        let stats = cache.stats();
        if cache.len() > u64::from(max_entries) {
            return Err(format!(
                "it holds {} entries, more than its limit of {max_entries}",
                cache.len()
            ));
        }
        if stats.memory_used > max_memory_bytes {
            return Err(format!(
                "its entries count {} bytes, more than its limit of {max_memory_bytes}",
                stats.memory_used
            ));
        }
        let held = sizes
            .iter()
            .map(|(&number, &size)| (key(number), size))
            .filter(|(key, _)| cache.contains(key));
        let footprints: Vec<u64> = held.map(|(key, size)| B::footprint(key.len() as u64, size.into())).collect();
        let (entries, bytes) = (footprints.len() as u64, footprints.iter().sum::<u64>());
        if (stats.entries, stats.memory_used) != (entries, bytes) || cache.len() != entries {
            return Err(format!(
                "{entries} entries of {bytes} bytes are there, but it counts {} and {stats:?}",
                cache.len()
            ));
        }
        Ok(())
    })
}

/// An entry that can't fit is refused with its size and the limit, and nothing changes; one of just the limit is taken. Keys and
/// values may be of any bytes and of any length, and the limits as large as numbers are.
pub fn refusal<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = fixture.config(8, 4 << 20, EvictionPolicy::Any);
    let cache: B = fixture.open_still(&config)?;
    let key = b"the key".as_slice();
    let put = |key: &[u8], value: &[u8]| cache.put(key, value);
    put(key, b"old").map_err(|error| Violation::new(format!("a small entry is refused: {error}")))?;
    let before = cache.stats();

    let limit = match put(key, &vec![0; 4 << 20]) {
        Err(CacheError::TooLarge { bytes, limit }) if bytes == B::footprint(key.len() as u64, 4 << 20) && limit < bytes => limit,
        other => {
            return Err(Violation::new(format!(
                "an entry that is larger than the limit of memory gives {other:?}"
            )));
        }
    };
    if cache.get(key).as_deref() != Some(b"old") {
        return Err(Violation::new("a put that was refused changed the entry that was there"));
    }
    let after = cache.stats();
    if (after.insertions, after.entries, after.memory_used) != (before.insertions, before.entries, before.memory_used) {
        return Err(Violation::new(format!(
            "a put that was refused changed the statistics from {before:?} to {after:?}"
        )));
    }

    cache.clear();
    let room = limit - B::footprint(key.len() as u64, 0);
    let value = vec![7; usize::try_from(room).unwrap_or(0)];
    let fits = put(key, &value);
    cache.maintain();
    if fits.is_err() || cache.get(key).is_none_or(|found| *found != *value) {
        return Err(Violation::new(format!(
            "an entry of just the limit, {limit} bytes, isn't kept: {fits:?}"
        )));
    }
    if !matches!(put(key, &[value, vec![7]].concat()), Err(CacheError::TooLarge { .. })) {
        return Err(Violation::new(format!(
            "an entry of one byte more than the limit, {limit} bytes, is taken"
        )));
    }

    cache.clear();
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    for key in [
        vec![],
        vec![0],
        vec![0, 0],
        every_byte.clone(),
        vec![0xff; 70_000],
        vec![b'/'; 1 << 20],
    ] {
        for value in [vec![], every_byte.clone()] {
            let put = put(&key, &value);
            if put.is_err() || cache.get(&key).is_none_or(|found| *found != *value) {
                let (key, value) = (key.len(), value.len());
                return Err(Violation::new(format!(
                    "a key of {key} bytes with a value of {value} isn't kept: {put:?}"
                )));
            }
        }
    }

    let boundless: B = fixture.open_still(&fixture.config(u32::MAX, u64::MAX, EvictionPolicy::Any))?;
    let put = boundless.put(key, &every_byte);
    if boundless.get(key).is_none_or(|found| *found != *every_byte) {
        return Err(Violation::new(format!(
            "a cache with the largest limits doesn't keep an entry: {put:?}"
        )));
    }
    Ok(())
}

/// A thread that panics in the clock leaves the cache usable, and no lock poisoned.
pub fn survives_panic<B: Backend>(_: &Law, fixture: &Fixture) -> Result<(), Violation> {
    type Call<B> = (&'static str, fn(&B));
    let calls: [Call<B>; 6] = [
        ("get", |cache| drop(cache.get(b"key"))),
        ("put", |cache| drop(cache.put(b"key", b"new"))),
        ("put_with_ttl", |cache| {
            drop(cache.put_with_ttl(b"key", b"new", Some(Duration::from_secs(1))))
        }),
        ("delete", |cache| _ = cache.delete(b"key")),
        ("contains", |cache| _ = cache.contains(b"key")),
        ("maintain", |cache| cache.maintain()),
    ];
    for (name, call) in calls {
        let clock = Arc::new(FailingClock::default());
        let cache: B = fixture.open(&fixture.roomy(Some(Duration::from_secs(60))), clock.clone())?;
        let kept = cache.put(b"key", b"old");
        clock.fails.store(true, Ordering::SeqCst);
        // It needn't panic: it may do without the clock.
        let _ = catch_unwind(AssertUnwindSafe(|| call(&cache)));
        clock.fails.store(false, Ordering::SeqCst);
        let afterwards = catch_unwind(AssertUnwindSafe(|| {
            let put = cache.put(b"another", b"value");
            put.is_ok() && kept.is_ok() && cache.get(b"another").as_deref() == Some(b"value") && cache.len() >= 1
        }));
        if !afterwards.unwrap_or(false) {
            return Err(Violation::new(format!(
                "after a panic of the clock in `{name}` the cache can't be used any more"
            )));
        }
    }
    Ok(())
}

#[derive(Debug, Default)]
struct FailingClock {
    clock: ManualClock,
    fails: AtomicBool,
}

impl Clock for FailingClock {
    fn now(&self) -> Duration {
        assert!(
            !self.fails.load(Ordering::SeqCst),
            "this clock fails, to see what becomes of the cache"
        );
        self.clock.now()
    }
}
