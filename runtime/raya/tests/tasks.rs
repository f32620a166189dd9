//! Tasks, mutexes and channels: fairness, wake-ups, cancelling, deadlocks, and the races of the model project (raya-system §13, faults 4 to 6).

mod support;

use raya_facts::TrapKind;
use support::{Run, run};

/// Runs `main` with some declarations before it.
fn with_main(declarations: &str, locals: &str, code: &str) -> Run {
    run(&format!(
        "native print {{ params [str, i32] result null }}
         {declarations}
         function main {{ result i32 locals [{locals}] code {{ {code} }} }}"
    ))
}

/// A task was killed after some seconds of honest work.
#[test]
fn a_task_is_not_ended_for_running_long() {
    let run = with_main(
        "function work { result i32 locals [n: i32] code {
         again: load_local n const_i32 300000 ilt jmp_if_false done load_local n const_i32 1 iadd store_local n jmp again
         done: load_local n return } }",
        "",
        "spawn work, 0 await return",
    );
    assert_eq!(run.value(), "300000");
}

/// Whoever waited longest gets a mutex; a task that comes later, the unlocking one included, can't overtake.
#[test]
fn mutexes_are_handed_over_in_order() {
    let run = with_main(
        r#"function enter { params [m: mutex, id: i32] result null code {
            load_local m mutex_lock  const_str "in" load_local id native_call print, 2 pop
            yield yield
            load_local m mutex_unlock  load_local m mutex_lock
            const_str "again" load_local id native_call print, 2 pop
            load_local m mutex_unlock return_void } }"#,
        "m: mutex, tasks: array(task(null))",
        "new_mutex store_local m
         array_literal task(null), 3
         load_local m const_i32 1 spawn enter, 2
         load_local m const_i32 2 spawn enter, 2
         load_local m const_i32 3 spawn enter, 2
         init_array 3 wait_all pop const_i32 0 return",
    );
    assert_eq!(run.value(), "0");
    assert_eq!(run.printed, "in 1\nin 2\nin 3\nagain 1\nagain 2\nagain 3\n");
}

/// Unwinding releases what was locked since the handler was installed, and nothing else.
#[test]
fn unwinding_releases_what_was_locked_since_try() {
    let run = with_main(
        r#"function hold { params [outer: mutex, early: mutex, inner: mutex] result i32 code {
            load_local early mutex_lock
            load_local outer mutex_lock
            try caught, _
            load_local early mutex_unlock
            load_local inner mutex_lock
            const_null box throw
        caught:
            pop
            load_local inner mutex_lock  load_local inner mutex_unlock
            load_local outer mutex_unlock
            const_i32 5 return } }"#,
        "",
        "new_mutex new_mutex new_mutex call hold, 3 return",
    );
    assert_eq!(run.value(), "5");
}

/// A task that dies releases its mutexes; who waits for one goes on.
#[test]
fn a_failing_task_leaves_no_mutex_behind() {
    let run = with_main(
        "function die { params [m: mutex] result null code { load_local m mutex_lock yield const_null box throw } }",
        "m: mutex",
        "new_mutex store_local m  load_local m spawn die, 1 pop  yield
         load_local m mutex_lock  const_i32 1 return",
    );
    assert_eq!(run.value(), "1");
    assert_eq!(run.unhandled.len(), 1);
}

/// The failure of an awaited task is delivered with its trap and its trace, through `wait_all` and handlers too.
#[test]
fn failures_are_delivered_where_they_are_awaited() {
    let fail = "function fail { result i32 code { const_i32 1 const_i32 0 idiv return } }
                function fine { result i32 code { yield const_i32 1 return } }";
    let awaited = with_main(fail, "", "spawn fail, 0 await return");
    assert_eq!(awaited.trap(), Some(TrapKind::DivideByZero));
    let failure = awaited.result.expect_err("it traps");
    let functions: Vec<&str> = failure.trace.iter().map(|line| line.function.as_str()).collect();
    assert_eq!(functions, ["fail", "main"]);
    let caught = with_main(
        fail,
        "",
        "try caught, _ array_literal task(i32), 2 spawn fine, 0 spawn fail, 0 init_array 2 wait_all pop end_try const_i32 1 return
         caught: unbox str slen return",
    );
    assert_eq!(
        caught.value(),
        "\"divide_by_zero: 1 / 0\"".len().saturating_sub(2).to_string()
    );
    assert!(caught.unhandled.is_empty());
}

#[test]
fn a_deadlock_is_noticed() {
    for (locals, code) in [
        ("t: task(i32)", "spawn lonely, 0 await return"),
        ("c: channel(i32)", "const_i32 1 new_channel i32 channel_receive return"),
        ("", "const_i32 0 new_semaphore const_i32 1 sem_acquire const_i32 0 return"),
    ] {
        let run = with_main(
            "function lonely { result i32 code { const_i32 0 new_channel i32 const_i32 1 channel_send const_i32 0 return } }",
            locals,
            code,
        );
        assert_eq!(run.trap(), Some(TrapKind::Deadlock), "{code}: {}", run.value());
    }
}

/// The clock moves only when every task waits, and to the next time at which one wakes.
#[test]
fn sleepers_wake_in_order_of_time() {
    let run = with_main(
        r#"native clock { result f64 }
        function nap { params [ms: i32] result null code {
            load_local ms sleep const_str "woke" native_call clock, 0 float_to_int native_call print, 2 pop return_void } }"#,
        "",
        "array_literal task(null), 3
         const_i32 300 spawn nap, 1 const_i32 100 spawn nap, 1 const_i32 200 spawn nap, 1
         init_array 3 wait_all pop const_i32 0 return",
    );
    assert_eq!(run.printed, "woke 100\nwoke 200\nwoke 300\n");
}

