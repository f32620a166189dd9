//! Finds entries by the hashes of their keys: a table with open addressing that is never more than half full.
//!
//! A slot holds the whole hash beside the position, so that an entry is looked at only when its key is the one that is looked for, nearly
//! always. What is asked for and isn't there mostly costs one look at one slot.

use core::num::NonZeroU32;

/// Positions by hash. An entry is found if its hash is the same, and the caller says that its key is.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    /// 0 for nothing; otherwise the hash in the upper half, which isn't 0, and the position in the lower one. As many as a power of two.
    slots: Vec<u64>,
}

/// Whether a slot holds an entry with this hash.
#[inline]
fn is_of(slot: u64, hash: NonZeroU32) -> bool {
    (slot >> 32) as u32 == hash.get()
}

impl Positions {
    /// No positions, with room for `entries` of them, which is a power of two.
    pub fn with_room(entries: usize) -> Positions {
        Positions {
            slots: vec![0; entries.next_power_of_two() * 2],
        }
    }

    /// Whether there is room for none at all.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The slot where the search for a hash begins. Its lowest bit says nothing.
    fn home(&self, hash: u32) -> usize {
        (hash >> 1) as usize & self.mask()
    }

    fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    /// The position of the entry with a hash for which `is_same` holds.
    #[inline]
    pub fn find(&self, hash: NonZeroU32, mut is_same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = self.home(hash.get());
        // Mostly it is in one of two slots. Which one can't be guessed, so the processor isn't asked to: it takes one of both without a jump.
        let slot = |at: usize| self.slots.get(at & self.mask()).copied().unwrap_or(0);
        let (first, second) = (slot(at), slot(at + 1));
        let likely = if is_of(first, hash) { first } else { second };
        if is_of(likely, hash) && is_same(likely as u32) {
            return Some(likely as u32);
        }
        // There are empty slots, unless there is none at all.
        while let Some(slot) = self.slots.get(at).filter(|slot| **slot != 0) {
            let position = *slot as u32;
            if is_of(*slot, hash) && is_same(position) {
                return Some(position);
            }
            at = (at + 1) & self.mask();
        }
        None
    }

    /// Adds a position. There is room.
    pub fn insert(&mut self, hash: NonZeroU32, position: u32) {
        let mut at = self.home(hash.get());
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & self.mask();
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = u64::from(hash.get()) << 32 | u64::from(position);
        }
    }

    /// Removes a position, which is there. What stands behind it moves up, so that no search ends too early.
    pub fn remove(&mut self, hash: NonZeroU32, position: u32) {
        let wanted = u64::from(hash.get()) << 32 | u64::from(position);
        let mask = self.mask();
        let mut hole = self.home(hash.get());
        loop {
            match self.slots.get(hole) {
                Some(slot) if *slot == wanted => break,
                Some(0) | None => return,
                Some(_) => hole = (hole + 1) & mask,
            }
        }
        let mut next = (hole + 1) & mask;
        while let Some(slot) = self.slots.get(next).copied().filter(|slot| *slot != 0) {
            let home = self.home((slot >> 32) as u32);
            // It may move up if its search doesn't begin behind the hole.
            if next.wrapping_sub(home) & mask >= next.wrapping_sub(hole) & mask {
                if let Some(place) = self.slots.get_mut(hole) {
                    *place = slot;
                }
                hole = next;
            }
            next = (next + 1) & mask;
        }
        if let Some(place) = self.slots.get_mut(hole) {
            *place = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number | 1).expect("it is odd")
    }

    /// The same as a list of pairs, with hashes so few that searches run into each other and over the end.
    #[test]
    fn it_finds_what_a_list_holds() {
        let mut positions = Positions::with_room(64);
        let mut list: Vec<(NonZeroU32, u32)> = Vec::new();
        let mut state: u32 = 7;
        for position in 0..20_000u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if list.len() < 64 && state >> 30 != 0 {
                let hash = hash((state >> 8 & 7) * 40);
                positions.insert(hash, position);
                list.push((hash, position));
            } else if !list.is_empty() {
                let (hash, position) = list.swap_remove(state as usize % list.len());
                positions.remove(hash, position);
                assert_eq!(positions.find(hash, |other| other == position), None);
            }
            for (hash, position) in &list {
                assert_eq!(positions.find(*hash, |other| other == *position), Some(*position));
            }
        }
    }

    #[test]
    fn nothing_is_found_where_there_is_no_room() {
        assert_eq!(Positions::default().find(hash(1), |_| true), None);
    }
}
