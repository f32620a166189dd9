//! Executes the instructions of one task until it waits or is done.

use std::sync::Arc;

use raya_facts::{FunctionId, TrapKind};

use crate::any::Any;
use crate::call::Call;
use crate::code::{Code, Entry};
use crate::failure::Failure;
use crate::flow::Flow;
use crate::frame::{Frame, Then};
use crate::machine::{Machine, Stack};
use crate::tasks::{State, TaskId};
use crate::trap::{Stop, Trap, Trip};
use crate::types;
use crate::value::{Ref, Slot, SlotKind, Value};

/// How a turn of a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is done.
    Done,
    /// It waits; `progress` says whether it executed anything or only gave up its turn.
    Waiting {
        /// Whether another round can differ from this one.
        progress: bool,
    },
}

/// More operands than verified code can have: the deepest stack that a module file can state.
const DEEPEST_OPERANDS: usize = 65_535;

impl Machine {
    /// Executes the instructions of a task that has frames.
    pub(crate) fn run_task(&mut self, task: TaskId) -> Result<Turn, Failure> {
        self.context.tasks.set_current(task);
        let index = task.0 as usize;
        let mut progress = false;
        loop {
            let Some(function) = self
                .stacks
                .get(index)
                .and_then(|stack| stack.frames.last())
                .map(|frame| frame.function)
            else {
                return Ok(Turn::Done);
            };
            let code = match self.code(function) {
                Ok(code) => code,
                Err(trip) => return Err(self.fatal(task, trip.into())),
            };
            // Until a call or return changes the frame, the same code serves.
            loop {
                let locks = self.context.tasks.get(task).map_or(0, |task| task.locks);
                let Some(stack) = self.stacks.get_mut(index) else {
                    return Ok(Turn::Done);
                };
                let Some(frame) = stack.frames.last_mut() else {
                    return Ok(Turn::Done);
                };
                let entry = match code.at(frame.pc) {
                    Ok(entry) => entry,
                    Err(trip) => return Err(self.fatal(task, trip.into())),
                };
                frame.at = frame.pc;
                frame.pc = entry.next;
                frame.locks = locks;
                if let Err(trap) = charge(&mut self.fuel_used, self.context.limits.fuel, &entry) {
                    return Err(self.fatal(task, trap.into()));
                }
                let result = (self.step)(&mut self.context, frame, &entry.instruction);
                if let Some(trip) = frame.take_trip().or_else(|| self.context.take_trip()) {
                    return Err(self.fatal(task, trip.into()));
                }
                if frame.stack.len() > DEEPEST_OPERANDS {
                    let trip = Trip::BadIndex {
                        what: "operand stack slot",
                        index: frame.stack.len() as u64,
                        count: DEEPEST_OPERANDS as u64,
                    };
                    return Err(self.fatal(task, trip.into()));
                }
                let result = match result {
                    Ok(Flow::Next) => {
                        progress = true;
                        continue;
                    }
                    Ok(Flow::Jump(label)) => {
                        frame.pc = label.0;
                        progress = true;
                        continue;
                    }
                    Ok(Flow::Suspend) => {
                        // The instruction is tried again, and only the try that succeeds is paid for.
                        frame.pc = frame.at;
                        self.fuel_used -= u64::from(entry.cost);
                        let yielded = self.context.tasks.running().is_some_and(|task| task.yielded);
                        if self.notice_cancel(task)? {
                            progress = true;
                            break;
                        }
                        return Ok(Turn::Waiting {
                            progress: progress || yielded,
                        });
                    }
                    Ok(Flow::Call(call)) => self.perform_call(task, call),
                    Ok(Flow::Return(value)) => self.perform_return(task, value),
                    Ok(Flow::Throw { exception, keep_trace }) => self.throw(task, exception, keep_trace),
                    Err(Stop::Trap(trap)) if !entry.instruction.opcode().info().traps.contains(&trap.kind) => {
                        Err(Trip::UnlistedTrap {
                            op: entry.instruction.opcode().mnemonic(),
                            trap: trap.to_string(),
                        }
                        .into())
                    }
                    Err(stop) => Err(stop),
                };
                progress = true;
                match result {
                    Ok(()) => {}
                    Err(Stop::Trap(trap)) => self.raise_trap(task, trap)?,
                    Err(stop) => return Err(self.fatal(task, stop)),
                }
                break;
            }
        }
    }

    fn code(&mut self, function: FunctionId) -> Result<Arc<Code>, Trip> {
        let index = function.0 as usize;
        let Some(declared) = self.context.module.functions.get(index) else {
            return Err(no_such_function(function, self.context.module.functions.len()));
        };
        let Some(place) = self.codes.get_mut(index) else {
            return Err(no_such_function(function, self.codes.len()));
        };
        Ok(place.get_or_insert_with(|| Arc::new(Code::new(declared))).clone())
    }

