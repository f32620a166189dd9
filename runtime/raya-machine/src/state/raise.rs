//! Where execution goes on after a failure, and what is said of the place.

use raya_facts::{FunctionId, TrapKind};
use raya_heap::Any;
use raya_runtime::tasks::TaskId;
use raya_runtime::trace::{LONGEST_TRACE, TracePoint};
use raya_runtime::{Context, Trap};

use super::fault::{Deferred, Slow};
use super::rare::Rare;
use super::{Fault, State};
use crate::frames::Frames;
use crate::pc::{Fetched, Fp, Pc};

impl State {
    /// Leaves the end of an instruction to a function that is too slow, or called too seldom, for the handler to call it.
    #[inline(always)]
    pub(crate) fn defer(&mut self, slow: Slow, arguments: [u64; 3]) -> Fault {
        self.deferred = Deferred { slow, arguments };
        Fault::DEFERRED
    }

    /// Raises a fault, or ends the instruction whose end was deferred.
    pub(super) fn fail(&mut self, pc: Pc, fp: Fp, fault: Fault) -> (Pc, Fp) {
        if !fault.is_deferred() {
            return self.raise_trap(pc, fp, fault.into_trap());
        }
        let Deferred { slow, arguments } = self.deferred;
        // SAFETY: the handler of the instruction at `pc` deferred it, with what it had read from the frame; lowering wrote the instruction
        // with one of the table's numbers, and every output has its slot in the first field.
        unsafe {
            match slow(self, arguments) {
                Ok(output) => {
                    if let Some(word) = output {
                        fp.set_word(pc.fetch().u16(2), word);
                    }
                    let words = self
                        .internals
                        .get(usize::from(pc.fetch().op()))
                        .map_or(1, |internal| internal.words);
                    (pc.next(usize::from(words)), fp)
                }
                Err(fault) => self.raise_trap(pc, fp, fault.into_trap()),
            }
        }
    }

    /// Where execution goes on after a failure: at a handler, or out of the engine. A `heap_limit` is collected for first, and the
    /// instruction tried again.
    #[inline(always)]
    pub fn raise(&mut self, pc: impl Into<Pc>, fp: Fp, fault: impl Into<Fault>) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Raise(fault.into()))
    }

    /// The same for one of several instructions that run as one, counted from 0.
    #[inline(always)]
    pub fn raise_in(&mut self, pc: Fetched, fp: Fp, part: usize, fault: Fault) -> (Pc, Fp) {
        // Not `next`: the instruction has a word for each part, so that this is a place within it.
        self.later(Pc(pc.place().0.wrapping_add(part)), fp, Rare::RaiseIn(fault))
    }

    /// Raises the fault of one of several instructions that run as one. What such a one defers always fails: there is no going on within.
    pub(super) fn fail_in(&mut self, pc: Pc, fp: Fp, fault: Fault) -> (Pc, Fp) {
        if !fault.is_deferred() {
            return self.raise_trap(pc, fp, fault.into_trap());
        }
        let Deferred { slow, arguments } = self.deferred;
        // SAFETY: as in `fail`.
        let trap = match unsafe { slow(self, arguments) } {
            Err(fault) => fault.into_trap(),
            Ok(_) => Trap::new(TrapKind::TypeError, "an operation failed in one engine and not in another"),
        };
        self.raise_trap(pc, fp, trap)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn raise_trap(&mut self, pc: Pc, fp: Fp, trap: Trap) -> (Pc, Fp) {
        if trap.kind == TrapKind::HeapLimit {
            let allocated = self.context().heap.statistics().allocated;
            if self.retried != (pc.0, allocated) {
                self.retried = (pc.0, allocated);
                if self.collect_with(pc, |context, frames| context.collect_for_room(frames)) {
                    return (pc, fp);
                }
            }
        }
        if trap.kind.is_catchable() && !self.context().has_room_to_raise(&trap) {
            return self.unwind_without_room(pc, fp, trap);
        }
        let task = self.task;
        let context: *mut Context = self.context;
        // SAFETY: the context is borrowed for this run, as for `context`; the trace reads only frames.
        let raised = unsafe { (*context).raise(task, trap, |points| self.trace(pc, points)) };
        match raised {
            Ok(raised) => self.unwind(pc, fp, raised),
            Err(trap) => self.fatal(pc, fp, trap),
        }
    }

    /// Raises a value that the program throws.
    #[cold]
    #[inline(never)]
    pub(crate) fn throw(&mut self, pc: Pc, fp: Fp, exception: Any, keep_trace: bool) -> (Pc, Fp) {
        let task = self.task;
        let context: *mut Context = self.context;
        // SAFETY: as in `raise_trap`.
        let raised = unsafe { (*context).throw(task, exception, keep_trace, |points| self.trace(pc, points)) };
        self.unwind(pc, fp, raised)
    }

    /// Where the task that runs is, innermost call first.
    pub(crate) fn trace(&mut self, pc: Pc, points: &mut Vec<TracePoint>) {
        let top = self.top();
        let frames = &self.tasks[self.task.0 as usize];
        let (code, places) = (&self.code, &mut self.places);
        trace(frames, top, pc, points, |function, pc, behind| {
            places.find(pc, behind, || {
                code.portable(function, code.place(function, pc).wrapping_sub(behind))
            })
        });
    }

    /// Writes where a task is that doesn't run.
    pub(crate) fn trace_of(&self, task: TaskId, points: &mut Vec<TracePoint>) {
        if let Some(frames) = self.frames(task) {
            let (code, mut leader) = (&self.code, frames.at_leader);
            trace(frames, frames.top, frames.pc, points, |function, pc, behind| {
                let place = code.place(function, pc).wrapping_sub(behind);
                match core::mem::take(&mut leader) {
                    true => code.leader(function, place),
                    false => code.portable(function, place),
                }
            });
        }
    }
}

/// Writes where a task is, innermost call first. `at` says which instruction a place comes from, so many words before it.
fn trace(frames: &Frames, top: usize, pc: Pc, points: &mut Vec<TracePoint>, mut at: impl FnMut(FunctionId, Pc, u32) -> u32) {
    let calls = frames.records.get(1..=top).unwrap_or_default();
    let mut behind = 0;
    let mut pc = pc;
    for record in calls.iter().rev().take(LONGEST_TRACE) {
        let function = FunctionId(record.function);
        let at = at(function, pc, behind);
        points.push(TracePoint { function, at });
        // The instruction at which a caller is ends where it goes on.
        (pc, behind) = (record.return_pc, 1);
    }
}
