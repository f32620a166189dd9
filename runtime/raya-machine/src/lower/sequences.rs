//! Superinstructions: an instruction that takes what the one written last gave becomes one with it.
//!
//! The instruction that was written last is taken back, and one for both is written in its place. So loads of locals and constants between
//! the two don't matter, since they write nothing. Only where nothing can arrive or be seen between the two does that happen: in one block,
//! under one handler, with nothing written for the second one yet.

use raya_facts::types::SlotKind;
use raya_facts::{Instruction, Label, Opcode, Operands};

use super::function::{Leaves, Lowering};
use super::select::{Chosen, Inputs, Target, branch_label, output_fits};
use super::stack::Place;
use super::writer::{Begun, Taken};
use crate::table::{Location, Sequence, builtin};

/// The instruction that was written last, if it gave a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    begun: Begun,
    /// Where the next instruction would stand if nothing was written since.
    end: usize,
    internal: u16,
    /// The slot of what it gave.
    output: u16,
}

impl Lowering<'_, '_> {
    /// Notes an instruction that was written.
    pub(super) fn note_last(&mut self, begun: Begun, chosen: &Chosen<'_>) {
        let gives = chosen.target.is_none() && !chosen.variant.outputs.is_empty();
        self.last = gives.then_some(Last {
            begun,
            end: self.shared.writer.place(),
            internal: chosen.variant.internal,
            output: chosen.output,
        });
    }

    /// The same of one of a handler that every engine has.
    pub(super) fn note_written(&mut self, begun: Begun, internal: u16, output: u16) {
        self.last = Some(Last {
            begun,
            end: self.shared.writer.place(),
            internal,
            output,
        });
    }

    /// Takes the last instruction back if it copies a slot; says where to and where from.
    pub(super) fn take_back_copy(&mut self) -> Option<(u16, u16)> {
        let last = self.last.filter(|last| last.internal == builtin::MOV)?;
        if !self.is_fresh(&last) {
            return None;
        }
        // What is lowered now writes more behind, which comes from it as before.
        self.move_behind((last.end - self.start) as u32);
        self.last = None;
        let taken = self.shared.writer.take_back(self.shared.writer.start(last.begun));
        Some((taken.field(2, 2) as u16, taken.field(4, 2) as u16))
    }

    /// Takes the last instruction back if it loads a captured variable into a slot, for an instruction that may fail with it; says which.
    pub(super) fn take_back_captured(&mut self, slot: u16) -> Option<u16> {
        let last = self
            .last
            .filter(|last| last.internal == builtin::LOAD_CAPTURED && last.output == slot)?;
        if !self.is_fresh(&last) {
            return None;
        }
        let taken = self.take_back(&last, Some(1));
        Some(taken.field(4, 2) as u16)
    }

    /// Makes a jump one with the last instruction, if there is a handler for both; says whether there was. All values are in their slots.
    pub(super) fn continue_with_jump(&mut self, label: Label, cost: u16) -> bool {
        let inputs = Inputs::none(self.stack.depth());
        let target = Target {
            label,
            taken: cost,
            next: 0,
        };
        self.continue_with_end(Opcode::Jmp, &inputs, None, Some(target))
    }

    /// Makes the return of the topmost value one with the last instruction, if there is a handler for both; says whether there was.
    pub(super) fn continue_with_return(&mut self, top: usize) -> bool {
        let inputs = Inputs::one(top);
        self.continue_with_end(Opcode::Return, &inputs, None, None)
    }

    /// Makes an instruction one with the last one, if there is a handler for both. Says how many behind it became a part of it.
    pub(super) fn continue_last(
        &mut self,
        instruction: &Instruction,
        opcode: Opcode,
        inputs: &Inputs,
        output: Option<SlotKind>,
    ) -> Option<usize> {
        let (last, sequence) = self.continuation(opcode, inputs, output, None)?;
        if let Some(label) = branch_label(instruction) {
            let target = self.target(label);
            return self.continue_with_branch(opcode, inputs, None, target).then_some(0);
        }
        let pushes = !sequence.variant.outputs.is_empty();
        let local = if pushes { self.stored_ahead() } else { None };
        if local.is_some_and(|local| self.stack.topmost_named(local, inputs.bottom).is_some()) {
            // A value that is still needed has to leave the local first.
            return None;
        }
        let taken = self.take_back(&last, Some(sequence.part).filter(|_| !opcode.info().traps.is_empty()));
        self.shared.statistics.fused += 1;
        self.write(&Chosen {
            variant: &sequence.variant,
            inputs: *inputs,
            output: local.unwrap_or(self.stack.slot(inputs.bottom)),
            output_kind: None,
            operands: instruction.operands(),
            target: None,
            taken,
        });
        self.stack.cut(inputs.bottom);
        if pushes && local.is_none() {
            self.stack.push(self.kind_behind(), Place::Own);
        }
        Some(usize::from(local.is_some()))
    }

