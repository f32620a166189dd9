//! Instructions that only move values, or control: most of them write nothing at all.

use raya_facts::module::Constant;
use raya_facts::types::SlotKind;
use raya_facts::{Instruction, Label, LocalId};

use super::function::{Leaves, Lowering};
use super::stack::Place;
use super::writer::Begun;
use crate::table::builtin;

impl Lowering<'_, '_> {
    /// Lowers an instruction if it is one of these; says how many behind it became a part of it.
    pub(super) fn moves(&mut self, instruction: &Instruction) -> Option<usize> {
        match *instruction {
            Instruction::Nop | Instruction::Debugger => {}
            Instruction::Pop => {
                let depth = self.stack.depth();
                self.stack.cut(depth.saturating_sub(1));
            }
            Instruction::Dup => self.dup(),
            Instruction::Swap => self.swap(),
            Instruction::ConstNull => self.push_constant(SlotKind::Ref, 0),
            Instruction::ConstTrue => self.push_constant(SlotKind::Bool, 1),
            Instruction::ConstFalse => self.push_constant(SlotKind::Bool, 0),
            Instruction::ConstI32 { value } => self.push_constant(SlotKind::I32, u64::from(value.cast_unsigned())),
            Instruction::ConstF64 { value } => self.push_constant(SlotKind::F64, value.to_bits()),
            Instruction::ConstStr { k } => {
                let word = (self.shared.source.text)(k);
                self.push_constant(SlotKind::Ref, word);
            }
            Instruction::LoadConst { k } => {
                let (kind, word) = match self.shared.source.module.constants.get(k.index()) {
                    Some(Constant::Int(value)) => (SlotKind::I32, u64::from(value.cast_unsigned())),
                    Some(Constant::Float(value)) => (SlotKind::F64, value.to_bits()),
                    Some(Constant::Text(text)) => (SlotKind::Ref, (self.shared.source.text)(*text)),
                    None => (SlotKind::Ref, 0),
                };
                self.push_constant(kind, word);
            }
            Instruction::LoadLocal { slot } => self.load_local(slot),
            Instruction::LoadLocal0 => self.load_local(LocalId(0)),
            Instruction::LoadLocal1 => self.load_local(LocalId(1)),
            Instruction::StoreLocal { .. } | Instruction::StoreLocal0 | Instruction::StoreLocal1 => {
                self.store_local(stored_local(instruction)?);
            }
            Instruction::Jmp { to } => self.jump(to),
            Instruction::Try { .. } => self.install_handler(),
            Instruction::EndTry => {}
            Instruction::Throw => self.throw(builtin::THROW),
            Instruction::Rethrow => self.throw(builtin::RETHROW),
            Instruction::Trap { code } => {
                let begun = self.builtin(builtin::ABORT, 1);
                self.shared.writer.u16(begun, 2, code);
                self.leave(Leaves::Ends);
            }
            _ => return None,
        }
        Some(0)
    }

    /// Begins an instruction of a handler that every engine has.
    pub(super) fn builtin(&mut self, number: u16, words: u8) -> Begun {
        self.shared.writer.begin(number, words)
    }

    /// Writes an instruction that puts a constant into a slot.
    pub(super) fn constant(&mut self, slot: u16, word: u64) {
        match u32::try_from(word) {
            Ok(short) => {
                let begun = self.builtin(builtin::CONSTANT_SHORT, 1);
                self.shared.writer.u16(begun, 2, slot);
                self.shared.writer.u32(begun, 4, short);
            }
            Err(_) => {
                let begun = self.builtin(builtin::CONSTANT, 2);
                self.shared.writer.u16(begun, 2, slot);
                self.shared.writer.u64(begun, 8, word);
            }
        }
    }

    /// Writes an instruction that copies a slot, or makes one of two of the last one if that copies one.
    pub(super) fn copy(&mut self, to: u16, from: u16) {
        if let Some((first_to, first_from)) = self.take_back_copy() {
            let begun = self.builtin(builtin::MOV_TWO, 2);
            self.shared.writer.u16(begun, 2, first_to);
            self.shared.writer.u16(begun, 4, first_from);
            self.shared.writer.u16(begun, 6, to);
            self.shared.writer.u16(begun, 8, from);
            return;
        }
        let begun = self.builtin(builtin::MOV, 1);
        self.shared.writer.u16(begun, 2, to);
        self.shared.writer.u16(begun, 4, from);
        self.note_written(begun, builtin::MOV, to);
    }

    fn push_constant(&mut self, kind: SlotKind, word: u64) {
        self.stack.push(Some(kind), Place::Const(word));
    }

    fn load_local(&mut self, local: LocalId) {
        let slot = local.0 as u16;
        let kind = self.kinds.get(local.index()).copied();
        self.stack.push(kind, Place::Slot(slot));
    }

    fn store_local(&mut self, local: LocalId) {
        let Some(top) = self.stack.depth().checked_sub(1) else {
            return;
        };
        let slot = local.0 as u16;
        let item = self.stack.get(top);
        if item.place != Place::Slot(slot) {
            self.settle_named(slot, top);
            match item.place {
                Place::Own => self.copy(slot, self.stack.slot(top)),
                Place::Slot(from) => self.copy(slot, from),
                Place::Const(word) => self.constant(slot, word),
            }
        }
        self.stack.cut(top);
    }

