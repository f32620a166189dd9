//! What is noted of a function beside its code: which instruction each word comes from, what the collector finds at safepoints, and which
//! handler is installed where.

use raya_facts::types::SlotKind;
use raya_facts::verify::stacks::HandlersId;

use super::{Lowering, charged};
use crate::code::{Handler, Live, NO_HANDLER, Safepoint};
use crate::lower::stack::Place;

/// A handler whose target has no place yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    block: u32,
    slot: u16,
    locks: u16,
}

impl Lowering<'_, '_> {
    /// The list of live references below a position.
    pub(super) fn live_below(&self, position: usize) -> u32 {
        position.checked_sub(1).map_or(0, |below| self.stack.live(below))
    }

    /// Notes the handler that is installed from here on.
    pub(super) fn guard(&mut self, handlers: HandlersId) {
        let row = self.handler_row(handlers);
        let place = (self.shared.writer.place() - self.start) as u32;
        match self.shared.guarded.growing_mut().last_mut() {
            None if row == NO_HANDLER => {}
            Some((_, before)) if *before == row => {}
            Some((at, before)) if *at == place => *before = row,
            _ => self.shared.guarded.push((place, row)),
        }
    }

    fn handler_row(&mut self, handlers: HandlersId) -> u32 {
        let Some((_, handler)) = self.facts.handlers().pop(handlers) else {
            return NO_HANDLER;
        };
        let index = handlers.index();
        if self.rows.len() <= index {
            self.rows.resize(index + 1, 0);
        }
        match self.rows.get(index) {
            Some(0) | None => {}
            Some(row) => return row - 1,
        }
        let Some(block) = handler.catch.or(handler.finally).and_then(|label| self.block_of(label)) else {
            return NO_HANDLER;
        };
        let level = self.facts.handlers().count(handlers).saturating_sub(1);
        self.drafts.push(Draft {
            block,
            slot: self.stack.slot(handler.depth as usize),
            locks: self.locks_slot(level as usize),
        });
        let row = self.drafts.len() as u32;
        if let Some(place) = self.rows.get_mut(index) {
            *place = row;
        }
        row - 1
    }

    /// Notes that what is written next comes from an instruction.
    pub(super) fn remember(&mut self, at: u32) {
        let place = (self.shared.writer.place() - self.start) as u32;
        match self.shared.offsets.growing_mut().last_mut() {
            // The instruction before wrote nothing. If it leads a block, its place is remembered all the same.
            Some((before, offset)) if *before == place && *offset != self.leader => *offset = at,
            _ => self.shared.offsets.push((place, at)),
        }
    }

    /// Notes that a word of the last instruction comes from an instruction that is a part of it.
    pub fn remember_at(&mut self, place: u32, at: u32) {
        self.shared.offsets.push((place, at));
    }

    /// Forgets the instructions that wrote nothing at a place or behind it.
    pub fn forget_behind(&mut self, place: u32) {
        let all = self.shared.offsets.growing();
        let left = all.iter().rposition(|(before, _)| *before < place).map_or(0, |last| last + 1);
        self.shared.offsets.truncate(left);
    }

    /// Moves the instructions that wrote nothing yet at a place one word on.
    pub fn move_behind(&mut self, place: u32) {
        let all = self.shared.offsets.growing_mut();
        let behind = all.iter_mut().rev().take_while(|(before, _)| *before >= place);
        behind.for_each(|(before, _)| *before += 1);
    }

    /// Whether handlers were installed or removed behind the instruction that begins at a place.
    pub fn guarded_since(&self, place: u32) -> bool {
        self.shared.guarded.growing().last().is_some_and(|(since, _)| *since > place)
    }

    /// Says what the collector finds in the lowest `depth` positions of the operand stack when execution is here.
    pub fn safepoint(&mut self, depth: usize) {
        let place = self.shared.writer.place();
        self.safepoint_at(place, depth);
    }

    /// The same for a call that is under way, whose last word is the last one that was written.
    pub fn safepoint_of_call(&mut self, depth: usize) {
        let place = self.shared.writer.place() - 1;
        self.safepoint_at(place, depth);
    }

    fn safepoint_at(&mut self, place: usize, depth: usize) {
        let at = (place - self.start) as u32;
        if self.shared.safepoints.growing().last().is_some_and(|last| last.at == at) {
            return;
        }
        for position in self.stack.known()..depth {
            let below = self.live_below(position);
            let item = self.stack.get(position);
            let live = match (item.place, item.kind) {
                (Place::Own, Some(kind @ (SlotKind::Ref | SlotKind::Any))) => {
                    add_live(&mut self.shared.live, below, self.stack.slot(position), kind)
                }
                _ => below,
            };
            self.stack.note_live(live);
        }
        let live = match depth.checked_sub(1) {
            Some(top) => self.stack.live(top),
            None => 0,
        };
        self.shared.safepoints.push(Safepoint { at, live });
    }

    pub(super) fn finish_handlers(&mut self) {
        let handlers = self.drafts.iter().map(|draft| {
            let block = self.blocks.get(draft.block as usize);
            Handler {
                target: block.map_or(0, |block| (block.place - self.start) as u32),
                cost: block.map_or(0, |block| charged(block.cost)),
                slot: draft.slot,
                locks: draft.locks,
            }
        });
        self.shared.handlers.extend(handlers);
    }
}

/// The list with one more reference, in a slot.
pub(super) fn add_live(all: &mut Vec<Live>, below: u32, slot: u16, kind: SlotKind) -> u32 {
    all.push(Live {
        below,
        slot,
        any: kind == SlotKind::Any,
    });
    all.len() as u32
}
