//! Operand stacks and handler stacks as shared lists.
//!
//! A stack is the number of its top cell, and a cell names the cell below it. Equal stacks are always the same number, so that two
//! paths which agree are compared in one step, and code with a deep stack costs no more memory than code with a shallow one.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::ids::Label;
use crate::types::TypeId;

/// What joining two values that differ costs of the steps that a module has: it is remembered.
const JOIN: u64 = 16;

/// An operand stack: the number of its top cell in [`Stacks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackId(u32);

impl StackId {
    /// The empty stack.
    pub const EMPTY: StackId = StackId(0);

    /// No stack: no path reaches the instruction.
    pub(super) const UNREACHED: StackId = StackId(u32::MAX);

    /// The number: 0 for the empty stack, and no gaps.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    below: StackId,
    top: TypeId,
    depth: u32,
    /// A stack further below, chosen so that any depth is found in few steps.
    far: StackId,
}

/// All operand stacks that occur in a function.
#[derive(Debug, Clone, Default)]
pub struct Stacks {
    /// The cell with the number `i` stands at `i - 1`.
    cells: Vec<Cell>,
}

impl Stacks {
    /// The number of stacks that aren't empty, which is the greatest number of one.
    #[inline]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none but the empty one.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    #[inline]
    fn cell(&self, stack: StackId) -> Option<&Cell> {
        // The empty stack's number is below all positions.
        self.cells.get((stack.0 as usize).wrapping_sub(1))
    }

    /// How many values the stack holds.
    #[inline]
    pub fn depth(&self, stack: StackId) -> u32 {
        self.cell(stack).map_or(0, |cell| cell.depth)
    }

    /// Where the stack that is pushed on this one reaches: two equal leaps become one, so that there are never more than a few of each length.
    fn far_of(&self, below: StackId) -> StackId {
        let leap = |stack| self.cell(stack).map_or(StackId::EMPTY, |cell| cell.far);
        let near = leap(below);
        let further = leap(near);
        let length = |from, to| self.depth(from) - self.depth(to);
        if length(below, near) == length(near, further) { further } else { below }
    }

    /// The top value and the stack below it; `None` for the empty stack.
    #[inline]
    pub fn pop(&self, stack: StackId) -> Option<(StackId, TypeId)> {
        self.cell(stack).map(|cell| (cell.below, cell.top))
    }

    /// The lowest `depth` values of the stack; the stack itself if it has no more.
    pub fn cut(&self, stack: StackId, depth: u32) -> StackId {
        self.cut_in_steps(stack, depth).0
    }

    /// The same, and how many steps it took.
    pub(super) fn cut_in_steps(&self, mut stack: StackId, depth: u32) -> (StackId, u64) {
        let mut steps = 0;
        while let Some(cell) = self.cell(stack) {
            if cell.depth <= depth {
                break;
            }
            steps += 1;
            stack = if self.depth(cell.far) >= depth { cell.far } else { cell.below };
        }
        (stack, steps)
    }

    /// The types of the values, the lowest first.
    pub fn types(&self, mut stack: StackId) -> Vec<TypeId> {
        let mut types = Vec::with_capacity(self.depth(stack) as usize);
        while let Some(cell) = self.cell(stack) {
            types.push(cell.top);
            stack = cell.below;
        }
        types.reverse();
        types
    }
}

/// So many stacks that are one value higher than a stack are found from it one after another, the others in a map. Hardly any stack has
/// as many.
const NEAR: usize = 8;

/// The operand stacks of a function while it is verified. Their memory is used again for the next function.
#[derive(Debug, Default)]
pub struct GrowingStacks {
    stacks: Stacks,
    /// By number of the stack.
    links: Vec<Links>,
    /// What isn't found by links.
    further: BTreeMap<(StackId, TypeId), StackId>,
    joins: BTreeMap<(StackId, StackId), StackId>,
    /// How many values the highest holds.
    highest: u32,
    /// Steps that were made with the values of stacks.
    pub(super) steps: u64,
}

/// Where to look for the stacks that are one value higher than a stack.
#[derive(Debug, Clone, Copy)]
struct Links {
    /// The first of them.
    first: StackId,
    /// The next one that is as high as this stack, and the same below.
    next: StackId,
}

const NO_LINKS: Links = Links {
    first: StackId::EMPTY,
    next: StackId::EMPTY,
};

impl core::ops::Deref for GrowingStacks {
    type Target = Stacks;

    #[inline]
    fn deref(&self) -> &Stacks {
        &self.stacks
    }
}

impl GrowingStacks {
    /// Forgets the stacks of the function before.
    pub(super) fn clear(&mut self) {
        self.stacks.cells.clear();
        self.links.clear();
        self.links.push(NO_LINKS);
        self.further.clear();
        self.joins.clear();
        self.highest = 0;
        self.steps = 0;
    }

    /// What stays of them when the function is verified.
    pub(super) fn finish(&self) -> Stacks {
        self.stacks.clone()
    }

    /// How many values the highest of them holds.
    pub(super) fn highest(&self) -> u32 {
        self.highest
    }

    /// The stack with one more value on top.
    #[inline]
    pub fn push(&mut self, below: StackId, top: TypeId) -> StackId {
        let first = self.links.get(below.index()).map_or(StackId::EMPTY, |links| links.first);
        match self.stacks.cell(first) {
            Some(cell) if cell.top == top => first,
            _ => self.push_beside(first, below, top),
        }
    }

