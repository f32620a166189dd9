//! Which capability each mapping came from.

use crate::capabilities::{Capabilities, SlotId};
use crate::carve::Carver;
use crate::machine::FRAME_BYTES;
use crate::pool::Pool;
use crate::rows::Rows;

/// A page that is mapped.
struct Mapping {
    /// Its address.
    address: u64,
    /// The space; 0 in a free row.
    space: u32,
    /// The capability that it came from.
    slot: SlotId,
    /// The list of what came from that capability.
    next: u32,
    previous: u32,
    /// The list of what has the same hash.
    next_in_bucket: u32,
}

/// The table of mappings, found by space and address.
pub struct Mappings {
    rows: Pool<Mapping>,
    buckets: Rows<u32>,
}

impl Mappings {
    /// Bytes of table for each mapping.
    pub const BYTES_PER_MAPPING: usize = size_of::<Mapping>() + 2 * size_of::<u32>();

    /// A table of `count` mappings.
    pub fn carve(carver: &mut Carver, count: usize) -> Option<Mappings> {
        let rows = Pool::carve(carver, count, || Mapping {
            address: 0,
            space: 0,
            slot: 0,
            next: 0,
            previous: 0,
            next_in_bucket: 0,
        })?;
        Some(Mappings {
            rows,
            buckets: carver.rows(count.max(1), |_| 0)?,
        })
    }

    /// Records that a page was mapped through a capability. `None` if the table is full.
    pub fn insert(&mut self, capabilities: &mut Capabilities, slot: SlotId, space: u32, address: u64) -> Option<()> {
        let id = self.rows.take()?;
        let bucket = self.bucket(space, address);
        let head = core::mem::replace(&mut capabilities.slot_mut(slot).mappings, id);
        if head != 0 {
            self.rows[head].previous = id;
        }
        let next_in_bucket = core::mem::replace(&mut self.buckets[bucket], id);
        self.rows[id] = Mapping {
            address,
            space,
            slot,
            next: head,
            previous: 0,
            next_in_bucket,
        };
        Some(())
    }

    /// Forgets a mapping, given its space and address.
    pub fn remove(&mut self, capabilities: &mut Capabilities, space: u32, address: u64) {
        let bucket = self.bucket(space, address);
        let (mut id, mut before) = (self.buckets[bucket], 0);
        while id != 0 && (self.rows[id].space, self.rows[id].address) != (space, address) {
            (before, id) = (id, self.rows[id].next_in_bucket);
        }
        if id == 0 {
            return;
        }
        let Mapping {
            slot,
            next,
            previous,
            next_in_bucket,
            ..
        } = self.rows[id];
        if before == 0 {
            self.buckets[bucket] = next_in_bucket;
        } else {
            self.rows[before].next_in_bucket = next_in_bucket;
        }
        if next != 0 {
            self.rows[next].previous = previous;
        }
        if previous != 0 {
            self.rows[previous].next = next;
        } else {
            capabilities.slot_mut(slot).mappings = next;
        }
        self.rows[id].space = 0;
        self.rows.give(id);
    }

    /// Space and address of a mapping, by its row.
    pub fn place(&self, id: u32) -> (u32, u64) {
        (self.rows[id].space, self.rows[id].address)
    }

    /// The capability that the page at an address came from.
    pub fn origin(&self, space: u32, address: u64) -> Option<SlotId> {
        let mut id = self.buckets[self.bucket(space, address)];
        while id != 0 {
            if (self.rows[id].space, self.rows[id].address) == (space, address) {
                return Some(self.rows[id].slot);
            }
            id = self.rows[id].next_in_bucket;
        }
        None
    }

    /// Mappings that there are.
    pub fn count(&self) -> usize {
        self.rows.len() as usize - 1 - self.rows.available()
    }

    /// Length of the list of what came from a capability; checks its links.
    pub fn check_list(&self, slot: SlotId, head: u32) -> Result<usize, &'static str> {
        let (mut count, mut id, mut previous) = (0, head, 0);
        while id != 0 {
            let row = &self.rows[id];
            if row.slot != slot || row.space == 0 || row.previous != previous {
                return Err("a list of mappings is broken");
            }
            count += 1;
            if count > self.count() {
                return Err("a list of mappings has a cycle");
            }
            (previous, id) = (id, row.next);
        }
        Ok(count)
    }

    /// Spreads neighbouring pages and spaces over the buckets.
    fn bucket(&self, space: u32, address: u64) -> usize {
        let mixed = ((address / FRAME_BYTES) ^ (u64::from(space) << 36)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((u128::from(mixed) * self.buckets.len() as u128) >> 64) as usize
    }
}
