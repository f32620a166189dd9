//! Gives tasks their turns, lets time pass when all of them wait, and notices when none can ever go on.

use raya_facts::TrapKind;

use crate::engine::{Engine, Turn, Unwound};
use crate::failure::Failure;
use crate::machine::Machine;
use crate::tasks::{Line, State, TaskId};
use crate::trap::{Stop, Trap};
use crate::value::{Ref, Value};

impl<E: Engine> Machine<E> {
    /// Gives all tasks their turns until this one is done.
    pub(crate) fn run_until_done(&mut self, task: TaskId) -> Result<Value, Failure> {
        // How many tasks in a row were asked whether they can go on, and could not.
        let mut idle = 0;
        loop {
            if let Some(record) = self.context.tasks.get_mut(task)
                && record.is_done()
            {
                record.observed = true;
                return match &record.state {
                    State::Failed(raised) => {
                        let raised = raised.clone();
                        Err(self.failure(&raised))
                    }
                    State::Done(value) => {
                        let value = *value;
                        // From now on the host says by a handle how long it needs the value.
                        record.state = State::Done(Value::Ref(Ref::NULL));
                        Ok(value)
                    }
                    State::New(_) | State::Running => Err(Failure::call("the task ended without a result")),
                };
            }
            let Some(next) = self.context.tasks.queue.pop_front() else {
                if self.context.tasks.pass_time() {
                    continue;
                }
                return Err(match self.context.tasks.parked {
                    0 => Failure::call("the task is no longer under way"),
                    waiting => self.deadlock(task, waiting),
                });
            };
            match self.turn(next).map_err(|stop| self.fatal(next, stop))? {
                Some(Turn::Done(value)) => {
                    self.end(next, State::Done(value));
                    idle = 0;
                }
                Some(Turn::Failed(raised)) => {
                    self.end(next, State::Failed(raised));
                    idle = 0;
                }
                Some(Turn::Waiting { progress }) => {
                    if progress {
                        idle = 0;
                    }
                    if !self.context.tasks.park(next) {
                        self.context.tasks.queue.push_back(next);
                        idle += usize::from(!progress);
                    }
                }
                // It was over before.
                None => idle = 0,
            }
            let asked = self.context.tasks.queue.len();
            if idle > 0 && idle >= asked {
                idle = 0;
                if !self.context.tasks.pass_time() {
                    return Err(self.deadlock(task, asked + self.context.tasks.parked));
                }
            }
        }
    }

    /// The report of a program in which nobody can ever go on.
    fn deadlock(&mut self, task: TaskId, waiting: usize) -> Failure {
        let trap = Trap::new(TrapKind::Deadlock, format!("all {waiting} tasks wait for each other"));
        self.fatal(task, trap.into())
    }

    /// One turn of one task; `None` for one that was over before.
    fn turn(&mut self, task: TaskId) -> Result<Option<Turn>, Stop> {
        self.context.tasks.set_current(task);
        self.context.tasks.turns += 1;
        let Some(record) = self.context.tasks.get_mut(task) else {
            return Ok(None);
        };
        match &record.state {
            State::Done(_) | State::Failed(_) => return Ok(None),
            State::Running => {}
            State::New(_) => {
                if let Some(turn) = self.begin(task)? {
                    return Ok(Some(turn));
                }
            }
        }
        let mut progress = false;
        loop {
            // It waits in an op that may suspend it: the place where a request to stop is noticed.
            if let Some(trap) = self.context.take_cancel(task) {
                progress = true;
                if let Some(turn) = self.raise(task, trap)? {
                    return Ok(Some(turn));
                }
            }
            match self.engine.run(&mut self.context, task)? {
                Turn::Waiting { .. } if self.is_cancelled(task) => {}
                Turn::Waiting { progress: further } => {
                    return Ok(Some(Turn::Waiting {
                        progress: progress || further,
                    }));
                }
                turn => return Ok(Some(turn)),
            }
        }
    }

    fn is_cancelled(&self, task: TaskId) -> bool {
        self.context.tasks.get(task).is_some_and(|task| task.cancelled)
    }

    /// Raises a trap in a task. Gives the turn that ends it, if nothing catches it.
    fn raise(&mut self, task: TaskId, trap: Trap) -> Result<Option<Turn>, Stop> {
        self.make_room_to_raise(&trap);
        let engine = &self.engine;
        let raised = self.context.raise(task, trap, |points| engine.trace(task, points))?;
        Ok(match self.engine.raise(&mut self.context, task, raised)? {
            Unwound::Caught => None,
            Unwound::Uncaught(raised) => Some(Turn::Failed(raised)),
        })
    }

    fn make_room_to_raise(&mut self, trap: &Trap) {
        if !self.context.has_room_to_raise(trap) {
            self.collect();
        }
    }

    /// Puts the first frame of a task. Gives the turn that this is, if it can't begin yet, or ever.
    fn begin(&mut self, task: TaskId) -> Result<Option<Turn>, Stop> {
        let waits = Some(Turn::Waiting { progress: false });
        let Some(record) = self.context.tasks.get_mut(task) else {
            return Ok(waits);
        };
        if std::mem::take(&mut record.cancelled) {
            let trap = Trap::new(TrapKind::Cancelled, "the task was asked to stop before it began");
            return self.raise_before(task, trap).map(Some);
        }
        let State::New(entry) = &record.state else {
            return Ok(None);
        };
        let mut result = None;
        if let Some(after) = entry.after.as_ref().map(|after| after.id)
            && let Some(before) = self.context.tasks.get_mut(after)
        {
            match &before.state {
                State::New(_) | State::Running => {
                    self.context.tasks.stand_in(Line::End(after));
                    return Ok(waits);
                }
                State::Done(value) => result = Some(*value),
                State::Failed(raised) => {
                    let raised = raised.clone();
                    before.observed = true;
                    return Ok(Some(Turn::Failed(raised)));
                }
            }
            before.observed = true;
        }
        let Some(record) = self.context.tasks.get_mut(task) else {
            return Ok(waits);
        };
        let State::New(mut entry) = std::mem::replace(&mut record.state, State::Running) else {
            return Ok(None);
        };
        entry.arguments.extend(result);
        match self.engine.start(&mut self.context, task, entry) {
            Ok(()) => Ok(None),
            Err(Stop::Trap(trap)) => self.raise_before(task, trap).map(Some),
            Err(stop) => Err(stop),
        }
    }

    /// Raises a trap in a task that has no frames, so that nothing catches it.
    fn raise_before(&mut self, task: TaskId, trap: Trap) -> Result<Turn, Stop> {
        self.make_room_to_raise(&trap);
        let raised = self.context.raise(task, trap, |_| {})?;
        Ok(Turn::Failed(raised))
    }
}
