//! Runs programs: the host's door to a module, its tasks and its results.

use std::sync::Arc;

use raya_facts::{ClassLayouts, Module, TypeTable};

use crate::context::Context;
use crate::engine::Engine;
use crate::failure::{Cause, Failure};
use crate::flow::StepFunction;
use crate::interpreter::Interpreter;
use crate::limits::Limits;
use crate::native_context::NativeContext;
use crate::natives::Natives;
use crate::output::Output;
use crate::statistics::Statistics;
use crate::tasks::{State, TaskId};
use crate::text;
use crate::trace::TraceLine;
use crate::trap::{Raised, Stop, Trap};
use crate::value::Value;

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

/// A program that runs: a module with its variables, objects and tasks, and an engine that executes it.
///
/// Tasks take turns: one gives up its turn only in an op that may suspend it. Which task runs next, and what a clock shows, depends on
/// nothing outside of the machine, so that the same program with the same input does the same each time.
#[derive(Debug)]
pub struct Machine<E = Interpreter> {
    pub(crate) context: Context,
    pub(crate) engine: E,
}

impl Machine {
    /// Prepares a module for the reference interpreter. Variables are the zero of their types; nothing runs yet.
    ///
    /// # Errors
    ///
    /// As [`Context::load`].
    pub fn new(module: Arc<Module>, options: Options, step: StepFunction) -> Result<Machine, Failure> {
        let engine = Interpreter::new(&module, step);
        Ok(Machine::with_engine(Context::load(module, options)?, engine))
    }
}

impl Context {
    /// Prepares a module: what functions and natives work on, with nothing under way yet.
    ///
    /// # Errors
    ///
    /// When the classes or the types of the module contradict each other, or its texts do not fit into the heap.
    pub fn load(module: Arc<Module>, options: Options) -> Result<Context, Failure> {
        let layouts = ClassLayouts::new(&module).map_err(|error| Failure::call(error.to_string()))?;
        let types = TypeTable::new(&module.types).map_err(|error| Failure::call(error.to_string()))?;
        let context = Context::new(module, layouts, types, options.limits, options.natives, options.output);
        context.map_err(|trap| Failure {
            cause: Cause::Trap(trap),
            trace: Vec::new(),
        })
    }
}

impl<E: Engine> Machine<E> {
    /// A machine whose tasks this engine executes. It has executed none yet.
    pub fn with_engine(context: Context, engine: E) -> Machine<E> {
        Machine { context, engine }
    }

    /// Frees every object that the program can't reach and the host holds no [`Handle`](crate::Handle) of. The machine does so itself
    /// when enough was allocated.
    pub fn collect(&mut self) {
        let engine = &self.engine;
        self.context.collect(|marker| engine.roots(marker));
    }

    /// What functions and natives work on: the heap, variables, tasks, output.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same, to prepare arguments or variables: as far as that leaves the engine what it relies on.
    pub fn context_mut(&mut self) -> NativeContext<'_> {
        NativeContext::new(&mut self.context)
    }

    /// What executes the instructions.
    pub fn engine(&self) -> &E {
        &self.engine
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

    /// What the context used so far: fuel, memory, collections, tasks.
    pub fn statistics(&self) -> Statistics {
        self.context.statistics()
    }

    /// The fuel that was charged so far.
    pub fn fuel_used(&self) -> u64 {
        self.context.fuel.used()
    }

    /// The failures of tasks that no other task awaited, at most a hundred; a cancelled task is none of them.
    pub fn unhandled(&self) -> Vec<Failure> {
        let unhandled = self.context.tasks.iter().filter(|task| task.is_unhandled());
        unhandled
            .filter_map(|task| match &task.state {
                State::Failed(raised) => Some(self.failure(raised)),
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
            trace: TraceLine::all(&self.context.module, &raised.trace),
        }
    }

    /// The report of what can't be caught. The program is over: all its tasks are dropped, with what they held and waited for, so that the
    /// next call begins anew.
    pub(crate) fn fatal(&mut self, task: TaskId, stop: Stop) -> Failure {
        let mut points = Vec::new();
        self.engine.trace(task, &mut points);
        let cause = match stop {
            Stop::Trap(trap) => Cause::Trap(trap),
            Stop::Trip(trip) => Cause::Trip(trip),
        };
        let others = self.context.tasks.take_all();
        for id in std::iter::once(task).chain(others) {
            let over = Trap::new(raya_facts::TrapKind::Cancelled, "the program ended");
            let raised = Raised {
                exception: crate::any::Any::NULL,
                trap: Some(over),
                trace: Vec::new(),
            };
            self.end(id, State::Failed(raised));
        }
        // All of them are over, also those that were woken by the end of others.
        self.context.tasks.queue.clear();
        self.context.forget_shortage();
        Failure {
            cause,
            trace: TraceLine::all(&self.context.module, &points),
        }
    }

    /// Ends a task: it leaves nothing locked, waits for nothing, and has no frames.
    pub(crate) fn end(&mut self, task: TaskId, state: State) {
        self.context.stop_waiting(task);
        self.context.release_held(task, 0);
        self.context.tasks.end(task, state);
        self.engine.drop_task(task);
    }
}
