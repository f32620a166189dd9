//! Everything that a host fears, one after the other in one machine: each ends with a result or an error, the same in every engine, and the
//! machine goes on as if nothing had been.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::Module;
use raya_oracle::Oracle;
use raya_runtime::{Engine, Limits, Machine, Options, Output};

/// The programs of the command line's cases.
const PROGRAMS: [&str; 2] = [
    include_str!("../../../spec/raya/command-line/hostile.in/hostile.rasm"),
    include_str!("../../../spec/raya/command-line/limits.in/limits.rasm"),
];

const FUEL: u64 = 3_000_000;

fn options() -> Options {
    let limits = Limits {
        fuel: Some(FUEL),
        heap: 64 << 20,
        ..Limits::default()
    };
    Options::new(limits, Output::Capture(Vec::new()))
}

/// What each function without parameters comes to. Behind each of them the machine works.
fn outcomes<E: Engine>(mut machine: Machine<E>) -> Vec<String> {
    let functions = machine.context().module.functions.clone();
    let callable = functions
        .iter()
        .filter(|function| function.params.is_empty() && function.captures.is_empty());
    let mut outcomes = Vec::new();
    for function in callable.filter(|function| function.name != "goes_on") {
        machine.refill(Some(FUEL));
        let result = machine.call(&function.name, &[]);
        let shown = result
            .map(|value| machine.literal(value))
            .map_err(|failure| failure.to_string());
        outcomes.push(format!("{}: {shown:?}", function.name));
        machine.refill(Some(FUEL));
        assert_eq!(machine.call("goes_on", ()), Ok(5), "after `{}`", function.name);
        machine.collect();
    }
    outcomes
}

#[test]
fn every_engine_ends_with_an_error_and_goes_on() {
    for text in PROGRAMS {
        let text = format!("{text}\nfunction goes_on {{ result i32 code {{ const_str \"abcde\" slen return }} }}");
        let module: Arc<Module> = Arc::new(raya_facts::asm::assemble(&text).unwrap_or_else(|error| panic!("{error}")));
        let oracle = Oracle::new(module.clone(), options()).unwrap_or_else(|error| panic!("{error}"));
        let expected = outcomes(oracle.into_machine());
        assert!(
            expected.len() > 3 && expected.iter().any(|outcome| outcome.contains("Err")),
            "{expected:?}"
        );
        for dispatch in [Dispatch::Match, Dispatch::best()] {
            let machine = raya_engine::load(module.clone(), options(), dispatch).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(outcomes(machine), expected, "{dispatch:?}");
        }
    }
}
