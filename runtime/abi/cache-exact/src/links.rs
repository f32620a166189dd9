//! Doubly linked lists over slots: several lists share one table of links, each slot being in one list at most.

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

/// The ends of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    pub first: u32,
    pub last: u32,
}

impl List {
    pub(crate) const EMPTY: List = List { first: NONE, last: NONE };

    pub(crate) fn is_empty(&self) -> bool {
        self.first == NONE
    }
}

/// The neighbours of each slot in the list that it is in.
#[derive(Debug, Default)]
pub(crate) struct Links {
    neighbours: Vec<(u32, u32)>,
}

impl Links {
    pub(crate) fn next(&self, slot: u32) -> u32 {
        self.neighbours[slot as usize].1
    }

    /// Puts a slot, which is in no list, behind another one, or in front of all.
    pub(crate) fn insert_after(&mut self, list: &mut List, before: u32, slot: u32) {
        if self.neighbours.len() <= slot as usize {
            self.neighbours.resize(slot as usize + 1, (NONE, NONE));
        }
        let after = if before == NONE { list.first } else { self.next(before) };
        self.neighbours[slot as usize] = (before, after);
        self.join(list, before, slot);
        self.join(list, slot, after);
    }

    /// Puts a slot, which is in no list, behind all.
    pub(crate) fn push(&mut self, list: &mut List, slot: u32) {
        self.insert_after(list, list.last, slot);
    }

    /// Takes a slot out of the list that it is in.
    pub(crate) fn remove(&mut self, list: &mut List, slot: u32) {
        let (before, after) = self.neighbours[slot as usize];
        self.join(list, before, after);
    }

    // Makes two slots neighbours; where one of them is none, the other is an end of the list.
    fn join(&mut self, list: &mut List, before: u32, after: u32) {
        match before {
            NONE => list.first = after,
            _ => self.neighbours[before as usize].1 = after,
        }
        match after {
            NONE => list.last = before,
            _ => self.neighbours[after as usize].0 = before,
        }
    }
}
