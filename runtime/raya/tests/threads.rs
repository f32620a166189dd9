//! Machines in threads: each is alone, any may move, and a coordinator stops them all.

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use raya_facts::TrapKind;
use raya_oracle::Oracle;
use raya_runtime::{Coordinator, Limits, Machine, NativeType, Natives, Options, Output, Statistics, Value};
use support::module;

const PROGRAM: &str = "
    native report { params [i32] result null }
    global count: i32
    function next { result i32 code { load_global count const_i32 1 iadd dup store_global count return } }
    function endless { result null code { again: nop jmp again } }
    function deeper { result null code { call deeper, 0 return } }
    function hoard { result null locals [all: array(str)] code {
        const_i32 0 new_array str store_local all
        again: load_local all const_i32 1 int_to_string array_push jmp again } }
    function throws { result null code { const_i32 7 box throw } }
    function litter { params [rounds: i32] result i32 locals [n: i32] code {
        again: load_local n load_local rounds ilt jmp_if_false done
            load_local n int_to_string pop
            load_local n const_i32 1 iadd store_local n jmp again
        done: load_local n return } }
    function reports { result null code { const_i32 1 native_call report, 1 return } }
";

fn machine_with(limits: Limits, natives: Natives) -> Machine {
    let options = Options {
        limits,
        natives,
        output: Output::Capture(Vec::new()),
    };
    match Oracle::new(Arc::new(module(PROGRAM)), options) {
        Ok(oracle) => oracle.into_machine(),
        Err(error) => panic!("{error}"),
    }
}

fn machine(limits: Limits) -> Machine {
    machine_with(limits, Natives::standard())
}

#[test]
fn a_machine_moves_between_threads_with_its_variables() {
    let mut machine = machine(Limits::default());
    for round in 1..=8 {
        machine = thread::spawn(move || {
            assert_eq!(machine.call("next", ()), Ok(round));
            machine
        })
        .join()
        .expect("the thread ends well");
    }
    assert_eq!(machine.call("next", ()), Ok(9));
}

/// Several machines at once, with different limits, that end differently: none disturbs another.
#[test]
fn machines_in_parallel_fail_alone() {
    let cases: [(&str, Limits, Option<TrapKind>); 4] = [
        (
            "endless",
            Limits {
                fuel: Some(200_000),
                ..Limits::default()
            },
            Some(TrapKind::OutOfFuel),
        ),
        (
            "hoard",
            Limits {
                heap: 1 << 20,
                ..Limits::default()
            },
            Some(TrapKind::HeapLimit),
        ),
        (
            "deeper",
            Limits {
                depth: 300,
                ..Limits::default()
            },
            Some(TrapKind::StackOverflow),
        ),
        ("throws", Limits::default(), None),
    ];
    thread::scope(|scope| {
        for (name, limits, trap) in &cases {
            for _ in 0..2 {
                scope.spawn(move || {
                    let mut machine = machine(limits.clone());
                    for round in 1..=5 {
                        machine.refill(limits.fuel);
                        let failure = machine.call::<_, ()>(name, ()).expect_err("it fails");
                        assert_eq!(failure.trap(), *trap, "{name}: {failure}");
                        machine.refill(None);
                        assert_eq!(machine.call("next", ()), Ok(round), "{name}");
                    }
                });
            }
        }
    });
}

