//! When the collector runs, and which slots of the frames it is shown.

use raya_facts::FunctionId;
use raya_facts::types::SlotKind;
use raya_heap::Marker;
use raya_runtime::Context;

use super::State;
use super::rare::Rare;
use crate::code::Code;
use crate::frames::Frames;
use crate::pc::{Fetched, Fp, Pc};
use crate::table::flags;

impl State {
    /// Whether a collection is due. An instruction that allocates asks first, while its operands are still in the frame.
    #[inline(always)]
    pub fn wants_collection(&mut self) -> bool {
        self.context().heap.wants_collection() && !core::mem::take(&mut self.collected)
    }

    /// Has the collector run before the instruction at `pc`, which has done nothing yet.
    #[inline(always)]
    pub fn collect_first(&mut self, pc: Fetched, fp: Fp) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Collect)
    }

    /// Collects. `pc` is the instruction that is about to execute, in the innermost frame.
    #[cold]
    #[inline(never)]
    pub fn collect(&mut self, pc: Pc, _fp: Fp) {
        self.collect_with(pc, |context, frames| context.collect(frames));
    }

    /// Has a function of the context collect, which is given what marks the frames.
    pub(super) fn collect_with<R>(&mut self, pc: Pc, collect: impl FnOnce(&mut Context, &dyn Fn(&mut Marker)) -> R) -> R {
        let top = self.top();
        let context: *mut Context = self.context;
        let (tasks, code, task) = (&self.tasks, &self.code, self.task);
        let frames = |marker: &mut Marker| {
            for (index, frames) in tasks.iter().enumerate() {
                let runs = index == task.0 as usize;
                let (pc, top) = if runs { (pc, top) } else { (frames.pc, frames.top) };
                mark(code, frames, top, pc, marker);
            }
        };
        // SAFETY: as in `raise_trap`; marking reads only frames.
        collect(unsafe { &mut *context }, &frames)
    }

    /// Marks what the frames of all tasks hold. Only between runs.
    pub(crate) fn roots(&self, marker: &mut Marker) {
        for frames in &self.tasks {
            mark(&self.code, frames, frames.top, frames.pc, marker);
        }
    }
}

/// Marks what the frames of a task hold.
fn mark(code: &Code, frames: &Frames, top: usize, pc: Pc, marker: &mut Marker) {
    let calls = frames.records.get(1..=top).unwrap_or_default();
    let mut behind = 0;
    let mut pc = pc;
    for record in calls.iter().rev() {
        let function = FunctionId(record.function);
        let base = frames.first_word(record);
        let place = code.place(function, pc).wrapping_sub(behind);
        let word = |slot: usize| frames.words.get(base + slot).copied().unwrap_or(0);
        for (slot, kind) in code.references.of(function) {
            marker.mark_word(word(usize::from(*slot)), *kind);
        }
        if let Some(kind) = code.function(function).and_then(|lowered| lowered.rest) {
            let first = base - record.rest as usize;
            for word in frames.words.get(first..base).unwrap_or_default() {
                marker.mark_word(*word, kind);
            }
        }
        let live = code.live(function, place);
        debug_assert!(live.is_some(), "no safepoint at word {place} of {function}");
        for live in live.into_iter().flatten() {
            let kind = if live.any { SlotKind::Any } else { SlotKind::Ref };
            marker.mark_word(word(usize::from(live.slot)), kind);
        }
        if code.callees.get(function.index()).is_some_and(|callee| callee.captures) {
            marker.mark(record.closure);
        }
        // SAFETY: the word before the place to return to is the last one of a call.
        let call = unsafe { record.return_pc.0.cast::<u16>().sub(3).read() };
        if call & flags::KEEPS_RECEIVER != 0 {
            marker.mark(record.receiver);
        }
        (pc, behind) = (record.return_pc, 1);
    }
}
