//! Functions of the host with typed signatures.

mod support;

use std::sync::Arc;

use raya_facts::TrapKind;
use raya_oracle::Oracle;
use raya_runtime::{Any, Failure, Handle, Limits, Machine, NativeContext, NativeError, Natives, Options, Output};
use support::module;

#[raya_macros::native]
fn scaled(a: i32, b: f64) -> Result<String, NativeError> {
    if a < 0 {
        return Err(NativeError::new(format!("{a} is negative")));
    }
    Ok(format!("{}", f64::from(a) * b))
}

/// A text that isn't kept is borrowed.
#[raya_macros::native("text.count")]
fn count(text: &str, of: &str) -> i32 {
    i32::try_from(text.matches(of).count()).unwrap_or(i32::MAX)
}

#[raya_macros::native]
fn clock_of(context: &mut NativeContext<'_>) -> f64 {
    context.tasks.clock as f64
}

#[raya_macros::native]
fn log(context: &mut NativeContext<'_>, line: String, urgent: bool) {
    let line = if urgent { line.to_uppercase() } else { line };
    let _ = context.write(line.as_bytes());
}

#[raya_macros::native]
fn same(object: Handle) -> Handle {
    object
}

#[raya_macros::native]
fn throws(value: Any) -> Result<(), NativeError> {
    Err(NativeError::throwing(value))
}

fn natives() -> Natives {
    let mut natives = Natives::standard();
    natives
        .register(scaled_native())
        .register(count_native())
        .register(clock_of_native())
        .register(log_native())
        .register(same_native())
        .register(throws_native());
    natives
}

fn machine(text: &str) -> Machine {
    let options = Options {
        limits: Limits::default(),
        natives: natives(),
        output: Output::Capture(Vec::new()),
    };
    match Oracle::new(Arc::new(module(text)), options) {
        Ok(oracle) => oracle.into_machine(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn values_of_all_types_go_through() {
    let mut machine = machine(
        r#"native scaled { params [i32, f64] result str }
        native text.count { params [str, str] result i32 }
        native clock_of { result f64 }
        native log { params [str, bool] result null }
        native same { params [array(i32)] result array(i32) }
        function scale { params [a: i32] result str code { load_local a const_f64 1.5 native_call scaled, 2 return } }
        function count { params [text: str] result i32 code { load_local text const_str "a" native_call text.count, 2 return } }
        function clock { result f64 code { const_i32 250 sleep native_call clock_of, 0 return } }
        function logs { result null code { const_str "quick" const_true native_call log, 2 return } }
        function length { result i32 code { const_i32 7 new_array i32 native_call same, 1 array_len return } }"#,
    );
    assert_eq!(machine.call("scale", (4,)), Ok("6".to_owned()));
    assert_eq!(machine.call("count", ("banana",)), Ok(3));
    assert_eq!(machine.call("clock", ()), Ok(250.0));
    assert_eq!(machine.call("logs", ()), Ok(()));
    assert_eq!(machine.printed(), "QUICK");
    assert_eq!(machine.call("length", ()), Ok(7));
}

#[test]
fn errors_of_natives_are_exceptions() {
    let mut machine = machine(
        r#"native scaled { params [i32, f64] result str }
        native throws { params [any] result null }
        function scale { params [a: i32] result str code { load_local a const_f64 1.5 native_call scaled, 2 return } }
        function caught { result any code { try handler, _ const_i32 9 box native_call throws, 1 pop end_try const_null box return
            handler: return } }"#,
    );
    let failure = machine.call::<_, String>("scale", (-1,)).expect_err("it is negative");
    assert_eq!(failure.trap(), Some(TrapKind::NativeFailed));
    assert!(failure.to_string().contains("-1 is negative"), "{failure}");
    assert_eq!(machine.call("caught", ()), Ok(Any::from_i32(9)));
}

/// A module that declares other types than the function has can't call it, and learns which ones it has.
#[test]
fn declarations_are_compared() {
    let call = |declaration: &str, arguments: &str| -> Result<(), Failure> {
        machine(&format!(
            "native {declaration} function main {{ result null code {{ {arguments} pop return_void }} }}"
        ))
        .call("main", ())
    };
    assert_eq!(call("clock_of { result f64 }", "native_call clock_of, 0"), Ok(()));
    for (declaration, arguments, expected) in [
        (
            "clock_of { result i32 }",
            "native_call clock_of, 0",
            "it takes nothing and gives `f64`",
        ),
        (
            "clock_of { params [i32] result f64 }",
            "const_i32 1 native_call clock_of, 1",
            "it takes nothing",
        ),
        (
            "same { params [i32] result i32 }",
            "const_i32 1 native_call same, 1",
            "represented as `ref`",
        ),
        (
            "scaled { params [f64, f64] result str }",
            "const_f64 1.0 const_f64 1.0 native_call scaled, 2",
            "it takes `i32`, `f64` and gives `str`",
        ),
        (
            "nothing { result f64 }",
            "native_call nothing, 0",
            "no native function `nothing`",
        ),
    ] {
        let failure = call(declaration, arguments).expect_err("the declaration differs");
        assert_eq!(failure.trap(), Some(TrapKind::MissingNative), "{failure}");
        assert!(failure.to_string().contains(expected), "{failure}\nshould say: {expected}");
    }
}

/// A host that doesn't want to wait for the first call compares all declarations at once.
#[test]
fn declarations_can_be_compared_before_anything_runs() {
    let check = |declaration: &str| {
        let machine = machine(&format!(
            "native {declaration} function main {{ result null code {{ return_void }} }}"
        ));
        machine.context().check_natives().map_err(|trap| trap.kind)
    };
    assert_eq!(check("clock_of { result f64 }"), Ok(()));
    assert_eq!(check("clock_of { result i32 }"), Err(TrapKind::MissingNative));
    assert_eq!(check("nobody { result i32 }"), Err(TrapKind::MissingNative));
}

/// An object in a handle survives collections while nothing of the program refers to it.
#[test]
fn handles_of_natives_are_rooted() {
    let kept: Arc<std::sync::Mutex<Option<Handle>>> = Arc::default();
    let mut natives = Natives::standard();
    let keeps = kept.clone();
    let signature = raya_runtime::NativeType {
        params: &[Some(raya_facts::TypeId::STR)],
        rest: false,
        result: raya_facts::TypeId::NULL,
    };
    natives.add("keep", signature, move |context, values| {
        let handle = <Handle as raya_runtime::FromValue>::from_value(context, values[0])?;
        *keeps.lock().expect("nobody panicked") = Some(handle);
        Ok(raya_runtime::Value::Ref(raya_runtime::Ref::NULL))
    });
    let text = r#"native keep { params [str] result null }
        function main { result i32 locals [n: i32] code {
            const_i32 12345 int_to_string native_call keep, 1 pop
            again: load_local n const_i32 100 ilt jmp_if_false done
                load_local n int_to_string pop load_local n const_i32 1 iadd store_local n jmp again
            done: load_local n return } }"#;
    let options = Options {
        natives,
        ..Options::default()
    };
    let mut machine = Oracle::new(Arc::new(module(text)), options)
        .expect("it is verified")
        .into_machine();
    machine.context_mut().set_stress(true);
    assert_eq!(machine.call("main", ()), Ok(100));
    let handle = kept.lock().expect("nobody panicked").take().expect("it was kept");
    assert_eq!(machine.display(handle.value()), "12345");
}
