//! Turns loops round: where a jump back leads to a test, the test is written again in its place, so that a loop has one jump a turn and not
//! two. Only tests are repeated whose instructions can neither fail nor be observed, on an operand stack that is empty.
//!
//! What is repeated charges for two blocks at once: for the one with the test, and for the one behind. Where that is more than is left,
//! [`Twice`](crate::code::Twice) says how the two are to be told apart.

use raya_facts::{Decoded, Instruction, Label, Opcode};

use super::function::{Leaves, Lowering};
use super::select::Target;
use crate::code::Twice;
use crate::table::builtin;

/// The most instructions of a test that is repeated.
const LONGEST: usize = 12;

impl<'s> Lowering<'s, '_> {
    /// Writes the test at a label that was passed already in place of a jump to it; says whether it could. All values are in their slots.
    pub(super) fn repeat_test(&mut self, to: Label) -> bool {
        let Some(test) = self.test_at(to) else { return false };
        let (index, block, ahead) = (self.index, self.block, self.ahead);
        let place = self.block_place(test.block);
        self.block = test.block + 1;
        self.index = test.index;
        let last = test.instructions.len() - 1;
        let mut done = false;
        for (position, decoded) in test.instructions.iter().enumerate() {
            let instruction = &decoded.instruction;
            // Nothing becomes a part of what is written here but by `fuse_repeated`.
            self.ahead = None;
            let opcode = instruction.opcode();
            if position + 1 == last && self.fuse_repeated(opcode, &test.target, test.when) {
                done = true;
                break;
            }
            if position == last {
                done = self.branch_repeated(test.opposite, &test.target);
                break;
            }
            // Neither failing nor skipping: there is no store among them.
            if self.instruction(instruction, opcode).is_err() {
                break;
            }
            self.index += 1;
        }
        (self.index, self.block, self.ahead) = (index, block, ahead);
        if !done {
            // Unreachable for what `test_at` lets through. What was written so far has no effect that is read.
            self.stack.cut(0);
            return false;
        }
        let from = (self.shared.writer.place() - self.start) as u32;
        self.shared.twice.push(Twice {
            behind: from,
            test: (place - self.start) as u32,
            cost: test.cost,
        });
        if self.block_at(self.block) == Some(test.exit.0) {
            // Paid for already.
            self.leave(Leaves::Branches);
        } else {
            let begun = self.builtin(builtin::JUMP, 2);
            self.jump_to(begun, 8, test.exit);
            self.leave(Leaves::Ends);
        }
        true
    }

    /// What is at a label, if it is a test that can be repeated.
    fn test_at(&self, to: Label) -> Option<Test<'s>> {
        let block = self.block_of(to)? as usize;
        let (index, cost) = self.lowered_block(block)?;
        let entry = self.facts.entry(index as usize)?;
        if self.stack.depth() != 0 || self.facts.stacks().depth(entry.stack) != 0 {
            return None;
        }
        let end = self.block_at(block + 1)?;
        let rest = self.decoded.get(index as usize..)?;
        let count = rest.iter().take(LONGEST + 1).take_while(|decoded| decoded.at < end).count();
        let instructions = rest.get(..count).filter(|_| count <= LONGEST)?;
        let (last, before) = instructions.split_last()?;
        if !before.iter().all(|decoded| can_be_repeated(&decoded.instruction)) {
            return None;
        }
        let (exit, when, opposite) = match last.instruction {
            Instruction::JmpIfFalse { to } => (to, true, Opcode::JmpIfTrue),
            Instruction::JmpIfTrue { to } => (to, false, Opcode::JmpIfFalse),
            Instruction::JmpIfNull { to } => (to, true, Opcode::JmpIfNotNull),
            Instruction::JmpIfNotNull { to } => (to, true, Opcode::JmpIfNull),
            _ => return None,
        };
        // Behind the test is what is done if it holds; elsewhere is where the loop ends.
        let here = self.block_at(self.block).unwrap_or(u32::MAX);
        if exit.0 < here {
            return None;
        }
        let both = |other: u16| (other > 0).then(|| cost.checked_add(other)).flatten();
        let target = Target {
            label: Label(end),
            taken: both(self.cost_at(Label(end)))?,
            next: both(self.cost_at(exit))?,
        };
        Some(Test {
            block,
            index: index as usize,
            cost,
            instructions,
            exit,
            when,
            opposite,
            target,
        })
    }
}

/// A test that can be repeated.
struct Test<'s> {
    /// The position of its block.
    block: usize,
    /// The position of its first instruction in the verifier's facts.
    index: usize,
    /// What its block costs.
    cost: u16,
    instructions: &'s [Decoded],
    /// Where the loop ends.
    exit: Label,
    /// What its comparison gives when the loop goes on.
    when: bool,
    /// The branch that is taken when the loop goes on.
    opposite: Opcode,
    /// Where the loop goes on, and what both ways cost.
    target: Target,
}

/// Whether nobody can tell how often an instruction was executed.
fn can_be_repeated(instruction: &Instruction) -> bool {
    match instruction {
        Instruction::LoadLocal { .. } | Instruction::LoadLocal0 | Instruction::LoadLocal1 => true,
        _ => {
            let info = instruction.opcode().info();
            info.pure && info.traps.is_empty() && info.outputs.len() == 1
        }
    }
}