    fn perform_call(&mut self, task: TaskId, call: Call) -> Result<(), Stop> {
        match call {
            Call::Enter {
                function,
                arguments,
                closure,
                then,
            } => self.enter(task, function, arguments, closure, then),
            Call::Value(value) => {
                self.top(task)?.push(value);
                Ok(())
            }
            Call::Nothing => Ok(()),
        }
    }

    fn top(&mut self, task: TaskId) -> Result<&mut Frame, Trip> {
        self.stacks
            .get_mut(task.0 as usize)
            .and_then(|stack| stack.frames.last_mut())
            .ok_or(Trip::StackUnderflow)
    }

    /// Puts a frame for a function on a task's stack.
    pub(crate) fn enter(
        &mut self,
        task: TaskId,
        function: FunctionId,
        mut arguments: Vec<Value>,
        closure: Ref,
        then: Then,
    ) -> Result<(), Stop> {
        let index = task.0 as usize;
        if self.stacks.len() <= index {
            self.stacks.resize_with(index + 1, Stack::default);
        }
        let module = &self.context.module;
        let Some(declared) = module.functions.get(function.0 as usize) else {
            return Err(no_such_function(function, module.functions.len()).into());
        };
        let params = declared.params.len();
        let wrong_count = arguments.len() < params || (arguments.len() > params && declared.rest.is_none());
        if wrong_count {
            let what = format!("arguments of `{}`", declared.name);
            return Err(Trip::WrongCount {
                what,
                expected: params as u64,
                found: arguments.len() as u64,
            }
            .into());
        }
        let mut rest = arguments.split_off(params);
        for (value, param) in arguments.iter_mut().zip(&declared.params) {
            *value = value.fit(types::slot(param.r#type))?;
        }
        if let Some(rest_type) = declared.rest {
            for value in &mut rest {
                *value = value.fit(types::slot(rest_type))?;
            }
        }
        arguments.extend(declared.locals.iter().map(|local| types::zero(local.r#type)));
        let limits = &self.context.limits;
        let Some(stack) = self.stacks.get_mut(index) else {
            return Err(Trip::StackUnderflow.into());
        };
        let below = stack.below + stack.frames.last().map_or(0, Frame::size);
        let frame = Frame::new(function, arguments, rest, closure, then);
        if stack.frames.len() >= limits.depth || below + frame.size() > limits.slots {
            let message = format!(
                "`{}` would be call {} of those that are nested",
                declared.name,
                stack.frames.len() + 1
            );
            return Err(Trap::new(TrapKind::StackOverflow, message).into());
        }
        stack.below = below;
        stack.frames.push(frame);
        Ok(())
    }

    /// Ends the innermost function of a task. Its handlers go with its frame, so that a return from inside `try` leaves none behind.
    fn perform_return(&mut self, task: TaskId, value: Value) -> Result<(), Stop> {
        let Some(stack) = self.stacks.get_mut(task.0 as usize) else {
            return Err(Trip::StackUnderflow.into());
        };
        let Some(frame) = stack.frames.last() else {
            return Err(Trip::StackUnderflow.into());
        };
        let result = self
            .context
            .module
            .functions
            .get(frame.function.0 as usize)
            .map(|function| function.result);
        let result = result.map_or(value.slot(), types::slot);
        let value = value.fit(result)?;
        let then = frame.then;
        stack.drop_top();
        let Some(caller) = stack.frames.last_mut() else {
            self.context.tasks.end(task, State::Done(value));
            return Ok(());
        };
        match then {
            Then::Push => caller.push(value),
            // A reference has room for null; what has none becomes `any`.
            Then::PushOptional if matches!(result, SlotKind::Ref | SlotKind::Any) => caller.push(value),
            Then::PushOptional => caller.push(value.to_any()),
            Then::PushReceiver(object) => caller.push(object),
            Then::PushReceiverBoxed(object) => caller.push(Any::from_ref(object)),
            Then::Discard => {}
        }
        Ok(())
    }
}

impl Stack {
    /// Drops the innermost frame.
    pub(crate) fn drop_top(&mut self) {
        self.frames.pop();
        self.below = self.below.saturating_sub(self.frames.last().map_or(0, Frame::size));
    }
}

fn charge(used: &mut u64, limit: Option<u64>, entry: &Entry) -> Result<(), Trap> {
    let after = used.saturating_add(u64::from(entry.cost));
    match limit {
        Some(limit) if after > limit => Err(Trap::new(
            TrapKind::OutOfFuel,
            format!("the program used up its fuel of {limit}"),
        )),
        _ => {
            *used = after;
            Ok(())
        }
    }
}

fn no_such_function(function: FunctionId, count: usize) -> Trip {
    Trip::BadIndex {
        what: "function",
        index: u64::from(function.0),
        count: count as u64,
    }
}

/// Pushes the exception and continues at a handler: the other half of unwinding.
pub(crate) fn resume_at(frame: &mut Frame, pc: u32, exception: impl Slot) {
    frame.push(exception);
    frame.pc = pc;
}
