//! What a host does with a machine: load, call with Rust values, live with failures, refill, look at the numbers.

mod support;

use raya_facts::TrapKind;
use raya_oracle::{LoadError, Oracle};
use raya_runtime::{Any, Cause, Failure, Handle, Interpreter, Limits, Machine, Options, Output, Value};
use support::module;

const PROGRAM: &str = r#"
    class Point { fields [x: i32, y: f64] }
    global kept: str
    function fib { params [n: i32] result i32 code {
        load_local n const_i32 2 ilt jmp_if_false more load_local n return
        more: load_local n const_i32 1 isub call fib, 1 load_local n const_i32 2 isub call fib, 1 iadd return } }
    function half { params [n: f64] result f64 code { load_local n const_f64 2.0 fdiv return } }
    function negate { params [yes: bool] result bool code { load_local yes not return } }
    function greet { params [name: str] result str code { const_str "hello " load_local name sconcat return } }
    function four { params [a: i32, b: f64, c: bool, d: str] result str code {
        load_local a int_to_string load_local b float_to_string sconcat load_local c to_string sconcat load_local d sconcat return } }
    function keep { params [text: str] result null code { load_local text store_global kept return_void } }
    function kept { result str code { load_global kept return } }
    function point { params [x: i32] result object(Point) locals [made: object(Point)] code {
        new Point store_local made load_local made load_local x store_field Point.x load_local made return } }
    function x_of { params [of: object(Point)] result i32 code { load_local of load_field Point.x return } }
    function same { params [value: any] result any code { load_local value return } }

    function divide { params [a: i32, b: i32] result i32 code { load_local a load_local b idiv return } }
    function throws { result i32 code { const_i32 7 box throw } }
    function endless { result null code { again: nop jmp again } }
    function deeper { result null code { call deeper, 0 return } }
    function hoard { result null locals [all: array(str)] code {
        const_i32 0 new_array str store_local all
        again: load_local all const_i32 1 int_to_string array_push jmp again } }
    function nap { result null code { const_i32 1000 sleep return_void } }
    function swarm { result null code { again: spawn nap, 0 pop jmp again } }
    global lock: mutex
    function make_lock { result null code { new_mutex store_global lock return_void } }
    function stuck { result null code {
        load_global lock mutex_lock const_i32 0 new_channel i32 channel_receive pop return_void } }
    function takes { result i32 code {
        load_global lock mutex_lock load_global lock mutex_unlock const_i32 1 return } }
    function waits { result null locals [lock: mutex] code {
        new_mutex store_local lock load_local lock mutex_lock load_local lock mutex_lock return_void } }
"#;

fn file() -> Vec<u8> {
    module(PROGRAM).write().expect("the module can be written")
}

