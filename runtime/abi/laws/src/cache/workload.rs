//! What the benches of the cache do, through a backend or the façade, and by calls of moka itself.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use abi_facts::cache::{Backend, CacheConfig};
use bytes::Bytes;
use moka::notification::RemovalCause;
use moka::sync::Cache;

use super::traces;

const KEYS: u64 = 10_000;
const ROOM: u32 = 20_000;
const USES: usize = 1 << 16;
const VALUE: [u8; 64] = [7; 64];

/// What the subject is opened with: room for twice as many entries as are read, so that none of them goes, and none that expires.
pub fn config() -> CacheConfig {
    CacheConfig {
        max_entries: ROOM,
        default_ttl: None,
        ..CacheConfig::default()
    }
}

/// Reads keys that are there, by Zipf's law.
pub fn get_hit<B: Backend>(subject: &B) -> impl FnMut() {
    for key in keys(0..KEYS) {
        // A refusal shows in the bench as a miss.
        let _ = subject.put(&key, &VALUE);
    }
    subject.maintain();
    let mut uses = uses();
    move || drop(black_box(subject.get(black_box(&uses()))))
}

/// The same of moka.
pub fn get_hit_library() -> impl FnMut() {
    let cache: Cache<Box<[u8]>, Bytes> = Cache::new(ROOM.into());
    for key in keys(0..KEYS) {
        cache.insert(key.into(), Bytes::copy_from_slice(&VALUE));
    }
    cache.run_pending_tasks();
    let mut uses = uses();
    move || drop(black_box(cache.get(black_box(uses().as_slice()))))
}

/// Puts ever new keys into a full cache.
pub fn put_new<B: Backend>(subject: &B) -> impl FnMut() {
    let mut fresh = keys(0..u64::MAX);
    move || {
        if let Some(key) = fresh.next() {
            let _ = black_box(subject.put(black_box(&key), &VALUE));
        }
    }
}

/// The same of moka, which bounds bytes and counts evictions too.
pub fn put_new_library() -> impl FnMut() {
    let evictions = Arc::new(AtomicU64::new(0));
    let cache = Cache::<Box<[u8]>, Bytes>::builder()
        .max_capacity(u64::from(ROOM) * (16 + VALUE.len() as u64))
        .weigher(|key, value| (key.len() + value.len()) as u32)
        .eviction_listener(move |_, _, cause| {
            if cause == RemovalCause::Size {
                evictions.fetch_add(1, Ordering::Relaxed);
            }
        })
        .build();
    let mut fresh = keys(0..u64::MAX);
    move || {
        if let Some(key) = fresh.next() {
            cache.insert(black_box(key).into(), Bytes::copy_from_slice(&VALUE));
        }
    }
}

fn keys(numbers: std::ops::Range<u64>) -> impl Iterator<Item = [u8; 16]> {
    numbers.map(|number| u128::from(number).to_be_bytes())
}

// An endless sequence of keys, drawn beforehand.
fn uses() -> impl FnMut() -> [u8; 16] {
    let drawn: Vec<[u8; 16]> = keys_of(traces::zipf(USES, KEYS, 0.99, 1));
    let mut place = 0;
    move || {
        place = (place + 1) % drawn.len();
        drawn[place]
    }
}

fn keys_of(numbers: Vec<u64>) -> Vec<[u8; 16]> {
    numbers.into_iter().map(|number| u128::from(number).to_be_bytes()).collect()
}
