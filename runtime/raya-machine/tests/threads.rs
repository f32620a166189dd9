//! Fast machines in threads: one moves while its tasks wait in the middle of what they do, and a coordinator stops several that are busy.

use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use raya_engine::Dispatch;
use raya_facts::TrapKind;
use raya_machine::Fast;
use raya_runtime::{Coordinator, Failure, Limits, Machine, Options, Output, Statistics};

const PROGRAM: &str = r#"
    global lines: channel(str)
    global writer: task(str)
    // Waits with an object on its operand stack, a handler installed and a mutex locked, two calls deep.
    function next_line { params [lock: mutex] result str code {
        try failed, _
        load_local lock mutex_lock
        load_global lines channel_receive
        load_local lock mutex_unlock
        end_try return
    failed: rethrow } }
    function write { result str locals [all: str, line: str, lock: mutex, n: i32] code {
        new_mutex store_local lock
        const_str "" store_local all
    again:
        load_local n const_i32 4 ilt jmp_if_false done
        load_local n int_to_string load_local lock call next_line, 1 sconcat store_local line
        load_local all load_local line sconcat store_local all
        load_local n const_i32 1 iadd store_local n
        jmp again
    done: load_local all return } }
    function begin { result null code {
        const_i32 1 new_channel str store_global lines
        spawn write, 0 store_global writer yield return_void } }
    function put { params [line: str] result null code { load_global lines load_local line channel_send yield return_void } }
    function finish { result str code { load_global writer await return } }
    function litter { params [rounds: i32] result i32 locals [n: i32] code {
        again: load_local n load_local rounds ilt jmp_if_false done
            load_local n int_to_string pop
            load_local n const_i32 1 iadd store_local n jmp again
        done: load_local n return } }
    function endless { result null locals [kept: array(str)] code {
        const_i32 0 new_array str store_local kept
        load_local kept const_i32 77 int_to_string array_push
        again: load_local kept const_i32 0 load_elem slen pop jmp again } }
"#;