    /// Makes a branch one with the last instruction, if there is a handler for both; says whether there was. `when` is there for a
    /// comparison that is fused with the branch behind it.
    pub(super) fn continue_with_branch(&mut self, opcode: Opcode, inputs: &Inputs, when: Option<bool>, target: Target) -> bool {
        let nothing_below = self.stack.topmost_elsewhere(0, inputs.bottom).is_none();
        let done = nothing_below && self.continue_with_end(opcode, inputs, when, Some(target));
        if done {
            self.leave(Leaves::Branches);
        }
        done
    }

    /// Makes the end of a block one with the last instruction.
    fn continue_with_end(&mut self, opcode: Opcode, inputs: &Inputs, when: Option<bool>, target: Option<Target>) -> bool {
        let Some((last, sequence)) = self.continuation(opcode, inputs, None, when) else {
            return false;
        };
        let taken = self.take_back(&last, Some(sequence.part).filter(|_| !opcode.info().traps.is_empty()));
        self.shared.statistics.fused += 1;
        self.write(&Chosen {
            variant: &sequence.variant,
            inputs: *inputs,
            output: 0,
            output_kind: None,
            operands: Operands::default(),
            target,
            taken,
        });
        self.stack.cut(inputs.bottom);
        true
    }

    /// The last instruction, and what it becomes together with this one.
    fn continuation(
        &self,
        opcode: Opcode,
        inputs: &Inputs,
        output: Option<SlotKind>,
        when: Option<bool>,
    ) -> Option<(Last, &'static Sequence)> {
        let last = self.last?;
        let sequences = self.shared.sequences(last.internal, opcode);
        if sequences.is_empty() || !self.is_fresh(&last) {
            return None;
        }
        let fits = |sequence: &&Sequence| {
            sequence.op == opcode
                && sequence.when == when
                && output_fits(&sequence.variant, output)
                && self.continues(sequence, last.output, inputs)
        };
        sequences.iter().find(fits).map(|sequence| (last, sequence))
    }

    /// Whether the inputs lie where a superinstruction wants them, and nothing has to be written for that.
    fn continues(&self, sequence: &Sequence, given: u16, inputs: &Inputs) -> bool {
        let wanted = sequence.variant.inputs;
        let mut pairs = wanted.iter().zip(inputs.iter()).enumerate();
        wanted.len() == inputs.count
            && pairs.all(|(index, (wanted, (position, _)))| {
                let item = self.stack.get(position);
                let place_fits = match item.place {
                    Place::Own | Place::Slot(_) if index == usize::from(sequence.input) => {
                        // What isn't stored must not be needed elsewhere: it lies in the slot that is taken from the stack now.
                        let is_local = matches!(item.place, Place::Slot(slot) if usize::from(slot) < self.locals);
                        self.stack.place(position) == Some(given) && is_local == sequence.stores
                    }
                    Place::Own => wanted.location == Location::Slot && self.stack.slot(position) != given,
                    Place::Slot(slot) => wanted.location == Location::Slot && slot != given,
                    Place::Const(_) => wanted.location == Location::Const && index != usize::from(sequence.input),
                };
                place_fits && (wanted.kind.is_none() || wanted.kind == item.kind)
            })
    }

    /// Whether nothing was written since an instruction, and it is under the handler that is installed now.
    fn is_fresh(&self, last: &Last) -> bool {
        let begun = (self.shared.writer.start(last.begun) - self.start) as u32;
        last.end == self.shared.writer.place() && !self.guarded_since(begun)
    }

    /// Takes the last instruction back for one that continues it. `part` is there if the instruction that is lowered can fail: its place
    /// among the parts, which is the word of the code that stands for it.
    fn take_back(&mut self, last: &Last, part: Option<u8>) -> Taken {
        let begun = self.shared.writer.start(last.begun);
        self.forget_behind((last.end - self.start) as u32);
        if let Some(part) = part
            && let Some(at) = self.decoded.get(self.index).map(|decoded| decoded.at)
        {
            self.remember_at((begun - self.start) as u32 + u32::from(part), at);
        }
        self.last = None;
        self.shared.writer.take_back(begun)
    }
}
