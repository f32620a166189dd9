//! The operand stack at lowering: for each position, what it holds and where that lies.
//!
//! A position has a frame slot of its own. Its value may lie elsewhere for now: in a local, in the slot of a lower position, or nowhere,
//! since it is a constant. Two rules keep this simple. A position names only its own slot, that of a lower position, or a local; and a lower
//! position whose slot is named lies in that slot itself. So values can be put into their slots from the top down in any order of names.
//!
//! At the beginning of a block every value lies in its own slot, and the verifier's stack says what it is. It is taken over when it is asked
//! for: a block may have a deep stack, and touch the top of it alone.

use core::cell::Cell;

use raya_facts::TypeId;
use raya_facts::types::SlotKind;
use raya_facts::verify::lattice;
use raya_facts::verify::stacks::{StackId, Stacks};

use crate::code::slot_kind;

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

/// What is kept from function to function, so that its memory is used again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    items: Vec<Cell<Item>>,
    named: Vec<u32>,
    lives: Vec<u32>,
    unknown: Vec<StackId>,
}

/// The operand stack.
#[derive(Debug)]
pub(super) struct Stack<'a> {
    /// What the verifier says of all stacks of the function.
    stacks: &'a Stacks,
    /// By position, but for those below `taken`, and no more than `depth`.
    items: Vec<Cell<Item>>,
    depth: usize,
    /// The values below this position are still those of `below`.
    taken: Cell<usize>,
    below: Cell<StackId>,
    /// The lists of live references of the verifier's stacks, by number; [`UNKNOWN`] for one that isn't known.
    lives: Vec<u32>,
    /// Memory for stacks without a list.
    unknown: Vec<StackId>,
    /// The lists of live references are known below this position.
    known: usize,
    /// How many values lie elsewhere than in their own slots.
    elsewhere: usize,
    /// How many positions name each local.
    named: Vec<u32>,
    /// The slot of the lowest position.
    base: usize,
}

/// What lies where nothing does.
const NOTHING: Item = Item {
    kind: None,
    place: Place::Own,
    live: 0,
};

/// No list.
const UNKNOWN: u32 = u32::MAX;

/// The representation of values of a type that the verifier found; `None` for one that nothing may read.
pub(super) fn kind_of(of: TypeId) -> Option<SlotKind> {
    (of != lattice::CONFLICT).then(|| slot_kind(of))
}

