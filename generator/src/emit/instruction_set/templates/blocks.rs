//! Where the blocks of a function begin, and the fuel that each of them costs.
//!
//! Fuel is charged when control enters a block, for all of its instructions at once, and nothing is given back when it is left early. So
//! every engine uses the same fuel, however it groups instructions, and a program ends at the same place under the same limit.
//! The first block costs more in a function with many locals: see [`LOCALS_PER_FUEL`].

use alloc::vec::Vec;

use crate::decode::{Decoded, decode};
use crate::instruction::Instruction;
use crate::limits::LOCALS_PER_FUEL;
use crate::metadata::Control;
use crate::verify::flow;

/// The blocks of a function's code.
///
/// A block begins at the function's entry, at every target of a label (those of handlers included), and behind an instruction that jumps,
/// branches, returns, throws or halts. A call doesn't end its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    blocks: Vec<Block>,
}

/// A block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The offset of its first instruction, its leader.
    pub at: u32,
    /// The sum of the costs of its instructions; that of the first block, also what clearing the locals costs.
    pub cost: u32,
}

impl Blocks {
    /// Finds the blocks of code. Where it can't be decoded further, the last block ends.
    pub fn new(code: &[u8]) -> Blocks {
        let mut instructions = Vec::new();
        let mut at = 0;
        while let Ok(decoded) = decode(code, at) {
            instructions.push(decoded);
            at = decoded.next;
        }
        Blocks::of(&instructions)
    }

    /// Finds the blocks of all instructions of a function.
    pub fn of(instructions: &[Decoded]) -> Blocks {
        let mut blocks = Vec::new();
        find(instructions, &mut Vec::new(), 0, |block| blocks.push(block));
        Blocks { blocks }
    }

    /// The same blocks in a function with so many locals, which each call of it makes zero.
    #[must_use]
    pub fn with_locals(mut self, locals: usize) -> Blocks {
        if let Some(first) = self.blocks.first_mut() {
            first.cost = first.cost.saturating_add(clearing(locals));
        }
        self
    }

    /// What entering the block costs whose leader stands at an offset; `None` where no block begins.
    pub fn cost_at(&self, at: u32) -> Option<u32> {
        let position = self.blocks.binary_search_by_key(&at, |block| block.at).ok()?;
        self.blocks.get(position).map(|block| block.cost)
    }

    /// All blocks, in the order of their offsets.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Block> + '_ {
        self.blocks.iter().copied()
    }
}

/// What it costs to make so many locals zero.
fn clearing(locals: usize) -> u32 {
    u32::try_from(locals).unwrap_or(u32::MAX) / LOCALS_PER_FUEL
}

/// Gives the blocks of all instructions of a function that has so many locals, in the order of their offsets. `leaders` is memory that can be
/// used again for the next function.
pub fn find(instructions: &[Decoded], leaders: &mut Vec<u32>, locals: usize, mut found: impl FnMut(Block)) {
    leaders.clear();
    for decoded in instructions {
        if flow::is_plain(decoded.instruction.opcode()) {
            continue;
        }
        leaders.extend(flow::labels(&decoded.instruction).into_iter().flatten().map(|label| label.0));
        if ends_block(&decoded.instruction) {
            leaders.push(decoded.next);
        }
    }
    leaders.sort_unstable();
    let Some(first) = instructions.first() else { return };
    let mut block = Block {
        at: first.at,
        cost: clearing(locals),
    };
    let mut leaders = leaders.iter();
    let mut next = leaders.next();
    for decoded in instructions {
        // A label into the middle of an instruction is no leader. The verifier refuses it, but nothing here relies on that.
        while next.is_some_and(|leader| *leader < decoded.at) {
            next = leaders.next();
        }
        if next == Some(&decoded.at) && decoded.at != block.at {
            found(block);
            block = Block { at: decoded.at, cost: 0 };
        }
        block.cost = block.cost.saturating_add(decoded.instruction.opcode().info().cost);
    }
    found(block);
}

/// Whether a block begins behind an instruction, whatever labels there are.
pub fn ends_block(instruction: &Instruction) -> bool {
    !matches!(instruction.opcode().info().control, Control::Next | Control::Call)
}
