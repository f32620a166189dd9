//! The fast engine as the machine sees it.

use raya_facts::verify::Verified;
use raya_heap::Marker;
use raya_runtime::tasks::{Entry, TaskId};
use raya_runtime::trace::TracePoint;
use raya_runtime::trap::Raised;
use raya_runtime::{Context, Engine, Stop, Turn, Unwound, Value};

use crate::code::Statistics;
use crate::frames::{Record, fits};
use crate::lower::{LowerError, Source, lower};
use crate::pc::{Fp, Pc};
use crate::state::{Exit, State, stack_overflow};
use crate::table::Table;

/// A dispatcher: runs code from a place until a handler leads to the instruction that leaves the engine.
pub type Run = unsafe fn(Pc, Fp, &mut State);

/// The fast engine: lowered code, the frames of all tasks, and a dispatcher.
pub struct Fast {
    state: State,
    run: Run,
}

impl core::fmt::Debug for Fast {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fast")
            .field("statistics", &self.state.code.statistics)
            .finish_non_exhaustive()
    }
}

impl Fast {
    /// Lowers the module of a context for a dispatcher and the table that belongs to it.
    ///
    /// # Errors
    ///
    /// When a function is too large to be lowered.
    ///
    /// # Safety
    ///
    /// `verified` is what the verifier said about the context's module, and `run` dispatches the handlers that `table` names. The
    /// engine runs in that context alone, which nothing changes but a [`Machine`](raya_runtime::Machine) and what it lets its host and
    /// natives do: code that has the context to itself could put anything anywhere, and the engine checks nothing again.
    pub unsafe fn new(context: &Context, verified: &Verified, table: &'static Table, run: Run) -> Result<Fast, LowerError> {
        let code = lower(Source {
            module: &context.module,
            verified,
            layouts: &context.layouts,
            text: &|text| u64::from(context.text(text).bits()),
            table,
        })?;
        Ok(Fast {
            state: State::new(code, context, table),
            run,
        })
    }

    /// The words of the lowered code, for tests that look at what instructions have become, or plant a fault in what they remember. They
    /// belong to the engine: nobody may follow the pointer while it runs.
    pub fn words(&self) -> *mut [u64] {
        self.state.code.words.all()
    }

    /// What lowering did.
    pub fn statistics(&self) -> Statistics {
        self.state.code.statistics
    }
}

/// A run that has not come back. If a native function panics it never does: what the frames of the task hold is known only at the place
/// where it stopped, so that they must not be looked at again.
struct Unfinished<'a> {
    state: &'a mut State,
    task: TaskId,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        *self.state.frames_mut(self.task) = Default::default();
    }
}

impl Engine for Fast {
    fn start(&mut self, context: &mut Context, task: TaskId, entry: Entry) -> Result<(), Stop> {
        let function = entry.function;
        let callees = &self.state.code.callees;
        let Some(callee) = callees.get(function.index()).copied() else {
            return Err(raya_runtime::Trip::BadIndex {
                what: "function",
                index: u64::from(function.0),
                count: callees.len() as u64,
            }
            .into());
        };
        let params = usize::from(callee.params);
        let count = entry.arguments.len();
        if count < params || (count > params && !callee.rest) {
            return Err(raya_runtime::Trip::WrongCount {
                what: "arguments".to_owned(),
                expected: params as u64,
                found: count as u64,
            }
            .into());
        }
        let rest = count - params;
        if !fits(0, rest, 0, &callee, &context.limits) {
            return Err(stack_overflow(context, function.0, 0).into());
        }
        let frames = self.state.frames_mut(task);
        frames.grow(rest + callee.words as usize, 2);
        let frame = frames.words.as_mut_ptr().wrapping_add(rest);
        let (given, further) = entry.arguments.split_at(params);
        // Arguments beyond the parameters lie below the frame.
        let values = further.iter().chain(given).map(|value| value.word());
        let locals = core::iter::repeat_n(0, usize::from(callee.zeros));
        for (word, value) in frames.words.iter_mut().zip(values.chain(locals)) {
            *word = value;
        }
        if let Some(record) = frames.records.get_mut(1) {
            *record = Record {
                return_pc: State::finish(),
                frame,
                function: function.0,
                closure: entry.closure,
                rest: rest as u32,
                ..Record::BOTTOM
            };
        }
        frames.top = 1;
        frames.pc = Pc(callee.entry);
        frames.hidden = 0;
        frames.owed = callee.cost;
        Ok(())
    }

    fn run(&mut self, context: &mut Context, task: TaskId) -> Result<Turn, Stop> {
        let owed = core::mem::take(&mut self.state.frames_mut(task).owed);
        let (begun, fp) = self.state.take_up(context, task);
        let before = context.fuel.used();
        let (pc, fp) = self.state.enter_block(begun, fp, owed);
        let unfinished = Unfinished {
            state: &mut self.state,
            task,
        };
        // SAFETY: `pc` is where the task begins or was left, `fp` its innermost frame, and `run` belongs to the table that the code was
        // lowered with, as the caller of `new` has promised.
        unsafe { (self.run)(pc, fp, unfinished.state) };
        core::mem::forget(unfinished);
        let exit = self.state.give_back();
        match exit {
            Exit::Done => {
                let frames = self.state.frames_mut(task);
                let result = frames.records.get(1).map(|record| record.function);
                let kind = result.and_then(|function| self.state.code.functions.get(function as usize)?.result);
                let word = self.state.result(task);
                Ok(Turn::Done(Value::from_word(word, kind.unwrap_or(raya_heap::SlotKind::Ref))))
            }
            Exit::Failed(raised) => Ok(Turn::Failed(*raised)),
            Exit::Fatal(stop) => Err(*stop),
            Exit::Waiting | Exit::Running => {
                let left = self.state.frames(task).map(|frames| frames.pc);
                let yielded = context.tasks.running().is_some_and(|task| task.yielded);
                let progress = yielded || left != Some(begun) || context.fuel.used() != before;
                Ok(Turn::Waiting { progress })
            }
        }
    }

    fn raise(&mut self, context: &mut Context, task: TaskId, raised: Raised) -> Result<Unwound, Stop> {
        let (pc, fp) = self.state.take_up(context, task);
        let unwound = match self.state.find_handler(pc, raised.exception) {
            Some(caught) => {
                self.state.context().caught(task, raised);
                self.state.leave(caught.pc, caught.fp, Exit::Running);
                self.state.frames_mut(task).owed = caught.cost;
                Unwound::Caught
            }
            None => {
                self.state.leave(pc, fp, Exit::Running);
                Unwound::Uncaught(raised)
            }
        };
        self.state.give_back();
        Ok(unwound)
    }

    fn trace(&self, task: TaskId, points: &mut Vec<TracePoint>) {
        self.state.trace_of(task, points);
    }

    fn roots(&self, marker: &mut Marker<'_>) {
        self.state.roots(marker);
    }

    fn drop_task(&mut self, task: TaskId) {
        *self.state.frames_mut(task) = Default::default();
    }
}
