//! Runs a module in the oracle and in the fast engine.

use std::sync::Arc;

use raya_facts::Module;
use raya_facts::verify::verify;
use raya_machine::Fast;
use raya_runtime::{Context, Failure, Limits, Machine, Options, Output};

/// What a program did.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// What `main` returned, as a literal, or how the program ended.
    pub result: Result<String, Failure>,
    /// What it printed.
    pub printed: String,
    /// The fuel that it took.
    pub fuel: u64,
}

fn options(limits: &Limits) -> Options {
    Options::new(limits.clone(), Output::Capture(Vec::new()))
}

/// The program in the oracle.
pub fn oracle(module: &Arc<Module>, limits: &Limits) -> Outcome {
    let run = raya_oracle::run_module(module.clone(), limits.clone()).unwrap_or_else(|error| panic!("{error}"));
    Outcome {
        result: run.result,
        printed: run.printed,
        fuel: run.fuel,
    }
}

/// The program in the fast engine.
pub fn fast(module: &Arc<Module>, limits: &Limits, stress: bool) -> Outcome {
    let verified = verify(module).unwrap_or_else(|error| panic!("{error}"));
    let mut context = Context::load(module.clone(), options(limits)).unwrap_or_else(|error| panic!("{error}"));
    context.heap.set_stress(stress);
    // SAFETY: the facts are those of the module, and the dispatcher is that of the table.
    let engine = unsafe { Fast::new(&context, &verified, &raya_engine::TABLE, raya_engine::match_loop::run) };
    let engine = engine.unwrap_or_else(|error| panic!("{error}"));
    let mut machine = Machine::with_engine(context, engine);
    let result = machine.call("main", &[]);
    Outcome {
        result: result.map(|value| machine.literal(value)),
        printed: machine.printed(),
        fuel: machine.fuel_used(),
    }
}
