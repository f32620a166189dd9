//! Gives tasks their turns, lets time pass when all of them wait, and notices when none can ever go on.

use raya_facts::TrapKind;

use crate::any::Any;
use crate::driver::Turn;
use crate::failure::Failure;
use crate::frame::Then;
use crate::machine::Machine;
use crate::tasks::{Raised, State, TaskId};
use crate::trap::{Stop, Trap};
use crate::value::Value;

impl Machine {
    /// Puts tasks that were started since the last time at the end of the queue.
    pub(crate) fn adopt_tasks(&mut self) {
        for index in self.stacks.len()..self.context.tasks.count() {
            self.stacks.push(crate::machine::Stack::default());
            if let Ok(index) = u32::try_from(index) {
                self.queue.push_back(TaskId(index));
            }
        }
    }

    /// Gives all tasks their turns until this one is done.
    pub(crate) fn run_until_done(&mut self, task: TaskId) -> Result<Value, Failure> {
        // How many tasks in a row waited and did nothing.
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
                    State::Done(value) => Ok(*value),
                    State::New(_) | State::Running => Err(Failure::call("the task ended without a result")),
                };
            }
            let Some(next) = self.queue.pop_front() else {
                return Err(Failure::call("the task is no longer under way"));
            };
            let turn = self.turn(next)?;
            self.adopt_tasks();
            match turn {
                Turn::Done => {
                    if let Some(stack) = self.stacks.get_mut(next.0 as usize) {
                        *stack = crate::machine::Stack::default();
                    }
                    idle = 0;
                }
                Turn::Waiting { progress } => {
                    self.queue.push_back(next);
                    idle = if progress { 0 } else { idle + 1 };
                }
            }
            if idle > 0 && idle >= self.queue.len() {
                idle = 0;
                match self.context.tasks.next_wake() {
                    Some(wake) => self.context.tasks.clock = self.context.tasks.clock.max(wake),
                    None => {
                        let waiting = self.queue.len();
                        let trap = Trap::new(TrapKind::Deadlock, format!("all {waiting} tasks wait for each other"));
                        return Err(self.fatal(task, trap.into()));
                    }
                }
            }
        }
    }

    /// One turn of one task.
    fn turn(&mut self, task: TaskId) -> Result<Turn, Failure> {
        self.context.tasks.set_current(task);
        let Some(record) = self.context.tasks.get_mut(task) else {
            return Ok(Turn::Done);
        };
        match &record.state {
            State::Done(_) | State::Failed(_) => return Ok(Turn::Done),
            State::Running => {
                // It waits in an op that may suspend it: the place where a request to stop is noticed.
                self.notice_cancel(task)?;
            }
            State::New(entry) => {
                let mut entry = entry.clone();
                if record.cancelled {
                    let trap = Trap::new(TrapKind::Cancelled, "the task was asked to stop before it began");
                    let exception = match self.context.heap.allocate_string(trap.to_string()) {
                        Ok(text) => Any::from_ref(text),
                        Err(limit) => return Err(self.fatal(task, limit.into())),
                    };
                    self.context.tasks.end(
                        task,
                        State::Failed(Raised {
                            exception,
                            trap: Some(trap),
                            trace: Vec::new(),
                        }),
                    );
                    return Ok(Turn::Done);
                }
                if let Some(after) = entry.after {
                    let Some(before) = self.context.tasks.get_mut(after) else {
                        return Ok(Turn::Done);
                    };
                    match &before.state {
                        State::Done(value) => {
                            entry.arguments.push(*value);
                            before.observed = true;
                        }
                        State::Failed(raised) => {
                            let raised = raised.clone();
                            before.observed = true;
                            self.context.tasks.end(task, State::Failed(raised));
                            return Ok(Turn::Done);
                        }
                        State::New(_) | State::Running => return Ok(Turn::Waiting { progress: false }),
                    }
                }
                if let Some(record) = self.context.tasks.get_mut(task) {
                    record.state = State::Running;
                }
                match self.enter(task, entry.function, entry.arguments, entry.closure, Then::Push) {
                    Ok(()) => {}
                    Err(Stop::Trap(trap)) => self.raise_trap(task, trap)?,
                    Err(stop) => return Err(self.fatal(task, stop)),
                }
            }
        }
        self.run_task(task)
    }
}
