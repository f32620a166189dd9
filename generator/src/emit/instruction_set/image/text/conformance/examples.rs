
__MODULES__

use __CONFORMANCE__::run::{Engine, Example, Expected, outcome};
use __FACTS__::{Flow, WORD_BYTES};
use __ORACLE__::step;
use __RUNTIME__::{Context, Trap};

/// Holds the reference interpreter to examples.
fn check(examples: &[Example]) {
    for example in examples {
        outcome(example, step).unwrap_or_else(|difference| panic!("`{}`: {difference}", example.run));
    }
}

/// The examples of every instruction.
fn all() -> impl Iterator<Item = &'static Example> {
    let all: Vec<&'static [Example]> = vec![
__ALL__
    ];
    all.into_iter().flatten()
}

/// An engine that is broken on purpose fails every example.
fn catches(engine: Engine, why: &str) {
    for example in all() {
        assert!(
            outcome(example, engine).is_err(),
            "{why}, and `{}` doesn't notice",
            example.run
        );
    }
}

/// Changes a byte of memory that no example names.
fn scribbles(context: &mut Context) -> Result<Flow, Trap> {
    let flow = step(context);
    let last = __FACTS__::ORIGIN - 1;
    let byte = context.state.memory.byte(last).unwrap_or_default();
    let _ = context.state.memory.write(last, &[!byte]);
    flow
}

#[test]
fn an_engine_that_changes_something_else_is_caught() {
    catches(scribbles, "memory was changed");
}

/// Goes one word too far.
fn overshoots(context: &mut Context) -> Result<Flow, Trap> {
    let flow = step(context);
    context.state.__COUNTER__ = context.state.__COUNTER__.wrapping_add(WORD_BYTES as __FACTS__::Address);
    flow
}

#[test]
fn an_engine_that_goes_elsewhere_is_caught() {
    catches(overshoots, "the counter is wrong");
}

/// Asks nobody and does nothing.
fn idles(context: &mut Context) -> Result<Flow, Trap> {
    let _ = context;
    Ok(Flow::Next)
}

#[test]
fn an_engine_that_does_nothing_is_caught() {
    for example in all() {
        let changes = matches!(example.expected, Expected::Trap(_)) || example.goes_on;
        assert!(
            !changes || outcome(example, idles).is_err(),
            "nothing was done, and `{}` doesn't notice",
            example.run
        );
    }
}
