//! Runs assembly in the reference interpreter.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use raya_facts::asm::assemble;
use raya_facts::{Module, TrapKind};
use raya_oracle::{LoadError, Oracle};
use raya_runtime::{Cause, Failure, Limits, Options};

/// What a program did.
#[derive(Debug)]
pub struct Run {
    /// What `main` gave, as a literal, or how it ended otherwise.
    pub result: Result<String, Failure>,
    /// What it printed.
    pub printed: String,
    /// The fuel that it took.
    pub fuel: u64,
    /// Failures of tasks that nothing awaited.
    pub unhandled: Vec<Failure>,
}

impl Run {
    /// What `main` gave; the report of the failure if it failed.
    pub fn value(&self) -> String {
        match &self.result {
            Ok(value) => value.clone(),
            Err(failure) => format!("failed: {failure}"),
        }
    }

    /// The trap that ended the program.
    pub fn trap(&self) -> Option<TrapKind> {
        self.result.as_ref().err().and_then(Failure::trap)
    }

    /// Whether it ended because code and machine contradict each other.
    pub fn tripped(&self) -> bool {
        matches!(
            &self.result,
            Err(Failure {
                cause: Cause::Trip(_),
                ..
            })
        )
    }
}

/// The module that a text describes.
pub fn module(text: &str) -> Module {
    match assemble(text) {
        Ok(module) => module,
        Err(errors) => panic!("{errors}\nin\n{text}"),
    }
}

/// Runs `main` of a verified program.
pub fn run(text: &str) -> Run {
    run_with(text, Limits::default())
}

/// The same with other limits.
pub fn run_with(text: &str, limits: Limits) -> Run {
    let options = Options {
        limits,
        ..Options::default()
    };
    match Oracle::new(Arc::new(module(text)), options) {
        Ok(oracle) => finish(oracle),
        Err(error) => panic!("{error}\nin\n{text}"),
    }
}

/// Runs `main` of a module that nobody verified; `None` if the machine refuses to load it.
pub fn run_unverified(module: Module, limits: Limits) -> Option<Run> {
    let options = Options {
        limits,
        ..Options::default()
    };
    match Oracle::unverified(Arc::new(module), options) {
        Ok(oracle) => Some(finish(oracle)),
        Err(LoadError::Verify(error)) => panic!("nothing was to be verified: {error}"),
        Err(_) => None,
    }
}

fn finish(mut oracle: Oracle) -> Run {
    let result = oracle.call("main", &[]);
    let machine = oracle.machine();
    Run {
        result: result.map(|value| machine.literal(value)),
        printed: machine.printed(),
        fuel: machine.fuel_used(),
        unhandled: machine.unhandled(),
    }
}
