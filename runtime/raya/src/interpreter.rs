//! Executes the instructions of tasks one by one with a step function, on tagged values, and checks everything.

use std::sync::Arc;

use raya_facts::module::Function;
use raya_facts::{FunctionId, Module, TrapKind};
use raya_heap::Marker;

use crate::any::Any;
use crate::call::Call;
use crate::code::{Code, Entry as CodeEntry};
use crate::context::Context;
use crate::engine::{Engine, Turn, Unwound};
use crate::flow::{Flow, StepFunction};
use crate::frame::{Frame, Handler, Then};
use crate::tasks::{Entry, TaskId};
use crate::trace::{LONGEST_TRACE, TracePoint};
use crate::trap::{Raised, Stop, Trap};
use crate::trip::Trip;
use crate::types;
use crate::value::{Ref, SlotKind, Value};

/// The engine of the reference interpreter.
#[derive(Debug)]
pub struct Interpreter {
    step: StepFunction,
    /// The frames of tasks, by [`TaskId`].
    stacks: Vec<Stack>,
    codes: Vec<Option<Arc<Code>>>,
    /// The operands that the stack held before an instruction that may find no room, so that it can be executed again.
    operands: Vec<Value>,
}

/// The frames of a task.
#[derive(Debug, Default)]
struct Stack {
    /// The innermost call last.
    frames: Vec<Frame>,
    /// How many values all frames but the last hold.
    below: usize,
}

/// Where a call, a return or an exception led to.
enum Next {
    /// To the innermost frame.
    Frame,
    /// Out of the outermost one.
    Over(Turn),
}

/// More operands than verified code can have: the deepest stack that a module file can state.
const DEEPEST_OPERANDS: usize = 65_535;

impl Interpreter {
    /// An interpreter for the functions of a module.
    pub fn new(module: &Module, step: StepFunction) -> Interpreter {
        Interpreter {
            step,
            stacks: Vec::new(),
            codes: module.functions.iter().map(|_| None).collect(),
            operands: Vec::new(),
        }
    }

    /// Frees what nothing needs any more. Between two instructions everything that a task needs is in its frames.
    fn collect(&self, context: &mut Context) {
        context.collect(|marker| self.roots(marker));
    }

    fn innermost(&mut self, task: TaskId) -> Result<&mut Frame, Trip> {
        self.stack(task)?.frames.last_mut().ok_or(Trip::StackUnderflow)
    }

    fn code(&mut self, context: &Context, function: FunctionId) -> Result<Arc<Code>, Trip> {
        let declared = declared(context, function)?;
        let count = self.codes.len();
        let place = self.codes.get_mut(function.0 as usize);
        let place = place.ok_or_else(|| no_such_function(function, count))?;
        Ok(place.get_or_insert_with(|| Arc::new(Code::new(declared))).clone())
    }

    fn stack(&mut self, task: TaskId) -> Result<&mut Stack, Trip> {
        self.stacks.get_mut(task.0 as usize).ok_or(Trip::StackUnderflow)
    }

    /// Where every reference that is still needed is in a frame or known to the context.
    fn safepoint(&mut self, context: &mut Context) {
        if context.wants_pause() {
            context.pause();
        }
        if context.wants_collection() {
            self.collect(context);
        }
    }