fn machine(limits: Limits) -> Machine {
    let options = Options::new(limits, Output::Capture(Vec::new()));
    match Oracle::load(&file(), options) {
        Ok(oracle) => oracle.into_machine(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn rust_values_go_in_and_come_out() {
    let mut machine = machine(Limits::default());
    assert_eq!(machine.call::<(i32,), i32>("fib", (15,)), Ok(610));
    assert_eq!(machine.call("half", (5.0,)), Ok(2.5));
    assert_eq!(machine.call("negate", (true,)), Ok(false));
    assert_eq!(machine.call("greet", ("world",)), Ok("hello world".to_owned()));
    assert_eq!(
        machine.call("four", (1, 2.5, true, "!".to_owned())),
        Ok("12.5true!".to_owned())
    );
    assert_eq!(machine.call("keep", ("this",)), Ok(()));
    assert_eq!(machine.call("kept", ()), Ok("this".to_owned()));
    assert_eq!(machine.call("same", (Any::from_i32(3),)), Ok(Any::from_i32(3)));
    assert_eq!(machine.call("fib", &[Value::I32(10)]), Ok(Value::I32(55)));
    let fib = machine.function("fib").expect("it exists");
    assert_eq!(machine.call_function(fib, (6,)), Ok(8));
}

/// An object that only the host knows survives collections as long as its handle.
#[test]
fn a_handle_keeps_its_object() {
    let mut machine = machine(Limits::default());
    let point: Handle = machine.call("point", (42,)).expect("it returns");
    machine.context_mut().set_stress(true);
    assert_eq!(machine.call("greet", ("you",)), Ok("hello you".to_owned()));
    assert_eq!(machine.call::<_, i32>("x_of", (point.clone(),)), Ok(42));
    let statistics = machine.statistics();
    assert!(statistics.heap.collections > 0);
    assert_eq!(statistics.heap.dangling, 0);
}

#[test]
fn calls_that_do_not_fit_are_refused_before_anything_runs() {
    let mut machine = machine(Limits::default());
    let refused = |result: Result<Value, Failure>, expected: &str| {
        let failure = result.expect_err("the call is wrong");
        assert!(matches!(failure.cause, Cause::Call(_)), "{failure}");
        assert!(failure.to_string().contains(expected), "{failure}\nshould say: {expected}");
    };
    refused(machine.call("fob", (1,)), "no function `fob`");
    refused(machine.call("fib", ()), "takes 1 arguments, 0 were given");
    refused(machine.call("fib", (1, 2)), "takes 1 arguments, 2 were given");
    refused(machine.call("fib", (1.0,)), "argument 0 of function `fib`");
    refused(machine.call("x_of", ("text",)), "argument 0 of function `x_of`");
    refused(
        machine.call::<_, f64>("fib", (1,)).map(Value::F64),
        "gives a i32, the call wants `f64`",
    );
    refused(
        machine.call::<_, Handle>("fib", (1,)).map(|handle| handle.value()),
        "represented as `ref`",
    );
    assert_eq!(machine.statistics().fuel_used, 0);
}

/// Null where a text should come out is an error and not an empty text.
#[test]
fn null_is_no_text() {
    let mut machine = machine(Limits::default());
    let failure = machine.call::<_, String>("kept", ()).expect_err("nothing was kept");
    assert_eq!(failure.trap(), Some(TrapKind::NullReference));
}

/// Errors of loading say which step failed.
#[test]
fn what_is_wrong_with_a_file_is_told_apart() {
    let load = |file: &[u8], limits: Limits| Oracle::load(file, Options::new(limits, Output::Capture(Vec::new()))).err();
    assert!(matches!(load(b"no module", Limits::default()), Some(LoadError::Read(_))));
    let mut unverifiable = module("function main { result i32 code { const_i32 1 return } }");
    unverifiable.functions[0].code = vec![0xFE];
    let unverifiable = unverifiable.write().expect("the module can be written");
    assert!(matches!(load(&unverifiable, Limits::default()), Some(LoadError::Verify(_))));
    let small = Limits {
        heap: 16,
        ..Limits::default()
    };
    assert!(matches!(load(&file(), small.clone()), Some(LoadError::Machine(_))));
    let engine = |context: &raya_runtime::Context, _: &raya_facts::verify::Verified| {
        Ok(Interpreter::new(&context.module, raya_oracle::step))
    };
    let options = |limits| Options::new(limits, Output::Capture(Vec::new()));
    assert!(matches!(
        Machine::load(&file(), options(small), engine),
        Err(raya_runtime::LoadError::Prepare(_))
    ));
    assert!(matches!(
        Machine::load(&unverifiable, options(Limits::default()), engine),
        Err(raya_runtime::LoadError::Verify(_))
    ));
    let mut machine = Machine::load(&file(), options(Limits::default()), engine).expect("it is a module");
    assert_eq!(machine.call("fib", (10,)), Ok(55));
}

/// Whatever ends a call, the next one finds a machine that works.
#[test]
fn a_machine_is_usable_after_every_failure() {
    let limits = Limits {
        fuel: Some(100_000),
        heap: 1 << 20,
        depth: 50,
        tasks: 20,
        ..Limits::default()
    };
    let failures = [
        ("throws", None),
        ("endless", Some(TrapKind::OutOfFuel)),
        ("deeper", Some(TrapKind::StackOverflow)),
        ("hoard", Some(TrapKind::HeapLimit)),
        ("swarm", Some(TrapKind::TaskLimit)),
        ("waits", Some(TrapKind::NotOwner)),
    ];
    let mut machine = machine(limits);
    for round in 0..3 {
        for (name, trap) in failures {
            machine.refill(Some(1_000_000));
            let failure = machine.call::<_, Value>(name, ()).expect_err("it fails");
            assert_eq!(failure.trap(), trap, "{name}: {failure}");
            assert!(!failure.trace.is_empty(), "{name}");
            machine.refill(Some(1_000_000));
            assert_eq!(machine.call("fib", (10,)), Ok(55), "after `{name}` in round {round}");
            assert_eq!(machine.call("greet", ("you",)), Ok("hello you".to_owned()), "after `{name}`");
        }
    }
}

/// What tasks held when their program ended is free, and they stand in no queue.
#[test]
fn a_program_that_ended_leaves_nothing_locked() {
    let mut machine = machine(Limits::default());
    machine.call::<_, ()>("make_lock", ()).expect("it returns");
    for _ in 0..3 {
        let failure = machine.call::<_, ()>("stuck", ()).expect_err("nobody sends");
        assert_eq!(failure.trap(), Some(TrapKind::Deadlock));
        assert_eq!(machine.statistics().tasks_live, 0);
        assert_eq!(machine.call("takes", ()), Ok(1));
    }
}

#[test]
fn a_failure_says_what_and_where() {
    let mut machine = machine(Limits::default());
    let failure = machine.call::<_, i32>("divide", (1, 0)).expect_err("it divides by zero");
    assert_eq!(failure.trap(), Some(TrapKind::DivideByZero));
    assert_eq!(failure.trace.len(), 1);
    assert_eq!(failure.trace[0].function, "divide");
    let failure = machine.call::<_, i32>("throws", ()).expect_err("it throws");
    assert!(matches!(failure.cause, Cause::Exception { value, .. } if value == Any::from_i32(7)));
}

/// Fuel is what is left over all calls until it is refilled.
#[test]
fn fuel_is_refilled_between_calls() {
    let mut machine = machine(Limits {
        fuel: Some(0),
        ..Limits::default()
    });
    assert_eq!(
        machine.call::<_, f64>("half", (1.0,)).map_err(|failure| failure.trap()),
        Err(Some(TrapKind::OutOfFuel))
    );
    machine.refill(Some(4));
    assert_eq!(machine.call("half", (1.0,)), Ok(0.5));
    assert_eq!((machine.fuel_used(), machine.context().fuel.left()), (4, Some(0)));
    assert!(machine.call::<_, f64>("half", (1.0,)).is_err());
    machine.refill(None);
    assert_eq!(machine.call("half", (1.0,)), Ok(0.5));
    assert_eq!(machine.statistics().fuel_used, 8);
}

/// Calls and tasks leave nothing behind that grows.
#[test]
fn what_is_done_is_forgotten() {
    let mut machine = machine(Limits::default());
    for _ in 0..10_000 {
        machine.call::<_, i32>("fib", (1,)).expect("it returns");
    }
    let statistics = machine.statistics();
    assert_eq!(
        (statistics.tasks_started, statistics.tasks_known, statistics.tasks_live),
        (10_000, 0, 0)
    );
}
