//! Exceptions: handlers, traces, and what the model project got wrong about them (vm.md §5; raya-system §13, fault 6).

mod support;

use raya_facts::TrapKind;
use raya_runtime::Cause;
use support::run;

/// The pending exception was not cleared when a handler was entered, and came up again later.
#[test]
fn a_caught_exception_is_gone() {
    let run = run(r#"
        native print { params [str] result null }
        function fail { result null code { const_str "first" box throw } }
        function main { result i32 code {
            try caught, _
            call fail, 0  pop  end_try  const_i32 1  return
        caught:
            pop
            try again, _
            const_i32 5  pop
            end_try
            const_str "no exception is pending"  native_call print, 1  pop
            const_i32 2  return
        again:
            pop  const_i32 3  return
        } }
    "#);
    assert_eq!(
        (run.value().as_str(), run.printed.as_str()),
        ("2", "no exception is pending\n")
    );
}

/// `return` inside of `try` left its handler behind, which then caught exceptions of the caller.
#[test]
fn a_return_from_inside_try_drops_its_handler() {
    let run = run(r#"
        function early { result i32 code {
            try caught, cleanup
            const_i32 7  return
        caught:
            pop  end_try  const_i32 -1  return
        cleanup:
            rethrow
        } }
        function main { result any code {
            call early, 0  pop
            const_str "mine" box throw
        } }
    "#);
    let failure = run.result.expect_err("nothing catches it");
    assert!(
        matches!(&failure.cause, Cause::Exception { literal, .. } if literal == "any(\"mine\")"),
        "{failure}"
    );
}

/// Clean-up runs on the way of an exception, once, and the exception goes on with the trace of where it was raised.
#[test]
fn finally_runs_once_and_rethrow_keeps_the_trace() {
    let run = run(r#"
        native print { params [str] result null }
        function deep { result null code { const_i32 1  const_i32 0  idiv  pop  return_void } }
        function middle { result null code {
            try _, cleanup
            call deep, 0  pop  end_try  return_void
        cleanup:
            const_str "cleanup"  native_call print, 1  pop
            rethrow
        } }
        function main { result null code { call middle, 0  pop  return_void } }
    "#);
    assert_eq!(run.printed, "cleanup\n");
    let failure = run.result.expect_err("nothing catches it");
    assert_eq!(failure.trap(), Some(TrapKind::DivideByZero));
    let functions: Vec<&str> = failure.trace.iter().map(|line| line.function.as_str()).collect();
    assert_eq!(functions, ["deep", "middle", "main"]);
}

/// With `catch` and `finally` in one handler, an exception in `catch` still runs `finally`, and one in `finally` does not run it again.
#[test]
fn an_exception_in_catch_runs_finally() {
    let run = run(r#"
        native print { params [str] result null }
        function main { result null code {
            try outer, _
            try caught, cleanup
            const_str "one" box throw
        caught:
            pop
            const_str "in catch"  native_call print, 1  pop
            const_str "two" box throw
        cleanup:
            pop
            const_str "in finally"  native_call print, 1  pop
            const_str "three" box throw
        outer:
            unbox str  native_call print, 1  pop
            return_void
        } }
    "#);
    assert_eq!(run.printed, "in catch\nin finally\nthree\n");
    assert_eq!(run.value(), "null");
}

/// The stack is cut to its depth at `try`, whatever was on it.
#[test]
fn the_stack_is_as_deep_as_at_try() {
    let run = run(r#"
        function main { result i32 code {
            const_i32 40
            try caught, _
            const_i32 1  const_i32 2  const_f64 3.5  const_str "x" box throw
        caught:
            pop  const_i32 2  iadd  return
        } }
    "#);
    assert_eq!(run.value(), "42");
}

#[test]
fn a_trap_reaches_a_handler_as_a_text_and_an_abort_does_not() {
    let caught = run(r#"
        function main { result str code {
            try caught, _
            const_i32 7  const_i32 0  imod  pop  end_try  const_str ""  return
        caught:
            unbox str  return
        } }
    "#);
    assert_eq!(caught.value(), "\"divide_by_zero: 7 % 0\"");
    let aborted = run("function main { result null code { try caught, _  trap 7  caught: pop return_void } }");
    assert_eq!(aborted.trap(), Some(TrapKind::Abort));
}

/// A value that is thrown again by `throw` begins a new trace; by `rethrow` it keeps the old one.
#[test]
fn throw_begins_a_trace() {
    let text = |how: &str| {
        format!(
            "function deep {{ result null code {{ const_str \"x\" box throw }} }}
             function main {{ result null code {{ try caught, _ call deep, 0 pop end_try return_void caught: {how} }} }}"
        )
    };
    let depth = |how: &str| run(&text(how)).result.expect_err("it throws").trace.len();
    assert_eq!(depth("rethrow"), 2);
    assert_eq!(depth("throw"), 1);
}

#[test]
fn traces_show_source_lines() {
    let run = run(r#"
        strings ["app.raya"]
        function fail {
            result null  file 0
            lines [{ offset 0 line 3 }, { offset 5 line 4 }]
            code { const_i32 1  const_i32 0  idiv  pop  return_void }
        }
        function main { result null code { call fail, 0  pop  return_void } }
    "#);
    let failure = run.result.expect_err("it traps");
    assert_eq!(
        failure.to_string(),
        "uncaught divide_by_zero: 1 / 0\n  in `fail`, offset 10 (app.raya:4)\n  in `main`, offset 0"
    );
}

/// Throwing costs a loop no memory: the trace is compact, and its room is used again.
#[test]
fn a_loop_that_throws_and_catches_allocates_next_to_nothing() {
    let text = "function main { params [depth: i32, rounds: i32] result i32 locals [n: i32] code {
        load_local depth const_i32 0 igt jmp_if_false again
            load_local depth const_i32 1 isub load_local rounds call main, 2 return
        again: load_local n load_local rounds ilt jmp_if_false done
            try caught, _ const_i32 7 box throw
            caught: pop load_local n const_i32 1 iadd store_local n jmp again
        done: load_local n return } }";
    let mut oracle = raya_oracle::Oracle::new(std::sync::Arc::new(support::module(text)), raya_runtime::Options::default())
        .expect("it is verified");
    let machine = oracle.machine_mut();
    let mut allocations = |rounds: i32| {
        let counted = allocation_counter::measure(|| {
            assert_eq!(machine.call("main", (30, rounds)), Ok(rounds));
        });
        counted.count_total
    };
    allocations(10);
    let (few, many) = (allocations(1_000), allocations(11_000));
    let per_round = (many as f64 - few as f64) / 10_000.0;
    assert!(per_round < 0.01, "{per_round} allocations a round");
}