    /// Executes instructions of the innermost frame until another one becomes the innermost, or the task waits or is over.
    fn run_frame(&mut self, context: &mut Context, task: TaskId, progress: &mut bool) -> Result<Next, Stop> {
        let function = self.innermost(task)?.function;
        let code = self.code(context, function)?;
        // Calls lead here.
        self.safepoint(context);
        loop {
            let frame = self.innermost(task)?;
            let entry = code.at(frame.pc)?;
            frame.at = frame.pc;
            if !std::mem::take(&mut frame.waits)
                && let Some(cost) = entry.cost
            {
                context.fuel.charge(u64::from(cost))?;
            }
            frame.pc = entry.next;
            if entry.allocates || entry.cost.is_some() {
                self.safepoint(context);
            }
            let mut result = self.step(context, task, &entry)?;
            if entry.allocates && matches!(&result, Err(Stop::Trap(trap)) if trap.kind == TrapKind::HeapLimit) {
                // It had no effect but that its operands are gone. It is executed once more after a collection: so what a program can
                // allocate depends on what it needs, and not on when memory was collected last.
                let operands = std::mem::take(&mut self.operands);
                self.innermost(task)?.stack.clone_from(&operands);
                self.operands = operands;
                if context.collect_for_room(|marker| self.roots(marker)) {
                    result = self.step(context, task, &entry)?;
                }
            }
            let frame = self.innermost(task)?;
            match result {
                Ok(Flow::Next) => *progress = true,
                Ok(Flow::Jump(label)) => {
                    frame.pc = label.0;
                    *progress = true;
                }
                Ok(Flow::Suspend) => {
                    // The instruction is tried again at the task's next turn.
                    frame.pc = frame.at;
                    frame.waits = true;
                    let yielded = context.tasks.running().is_some_and(|task| task.yielded);
                    return Ok(Next::Over(Turn::Waiting {
                        progress: *progress || yielded,
                    }));
                }
                Ok(flow) => {
                    *progress = true;
                    return match self.leave_frame(context, task, flow) {
                        Err(Stop::Trap(trap)) => self.raise_trap(context, task, trap),
                        result => result,
                    };
                }
                Err(stop) => {
                    *progress = true;
                    return self.fail(context, task, &entry, stop);
                }
            }
        }
    }

    /// Executes an instruction of the innermost frame. Contradictions are errors, what the language defines is the result.
    fn step(&mut self, context: &mut Context, task: TaskId, entry: &CodeEntry) -> Result<Result<Flow, Stop>, Trip> {
        let locks = context.tasks.get(task).map_or(0, |task| task.locks);
        let stack = self.stacks.get_mut(task.0 as usize).ok_or(Trip::StackUnderflow)?;
        let frame = stack.frames.last_mut().ok_or(Trip::StackUnderflow)?;
        frame.locks = locks;
        if entry.allocates {
            self.operands.clear();
            self.operands.extend_from_slice(&frame.stack);
        }
        let result = (self.step)(context, frame, &entry.instruction);
        if let Some(trip) = frame.take_trip().or_else(|| context.take_trip()) {
            return Err(trip);
        }
        if frame.stack.len() > DEEPEST_OPERANDS {
            let (index, count) = (frame.stack.len() as u64, DEEPEST_OPERANDS as u64);
            return Err(Trip::BadIndex {
                what: "operand stack slot",
                index,
                count,
            });
        }
        Ok(result)
    }

    /// Does what changes the frames.
    fn leave_frame(&mut self, context: &mut Context, task: TaskId, flow: Flow) -> Result<Next, Stop> {
        match flow {
            Flow::Call(Call::Enter {
                function,
                arguments,
                closure,
                then,
            }) => self.enter(context, task, function, arguments, closure, then)?,
            Flow::Call(Call::Value(value)) => {
                self.innermost(task)?.push(value);
            }
            Flow::Return(value) => return self.perform_return(context, task, value),
            Flow::Throw { exception, keep_trace } => {
                let raised = context.throw(task, exception, keep_trace, |points| self.trace(task, points));
                return Ok(self.unwind(context, task, raised)?.into());
            }
            Flow::Call(Call::Nothing) | Flow::Next | Flow::Jump(_) | Flow::Suspend => {}
        }
        Ok(Next::Frame)
    }

    fn fail(&mut self, context: &mut Context, task: TaskId, entry: &CodeEntry, stop: Stop) -> Result<Next, Stop> {
        let Stop::Trap(trap) = stop else { return Err(stop) };
        let opcode = entry.instruction.opcode();
        if !opcode.info().traps.contains(&trap.kind) {
            let (op, trap) = (opcode.mnemonic(), trap.to_string());
            return Err(Trip::UnlistedTrap { op, trap }.into());
        }
        self.raise_trap(context, task, trap)
    }

    fn raise_trap(&mut self, context: &mut Context, task: TaskId, trap: Trap) -> Result<Next, Stop> {
        if !context.has_room_to_raise(&trap) {
            self.collect(context);
        }
        let raised = context.raise(task, trap, |points| self.trace(task, points))?;
        Ok(self.unwind(context, task, raised)?.into())
    }