impl<'a> Stack<'a> {
    /// An empty one for a function, whose lowest position has the slot `base`.
    pub fn begin(memory: &mut Memory, stacks: &'a Stacks, locals: usize, base: usize) -> Stack<'a> {
        let Memory {
            items,
            mut named,
            mut lives,
            unknown,
        } = core::mem::take(memory);
        named.clear();
        named.resize(locals, 0);
        lives.clear();
        lives.resize(stacks.len() + 1, UNKNOWN);
        Stack {
            stacks,
            items,
            depth: 0,
            taken: Cell::new(0),
            below: Cell::new(StackId::EMPTY),
            lives,
            unknown,
            known: 0,
            elsewhere: 0,
            named,
            base,
        }
    }

    /// Gives back the memory.
    pub fn end(self, memory: &mut Memory) {
        *memory = Memory {
            items: self.items,
            named: self.named,
            lives: self.lives,
            unknown: self.unknown,
        };
    }

    /// Takes over one of the verifier's stacks at the beginning of a block. `add_live` makes a list of live references of one below, and
    /// the slot of one more.
    pub fn take_over(&mut self, stack: StackId, mut add_live: impl FnMut(u32, u16, SlotKind) -> u32) {
        self.cut(self.taken.get().min(self.depth));
        self.depth = self.stacks.depth(stack) as usize;
        let missing = self.depth.saturating_sub(self.items.len());
        self.items.extend(core::iter::repeat_n(Cell::new(NOTHING), missing));
        self.taken.set(self.depth);
        self.below.set(stack);
        self.known = self.depth;
        // Equal stacks share their lists: blocks that begin with deep stacks in turns would otherwise take memory without end.
        let mut next = stack;
        let mut live = loop {
            if next == StackId::EMPTY {
                break 0;
            }
            match self.lives.get(next.index()) {
                Some(&UNKNOWN) => {}
                known => break known.copied().unwrap_or(0),
            }
            self.unknown.push(next);
            next = self.stacks.pop(next).map_or(StackId::EMPTY, |(below, _)| below);
        };
        while let Some(stack) = self.unknown.pop() {
            if let Some((below, top)) = self.stacks.pop(stack)
                && let Some(kind @ (SlotKind::Ref | SlotKind::Any)) = kind_of(top)
            {
                live = add_live(live, self.slot(self.stacks.depth(below) as usize), kind);
            }
            if let Some(place) = self.lives.get_mut(stack.index()) {
                *place = live;
            }
        }
    }

    /// Takes over the values from a position up.
    #[inline]
    fn fill(&self, position: usize) {
        if self.taken.get() > position {
            self.take_over_from(position);
        }
    }

    #[cold]
    fn take_over_from(&self, position: usize) {
        while self.taken.get() > position {
            let stack = self.below.get();
            let Some((below, top)) = self.stacks.pop(stack) else { return };
            let place = self.taken.get() - 1;
            if let Some(item) = self.items.get(place) {
                item.set(Item {
                    kind: kind_of(top),
                    place: Place::Own,
                    live: self.lives.get(stack.index()).copied().unwrap_or(0),
                });
            }
            self.taken.set(place);
            self.below.set(below);
        }
    }

    /// How many values it holds.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The slot of a position. The caller checked that the frame has no more than 65 000 slots.
    pub fn slot(&self, position: usize) -> u16 {
        (self.base + position) as u16
    }

    /// The value at a position.
    #[inline]
    pub fn get(&self, position: usize) -> Item {
        if position >= self.depth {
            return NOTHING;
        }
        self.fill(position);
        self.items.get(position).map_or(NOTHING, Cell::get)
    }

    /// The list of live references from a position down.
    pub fn live(&self, position: usize) -> u32 {
        // The lowest value that nobody asked for is not the reason to take it over.
        if position + 1 == self.taken.get() {
            return self.lives.get(self.below.get().index()).copied().unwrap_or(0);
        }
        self.get(position).live
    }

    /// Below which position the lists of live references are known.
    pub fn known(&self) -> usize {
        self.known
    }

    /// Notes the list of live references of the lowest position without a known one.
    pub fn note_live(&mut self, live: u32) {
        self.fill(self.known);
        if let Some(item) = self.items.get_mut(self.known) {
            item.get_mut().live = live;
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
        let item = Cell::new(Item { kind, place, live: 0 });
        match self.items.get_mut(self.depth) {
            Some(free) => *free = item,
            None => self.items.push(item),
        }
        self.depth += 1;
    }

    /// Drops the topmost values, so that `depth` are left.
    pub fn cut(&mut self, depth: usize) {
        while self.depth > depth.max(self.taken.get()) {
            self.depth -= 1;
            if let Some(place) = self.items.get(self.depth).map(|item| item.get().place) {
                self.uncount(place);
            }
        }
        if self.depth > depth {
            self.depth = depth;
            self.taken.set(depth);
            self.below.set(self.stacks.cut(self.below.get(), depth as u32));
        }
        self.forget(depth);
    }

    /// Says that a value lies in its own slot now.
    pub fn settle(&mut self, position: usize) {
        self.fill(position);
        let Some(item) = self.items.get_mut(position) else { return };
        let before = core::mem::replace(&mut item.get_mut().place, Place::Own);
        self.uncount(before);
        self.forget(position);
    }

    /// Replaces the value at a position.
    pub fn replace(&mut self, position: usize, kind: Option<SlotKind>, place: Place) {
        self.fill(position);
        let Some(item) = self.items.get_mut(position) else { return };
        let item = item.get_mut();
        if item.kind == kind && item.place == place {
            return;
        }
        let before = core::mem::replace(item, Item { kind, place, live: 0 });
        self.uncount(before.place);
        self.count(place);
        self.forget(position);
    }

    /// The slot in which a value lies; `None` for a constant.
    #[inline]
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
        self.topmost(from, below, |place| place != Place::Own)
    }

    /// The topmost position below `below` that names a local.
    pub fn topmost_named(&self, local: u16, below: usize) -> Option<usize> {
        if self.named.get(usize::from(local)).is_none_or(|named| *named == 0) {
            return None;
        }
        self.topmost(0, below, |place| place == Place::Slot(local))
    }

    /// What nobody asked for lies in its own slot.
    fn topmost(&self, from: usize, below: usize, wanted: impl Fn(Place) -> bool) -> Option<usize> {
        let from = from.max(self.taken.get());
        let items = self.items.get(from..below.min(self.depth))?;
        items
            .iter()
            .rposition(|item| wanted(item.get().place))
            .map(|index| from + index)
    }
}