    fn dup(&mut self) {
        let Some(top) = self.stack.depth().checked_sub(1) else {
            return;
        };
        let item = self.stack.get(top);
        let place = match item.place {
            Place::Own => Place::Slot(self.stack.slot(top)),
            elsewhere => elsewhere,
        };
        self.stack.push(item.kind, place);
    }

    fn swap(&mut self) {
        let Some(low) = self.stack.depth().checked_sub(2) else {
            return;
        };
        let (below, above) = (self.stack.get(low), self.stack.get(low + 1));
        let (low_slot, high_slot) = (self.stack.slot(low), self.stack.slot(low + 1));
        if above.place == Place::Slot(low_slot) && below.place == Place::Own {
            // Two of the same.
            return;
        }
        match (below.place, above.place) {
            (Place::Own, Place::Own) => {
                let begun = self.builtin(builtin::SWAP, 1);
                self.shared.writer.u16(begun, 2, low_slot);
                self.shared.writer.u16(begun, 4, high_slot);
                self.stack.replace(low, above.kind, Place::Own);
                self.stack.replace(low + 1, below.kind, Place::Own);
            }
            (Place::Own, elsewhere) => {
                self.copy(high_slot, low_slot);
                self.stack.replace(low + 1, below.kind, Place::Own);
                self.stack.replace(low, above.kind, elsewhere);
            }
            (elsewhere, Place::Own) => {
                self.copy(low_slot, high_slot);
                self.stack.replace(low, above.kind, Place::Own);
                self.stack.replace(low + 1, below.kind, elsewhere);
            }
            (one, other) => {
                self.stack.replace(low, above.kind, other);
                self.stack.replace(low + 1, below.kind, one);
            }
        }
    }

    fn jump(&mut self, to: Label) {
        self.settle_from(0);
        if self.repeat_test(to) {
            return;
        }
        let cost = self.cost_at(to);
        if self.continue_with_jump(to, cost) {
            self.leave(Leaves::Ends);
            return;
        }
        let begun = self.builtin(builtin::JUMP, 2);
        self.shared.writer.u16(begun, 2, cost);
        self.jump_to(begun, 8, to);
        self.leave(Leaves::Ends);
    }

    /// What lies on the stack when a handler is installed is there when it is entered, so that it has to be in its slots.
    fn install_handler(&mut self) {
        self.settle_from(0);
        let slot = self.locks_slot(self.level());
        let begun = self.builtin(builtin::TRY_ENTER, 1);
        self.shared.writer.u16(begun, 2, slot);
    }

    fn throw(&mut self, number: u16) {
        let Some(top) = self.stack.depth().checked_sub(1) else {
            return;
        };
        let slot = self.in_slot(top);
        let begun = self.builtin(number, 1);
        self.shared.writer.u16(begun, 2, slot);
        self.leave(Leaves::Ends);
    }

    /// Puts a value into the slot of its position.
    pub(super) fn settle(&mut self, position: usize) {
        let slot = self.stack.slot(position);
        match self.stack.get(position).place {
            Place::Own => return,
            Place::Slot(from) => self.copy(slot, from),
            Place::Const(word) => self.constant(slot, word),
        }
        self.stack.settle(position);
    }

    /// Puts the values from a position up into their slots.
    pub(super) fn settle_from(&mut self, from: usize) {
        self.settle_between(from, self.stack.depth());
    }

    /// Puts the values of some positions into their slots, the topmost first: a value may lie in the slot of a lower position.
    pub(super) fn settle_between(&mut self, from: usize, mut below: usize) {
        while let Some(position) = self.stack.topmost_elsewhere(from, below) {
            self.settle(position);
            below = position;
        }
    }

    /// Puts the values below a position that lie in a local into their slots, since the local is about to change.
    pub(super) fn settle_named(&mut self, local: u16, mut below: usize) {
        while let Some(position) = self.stack.topmost_named(local, below) {
            self.settle(position);
            below = position;
        }
    }

    /// The slot in which a value lies; a constant is put into one first.
    pub(super) fn in_slot(&mut self, position: usize) -> u16 {
        match self.stack.place(position) {
            Some(slot) => slot,
            None => {
                self.settle(position);
                self.stack.slot(position)
            }
        }
    }

    /// The local into which the instruction ahead stores the result of this one, if it belongs to the same block. Values below `below` that
    /// lie in the local are put elsewhere: the result can go straight there.
    pub(super) fn result_local(&mut self, below: usize) -> Option<u16> {
        let slot = self.stored_ahead()?;
        self.settle_named(slot, below);
        Some(slot)
    }

    /// The local into which the instruction ahead stores, if it belongs to the same block.
    pub(super) fn stored_ahead(&self) -> Option<u16> {
        let ahead = self.ahead_in_block()?;
        Some(stored_local(ahead)?.0 as u16)
    }
}

/// The local that an instruction stores into, if that is all it does.
fn stored_local(instruction: &Instruction) -> Option<LocalId> {
    match *instruction {
        Instruction::StoreLocal { slot } => Some(slot),
        Instruction::StoreLocal0 => Some(LocalId(0)),
        Instruction::StoreLocal1 => Some(LocalId(1)),
        _ => None,
    }
}
