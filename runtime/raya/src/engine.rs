//! Says what a [`Machine`](crate::Machine) needs of an engine, and helps engines with what all of them do alike.
//!
//! The machine knows tasks: who runs next, who waits, who failed. An engine knows frames: it executes instructions of one task at a time. It
//! keeps the frames of all tasks, by [`TaskId`], and nothing of a task that has none.
//!
//! What an engine does with an instruction that fails:
//!
//! 1. [`Context::raise`] turns the [`Trap`] into an exception with its trace, or says that nothing can catch it;
//!    [`Context::throw`] does so for a value that the program throws;
//! 2. it drops frames until one has a handler, releases with [`Context::release_held`] what was locked since the handler was installed,
//!    keeps the exception with [`Context::caught`], so that throwing it again keeps its trace, and goes on at the handler;
//! 3. without a handler it gives [`Turn::Failed`].
//!
//! Memory is collected only at safepoints, where every reference that is still needed is in a frame or known to the context: before an
//! instruction with the effect `heap.alloc`, at calls and jumps backwards. There the engine asks [`Context::wants_pause`] and
//! [`Context::wants_collection`]. An instruction that fails with `heap_limit` has had no effect; the engine collects and executes it once more.

use raya_facts::TrapKind;
use raya_heap::Marker;

use crate::any::Any;
use crate::context::{Context, ObjectMut};
use crate::opaque::Opaque;
use crate::tasks::{Entry, Line, TaskId};
use crate::trace::{LONGEST_TRACE, TracePoint};
use crate::trap::{Raised, Stop, Trap};
use crate::value::Value;

/// What executes the instructions of tasks.
pub trait Engine {
    /// Puts the first frame of a task. No instruction is executed yet.
    ///
    /// # Errors
    ///
    /// [`TrapKind::StackOverflow`] when the frame doesn't fit; a trip when the function or the arguments aren't what the module says.
    fn start(&mut self, context: &mut Context, task: TaskId, entry: Entry) -> Result<(), Stop>;

    /// Executes the instructions of a task that has frames until it is done or waits. A task that waited tries its instruction again,
    /// which is not charged again.
    ///
    /// # Errors
    ///
    /// What can't be caught, with all frames still there for [`trace`](Engine::trace).
    fn run(&mut self, context: &mut Context, task: TaskId) -> Result<Turn, Stop>;

    /// Raises an exception in a task that waits, at the instruction at which it waits. The next [`run`](Engine::run) goes on at the handler.
    ///
    /// # Errors
    ///
    /// What can't be caught.
    fn raise(&mut self, context: &mut Context, task: TaskId, raised: Raised) -> Result<Unwound, Stop>;

    /// Writes where a task is into an empty list, innermost call first, at most [`LONGEST_TRACE`] of them.
    fn trace(&self, task: TaskId, points: &mut Vec<TracePoint>);

    /// Marks what the frames of all tasks refer to, for [`Context::collect`].
    fn roots(&self, marker: &mut Marker<'_>);

    /// Drops the frames of a task that is over, if there are any.
    fn drop_task(&mut self, task: TaskId);
}

/// How a turn of a task ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// The outermost function returned this.
    Done(Value),
    /// Nothing caught this.
    Failed(Raised),
    /// It waits; `progress` says whether it executed anything or only found out that it still has to wait.
    Waiting {
        /// Whether another round can differ from this one.
        progress: bool,
    },
}

/// Where raising an exception led to.
#[derive(Debug, Clone, PartialEq)]
pub enum Unwound {
    /// To a handler.
    Caught,
    /// Out of the outermost function.
    Uncaught(Raised),
}

/// Calls of a trace that went from task to task; a long chain of them must not hold ever more memory.
const LONGEST_HANDED_ON: usize = 4 * LONGEST_TRACE;

