//! Which entry goes next: the order that each policy keeps over the slots. Every operation has constant cost.

use abi_facts::cache::EvictionPolicy;

use crate::links::{Links, List, NONE};

#[derive(Debug)]
pub(crate) enum Order {
    Recency(Recency),
    Frequency(Frequency),
    Chance(Chance),
}

impl Order {
    pub(crate) fn new(policy: EvictionPolicy) -> Option<Order> {
        Some(match policy {
            EvictionPolicy::Any | EvictionPolicy::Lru => Order::Recency(Recency::new(true)),
            EvictionPolicy::Fifo => Order::Recency(Recency::new(false)),
            EvictionPolicy::Lfu => Order::Frequency(Frequency::default()),
            EvictionPolicy::Random => Order::Chance(Chance::default()),
            _ => return None,
        })
    }

    /// A new entry stands in a slot.
    pub(crate) fn insert(&mut self, slot: u32) {
        match self {
            Order::Recency(recency) => recency.links.push(&mut recency.list, slot),
            Order::Frequency(frequency) => frequency.insert(slot),
            Order::Chance(chance) => chance.insert(slot),
        }
    }

    /// The entry of a slot was read.
    pub(crate) fn used(&mut self, slot: u32) {
        match self {
            Order::Recency(recency) if recency.by_use => recency.renew(slot),
            Order::Frequency(frequency) => frequency.used(slot),
            Order::Recency(_) | Order::Chance(_) => {}
        }
    }

    /// The entry of a slot has a new value.
    pub(crate) fn replaced(&mut self, slot: u32) {
        match self {
            Order::Recency(recency) => recency.renew(slot),
            Order::Frequency(frequency) => frequency.used(slot),
            Order::Chance(_) => {}
        }
    }

    /// The entry of a slot is gone.
    pub(crate) fn remove(&mut self, slot: u32) {
        match self {
            Order::Recency(recency) => recency.links.remove(&mut recency.list, slot),
            Order::Frequency(frequency) => frequency.remove(slot),
            Order::Chance(chance) => chance.remove(slot),
        }
    }

    /// The slot whose entry goes next, other than `kept` (which may be none).
    pub(crate) fn victim(&mut self, kept: u32) -> Option<u32> {
        let slot = match self {
            Order::Recency(recency) => recency.links.first_except(&recency.list, kept),
            Order::Frequency(frequency) => frequency.victim(kept),
            Order::Chance(chance) => return chance.victim(kept),
        };
        (slot != NONE).then_some(slot)
    }
}

impl Links {
    fn first_except(&self, list: &List, kept: u32) -> u32 {
        if !list.is_empty() && list.first == kept {
            self.next(kept)
        } else {
            list.first
        }
    }
}

/// By the time of the last use, or of the last put.
#[derive(Debug)]
pub(crate) struct Recency {
    by_use: bool,
    links: Links,
    list: List,
}

impl Recency {
    fn new(by_use: bool) -> Self {
        Recency {
            by_use,
            links: Links::default(),
            list: List::EMPTY,
        }
    }

    fn renew(&mut self, slot: u32) {
        self.links.remove(&mut self.list, slot);
        self.links.push(&mut self.list, slot);
    }
}

/// By the number of uses; among equals, by the time of the last use. One bucket for each number of uses that occurs, in a chain by
/// rising number: a use moves a slot to the neighbouring bucket (Shah, Mitra, Matani: *An O(1) algorithm for implementing the LFU cache
/// eviction scheme*, 2010).
#[derive(Debug)]
pub(crate) struct Frequency {
    slots: Links,
    bucket_of: Vec<u32>,
    chained: Links,
    chain: List,
    buckets: Vec<Bucket>,
    unused: Vec<u32>,
}

#[derive(Debug)]
struct Bucket {
    uses: u64,
    slots: List,
}

