//! The way through one function: its blocks and what they cost, labels, handlers, safepoints, and where each instruction came from.

mod marks;

use marks::{Draft, add_live};
use raya_facts::module::Function;
use raya_facts::types::SlotKind;
use raya_facts::verify::FunctionFacts;
use raya_facts::verify::stacks::HandlersId;
use raya_facts::{Decoded, FunctionId, Instruction, Label, Opcode, TypeId, blocks, decode};
use raya_runtime::Any;

use super::sequences::Last;
use super::stack::{self, Stack, kind_of};
use super::writer::Begun;
use super::{MAX_FRAME, Shared};
use crate::code::{Callee, FunctionCode, Safepoint, slot_kind};
use crate::table::builtin;

/// What is kept from function to function, so that its memory is used again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    stack: stack::Memory,
    blocks: Vec<Block>,
    jumps: Vec<Jump>,
    locals: Vec<SlotKind>,
    /// By number of a stack of handlers: the position of the innermost in `drafts`, plus 1; 0 for not known.
    rows: Vec<u32>,
    drafts: Vec<Draft>,
    decoded: Vec<Decoded>,
    leaders: Vec<u32>,
}

/// A block.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// The offset of its leader.
    at: u32,
    /// What it costs.
    cost: u32,
    /// Where its lowered code begins.
    place: usize,
    /// The position of its leader in the verifier's facts, once it is reached.
    index: u32,
}

/// No position: the block isn't lowered yet, or no path reaches it.
const NOT_LOWERED: u32 = u32::MAX;

/// A jump whose target is written when all blocks have a place.
#[derive(Debug, Clone, Copy)]
struct Jump {
    /// Where the instruction begins.
    from: usize,
    /// The field for the target.
    at: u8,
    /// The position of the target in the list of blocks.
    block: u32,
}

/// How control leaves an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// To the next instruction, which may begin a block.
    Falls,
    /// To the next instruction or elsewhere: every value is in its slot, and the block behind is charged for.
    Branches,
    /// Elsewhere.
    Ends,
}

/// A function under way.
pub(super) struct Lowering<'s, 'a> {
    pub shared: &'s mut Shared<'a>,
    pub stack: Stack<'a>,
    pub facts: &'a FunctionFacts,
    pub declared: &'a Function,
    pub kinds: &'s [SlotKind],
    blocks: &'s mut Vec<Block>,
    jumps: &'s mut Vec<Jump>,
    rows: &'s mut Vec<u32>,
    drafts: &'s mut Vec<Draft>,
    /// All instructions of the function.
    pub decoded: &'s [Decoded],
    /// Parameters and locals.
    pub locals: usize,
    /// Slots for what `try` remembers, between locals and operand stack.
    pub hidden: usize,
    /// Where the function's code begins.
    pub start: usize,
    /// The position of the next block.
    pub block: usize,
    /// The offset of the leader of the block that is lowered.
    leader: u32,
    /// The position of the instruction in the verifier's facts.
    pub index: usize,
    /// The instruction behind the one that is lowered.
    pub ahead: Option<&'s Decoded>,
    /// The instruction that was written last in this block.
    pub last: Option<Last>,
    leaves: Leaves,
    /// The handlers that are installed before the instruction.
    handlers: HandlersId,
}

