//! Runs programs: the host's door to a module, its tasks and its results.

use std::sync::Arc;

use raya_facts::{ClassLayouts, FunctionId, Module, TypeId, TypeTable};

use crate::code::Code;
use crate::context::{Context, Limits, Output};
use crate::failure::{Cause, Failure};
use crate::flow::StepFunction;
use crate::frame::Frame;
use crate::natives::Natives;
use crate::tasks::{Entry, Raised, State, TaskId, TraceLine};
use crate::text;
use crate::trap::{Stop, Trap};
use crate::types;
use crate::value::{Ref, Value};

/// What a program is given by its host.
#[derive(Debug)]
pub struct Options {
    /// What it may use.
    pub limits: Limits,
    /// The functions that it may call.
    pub natives: Natives,
    /// Where it prints to.
    pub output: Output,
}

impl Options {
    /// The standard natives with these limits and this output.
    pub fn new(limits: Limits, output: Output) -> Options {
        Options {
            limits,
            natives: Natives::standard(),
            output,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new(Limits::default(), Output::Capture(Vec::new()))
    }
}

/// A program that runs: a module with its variables, objects and tasks, and an engine's step function.
///
/// Tasks take turns: one gives up its turn only in an op that may suspend it. Which task runs next, and what a clock shows, depends on
/// nothing outside of the machine, so that the same program with the same input does the same each time.
#[derive(Debug)]
pub struct Machine {
    pub(crate) context: Context,
    pub(crate) step: StepFunction,
    pub(crate) stacks: Vec<Stack>,
    pub(crate) codes: Vec<Option<Arc<Code>>>,
    /// Tasks that are not done, in the order of their turns.
    pub(crate) queue: std::collections::VecDeque<TaskId>,
    pub(crate) fuel_used: u64,
}

/// The frames of a task.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    /// The innermost call last.
    pub frames: Vec<Frame>,
    /// How many values all frames but the last hold.
    pub below: usize,
    /// The exception that was raised last, so that raising it again keeps its trace.
    pub raised: Option<Raised>,
}

impl Machine {
    /// Prepares a module. Variables are the zero of their types; nothing runs yet.
    ///
    /// # Errors
    ///
    /// When the classes of the module contradict each other, or its texts do not fit into the heap.
    pub fn new(module: Arc<Module>, options: Options, step: StepFunction) -> Result<Machine, Failure> {
        let layouts = ClassLayouts::new(&module).map_err(|error| Failure::call(error.to_string()))?;
        let codes = module.functions.iter().map(|_| None).collect();
        let types = TypeTable::new(&module.types).map_err(|error| Failure::call(error.to_string()))?;
        let context =
            Context::new(module, layouts, types, options.limits, options.natives, options.output).map_err(|trap| Failure {
                cause: Cause::Trap(trap),
                trace: Vec::new(),
            })?;
        Ok(Machine {
            context,
            step,
            stacks: Vec::new(),
            codes,
            queue: std::collections::VecDeque::new(),
            fuel_used: 0,
        })
    }

    /// Calls a function by its name and runs tasks until it has returned. Tasks that are not done by then wait for the next call.
    ///
    /// # Errors
    ///
    /// [`Failure`] with the trace: the exception or trap that ended the program, or what is wrong with the call itself.
    pub fn call(&mut self, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
        let position = self
            .context
            .module
            .functions
            .iter()
            .position(|function| function.name == name);
        match position.and_then(|position| u32::try_from(position).ok()) {
            Some(position) => self.call_function(FunctionId(position), arguments),
            None => Err(Failure::call(format!(
                "module `{}` has no function `{name}`",
                self.context.module.name
            ))),
        }
    }

    /// Calls a function by its number.
    ///
    /// # Errors
    ///
    /// As [`call`](Machine::call).
    pub fn call_function(&mut self, id: FunctionId, arguments: &[Value]) -> Result<Value, Failure> {
        let module = self.context.module.clone();
        let Some(function) = module.functions.get(id.0 as usize) else {
            return Err(Failure::call(format!(
                "there is no function {}: the module has {}",
                id.0,
                module.functions.len()
            )));
        };
        if !function.captures.is_empty() {
            return Err(Failure::call(format!(
                "function `{}` captures variables, so that only a closure of it can run",
                function.name
            )));
        }
        let fits =
            arguments.len() == function.params.len() || (arguments.len() > function.params.len() && function.rest.is_some());
        if !fits {
            let (expected, found) = (function.params.len(), arguments.len());
            return Err(Failure::call(format!(
                "function `{}` takes {expected} arguments, {found} were given",
                function.name
            )));
        }
        let declared = function
            .params
            .iter()
            .map(|param| param.r#type)
            .chain(std::iter::repeat(function.rest.unwrap_or(TypeId::NULL)));
        for (index, (value, type_id)) in arguments.iter().zip(declared).enumerate() {
            if value.slot() != types::slot(type_id) || !types::holds(&self.context, *value, type_id) {
                let (expected, found) = (
                    types::name(&self.context, type_id),
                    types::describe(&self.context, value.to_any()),
                );
                return Err(Failure::call(format!(
                    "argument {index} of function `{}` is a {expected}, {found} was given",
                    function.name
                )));
            }
        }
        let entry = Entry {
            function: id,
            arguments: arguments.to_vec(),
            closure: Ref::NULL,
            after: None,
        };
        let task = self.context.tasks.add(entry, function.result);
        self.adopt_tasks();
        self.run_until_done(task)
    }

    /// What functions and natives work on: the heap, variables, tasks, output.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same, to prepare arguments or variables.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.context
    }

