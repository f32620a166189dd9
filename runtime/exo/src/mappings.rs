//! Which capability each mapping came from.

use exo_facts::limits;

use crate::capabilities::{Capabilities, SlotId};
use crate::carve::Carver;
use crate::machine::FRAME_BYTES;
use crate::pool::Pool;
use crate::rows::Rows;

/// A page that is mapped.
struct Mapping {
    /// Its space and the number of its page; 0 in a free row.
    place: u64,
    /// The capability that it came from.
    slot: SlotId,
    /// The list of what came from that capability.
    next: u32,
    previous: u32,
    /// The list of what has the same hash.
    next_in_bucket: u32,
}

/// Bits that the number of a page of users has room in.
const PAGE_BITS: u32 = 36;
const _: () = assert!(limits::USER_END / FRAME_BYTES <= 1 << PAGE_BITS && limits::SPACES <= 1 << (u64::BITS - PAGE_BITS));

/// Where a page is mapped, in one word.
const fn place(space: u32, address: u64) -> u64 {
    ((space as u64) << PAGE_BITS) | (address / FRAME_BYTES)
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
            place: 0,
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
        let place = place(space, address);
        let bucket = self.bucket(place);
        let head = core::mem::replace(&mut capabilities.slot_mut(slot).mappings, id);
        if head != 0 {
            self.rows[head].previous = id;
        }
        let next_in_bucket = core::mem::replace(&mut self.buckets[bucket], id);
        self.rows[id] = Mapping {
            place,
            slot,
            next: head,
            previous: 0,
            next_in_bucket,
        };
        Some(())
    }

    /// Forgets a mapping, given its space and address.
    pub fn remove(&mut self, capabilities: &mut Capabilities, space: u32, address: u64) {
        let place = place(space, address);
        let bucket = self.bucket(place);
        let (mut id, mut before) = (self.buckets[bucket], 0);
        while id != 0 && self.rows[id].place != place {
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
        self.rows[id].place = 0;
        self.rows.give(id);
    }

    /// Space and address of a mapping, by its row.
    pub fn place(&self, id: u32) -> (u32, u64) {
        let place = self.rows[id].place;
        ((place >> PAGE_BITS) as u32, (place & ((1 << PAGE_BITS) - 1)) * FRAME_BYTES)
    }

    /// The capability that the page at an address came from.
    pub fn origin(&self, space: u32, address: u64) -> Option<SlotId> {
        let place = place(space, address);
        let mut id = self.buckets[self.bucket(place)];
        while id != 0 {
            if self.rows[id].place == place {
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
            if row.slot != slot || row.place == 0 || row.previous != previous {
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
    fn bucket(&self, place: u64) -> usize {
        let mixed = place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((u128::from(mixed) * self.buckets.len() as u128) >> 64) as usize
    }
}