/// Lowers a function behind those that are lowered already.
pub(super) fn lower<'a>(
    shared: &mut Shared<'a>,
    memory: &mut Memory,
    id: FunctionId,
    declared: &'a Function,
    facts: &'a FunctionFacts,
) -> Result<(FunctionCode, Callee), String> {
    let locals = declared.params.len() + declared.locals.len();
    let hidden = usize::from(facts.max_handlers);
    // One more than the stack needs, so that a frame always has room for a result.
    let words = locals + hidden + usize::from(facts.max_stack) + 1;
    if words > MAX_FRAME {
        return Err(format!("its frame has {words} slots, the limit is {MAX_FRAME}"));
    }
    let Memory {
        stack,
        blocks,
        jumps,
        locals: kinds,
        rows,
        drafts,
        decoded,
        leaders,
    } = memory;
    decode_all(&declared.code, decoded)?;
    kinds.clear();
    kinds.extend(
        declared
            .params
            .iter()
            .chain(&declared.locals)
            .map(|local| slot_kind(local.r#type)),
    );
    blocks.clear();
    blocks::find(decoded, leaders, declared.locals.len(), |block| {
        blocks.push(Block {
            at: block.at,
            cost: block.cost,
            place: 0,
            index: NOT_LOWERED,
        });
    });
    jumps.clear();
    rows.clear();
    drafts.clear();
    let start = shared.writer.place();
    let mut lowering = Lowering {
        stack: Stack::begin(stack, facts.stacks(), locals, locals + hidden),
        facts,
        declared,
        kinds,
        blocks,
        jumps,
        rows,
        drafts,
        decoded,
        locals,
        hidden,
        start,
        block: 0,
        leader: 0,
        index: 0,
        ahead: None,
        last: None,
        leaves: Leaves::Branches,
        handlers: HandlersId::NONE,
        shared,
    };
    lowering.prologue();
    lowering.code()?;
    lowering.finish_jumps();
    lowering.finish_handlers();
    let references = references(lowering.kinds);
    lowering.shared.references.extend(references);
    let code = FunctionCode {
        start: start as u32,
        hidden: hidden as u16,
        result: Some(slot_kind(declared.result)),
        rest: declared.rest.map(slot_kind),
    };
    let callee = Callee {
        entry: core::ptr::null(),
        words: words as u32,
        cost: lowering.blocks.first().map_or(0, |block| u32::from(charged(block.cost))),
        function: id.0,
        params: declared.params.len() as u16,
        zeros: declared.locals.len() as u16,
        captures: !declared.captures.is_empty(),
        rest: declared.rest.is_some(),
    };
    lowering.shared.statistics.bytes += declared.code.len() as u64;
    lowering.stack.end(stack);
    Ok((code, callee))
}

/// Reads all instructions of a function.
fn decode_all(code: &[u8], decoded: &mut Vec<Decoded>) -> Result<(), String> {
    decoded.clear();
    let mut at = 0;
    while (at as usize) < code.len() {
        let next = decode(code, at).map_err(|error| error.to_string())?;
        at = next.next;
        decoded.push(next);
    }
    Ok(())
}

/// The locals that hold references.
fn references(kinds: &[SlotKind]) -> impl Iterator<Item = (u16, SlotKind)> {
    let slots = kinds.iter().enumerate().map(|(slot, kind)| (slot as u16, *kind));
    slots.filter(|(_, kind)| matches!(kind, SlotKind::Ref | SlotKind::Any))
}

/// What a jump to a block charges: its cost, or nothing where that has no room in 16 bits and the block charges for itself.
fn charged(cost: u32) -> u16 {
    u16::try_from(cost).unwrap_or(0)
}

impl<'s> Lowering<'s, '_> {
    /// What a function begins with: zeros of type `any` aren't words of zeros, and slots of `try` have to be known of.
    fn prologue(&mut self) {
        self.shared.offsets.push((0, 0));
        self.shared.safepoints.push(Safepoint { at: 0, live: 0 });
        if self.hidden > 0 {
            let begun = self.builtin(builtin::ENTER_GUARDED, 1);
            self.shared.writer.u16(begun, 2, self.hidden as u16);
        }
        let params = self.declared.params.len();
        for slot in params..self.locals {
            if self.kinds.get(slot) == Some(&SlotKind::Any) {
                self.constant(slot as u16, Any::NULL.bits());
            }
        }
    }

    fn code(&mut self) -> Result<(), String> {
        while let Some(Decoded { at, instruction, .. }) = self.decoded.get(self.index) {
            self.ahead = self.behind();
            let entry = self.facts.entry(self.index);
            if self.block_at(self.block) == Some(*at) {
                self.begin_block(entry.is_some());
            }
            if let Some(entry) = entry {
                if self.handlers != entry.handlers {
                    self.handlers = entry.handlers;
                    self.guard(entry.handlers);
                }
                self.remember(*at);
                self.leaves = Leaves::Falls;
                let skipped = self.instruction(instruction, instruction.opcode())?;
                // What became a part of this instruction is not lowered again.
                self.shared.statistics.instructions += 1 + skipped as u64;
                self.index += skipped;
            }
            self.index += 1;
        }
        Ok(())
    }

    /// The instruction behind the one that is lowered.
    pub fn behind(&self) -> Option<&'s Decoded> {
        self.decoded.get(self.index + 1)
    }

    pub fn block_at(&self, index: usize) -> Option<u32> {
        self.blocks.get(index).map(|block| block.at)
    }

    /// Where the code of a block begins that is lowered.
    pub fn block_place(&self, index: usize) -> usize {
        self.blocks.get(index).map_or(0, |block| block.place)
    }

    /// The position of a block's leader in the verifier's facts, and what a jump to it charges; `None` unless it is lowered and charged for
    /// by jumps.
    pub fn lowered_block(&self, index: usize) -> Option<(u32, u16)> {
        let block = self.blocks.get(index)?;
        let cost = charged(block.cost);
        (block.index != NOT_LOWERED && cost > 0).then_some((block.index, cost))
    }

    /// Whether the instruction ahead belongs to the same block as the one that is lowered.
    pub fn ahead_in_block(&self) -> Option<&'s Instruction> {
        let ahead = self.ahead?;
        (self.block_at(self.block) != Some(ahead.at)).then_some(&ahead.instruction)
    }

    /// Ends the block before, if control falls out of it, and begins the next one.
    fn begin_block(&mut self, reached: bool) {
        let Some(cost) = self.blocks.get(self.block).map(|block| block.cost) else {
            return;
        };
        if self.leaves == Leaves::Falls {
            self.settle_from(0);
            let here = self.block_at(self.block).map(Label);
            if charged(cost) > 0 && !here.is_some_and(|here| self.continue_with_jump(here, charged(cost))) {
                let begun = self.builtin(builtin::FUEL, 1);
                self.shared.writer.u32(begun, 4, cost);
            }
        }
        self.last = None;
        let place = self.shared.writer.place();
        if let Some(block) = self.blocks.get_mut(self.block) {
            block.place = place;
            self.leader = block.at;
        }
        self.block += 1;
        if !reached {
            self.leaves = Leaves::Ends;
            return;
        }
        self.load_stack();
        let index = self.index as u32;
        if let Some(block) = self.blocks.get_mut(self.block - 1) {
            block.index = index;
        }
        self.safepoint(self.stack.depth());
        if cost != u32::from(charged(cost)) {
            let begun = self.builtin(builtin::FUEL, 1);
            self.shared.writer.u32(begun, 4, cost);
            self.safepoint(self.stack.depth());
        }
    }

    /// Takes over what the verifier says about the operand stack: at the beginning of a block, every value lies in its slot.
    fn load_stack(&mut self) {
        let Some(entry) = self.facts.entry(self.index) else { return };
        let all = &mut self.shared.live;
        self.stack
            .take_over(entry.stack, |below, slot, kind| add_live(all, below, slot, kind));
    }

    /// The slot for what the `try` at a level of nesting remembers.
    pub fn locks_slot(&self, level: usize) -> u16 {
        (self.locals + level) as u16
    }

    /// The position in the list of blocks of the one that begins at a label.
    pub fn block_of(&self, label: Label) -> Option<u32> {
        let found = self.blocks.binary_search_by_key(&label.0, |block| block.at).ok();
        found.map(|index| index as u32)
    }

    /// What a jump to a label charges.
    pub fn cost_at(&self, label: Label) -> u16 {
        let block = self.block_of(label).and_then(|index| self.blocks.get(index as usize));
        block.map_or(0, |block| charged(block.cost))
    }

    /// What going on at the next block charges.
    pub fn cost_next(&self) -> u16 {
        self.blocks.get(self.block).map_or(0, |block| charged(block.cost))
    }

    /// Has the place of a label written into an instruction, once it is known.
    pub fn jump_to(&mut self, begun: Begun, at: u8, label: Label) {
        let from = self.shared.writer.start(begun);
        if let Some(block) = self.block_of(label) {
            self.jumps.push(Jump { from, at, block });
        }
    }

    /// Says how control leaves the instruction.
    pub fn leave(&mut self, leaves: Leaves) {
        self.leaves = leaves;
    }

    fn finish_jumps(&mut self) {
        for jump in self.jumps.drain(..) {
            if let Some(block) = self.blocks.get(jump.block as usize) {
                self.shared.writer.patch(jump.from, jump.at, block.place);
            }
        }
    }

    /// The representation of the topmost value behind the instruction, which it has pushed.
    pub fn kind_behind(&self) -> Option<SlotKind> {
        let entry = self.facts.entry(self.index + 1)?;
        kind_of(self.facts.stacks().pop(entry.stack)?.1)
    }

    /// How many values the operand stack holds behind the instruction.
    pub fn depth_behind(&self) -> usize {
        let entry = self.facts.entry(self.index + 1);
        entry.map_or(0, |entry| self.facts.stacks().depth(entry.stack) as usize)
    }

    /// The type of a value before the instruction, counted from the top.
    pub fn type_before(&self, from_top: usize) -> Option<TypeId> {
        let stacks = self.facts.stacks();
        let mut stack = self.facts.entry(self.index)?.stack;
        for _ in 0..from_top {
            stack = stacks.pop(stack)?.0;
        }
        stacks.pop(stack).map(|(_, top)| top)
    }

    /// How many handlers are installed before the instruction.
    pub fn level(&self) -> usize {
        let entry = self.facts.entry(self.index);
        entry.map_or(0, |entry| self.facts.handlers().count(entry.handlers) as usize)
    }

    /// Lowers an instruction; says how many behind it became a part of it.
    #[inline]
    pub fn instruction(&mut self, instruction: &Instruction, opcode: Opcode) -> Result<usize, String> {
        if let Some(skipped) = self.moves(instruction) {
            return Ok(skipped);
        }
        if let Some(skipped) = self.calls(instruction) {
            return Ok(skipped);
        }
        self.select(instruction, opcode)
    }
}