    /// A value as the language prints it.
    pub fn display(&self, value: Value) -> String {
        text::display(&self.context, value)
    }

    /// A value as a literal of examples.
    pub fn literal(&self, value: Value) -> String {
        text::literal(&self.context, value)
    }

    /// What was printed, if output is captured.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(self.context.output.captured()).into_owned()
    }

    /// Sends on what was printed.
    ///
    /// # Errors
    ///
    /// Whatever the writer says.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.context.output.flush()
    }

    /// The fuel that instructions took so far.
    pub fn fuel_used(&self) -> u64 {
        self.fuel_used
    }

    /// The failures of tasks that no other task awaited; a cancelled task is none of them.
    pub fn unhandled(&self) -> Vec<Failure> {
        let count = u32::try_from(self.context.tasks.count()).unwrap_or(u32::MAX);
        let tasks = (0..count).filter_map(|id| self.context.tasks.get(TaskId(id)));
        tasks
            .filter_map(|task| match &task.state {
                State::Failed(raised) if !task.observed && !is_cancelled(raised) => Some(self.failure(raised)),
                _ => None,
            })
            .collect()
    }

    /// The report of an exception that nothing caught.
    pub(crate) fn failure(&self, raised: &Raised) -> Failure {
        let cause = match &raised.trap {
            Some(trap) => Cause::Trap(trap.clone()),
            None => {
                let value = Value::Any(raised.exception);
                Cause::Exception {
                    value: raised.exception,
                    text: text::display(&self.context, value),
                    literal: text::literal(&self.context, value),
                }
            }
        };
        Failure {
            cause,
            trace: raised.trace.clone(),
        }
    }

    /// The report of what can't be caught. The program is over: all its tasks are dropped.
    pub(crate) fn fatal(&mut self, task: TaskId, stop: Stop) -> Failure {
        let trace = self.trace(task);
        let cause = match stop {
            Stop::Trap(trap) => Cause::Trap(trap),
            Stop::Trip(trip) => Cause::Trip(trip),
        };
        for id in std::mem::take(&mut self.queue) {
            let over = Trap::new(raya_facts::TrapKind::Cancelled, "the program ended");
            let raised = Raised {
                exception: crate::any::Any::NULL,
                trap: Some(over),
                trace: Vec::new(),
            };
            self.context.tasks.end(id, State::Failed(raised));
        }
        self.stacks.clear();
        Failure { cause, trace }
    }

    /// Where a task is, innermost call first.
    pub(crate) fn trace(&self, task: TaskId) -> Vec<TraceLine> {
        /// More lines would cost memory with every exception of a deep recursion, and nobody reads them.
        const LONGEST: usize = 64;
        let Some(stack) = self.stacks.get(task.0 as usize) else {
            return Vec::new();
        };
        stack
            .frames
            .iter()
            .rev()
            .take(LONGEST)
            .map(|frame| self.trace_line(frame))
            .collect()
    }

    fn trace_line(&self, frame: &Frame) -> TraceLine {
        let Some(function) = self.context.module.functions.get(frame.function.0 as usize) else {
            return TraceLine {
                function: format!("#{}", frame.function.0),
                at: frame.at,
                file: None,
                line: None,
            };
        };
        // Lines are in ascending order of offsets; a module that breaks this shows a wrong line and nothing worse.
        let after = function.lines.partition_point(|line| line.offset <= frame.at);
        let line = after
            .checked_sub(1)
            .and_then(|index| function.lines.get(index))
            .map(|line| line.line);
        let file = function
            .file
            .and_then(|file| self.context.module.strings.get(file.0 as usize))
            .cloned();
        TraceLine {
            function: function.name.clone(),
            at: frame.at,
            file,
            line,
        }
    }
}

/// Whether a task ended because it was asked to.
fn is_cancelled(raised: &Raised) -> bool {
    raised
        .trap
        .as_ref()
        .is_some_and(|trap| trap.kind == raya_facts::TrapKind::Cancelled)
}