    /// The same where that isn't the first stack that was made of the lower one.
    fn push_beside(&mut self, first: StackId, below: StackId, top: TypeId) -> StackId {
        let mut last = StackId::EMPTY;
        let mut next = first;
        for _ in 0..NEAR {
            let (Some(cell), Some(links)) = (self.stacks.cell(next), self.links.get(next.index())) else {
                let made = self.add(below, top);
                let link = match last {
                    StackId::EMPTY => self.links.get_mut(below.index()).map(|links| &mut links.first),
                    _ => self.links.get_mut(last.index()).map(|links| &mut links.next),
                };
                if let Some(link) = link {
                    *link = made;
                }
                return made;
            };
            if cell.top == top {
                return next;
            }
            (last, next) = (next, links.next);
        }
        if let Some(known) = self.further.get(&(below, top)) {
            return *known;
        }
        let made = self.add(below, top);
        self.further.insert((below, top), made);
        made
    }

    fn add(&mut self, below: StackId, top: TypeId) -> StackId {
        let depth = self.depth(below) + 1;
        let far = self.stacks.far_of(below);
        self.stacks.cells.push(Cell { below, top, depth, far });
        self.highest = self.highest.max(depth);
        self.links.push(NO_LINKS);
        StackId(self.stacks.cells.len() as u32)
    }

    /// The stack whose values are the joins of the values of two stacks of one depth; `None` if the depths differ.
    #[inline]
    pub fn join(&mut self, a: StackId, b: StackId, join: impl FnMut(TypeId, TypeId) -> TypeId) -> Option<StackId> {
        if a == b {
            return Some(a);
        }
        if self.depth(a) != self.depth(b) {
            return None;
        }
        Some(self.join_differing(a, b, join))
    }

    fn join_differing(&mut self, a: StackId, b: StackId, mut join: impl FnMut(TypeId, TypeId) -> TypeId) -> StackId {
        // Down to where both are the same or were joined before, then up again.
        let mut differing = Vec::new();
        let (mut low_a, mut low_b) = (a, b);
        let mut joined = loop {
            if low_a == low_b {
                break low_a;
            }
            if let Some(known) = self.joins.get(&(low_a, low_b)) {
                break *known;
            }
            let (Some(cell_a), Some(cell_b)) = (self.cell(low_a), self.cell(low_b)) else {
                break StackId::EMPTY;
            };
            differing.push((low_a, low_b, cell_a.top, cell_b.top));
            (low_a, low_b) = (cell_a.below, cell_b.below);
        };
        self.steps += differing.len() as u64 * JOIN;
        while let Some((stack_a, stack_b, top_a, top_b)) = differing.pop() {
            let top = if top_a == top_b { top_a } else { join(top_a, top_b) };
            joined = self.push(joined, top);
            self.joins.insert((stack_a, stack_b), joined);
        }
        joined
    }
}

/// An installed handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handler {
    /// Where an exception continues first.
    pub catch: Option<Label>,
    /// Where it continues without, or after, `catch`.
    pub finally: Option<Label>,
    /// How many values of the operand stack survive the exception.
    pub depth: u32,
}

/// A stack of handlers: the number of its top cell in [`Handlers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandlersId(u32);

impl HandlersId {
    /// No handler.
    pub const NONE: HandlersId = HandlersId(0);

    /// The number: 0 for no handler, and no gaps.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All stacks of handlers that occur in a function.
#[derive(Debug, Clone, Default)]
pub struct Handlers {
    /// The cell with the number `i` stands at `i - 1`: what is below, the handler, and how many there are.
    cells: Vec<(HandlersId, Handler, u32)>,
}

impl Handlers {
    #[inline]
    fn cell(&self, handlers: HandlersId) -> Option<&(HandlersId, Handler, u32)> {
        self.cells.get((handlers.0 as usize).wrapping_sub(1))
    }

    /// How many handlers are installed.
    #[inline]
    pub fn count(&self, handlers: HandlersId) -> u32 {
        self.cell(handlers).map_or(0, |(_, _, count)| *count)
    }

    /// The innermost handler and the stack below it; `None` if there is none.
    #[inline]
    pub fn pop(&self, handlers: HandlersId) -> Option<(HandlersId, Handler)> {
        self.cell(handlers).map(|(below, top, _)| (*below, *top))
    }
}

/// The stacks of handlers of a function while it is verified. Their memory is used again for the next function.
#[derive(Debug, Default)]
pub(super) struct GrowingHandlers {
    handlers: Handlers,
    numbers: BTreeMap<(HandlersId, Handler), HandlersId>,
}

impl core::ops::Deref for GrowingHandlers {
    type Target = Handlers;

    #[inline]
    fn deref(&self) -> &Handlers {
        &self.handlers
    }
}

impl GrowingHandlers {
    /// Forgets the handlers of the function before.
    pub(super) fn clear(&mut self) {
        self.handlers.cells.clear();
        self.numbers.clear();
    }

    /// What stays of them when the function is verified.
    pub(super) fn finish(&self) -> Handlers {
        self.handlers.clone()
    }

    /// The stack with one more handler.
    pub(super) fn push(&mut self, below: HandlersId, top: Handler) -> HandlersId {
        let count = self.count(below) + 1;
        let cells = &mut self.handlers.cells;
        *self.numbers.entry((below, top)).or_insert_with(|| {
            cells.push((below, top, count));
            HandlersId(cells.len() as u32)
        })
    }
}