impl Default for Frequency {
    fn default() -> Self {
        Frequency {
            slots: Links::default(),
            bucket_of: Vec::new(),
            chained: Links::default(),
            chain: List::EMPTY,
            buckets: Vec::new(),
            unused: Vec::new(),
        }
    }
}

impl Frequency {
    fn insert(&mut self, slot: u32) {
        self.enter(slot, NONE, 1);
    }

    fn used(&mut self, slot: u32) {
        let from = self.bucket_of[slot as usize];
        let uses = self.buckets[from as usize].uses.saturating_add(1);
        self.slots.remove(&mut self.buckets[from as usize].slots, slot);
        self.enter(slot, from, uses);
        self.drop_if_empty(from);
    }

    fn remove(&mut self, slot: u32) {
        let from = self.bucket_of[slot as usize];
        self.slots.remove(&mut self.buckets[from as usize].slots, slot);
        self.drop_if_empty(from);
    }

    fn victim(&self, kept: u32) -> u32 {
        let mut bucket = self.chain.first;
        while bucket != NONE {
            let slot = self.slots.first_except(&self.buckets[bucket as usize].slots, kept);
            if slot != NONE {
                return slot;
            }
            // Only `kept` was in this bucket, so that the next one decides.
            bucket = self.chained.next(bucket);
        }
        NONE
    }

    // Puts a slot into the bucket of `uses`, which is the one behind `before` in the chain or comes to stand there.
    fn enter(&mut self, slot: u32, before: u32, uses: u64) {
        let after = if before == NONE {
            self.chain.first
        } else {
            self.chained.next(before)
        };
        let bucket = match after {
            NONE => self.add_bucket(before, uses),
            _ if self.buckets[after as usize].uses != uses => self.add_bucket(before, uses),
            _ => after,
        };
        self.slots.push(&mut self.buckets[bucket as usize].slots, slot);
        if self.bucket_of.len() <= slot as usize {
            self.bucket_of.resize(slot as usize + 1, NONE);
        }
        self.bucket_of[slot as usize] = bucket;
    }

    fn add_bucket(&mut self, before: u32, uses: u64) -> u32 {
        let new = Bucket {
            uses,
            slots: List::EMPTY,
        };
        let bucket = match self.unused.pop() {
            Some(bucket) => {
                self.buckets[bucket as usize] = new;
                bucket
            }
            None => {
                self.buckets.push(new);
                (self.buckets.len() - 1) as u32
            }
        };
        self.chained.insert_after(&mut self.chain, before, bucket);
        bucket
    }

    fn drop_if_empty(&mut self, bucket: u32) {
        if self.buckets[bucket as usize].slots.is_empty() {
            self.chained.remove(&mut self.chain, bucket);
            self.unused.push(bucket);
        }
    }
}

/// Each entry with the same probability.
#[derive(Debug, Default)]
pub(crate) struct Chance {
    slots: Vec<u32>,
    place_of: Vec<u32>,
    random: fastrand::Rng,
}

impl Chance {
    fn insert(&mut self, slot: u32) {
        if self.place_of.len() <= slot as usize {
            self.place_of.resize(slot as usize + 1, NONE);
        }
        self.place_of[slot as usize] = self.slots.len() as u32;
        self.slots.push(slot);
    }

    fn remove(&mut self, slot: u32) {
        let place = self.place_of[slot as usize];
        self.slots.swap_remove(place as usize);
        if let Some(&moved) = self.slots.get(place as usize) {
            self.place_of[moved as usize] = place;
        }
    }

    fn victim(&mut self, kept: u32) -> Option<u32> {
        if kept == NONE {
            return (!self.slots.is_empty()).then(|| self.slots[self.random.usize(..self.slots.len())]);
        }
        // One of the others: the place of `kept` is left out by drawing from one place fewer.
        let others = self.slots.len() - 1;
        (others > 0).then(|| {
            let place = self.random.usize(..others);
            let kept_place = self.place_of[kept as usize] as usize;
            self.slots[if place < kept_place { place } else { place + 1 }]
        })
    }
}