fn machine(limits: Limits, dispatch: Dispatch) -> Machine<Fast> {
    let module = raya_facts::asm::assemble(PROGRAM).unwrap_or_else(|error| panic!("{error}"));
    let options = Options::new(limits, Output::Capture(Vec::new()));
    raya_engine::load(Arc::new(module), options, dispatch).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs something with the machine in a thread of its own, and gives the machine back.
fn elsewhere(mut machine: Machine<Fast>, run: impl FnOnce(&mut Machine<Fast>) + Send) -> Machine<Fast> {
    thread::scope(|scope| {
        let thread = scope.spawn(move || {
            run(&mut machine);
            machine
        });
        thread.join().expect("the thread ends well")
    })
}

#[test]
fn a_machine_moves_while_a_task_waits() {
    for dispatch in Dispatch::AVAILABLE {
        let mut machine = machine(Limits::default(), *dispatch);
        machine.context_mut().set_stress(true);
        machine = elsewhere(machine, |machine| assert_eq!(machine.call("begin", ()), Ok(())));
        for line in ["a ", "b ", "c ", "d"] {
            machine = elsewhere(machine, |machine| {
                machine.collect();
                assert_eq!(machine.call("put", (line,)), Ok(()));
            });
        }
        // The one that began it is another one than the one that waits, and than the one that sees the end.
        machine = elsewhere(machine, |machine| {
            assert_eq!(machine.call("finish", ()), Ok("0a 1b 2c 3d".to_owned()))
        });
        assert_eq!(machine.statistics().heap.dangling, 0);
    }
}

/// A machine whose program was ended by a limit in one thread is refilled and called in another.
#[test]
fn a_machine_that_ran_out_of_fuel_goes_on_elsewhere() {
    let limits = Limits {
        fuel: Some(10_000),
        ..Limits::default()
    };
    let mut machine = machine(limits, Dispatch::best());
    machine = elsewhere(machine, |machine| {
        let failure = machine.call::<_, ()>("endless", ()).expect_err("it never ends");
        assert_eq!(failure.trap(), Some(TrapKind::OutOfFuel));
    });
    elsewhere(machine, |machine| {
        machine.refill(Some(100_000));
        assert_eq!(machine.call("litter", (100,)), Ok(100));
    });
}

/// Runs fast machines in threads until they are told to stop. One of them is in the middle of one call all the time.
fn run_workers<R>(coordinator: &Coordinator, inspect: impl FnOnce(&[AtomicU64]) -> R) -> R {
    const COUNT: usize = 3;
    let over = AtomicBool::new(false);
    let calls: [AtomicU64; COUNT] = Default::default();
    let ready = Barrier::new(COUNT + 2);
    thread::scope(|scope| {
        for (number, calls) in calls.iter().enumerate() {
            let (over, ready) = (&over, &ready);
            let dispatch = Dispatch::AVAILABLE[number % Dispatch::AVAILABLE.len()];
            scope.spawn(move || {
                let mut machine = machine(Limits::default(), dispatch);
                coordinator.register(&mut machine.context_mut(), format!("worker {number}"));
                ready.wait();
                while !over.load(Ordering::Relaxed) {
                    assert_eq!(machine.call("litter", (200,)), Ok(200));
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (over, waits) = (&over, &ready);
        scope.spawn(move || {
            let limits = Limits {
                fuel: Some(20_000_000),
                ..Limits::default()
            };
            let mut machine = machine(limits, Dispatch::best());
            coordinator.register(&mut machine.context_mut(), "endless");
            waits.wait();
            while !over.load(Ordering::Relaxed) {
                machine.refill(Some(20_000_000));
                let ended: Result<(), Failure> = machine.call("endless", ());
                assert_eq!(ended.expect_err("it never ends").trap(), Some(TrapKind::OutOfFuel));
            }
            assert_eq!(machine.statistics().heap.dangling, 0);
        });
        ready.wait();
        let result = inspect(&calls);
        over.store(true, Ordering::Relaxed);
        result
    })
}

fn all(coordinator: &Coordinator, what: impl Fn(Statistics) -> u64) -> Vec<u64> {
    coordinator.stop(|stopped| stopped.contexts().map(|context| what(context.statistics())).collect())
}

#[test]
fn fast_machines_stand_still_while_they_are_inspected() {
    let coordinator = Coordinator::new();
    run_workers(&coordinator, |calls| {
        let total = || -> u64 { calls.iter().map(|calls| calls.load(Ordering::Relaxed)).sum() };
        for _ in 0..20 {
            let before = total();
            coordinator.stop(|stopped| {
                assert_eq!(stopped.contexts().len(), 4);
                let fuel = || -> Vec<u64> { stopped.contexts().map(|context| context.statistics().fuel_used).collect() };
                let (first, calls_before) = (fuel(), total());
                thread::sleep(std::time::Duration::from_millis(1));
                // A call may just have returned; none can have begun.
                assert!(total() <= calls_before + 3);
                assert_eq!(fuel(), first);
            });
            while total() == before {
                thread::yield_now();
            }
        }
    });
}

/// A collection that is asked for happens in each of them, also in the one that is in the middle of a call and allocates nothing.
#[test]
fn fast_machines_collect_when_they_are_asked_to() {
    let coordinator = Coordinator::new();
    run_workers(&coordinator, |_| {
        let before: Vec<u64> = coordinator.stop(|stopped| {
            stopped.contexts().for_each(|context| context.request_collection());
            stopped
                .contexts()
                .map(|context| context.statistics().heap.collections)
                .collect()
        });
        assert_eq!(before.len(), 4);
        loop {
            let after = all(&coordinator, |statistics| statistics.heap.collections);
            if after.iter().zip(&before).all(|(after, before)| after > before) {
                break;
            }
            thread::yield_now();
        }
    });
}
