//! Raises exceptions: finds the handler, releases what was locked since it was installed, and ends the task where there is none.

use raya_facts::TrapKind;

use crate::any::Any;
use crate::driver::resume_at;
use crate::failure::Failure;
use crate::frame::Handler;
use crate::machine::Machine;
use crate::object::Object;
use crate::tasks::{Raised, State, TaskId};
use crate::trap::{Stop, Trap, Trip};
use crate::value::Ref;

/// Lines of a trace that went from task to task; a long chain of them must not hold ever more memory.
const LONGEST_HANDED_ON: usize = 256;

impl Machine {
    /// Raises a value that the program threw. One that is thrown again keeps the trace, and the trap, of its first throw.
    pub(crate) fn throw(&mut self, task: TaskId, exception: Any, keep_trace: bool) -> Result<(), Stop> {
        let before = self.stacks.get_mut(task.0 as usize).and_then(|stack| stack.raised.take());
        let raised = match before {
            Some(before) if keep_trace && before.exception == exception => before,
            _ => Raised {
                exception,
                trap: None,
                trace: self.trace(task),
            },
        };
        self.unwind(task, raised).map_err(Stop::from)
    }

    /// Raises a trap as an exception, whose value is a text about it, or ends the program if it can't be caught.
    pub(crate) fn raise_trap(&mut self, task: TaskId, trap: Trap) -> Result<(), Failure> {
        if !trap.kind.is_catchable() {
            return Err(self.fatal(task, trap.into()));
        }
        let here = self.trace(task);
        let raised = match trap.handed_on {
            // What other code raised is reported as what it was, where it was, and then where it came out.
            Some(handed_on) => {
                let mut raised = *handed_on;
                raised.trace.extend(here);
                raised.trace.truncate(LONGEST_HANDED_ON);
                raised
            }
            None => match self.context.heap.allocate_string(trap.to_string()) {
                Ok(text) => Raised {
                    exception: Any::from_ref(text),
                    trap: Some(trap),
                    trace: here,
                },
                Err(limit) => return Err(self.fatal(task, limit.into())),
            },
        };
        self.unwind(task, raised).map_err(|trip| self.fatal(task, trip.into()))
    }

    /// Drops frames until one has a handler and continues there; without one, ends the task.
    fn unwind(&mut self, task: TaskId, raised: Raised) -> Result<(), Trip> {
        if let Some(record) = self.context.tasks.get_mut(task) {
            record.wake = None;
            record.yielded = false;
        }
        loop {
            let Some(stack) = self.stacks.get_mut(task.0 as usize) else {
                return Ok(());
            };
            let Some(frame) = stack.frames.last_mut() else {
                self.release_held(task, 0);
                self.context.tasks.end(task, State::Failed(raised));
                return Ok(());
            };
            let Some(handler) = frame.handlers.pop() else {
                stack.drop_top();
                continue;
            };
            let Some(target) = handler.catch.or(handler.finally) else {
                continue;
            };
            if frame.stack.len() < handler.depth {
                return Err(Trip::StackUnderflow);
            }
            frame.stack.truncate(handler.depth);
            if handler.catch.is_some() && handler.finally.is_some() {
                // While the exception is handled, only the clean-up is still to come.
                frame.handlers.push(Handler {
                    catch: None,
                    ..handler.clone()
                });
            }
            resume_at(frame, target.0, raised.exception);
            stack.raised = Some(raised);
            self.release_held(task, handler.locks);
            return Ok(());
        }
    }

    /// Releases the mutexes that a task locked after it had locked `since`.
    fn release_held(&mut self, task: TaskId, since: u64) {
        let Some(record) = self.context.tasks.get_mut(task) else {
            return;
        };
        let first = record.held.partition_point(|(_, number)| *number < since);
        let released: Vec<(Ref, u64)> = record.held.split_off(first);
        for (mutex, _) in released.into_iter().rev() {
            if let Some(Object::Mutex(mutex)) = self.context.heap.get_mut(mutex)
                && mutex.owner == Some(task)
            {
                mutex.owner = None;
            }
        }
    }

    /// Raises `cancelled` in a task that was asked to stop. Says whether it was.
    pub(crate) fn notice_cancel(&mut self, task: TaskId) -> Result<bool, Failure> {
        let Some(record) = self.context.tasks.get_mut(task) else {
            return Ok(false);
        };
        if !record.cancelled {
            return Ok(false);
        }
        record.cancelled = false;
        let queue = std::mem::take(&mut record.waits_for);
        self.leave_queue(task, queue);
        self.raise_trap(task, Trap::new(TrapKind::Cancelled, "the task was asked to stop"))?;
        Ok(true)
    }

    /// Takes a task out of the queue in which it stands, so that it isn't served after it is gone.
    fn leave_queue(&mut self, task: TaskId, queue: Ref) {
        match self.context.heap.get_mut(queue) {
            Some(Object::Mutex(mutex)) => mutex.queue.retain(|waiting| *waiting != task),
            Some(Object::Semaphore(semaphore)) => semaphore.queue.retain(|waiting| *waiting != task),
            Some(Object::Channel(channel)) => {
                channel.offers.retain(|offer| offer.sender != task);
                channel.receivers.retain(|waiting| *waiting != task);
            }
            _ => {}
        }
    }
}
