//! What is to happen at which tick: a binary heap that things can be taken out of.

use crate::carve::Carver;
use crate::rows::Rows;

/// The heap. Whoever can have a deadline has a number.
pub struct Deadlines {
    heap: Rows<(u64, u32)>,
    length: usize,
    /// Where each number stands in the heap, plus one; zero if it has no deadline.
    positions: Rows<u32>,
}

impl Deadlines {
    /// A heap for the numbers below `count`.
    pub fn carve(carver: &mut Carver, count: usize) -> Option<Deadlines> {
        Some(Deadlines {
            heap: carver.rows(count, |_| (0, 0))?,
            length: 0,
            positions: carver.rows(count, |_| 0)?,
        })
    }

    /// Gives `who` a deadline, in place of the one it had.
    pub fn insert(&mut self, who: u32, when: u64) {
        self.remove(who);
        self.length += 1;
        self.place(self.length - 1, (when, who));
        self.rise(self.length - 1);
    }

    /// Takes away the deadline of `who`, if it has one.
    pub fn remove(&mut self, who: u32) {
        let Some(position) = (self.positions[who as usize] as usize).checked_sub(1) else {
            return;
        };
        self.positions[who as usize] = 0;
        self.length -= 1;
        if position != self.length {
            self.place(position, self.heap[self.length]);
            self.rise(position);
            self.sink(position);
        }
    }

    /// Takes out the earliest deadline that isn't after `now`.
    pub fn pop_due(&mut self, now: u64) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let (when, who) = self.heap[0];
        if when > now {
            return None;
        }
        self.remove(who);
        Some(who)
    }

    /// Whether nothing has a deadline.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether `who` has a deadline.
    pub fn contains(&self, who: u32) -> bool {
        self.positions[who as usize] != 0
    }

    fn place(&mut self, position: usize, entry: (u64, u32)) {
        self.heap[position] = entry;
        self.positions[entry.1 as usize] = position as u32 + 1;
    }

    fn rise(&mut self, mut position: usize) {
        let entry = self.heap[position];
        while position > 0 {
            let above = (position - 1) / 2;
            if self.heap[above] <= entry {
                break;
            }
            self.place(position, self.heap[above]);
            position = above;
        }
        self.place(position, entry);
    }

    fn sink(&mut self, mut position: usize) {
        let entry = self.heap[position];
        loop {
            let left = 2 * position + 1;
            if left >= self.length {
                break;
            }
            let right = left + 1;
            let least = if right < self.length && self.heap[right] < self.heap[left] {
                right
            } else {
                left
            };
            if entry <= self.heap[least] {
                break;
            }
            self.place(position, self.heap[least]);
            position = least;
        }
        self.place(position, entry);
    }

    /// Checks the order and the positions.
    pub fn check(&self) -> Result<(), &'static str> {
        for position in 0..self.length {
            let entry = self.heap[position];
            if position > 0 && self.heap[(position - 1) / 2] > entry {
                return Err("the heap of deadlines is out of order");
            }
            if self.positions[entry.1 as usize] != position as u32 + 1 {
                return Err("a deadline doesn't know its position");
            }
        }
        let known = self.positions.iter().filter(|&&position| position != 0).count();
        if known == self.length {
            Ok(())
        } else {
            Err("a deadline is lost")
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn deadlines_come_in_their_order(steps in prop::collection::vec((0u32..20, prop::option::of(0u64..50)), 0..100)) {
            let mut deadlines = Deadlines::carve(&mut Carver::new(std::vec![0; 100].leak()), 20).unwrap();
            let mut model = std::collections::BTreeMap::new();
            for (who, when) in steps {
                match when {
                    Some(when) => {
                        deadlines.insert(who, when);
                        model.insert(who, when);
                    }
                    None => {
                        deadlines.remove(who);
                        model.remove(&who);
                    }
                }
                deadlines.check().map_err(TestCaseError::fail)?;
            }
            let mut expected: std::vec::Vec<_> = model.into_iter().filter(|&(_, when)| when <= 30).map(|(who, when)| (when, who)).collect();
            expected.sort_unstable();
            for (_, who) in expected {
                prop_assert_eq!(deadlines.pop_due(30), Some(who));
            }
            prop_assert_eq!(deadlines.pop_due(30), None);
        }
    }
}