/// A cancelled task leaves the queue in which it waits, runs its handlers, and is no failure that anybody must handle.
#[test]
fn cancelling_runs_handlers_and_leaves_queues() {
    let run = with_main(
        r#"function wait { params [m: mutex, id: i32] result null code {
            try _, cleanup
            load_local m mutex_lock  const_str "got it" load_local id native_call print, 2 pop
            load_local m mutex_unlock  end_try return_void
        cleanup:
            const_str "cleanup" load_local id native_call print, 2 pop rethrow } }"#,
        "m: mutex, first: task(null), second: task(null)",
        "new_mutex store_local m  load_local m mutex_lock
         load_local m const_i32 1 spawn wait, 2 store_local first
         load_local m const_i32 2 spawn wait, 2 store_local second
         yield
         load_local first task_cancel
         load_local m mutex_unlock
         load_local second await pop
         const_i32 0 return",
    );
    assert_eq!(run.value(), "0");
    assert_eq!(run.printed, "cleanup 1\ngot it 2\n");
    assert!(run.unhandled.is_empty());
}

/// With a capacity of zero a value changes hands directly.
#[test]
fn a_channel_without_room_hands_over() {
    let run = with_main(
        r#"function send { params [c: channel(i32)] result null code {
            load_local c const_i32 1 channel_send  const_str "sent" const_i32 1 native_call print, 2 pop
            load_local c const_i32 2 channel_send  const_str "sent" const_i32 2 native_call print, 2 pop
            load_local c channel_close return_void } }"#,
        "c: channel(i32), sum: i32",
        r#"const_i32 0 new_channel i32 store_local c
         load_local c spawn send, 1 pop  yield yield
         const_str "receiving" const_i32 0 native_call print, 2 pop
         load_local c channel_receive  load_local c channel_receive  iadd  store_local sum
         try closed, _ load_local c channel_receive pop end_try const_i32 -1 return
         closed: pop load_local sum return"#,
    );
    assert_eq!(run.value(), "3");
    assert_eq!(run.printed, "receiving 0\nsent 1\nsent 2\n");
}

/// Waiting costs no fuel, so that an engine that suspends otherwise uses the same.
#[test]
fn an_instruction_is_paid_for_once_however_long_it_waits() {
    let code = |naps: &str| {
        let text = format!(
            "function nap {{ result i32 code {{ {naps} const_i32 1 return }} }}
             function main {{ result i32 code {{ spawn nap, 0 await return }} }}"
        );
        run(&text).fuel
    };
    let without = code("");
    let one = code("const_i32 10 sleep");
    let two = code("const_i32 10 sleep const_i32 10 sleep");
    assert_eq!(one - without, two - one);
}

/// A continuation runs behind its task, or fails as it did.
#[test]
fn continuations_follow_their_task() {
    let declarations = "function half { params [n: i32] result i32 code { const_i32 84 load_local n idiv return } }
                        function add { params [n: i32] result i32 code { load_local n const_i32 1 iadd return } }";
    assert_eq!(
        with_main(declarations, "", "const_i32 2 spawn half, 1 task_then add await return").value(),
        "43"
    );
    let failed = with_main(declarations, "", "const_i32 0 spawn half, 1 task_then add await return");
    assert_eq!(failed.trap(), Some(TrapKind::DivideByZero));
}

/// The record of a task that is done goes with its last handle, so that a program may start any number of them one after the other.
#[test]
fn tasks_that_are_done_take_no_memory() {
    let text = "function one { result i32 code { const_i32 1 return } }
        function main { result i32 locals [n: i32, sum: i32] code {
        again: load_local n const_i32 100000 ilt jmp_if_false done
            load_local sum spawn one, 0 await iadd store_local sum
            load_local n const_i32 1 iadd store_local n jmp again
        done: load_local sum return } }";
    let options = raya_runtime::Options::default();
    let mut oracle = raya_oracle::Oracle::new(std::sync::Arc::new(support::module(text)), options).expect("it is verified");
    assert_eq!(oracle.call("main", &[]), Ok(raya_runtime::Value::I32(100_000)));
    let statistics = oracle.machine().statistics();
    assert_eq!((statistics.tasks_started, statistics.tasks_live), (100_001, 0));
    assert!(statistics.tasks_known < 20_000, "{statistics:?}");
}

/// A continuation keeps the record of the task that it waits for, though nobody else does.
#[test]
fn a_continuation_keeps_its_task() {
    let text = "function late { result i32 code { const_i32 20 sleep const_i32 21 return } }
        function twice { params [n: i32] result i32 code { load_local n load_local n iadd return } }
        function main { result i32 locals [doubled: task(i32), n: i32] code {
            spawn late, 0 task_then twice store_local doubled
            again: load_local n const_i32 30000 ilt jmp_if_false done
                load_local n int_to_string pop yield
                load_local n const_i32 1 iadd store_local n jmp again
            done: load_local doubled await return } }";
    let options = raya_runtime::Options::default();
    let mut oracle = raya_oracle::Oracle::new(std::sync::Arc::new(support::module(text)), options).expect("it is verified");
    oracle.machine_mut().context_mut().set_stress(true);
    assert_eq!(oracle.call("main", &[]), Ok(raya_runtime::Value::I32(42)));
    let statistics = oracle.machine().statistics();
    assert!(statistics.heap.collections > 1000);
    assert_eq!(statistics.heap.dangling, 0);
}
