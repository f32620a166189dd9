//! The door between host and program: natives, arguments, and values that outlive a call.

mod support;

use std::sync::Arc;
use std::task::Poll;

use raya_facts::{TrapKind, TypeId};
use raya_oracle::Oracle;
use raya_runtime::{Any, Cause, NativeType, Natives, Options, Trap, Value};
use support::module;

fn oracle(text: &str, natives: Natives) -> Oracle {
    let options = Options {
        natives,
        ..Options::default()
    };
    Oracle::new(Arc::new(module(text)), options).expect("the program is right")
}

const NUMBER: NativeType = NativeType {
    params: &[],
    rest: false,
    result: TypeId::I32,
};

/// Values were freed with the machine that returned them. Here they live as long as the host holds a handle, whatever runs meanwhile.
#[test]
fn a_value_that_was_returned_is_still_there() {
    let mut oracle = oracle(
        "function greet { params [name: str] result str code { const_str \"hello \" load_local name sconcat return } }
         function litter { result null locals [n: i32] code {
         again: load_local n const_i32 100000 ilt jmp_if_false done
             load_local n int_to_string pop  load_local n const_i32 1 iadd store_local n  jmp again
         done: return_void } }",
        Natives::standard(),
    );
    let mut context = oracle.machine_mut().context_mut();
    let name = context.new_string("world").expect("there is room");
    let name = context.root(name);
    let first = oracle.call("greet", &[name.value()]).expect("it returns");
    let Value::Ref(first) = first else {
        panic!("a text is a reference")
    };
    let first = oracle.machine_mut().context_mut().root(first);
    oracle.call("litter", &[]).expect("it returns");
    let collections = oracle.machine().context().heap.statistics().collections;
    assert!(collections > 0, "100000 texts are more than a megabyte");
    let second = oracle.call("greet", &[first.value()]).expect("it returns");
    assert_eq!(oracle.machine().display(name.value()), "world");
    assert_eq!(oracle.machine().display(first.value()), "hello world");
    assert_eq!(oracle.machine().display(second), "hello hello world");
}

#[test]
fn arguments_are_checked() {
    let mut oracle = oracle(
        "function id { params [n: i32] result i32 code { load_local n return } }",
        Natives::standard(),
    );
    assert_eq!(oracle.call("id", &[Value::I32(5)]), Ok(Value::I32(5)));
    for arguments in [vec![], vec![Value::F64(1.0)], vec![Value::I32(1), Value::I32(2)]] {
        let failure = oracle.call("id", &arguments).expect_err("the arguments are wrong");
        assert!(matches!(failure.cause, Cause::Call(_)), "{failure}");
    }
    assert!(oracle.call("missing", &[]).is_err());
}

/// What a native gives is checked like anything that comes from outside.
#[test]
fn natives_fail_in_defined_ways() {
    let text = "native f { result i32 } function main { result i32 code { native_call f, 0 return } }";
    let trap = |natives: Natives| {
        oracle(text, natives)
            .call("main", &[])
            .err()
            .and_then(|failure| failure.trap())
    };
    let with = |function: fn() -> Result<Value, Trap>| {
        let mut natives = Natives::empty();
        natives.add("f", NUMBER, move |_, _| function());
        natives
    };
    assert_eq!(trap(Natives::empty()), Some(TrapKind::MissingNative));
    assert_eq!(trap(with(|| Ok(Value::F64(1.0)))), Some(TrapKind::NativeFailed));
    assert_eq!(
        trap(with(|| Err(Trap::new(TrapKind::DivideByZero, "of its own")))),
        Some(TrapKind::NativeFailed)
    );
    let thrown = oracle(text, with(|| Err(Trap::throwing(Any::from_i32(7))))).call("main", &[]);
    assert!(matches!(thrown.map_err(|failure| failure.cause), Err(Cause::Exception { value, .. }) if value == Any::from_i32(7)));
    let mut other = Natives::empty();
    other.add(
        "f",
        NativeType {
            params: &[Some(TypeId::STR)],
            ..NUMBER
        },
        |_, _| Ok(Value::I32(1)),
    );
    assert_eq!(trap(other), Some(TrapKind::MissingNative));
}

/// A native that has to wait is asked again, and other tasks run meanwhile.
#[test]
fn a_native_may_suspend_the_task() {
    let mut natives = Natives::standard();
    natives.add_suspending("ready", NUMBER, |context, _| {
        let Some(Value::I32(count)) = context.globals.get(0) else {
            return Ok(Poll::Pending);
        };
        Ok(if count < 3 {
            Poll::Pending
        } else {
            Poll::Ready(Value::I32(count))
        })
    });
    let mut oracle = oracle(
        "native ready { result i32 }
         global count: i32
         function tick { result null locals [n: i32] code {
         again: load_local n const_i32 3 ilt jmp_if_false done
             load_global count const_i32 1 iadd store_global count
             load_local n const_i32 1 iadd store_local n  yield jmp again
         done: return_void } }
         function main { result i32 code { spawn tick, 0 pop native_call ready, 0 return } }",
        natives,
    );
    assert_eq!(oracle.call("main", &[]), Ok(Value::I32(3)));
}

/// Variables and unfinished tasks live on between calls.
#[test]
fn a_machine_can_be_called_again() {
    let mut oracle = oracle(
        "global count: i32
         function later { result null code { yield yield load_global count const_i32 10 iadd store_global count return_void } }
         function start { result null code { spawn later, 0 pop return_void } }
         function wait { result i32 code { yield yield yield load_global count return } }",
        Natives::standard(),
    );
    oracle.call("start", &[]).expect("it returns");
    assert_eq!(oracle.call("wait", &[]), Ok(Value::I32(10)));
}