impl Context {
    /// The exception for a trap: a text about it, or what another task or a native handed on. `trace` writes where the task is.
    ///
    /// # Errors
    ///
    /// The trap itself, if it can't be caught; [`TrapKind::HeapLimit`] when there is no room for the text.
    pub fn raise(&mut self, task: TaskId, trap: Trap, trace: impl FnOnce(&mut Vec<TracePoint>)) -> Result<Raised, Trap> {
        if !trap.kind.is_catchable() {
            return Err(trap);
        }
        let mut points = self.spare_trace(task);
        trace(&mut points);
        if let Some(handed_on) = trap.handed_on {
            // What other code raised is reported as what it was, where it was, and then where it came out.
            let mut raised = *handed_on;
            raised.trace.extend(points);
            raised.trace.truncate(LONGEST_HANDED_ON);
            return Ok(raised);
        }
        let text = self.heap.allocate_string(&trap.to_string())?;
        Ok(Raised {
            exception: Any::from_ref(text),
            trap: Some(trap),
            trace: points,
        })
    }

    /// Whether [`raise`](Context::raise) finds room for its text. If not, an engine collects first.
    pub fn has_room_to_raise(&self, trap: &Trap) -> bool {
        if trap.handed_on.is_some() {
            return true;
        }
        // The name of the kind and how the heap rounds are estimated from above: at worst there is a collection too many.
        let text = trap.message.len().saturating_mul(2).saturating_add(256);
        let rounding = if text < 4096 { 0 } else { 16 << 10 };
        self.heap.check_room(text + rounding).is_ok()
    }

    /// What a program throws. A value that is thrown again keeps the trace, and the trap, of its first throw.
    pub fn throw(&mut self, task: TaskId, exception: Any, keep_trace: bool, trace: impl FnOnce(&mut Vec<TracePoint>)) -> Raised {
        if keep_trace
            && let Some(before) = self
                .tasks
                .get_mut(task)
                .and_then(|task| task.caught.take_if(|before| before.exception == exception))
        {
            return before;
        }
        let mut points = self.spare_trace(task);
        trace(&mut points);
        Raised {
            exception,
            trap: None,
            trace: points,
        }
    }

    /// Keeps the exception that a handler of a task was given.
    pub fn caught(&mut self, task: TaskId, raised: Raised) {
        if let Some(task) = self.tasks.get_mut(task) {
            task.caught = Some(raised);
        }
    }

    /// The memory of the trace of the last exception, which is over when the next one is raised: a loop that throws allocates nothing.
    fn spare_trace(&mut self, task: TaskId) -> Vec<TracePoint> {
        let before = self.tasks.get_mut(task).and_then(|task| task.caught.take());
        let mut points = before.map_or_else(Vec::new, |before| before.trace);
        points.clear();
        points
    }

    /// Releases the mutexes that a task locked after it had locked `since`, the last one first.
    pub fn release_held(&mut self, task: TaskId, since: u64) {
        let Some(record) = self.tasks.get_mut(task) else {
            return;
        };
        if record.held.is_empty() {
            return;
        }
        let released = record.held.split_off(&since);
        for mutex in released.into_values().rev() {
            if let Some(ObjectMut::Boxed(Opaque::Mutex(lock))) = self.heap.get_mut(mutex)
                && lock.owner.is_some_and(|(owner, _)| owner == task)
            {
                lock.owner = None;
                self.tasks.wake_first(Line::Take(mutex));
            }
        }
    }

    /// Takes the request to stop from a task that waits, and the task out of the line in which it stands, so that it isn't served after
    /// it is gone. Gives the trap to raise, if there was a request.
    pub(crate) fn take_cancel(&mut self, task: TaskId) -> Option<Trap> {
        let record = self.tasks.get_mut(task)?;
        if !std::mem::take(&mut record.cancelled) {
            return None;
        }
        record.wake = None;
        record.yielded = false;
        self.stop_waiting(task);
        Some(Trap::new(TrapKind::Cancelled, "the task was asked to stop"))
    }

    /// Takes a task out of the line in which it stands. What it was woken for goes to the next.
    pub(crate) fn stop_waiting(&mut self, task: TaskId) {
        if let Some(record) = self.tasks.get_mut(task) {
            record.offer = None;
            record.sent = false;
            record.seen = 0;
        }
        if let Some(line @ Line::Take(_)) = self.tasks.leave_line(task) {
            self.tasks.wake_first(line);
        }
    }
}
