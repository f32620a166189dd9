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

    /// The number: 0 for the empty stack, and no gaps.
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
    numbers: BTreeMap<(StackId, TypeId), StackId>,
    joins: BTreeMap<(StackId, StackId), StackId>,
    /// Steps that were made with the values of stacks.
    pub(super) steps: u64,
}

impl Stacks {
    /// The number of stacks that aren't empty, which is the greatest number of one.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none but the empty one.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
    fn cell(&self, stack: StackId) -> Option<Cell> {
        let index = (stack.0 as usize).checked_sub(1)?;
        self.cells.get(index).copied()
    }

    /// How many values the stack holds.
    pub fn depth(&self, stack: StackId) -> u32 {
        self.cell(stack).map_or(0, |cell| cell.depth)
    }

    /// The stack with one more value on top.
    pub fn push(&mut self, below: StackId, top: TypeId) -> StackId {
        if let Some(known) = self.numbers.get(&(below, top)) {
            return *known;
        }
        self.cells.push(Cell {
            below,
            top,
            depth: self.depth(below) + 1,
            far: self.far_of(below),
        });
        let stack = StackId(self.cells.len() as u32);
        self.numbers.insert((below, top), stack);
        stack
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

    /// The stack whose values are the joins of the values of two stacks of one depth; `None` if the depths differ.
    pub fn join(&mut self, a: StackId, b: StackId, mut join: impl FnMut(TypeId, TypeId) -> TypeId) -> Option<StackId> {
        if self.depth(a) != self.depth(b) {
            return None;
        }
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
        Some(joined)
    }

    /// Gives up what only a running verification needs.
    pub(super) fn finish(&mut self) {
        self.numbers = BTreeMap::new();
        self.joins = BTreeMap::new();
        self.cells.shrink_to_fit();
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
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All stacks of handlers that occur in a function.
#[derive(Debug, Clone, Default)]
pub struct Handlers {
    /// The cell with the number `i` stands at `i - 1`: what is below, the handler, and how many there are.
    cells: Vec<(HandlersId, Handler, u32)>,
    numbers: BTreeMap<(HandlersId, Handler), HandlersId>,
}

impl Handlers {
    fn cell(&self, handlers: HandlersId) -> Option<(HandlersId, Handler, u32)> {
        let index = (handlers.0 as usize).checked_sub(1)?;
        self.cells.get(index).copied()
    }

    /// How many handlers are installed.
    pub fn count(&self, handlers: HandlersId) -> u32 {
        self.cell(handlers).map_or(0, |(_, _, count)| count)
    }

    /// The stack with one more handler.
    pub fn push(&mut self, below: HandlersId, top: Handler) -> HandlersId {
        let count = self.count(below) + 1;
        let cells = &mut self.cells;
        *self.numbers.entry((below, top)).or_insert_with(|| {
            cells.push((below, top, count));
            HandlersId(cells.len() as u32)
        })
    }

    /// Gives up what only a running verification needs.
    pub(super) fn finish(&mut self) {
        self.numbers = BTreeMap::new();
        self.cells.shrink_to_fit();
    }

    /// The innermost handler and the stack below it; `None` if there is none.
    pub fn pop(&self, handlers: HandlersId) -> Option<(HandlersId, Handler)> {
        self.cell(handlers).map(|(below, top, _)| (below, top))
    }
}
