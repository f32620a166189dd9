//! Programs as a host runs them.

use std::sync::Arc;

use __NAME___facts::{Module, TrapKind};
use __NAME___macros::assemble;
use __NAME___oracle::{Oracle, run_module};
use __NAME___runtime::{Limits, Options, Output, Value};

/// A module from assembly that the compiler has checked.
fn module(file: &[u8]) -> Arc<Module> {
    Arc::new(Module::read(file).expect("the macro writes whole files"))
}

#[test]
fn a_program_prints_and_returns() {
    let file = assemble! {
        function main { result int code { const_int 6 const_int 7 mul dup print return } }
    };
    let run = run_module(module(file), Limits::default()).expect("the verifier accepts it");
    assert_eq!(run.result, Ok("42".to_owned()));
    assert_eq!(run.printed, "42\n");
}

#[test]
fn any_function_can_be_called_with_arguments() {
    let file = assemble! {
        function twice { params [x: int] result int code { load x load x add return } }
    };
    let mut oracle = Oracle::new(module(file), Options::default()).expect("the verifier accepts it");
    assert_eq!(oracle.call("twice", &[Value::Int(21)]), Ok(Value::Int(42)));
    assert!(oracle.call("twice", &[Value::Bool(true)]).is_err());
    assert!(oracle.call("thrice", &[]).is_err());
}

#[test]
fn fuel_ends_a_program_that_would_not_end() {
    let file = assemble! {
        function main { result int code { again: jump again } }
    };
    let limits = Limits {
        fuel: Some(1_000),
        ..Limits::default()
    };
    let mut oracle = Oracle::new(module(file), Options::new(limits, Output::default())).expect("the verifier accepts it");
    let failure = oracle.call("main", &[]).expect_err("it never returns");
    assert_eq!(failure.trap(), Some(TrapKind::OutOfFuel));
    assert_eq!(oracle.machine().fuel_used(), 1_000);
}