/// Runs machines in threads until they are told to stop, each registered under its name.
fn run_workers<R>(count: usize, coordinator: &Coordinator, inspect: impl FnOnce(&[Arc<AtomicU64>]) -> R) -> R {
    let over = AtomicBool::new(false);
    let calls: Vec<Arc<AtomicU64>> = (0..count).map(|_| Arc::default()).collect();
    let ready = Barrier::new(count + 1);
    thread::scope(|scope| {
        for (number, calls) in calls.iter().enumerate() {
            let (over, ready) = (&over, &ready);
            scope.spawn(move || {
                let mut machine = machine(Limits::default());
                coordinator.register(&mut machine.context_mut(), format!("worker {number}"));
                ready.wait();
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(machine.call("litter", (200,)), Ok(200));
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        ready.wait();
        let result = inspect(&calls);
        over.store(true, Ordering::Relaxed);
        result
    })
}

fn total(calls: &[Arc<AtomicU64>]) -> u64 {
    calls.iter().map(|calls| calls.load(Ordering::Relaxed)).sum()
}

#[test]
fn nothing_runs_while_all_are_stopped() {
    let coordinator = Coordinator::new();
    run_workers(3, &coordinator, |calls| {
        for _ in 0..50 {
            let before = total(calls);
            coordinator.stop(|stopped| {
                let names: Vec<&str> = stopped.contexts().map(|context| context.name()).collect();
                assert_eq!(names.len(), 3, "{names:?}");
                let fuel = || -> Vec<u64> { stopped.contexts().map(|context| context.statistics().fuel_used).collect() };
                let (first, calls_before) = (fuel(), total(calls));
                thread::sleep(Duration::from_millis(1));
                // One call may just have returned; it can't have begun another.
                assert!(total(calls) <= calls_before + 3);
                assert_eq!(fuel(), first, "the numbers of contexts that are stopped stand still");
            });
            while total(calls) == before {
                thread::yield_now();
            }
        }
    });
}

/// A collection that is asked for while the contexts are stopped happens, though no heap is nearly full.
#[test]
fn a_collection_can_be_requested() {
    let coordinator = Coordinator::new();
    let collections = |statistics: Statistics| statistics.heap.collections;
    run_workers(2, &coordinator, |_| {
        let before: Vec<u64> = coordinator.stop(|stopped| {
            stopped.contexts().for_each(|context| context.request_collection());
            stopped.contexts().map(|context| collections(context.statistics())).collect()
        });
        loop {
            let after: Vec<u64> =
                coordinator.stop(|stopped| stopped.contexts().map(|context| collections(context.statistics())).collect());
            if after.iter().zip(&before).all(|(after, before)| after > before) {
                break;
            }
            thread::yield_now();
        }
    });
}

/// Several threads stop all others again and again, while contexts come, run, fail and go.
#[test]
fn stoppers_and_contexts_that_come_and_go_never_wait_for_ever() {
    let coordinator = Coordinator::new();
    let (done, finished) = mpsc::channel();
    let watched = coordinator.clone();
    thread::spawn(move || {
        thread::scope(|scope| {
            for number in 0..4 {
                let coordinator = &watched;
                scope.spawn(move || {
                    for round in 0..40 {
                        let mut machine = machine(Limits {
                            fuel: Some(3_000),
                            ..Limits::default()
                        });
                        coordinator.register(&mut machine.context_mut(), format!("{number}.{round}"));
                        let name = if round % 2 == 0 { "endless" } else { "next" };
                        let result = machine.call::<_, Value>(name, ());
                        assert_eq!(result.is_err(), round % 2 == 0);
                    }
                });
            }
            for _ in 0..2 {
                let coordinator = &watched;
                scope.spawn(move || {
                    for _ in 0..200 {
                        coordinator.stop(|stopped| assert!(stopped.contexts().len() <= 4 + 4));
                    }
                });
            }
        });
        done.send(()).expect("the test waits");
    });
    finished
        .recv_timeout(Duration::from_secs(60))
        .expect("all threads end within a minute");
}

/// A native function may stop the world in which its own context runs, and call into a second context.
#[test]
fn a_native_may_stop_the_others_and_run_another_machine() {
    let coordinator = Coordinator::new();
    let inner = coordinator.clone();
    let mut natives = Natives::standard();
    let signature = NativeType {
        params: &[Some(raya_facts::TypeId::I32)],
        rest: false,
        result: raya_facts::TypeId::NULL,
    };
    natives.add("report", signature, move |_, _| {
        let mut second = machine(Limits::default());
        inner.register(&mut second.context_mut(), "second");
        assert_eq!(second.call("litter", (50,)), Ok(50));
        let names = inner.stop(|stopped| {
            // Within, this thread may even run a context: the others are stopped, it isn't.
            assert_eq!(second.call("next", ()), Ok(1));
            inner.stop(|again| assert_eq!(again.contexts().len(), stopped.contexts().len()));
            stopped
                .contexts()
                .map(|context| context.name().to_owned())
                .collect::<Vec<_>>()
        });
        assert!(names.iter().any(|name| name == "second"));
        Ok(Value::Ref(raya_runtime::Ref::NULL))
    });
    run_workers(2, &coordinator, |_| {
        let mut first = machine_with(Limits::default(), natives);
        coordinator.register(&mut first.context_mut(), "first");
        for _ in 0..20 {
            assert_eq!(first.call("reports", ()), Ok(()));
        }
    });
}

/// A panic of whoever looks at the contexts doesn't leave them stopped.
#[test]
fn a_panic_while_all_are_stopped_lets_them_go_on() {
    let coordinator = Coordinator::new();
    run_workers(1, &coordinator, |calls| {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            coordinator.stop(|_| std::panic::resume_unwind(Box::new("on purpose")));
        }));
        assert!(panicked.is_err());
        let before = total(calls);
        while total(calls) == before {
            thread::yield_now();
        }
    });
}
