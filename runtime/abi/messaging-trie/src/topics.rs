//! What is published on, and what happened there.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use abi_facts::messaging::TopicStats;
use bytes::Bytes;

use crate::{SHARDS, read, write};

/// A topic and its counters.
#[derive(Debug)]
pub struct Topic {
    /// Its name.
    pub name: Bytes,
    published: AtomicU64,
    refused: AtomicU64,
    copies: AtomicU64,
}

impl Topic {
    fn new(name: &[u8]) -> Self {
        Topic {
            name: Bytes::copy_from_slice(name),
            published: 0.into(),
            refused: 0.into(),
            copies: 0.into(),
        }
    }

    /// Counts a message that was put into so many queues.
    pub fn count_published(&self, copies: u64) {
        self.published.fetch_add(1, Ordering::Relaxed);
        self.copies.fetch_add(copies, Ordering::Relaxed);
    }

    /// Counts a message that was refused.
    pub fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// A bounded table of topics.
#[derive(Debug)]
pub struct Topics {
    limit: u32,
    count: AtomicU32,
    hasher: RandomState,
    shards: [RwLock<HashMap<Bytes, Arc<Topic>>>; SHARDS],
}

impl Topics {
    /// A table for at most so many topics.
    pub fn new(limit: u32) -> Self {
        Topics {
            limit,
            count: AtomicU32::new(0),
            hasher: RandomState::new(),
            shards: Default::default(),
        }
    }

    /// The entry of a topic, made if there is room for it. One that isn't kept serves the call all the same.
    pub fn entry(&self, name: &[u8]) -> Arc<Topic> {
        let shard = &self.shards[self.shard(name)];
        if let Some(topic) = read(shard).get(name) {
            return Arc::clone(topic);
        }
        let topic = Arc::new(Topic::new(name));
        let mut shard = write(shard);
        if let Some(topic) = shard.get(name) {
            return Arc::clone(topic);
        }
        let room = |count: u32| (count < self.limit).then(|| count + 1);
        if self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok() {
            shard.insert(topic.name.clone(), Arc::clone(&topic));
        }
        topic
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<Bytes> {
        let mut names = Vec::new();
        for shard in &self.shards {
            names.extend(read(shard).keys().cloned());
        }
        names.sort_unstable();
        names
    }

    /// What happened on a topic.
    pub fn stats(&self, name: &[u8]) -> Option<TopicStats> {
        let topic = Arc::clone(read(&self.shards[self.shard(name)]).get(name)?);
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Some(TopicStats {
            published: load(&topic.published),
            refused: load(&topic.refused),
            copies: load(&topic.copies),
        })
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    fn shard(&self, name: &[u8]) -> usize {
        self.hasher.hash_one(name) as usize % SHARDS
    }
}
