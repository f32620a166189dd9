//! The operand stack at lowering: for each position, what it holds and where that lies.
//!
//! A position has a frame slot of its own. Its value may lie elsewhere for now: in a local, in the slot of a lower position, or nowhere,
//! since it is a constant. Two rules keep this simple. A position names only its own slot, that of a lower position, or a local; and a lower
//! position whose slot is named lies in that slot itself. So values can be put into their slots from the top down in any order of names.

use raya_facts::types::SlotKind;

/// Where a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the slot of its position.
    Own,
    /// In another slot of the frame.
    Slot(u16),
    /// Nowhere: it is known.
    Const(u64),
}

/// A value on the operand stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// Its representation; `None` for a value that no instruction may read.
    pub kind: Option<SlotKind>,
    /// Where it lies.
    pub place: Place,
    /// The list of live references from here down, as [`Safepoint::live`](crate::code::Safepoint::live).
    pub live: u32,
}

/// The operand stack.
#[derive(Debug, Default)]
pub(super) struct Stack {
    items: Vec<Item>,
    /// The lists of live references are known below this position.
    known: usize,
    /// How many values lie elsewhere than in their own slots.
    elsewhere: usize,
    /// How many positions name each local.
    named: Vec<u32>,
    /// The slot of the lowest position.
    base: usize,
}

impl Stack {
    /// Empties it for a function.
    pub fn begin(&mut self, locals: usize, base: usize) {
        self.items.clear();
        self.known = 0;
        self.elsewhere = 0;
        self.named.clear();
        self.named.resize(locals, 0);
        self.base = base;
    }

    /// How many values it holds.
    pub fn depth(&self) -> usize {
        self.items.len()
    }

    /// The slot of a position. The caller checked that the frame has no more than 65 000 slots.
    pub fn slot(&self, position: usize) -> u16 {
        (self.base + position) as u16
    }

    /// The value at a position.
    pub fn get(&self, position: usize) -> Item {
        self.items.get(position).copied().unwrap_or(Item {
            kind: None,
            place: Place::Own,
            live: 0,
        })
    }

    /// Below which position the lists of live references are known.
    pub fn known(&self) -> usize {
        self.known
    }

    /// Notes the list of live references of the lowest position without a known one.
    pub fn note_live(&mut self, live: u32) {
        if let Some(item) = self.items.get_mut(self.known) {
            item.live = live;
            self.known += 1;
        }
    }

    fn forget(&mut self, position: usize) {
        self.known = self.known.min(position);
    }

    fn count(&mut self, place: Place) {
        match place {
            Place::Own => return,
            Place::Slot(slot) => {
                if let Some(named) = self.named.get_mut(usize::from(slot)) {
                    *named += 1;
                }
            }
            Place::Const(_) => {}
        }
        self.elsewhere += 1;
    }

    fn uncount(&mut self, place: Place) {
        match place {
            Place::Own => return,
            Place::Slot(slot) => {
                if let Some(named) = self.named.get_mut(usize::from(slot)) {
                    *named -= 1;
                }
            }
            Place::Const(_) => {}
        }
        self.elsewhere -= 1;
    }

    /// Pushes a value.
    pub fn push(&mut self, kind: Option<SlotKind>, place: Place) {
        self.count(place);
        self.items.push(Item { kind, place, live: 0 });
    }

    /// Drops the topmost values, so that `depth` are left.
    pub fn cut(&mut self, depth: usize) {
        while self.items.len() > depth {
            if let Some(item) = self.items.pop() {
                self.uncount(item.place);
            }
        }
        self.forget(depth);
    }

    /// Says that a value lies in its own slot now.
    pub fn settle(&mut self, position: usize) {
        let Some(item) = self.items.get_mut(position) else { return };
        let before = item.place;
        item.place = Place::Own;
        self.uncount(before);
        self.forget(position);
    }

    /// Replaces the value at a position.
    pub fn replace(&mut self, position: usize, kind: Option<SlotKind>, place: Place) {
        let Some(item) = self.items.get_mut(position) else { return };
        if item.kind == kind && item.place == place {
            return;
        }
        let before = core::mem::replace(item, Item { kind, place, live: 0 });
        self.uncount(before.place);
        self.count(place);
        self.forget(position);
    }

    /// Makes it as deep as this. What lies in new positions has to be said with [`replace`](Stack::replace).
    pub fn set_depth(&mut self, depth: usize) {
        self.cut(depth);
        let unknown = Item {
            kind: None,
            place: Place::Own,
            live: 0,
        };
        self.items.resize(depth, unknown);
    }

    /// The slot in which a value lies; `None` for a constant.
    pub fn place(&self, position: usize) -> Option<u16> {
        match self.get(position).place {
            Place::Own => Some(self.slot(position)),
            Place::Slot(slot) => Some(slot),
            Place::Const(_) => None,
        }
    }

    /// The topmost position from `from` up whose value lies elsewhere than in its own slot.
    pub fn topmost_elsewhere(&self, from: usize, below: usize) -> Option<usize> {
        if self.elsewhere == 0 {
            return None;
        }
        let items = self.items.get(from..below)?;
        items
            .iter()
            .rposition(|item| item.place != Place::Own)
            .map(|index| from + index)
    }

    /// The topmost position below `below` that names a local.
    pub fn topmost_named(&self, local: u16, below: usize) -> Option<usize> {
        if self.named.get(usize::from(local)).is_none_or(|named| *named == 0) {
            return None;
        }
        let items = self.items.get(..below)?;
        items.iter().rposition(|item| item.place == Place::Slot(local))
    }
}