    /// Puts a frame for a function on a task's stack.
    fn enter(
        &mut self,
        context: &Context,
        task: TaskId,
        function: FunctionId,
        mut arguments: Vec<Value>,
        closure: Ref,
        then: Then,
    ) -> Result<(), Stop> {
        let declared = declared(context, function)?;
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
        let limits = &context.limits;
        let stack = self.stack(task)?;
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
    fn perform_return(&mut self, context: &Context, task: TaskId, value: Value) -> Result<Next, Stop> {
        let stack = self.stack(task)?;
        let frame = stack.frames.last().ok_or(Trip::StackUnderflow)?;
        let result = types::slot(declared(context, frame.function)?.result);
        let value = value.fit(result)?;
        let then = frame.then;
        stack.drop_top();
        let Some(caller) = stack.frames.last_mut() else {
            return Ok(Next::Over(Turn::Done(value)));
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
        Ok(Next::Frame)
    }

    /// Drops frames until one has a handler and continues there.
    fn unwind(&mut self, context: &mut Context, task: TaskId, raised: Raised) -> Result<Unwound, Trip> {
        let stack = self.stack(task)?;
        while let Some(frame) = stack.frames.last_mut() {
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
            frame.push(raised.exception);
            frame.pc = target.0;
            frame.waits = false;
            context.caught(task, raised);
            context.release_held(task, handler.locks);
            return Ok(Unwound::Caught);
        }
        Ok(Unwound::Uncaught(raised))
    }
}

impl Engine for Interpreter {
    fn start(&mut self, context: &mut Context, task: TaskId, entry: Entry) -> Result<(), Stop> {
        let index = task.0 as usize;
        if self.stacks.len() <= index {
            self.stacks.resize_with(index + 1, Stack::default);
        }
        self.enter(context, task, entry.function, entry.arguments, entry.closure, Then::Push)
    }

    fn run(&mut self, context: &mut Context, task: TaskId) -> Result<Turn, Stop> {
        let mut progress = false;
        loop {
            if let Next::Over(turn) = self.run_frame(context, task, &mut progress)? {
                return Ok(turn);
            }
        }
    }

    fn raise(&mut self, context: &mut Context, task: TaskId, raised: Raised) -> Result<Unwound, Stop> {
        Ok(self.unwind(context, task, raised)?)
    }

    fn trace(&self, task: TaskId, points: &mut Vec<TracePoint>) {
        let frames = self.stacks.get(task.0 as usize).map_or(&[][..], |stack| &stack.frames);
        let innermost = frames.iter().rev().take(LONGEST_TRACE);
        points.extend(innermost.map(|frame| TracePoint {
            function: frame.function,
            at: frame.at,
        }));
    }

    fn roots(&self, marker: &mut Marker<'_>) {
        for frame in self.stacks.iter().flat_map(|stack| &stack.frames) {
            frame.roots(marker);
        }
    }

    fn drop_task(&mut self, task: TaskId) {
        if let Some(stack) = self.stacks.get_mut(task.0 as usize) {
            *stack = Stack::default();
        }
    }
}

impl Stack {
    /// Drops the innermost frame.
    fn drop_top(&mut self) {
        self.frames.pop();
        self.below = self.below.saturating_sub(self.frames.last().map_or(0, Frame::size));
    }
}

impl From<Unwound> for Next {
    fn from(unwound: Unwound) -> Next {
        match unwound {
            Unwound::Caught => Next::Frame,
            Unwound::Uncaught(raised) => Next::Over(Turn::Failed(raised)),
        }
    }
}

fn declared(context: &Context, function: FunctionId) -> Result<&Function, Trip> {
    let functions = &context.module.functions;
    let declared = functions.get(function.0 as usize);
    declared.ok_or_else(|| no_such_function(function, functions.len()))
}

fn no_such_function(function: FunctionId, count: usize) -> Trip {
    Trip::BadIndex {
        what: "function",
        index: u64::from(function.0),
        count: count as u64,
    }
}
