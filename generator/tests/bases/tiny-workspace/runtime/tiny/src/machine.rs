//! What surrounds frames.

use std::io::Write;
use std::sync::Arc;

use tiny_facts::{ClassId, FieldId, Instruction, Module};

use crate::{Cause, Failure, Flow, Frame, Ref, Stop, Trip, Value};

#[derive(Debug, Clone, Default)]
pub struct Limits {
    pub fuel: Option<u64>,
    pub heap: usize,
}

pub enum Output {
    Capture(Vec<u8>),
    Writer(Box<dyn Write + Send>),
}

impl Output {
    pub fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Default for Output {
    fn default() -> Output {
        Output::Capture(Vec::new())
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Output")
    }
}

#[derive(Debug, Default)]
pub struct Options {
    pub limits: Limits,
    pub output: Output,
}

impl Options {
    pub fn new(limits: Limits, output: Output) -> Options {
        Options { limits, output }
    }
}

#[derive(Debug)]
pub struct Context {
    pub module: Arc<Module>,
    pub output: Output,
}

impl Context {
    pub fn allocate(&mut self, _: ClassId) -> Ref {
        Ref(0)
    }

    pub fn field(&self, _: Ref, _: FieldId) -> Option<Value> {
        None
    }

    pub fn take_trip(&mut self) -> Option<Trip> {
        None
    }
}

type Step = fn(&mut Context, &mut Frame, &Instruction) -> Result<Flow, Stop>;

#[derive(Debug)]
pub struct Machine {
    context: Context,
    step: Step,
}

impl Machine {
    pub fn new(module: Arc<Module>, options: Options, step: Step) -> Result<Machine, Failure> {
        let output = options.output;
        Ok(Machine {
            context: Context { module, output },
            step,
        })
    }

    pub fn call(&mut self, name: &str, _: &[Value]) -> Result<Value, Failure> {
        let _ = self.step;
        Err(Failure {
            cause: Cause::Trip(Trip(format!("`{name}` can't run: this machine runs nothing"))),
        })
    }

    pub fn flush(&mut self) -> std::io::Result<()> {
        self.context.output.flush()
    }

    pub fn literal(&self, value: Value) -> String {
        format!("{value:?}")
    }

    pub fn printed(&self) -> String {
        String::new()
    }

    pub fn fuel_used(&self) -> u64 {
        0
    }
}
