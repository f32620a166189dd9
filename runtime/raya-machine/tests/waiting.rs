//! Thousands of tasks that wait for one mutex, semaphore, channel, or each other, and thousands that sleep: whoever waits takes no turns
//! until it can go on, in the order of arrival, and nothing is lost when one is asked to stop. Counted, not measured, in both engines.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::{Module, TrapKind};
use raya_machine::Fast;
use raya_oracle::Oracle;
use raya_runtime::{Engine, Failure, Limits, Machine, Options, Output};

/// `main` of each takes how many tasks and gives how many were served in order.
const PROGRAMS: &str = r#"
    global lock: mutex
    global permits: semaphore
    global channel: channel(i32)
    global tasks: array(task(null))
    global served: i32

    // What every task does when it is served: it counts if it is the one whose turn it is.
    function serve { params [id: i32] result null code {
        load_local id load_global served ieq jmp_if_false wrong
        load_global served const_i32 1 iadd store_global served
        wrong: return_void } }
    function begin { result null code {
        new_mutex store_global lock
        const_i32 0 new_semaphore store_global permits
        const_i32 0 new_channel i32 store_global channel
        const_i32 0 new_array task(null) store_global tasks
        const_i32 0 store_global served
        return_void } }

    function locker { params [id: i32] result null code {
        load_global lock mutex_lock load_local id call serve, 1 pop yield load_global lock mutex_unlock return_void } }
    function mutexes { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop load_global lock mutex_lock
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn locker, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: yield load_global lock mutex_unlock
        load_global tasks wait_all pop load_global served return } }

    function acquirer { params [id: i32] result null code {
        load_global permits const_i32 3 sem_acquire load_local id call serve, 1 pop return_void } }
    function semaphores { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn acquirer, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        // Half of them at once, the others permit by permit.
        all: yield const_i32 0 store_local i
        load_global permits load_local count const_i32 2 idiv const_i32 3 imul sem_release
        each: load_local i load_local count const_i32 2 idiv const_i32 3 imul ilt jmp_if_false done
            load_global permits const_i32 1 sem_release yield
            load_local i const_i32 1 iadd store_local i jmp each
        done: load_global tasks wait_all pop load_global served return } }

    function receiver { params [id: i32] result null code {
        load_global channel channel_receive load_local id ieq jmp_if_false wrong
        load_local id call serve, 1 pop wrong: return_void } }
    function receivers { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn receiver, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: yield const_i32 0 store_local i
        each: load_local i load_local count ilt jmp_if_false done
            load_global channel load_local i channel_send
            load_local i const_i32 1 iadd store_local i jmp each
        done: load_global tasks wait_all pop load_global served return } }

    function sender { params [id: i32] result null code { load_global channel load_local id channel_send return_void } }
    function senders { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn sender, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: yield const_i32 0 store_local i
        each: load_local i load_local count ilt jmp_if_false done
            load_global channel channel_receive call serve, 1 pop
            load_local i const_i32 1 iadd store_local i jmp each
        done: load_global tasks wait_all pop load_global served return } }

    // Each wakes at another time, the one that is awaited first at the first, and all of them are awaited together.
    function sleeper { params [id: i32] result null code {
        load_local id const_i32 1 iadd const_i32 10 imul sleep load_local id call serve, 1 pop return_void } }
    function sleepers { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn sleeper, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: load_global tasks wait_all pop load_global served return } }

    // All wait for a mutex and are asked to stop, the last one first, but for one in the middle, which gets it.
    function stopped { params [id: i32] result null code {
        try caught, _ load_global lock mutex_lock load_global lock mutex_unlock end_try return_void
        caught: pop load_global served const_i32 1 iadd store_global served return_void } }
    function cancelled { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop load_global lock mutex_lock
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn stopped, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: yield
        back: load_local i const_i32 1 isub store_local i load_local i const_i32 0 ilt jmp_if_true done
            load_local i load_local count const_i32 2 idiv ieq jmp_if_true back
            load_global tasks load_local i load_elem task_cancel jmp back
        done: load_global lock mutex_unlock
        load_global tasks wait_all pop load_global served const_i32 1 iadd return } }

    // All wait to receive, or to send, and are told that the channel is closed.
    function closed_receiver { params [id: i32] result null code {
        try caught, _ load_global channel channel_receive pop end_try return_void
        caught: pop load_local id call serve, 1 pop return_void } }
    function closes { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn closed_receiver, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: yield load_global channel channel_close
        load_global tasks wait_all pop load_global served return } }

    // Who waits for all of them waits for the one that ends last, and they end one after another.
    function link { params [id: i32] result null code {
        load_local id const_i32 0 igt jmp_if_false first
        load_global tasks load_local id const_i32 1 isub load_elem await pop
        first: load_local id call serve, 1 pop return_void } }
    function chain { params [count: i32] result i32 locals [i: i32] code {
        call begin, 0 pop
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn link, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: load_global tasks wait_all pop load_global served return } }

    // The first that waits is woken and asked to stop before its turn: the next one goes on in its place.
    function handed_on_mutex { result i32 locals [first: task(null), second: task(null)] code {
        call begin, 0 pop load_global lock mutex_lock
        const_i32 7 spawn locker, 1 store_local first const_i32 0 spawn locker, 1 store_local second yield
        load_global lock mutex_unlock load_local first task_cancel
        load_local second await pop load_global served return } }
    function handed_on_permit { result i32 locals [first: task(null), second: task(null)] code {
        call begin, 0 pop
        const_i32 7 spawn acquirer, 1 store_local first const_i32 0 spawn acquirer, 1 store_local second yield
        load_global permits const_i32 3 sem_release load_local first task_cancel
        load_local second await pop load_global served return } }
    function handed_on_value { result i32 locals [first: task(null), second: task(null)] code {
        call begin, 0 pop const_i32 1 new_channel i32 store_global channel
        const_i32 7 spawn receiver, 1 store_local first const_i32 0 spawn receiver, 1 store_local second yield
        load_global channel const_i32 0 channel_send load_local first task_cancel
        load_local second await pop load_global served return } }

    // All wait, and nobody is left who could wake them.
    function stuck_mutexes { params [count: i32] result i32 code {
        call begin, 0 pop load_global lock mutex_lock
        load_local count spawn holder, 1 pop yield load_global lock mutex_unlock load_global lock mutex_lock const_i32 0 return } }
    function holder { params [count: i32] result null locals [i: i32] code {
        load_global lock mutex_lock
        again: load_local i load_local count ilt jmp_if_false all
            load_local i spawn locker, 1 pop load_local i const_i32 1 iadd store_local i jmp again
        all: load_global channel channel_receive pop return_void } }
"#;

fn module(text: &str) -> Arc<Module> {
    Arc::new(raya_facts::asm::assemble(text).unwrap_or_else(|error| panic!("{error}")))
}

fn options() -> Options {
    Options::new(Limits::default(), Output::Capture(Vec::new()))
}

fn oracle(module: &Arc<Module>) -> Machine {
    let oracle = Oracle::new(module.clone(), options()).unwrap_or_else(|error| panic!("{error}"));
    oracle.into_machine()
}

fn fast(module: &Arc<Module>) -> Machine<Fast> {
    raya_engine::load(module.clone(), options(), Dispatch::best()).unwrap_or_else(|error| panic!("{error}"))
}

/// The turns that a program takes whose result is known.
fn turns<E: Engine>(mut machine: Machine<E>, function: &str, count: i32) -> u64 {
    assert_eq!(machine.call(function, (count,)), Ok(count), "{function}");
    let statistics = machine.statistics();
    assert_eq!(statistics.tasks_live, 0, "{function}");
    statistics.turns
}

#[test]
fn who_waits_takes_as_many_turns_as_it_is_woken() {
    let module = module(PROGRAMS);
    // Turns for each task, those included of whoever wakes it.
    for (function, each) in [
        ("mutexes", 4),
        ("semaphores", 4),
        ("receivers", 3),
        ("senders", 2),
        ("sleepers", 3),
        ("cancelled", 2),
        ("closes", 2),
        ("chain", 1),
    ] {
        for count in [10, 5000] {
            let (slow, quick) = (turns(oracle(&module), function, count), turns(fast(&module), function, count));
            assert_eq!(slow, quick, "{function}: engines give the same turns");
            let most = each * count as u64 + 10;
            assert!(slow <= most, "{function}: {count} tasks take {slow} turns");
        }
    }
}

#[test]
fn what_a_task_was_woken_for_goes_to_the_next_if_it_is_stopped() {
    let module = module(PROGRAMS);
    for function in ["handed_on_mutex", "handed_on_permit", "handed_on_value"] {
        assert_eq!(oracle(&module).call(function, ()), Ok(1), "{function}");
        assert_eq!(fast(&module).call(function, ()), Ok(1), "{function}");
    }
}

#[test]
fn a_deadlock_of_thousands_is_reported_once_and_leaves_the_machine_usable() {
    let module = module(PROGRAMS);
    fn check<E: Engine>(mut machine: Machine<E>) {
        for _ in 0..2 {
            let failure: Failure = machine
                .call::<_, i32>("stuck_mutexes", (5000,))
                .expect_err("nobody can go on");
            assert_eq!(failure.trap(), Some(TrapKind::Deadlock), "{failure}");
            assert!(failure.to_string().contains("all 5002 tasks"), "{failure}");
            assert_eq!(machine.statistics().tasks_live, 0);
        }
        assert!(machine.statistics().turns < 3 * 2 * 5000);
        assert_eq!(machine.call("mutexes", (100,)), Ok(100));
    }
    check(oracle(&module));
    check(fast(&module));
}

/// Producers and consumers on one channel, some of which are asked to stop at any moment. What a send said to have sent is received, or
/// still in the channel, and nothing comes out that nobody put in.
const STOPPED: &str = r#"
    global channel: channel(i32)
    global tasks: array(task(null))
    global offered: i32
    global sent: i32
    global received: i32
    global noise: i32

    function random { params [below: i32] result i32 code {
        load_global noise const_i32 1103515245 imul const_i32 12345 iadd store_global noise
        load_global noise const_i32 16 iushr load_local below imod return } }
    function produce { params [id: i32] result null locals [i: i32, value: i32] code {
        again: load_local i const_i32 8 ilt jmp_if_false done
            load_local id const_i32 8 imul load_local i iadd store_local value
            load_global offered load_local value iadd store_global offered
            load_global channel load_local value channel_send
            load_global sent load_local value iadd store_global sent
            const_i32 3 call random, 1 jmp_if_true on yield
            on: load_local i const_i32 1 iadd store_local i jmp again
        done: return_void } }
    function consume { params [id: i32] result null locals [i: i32] code {
        again: load_local i const_i32 8 ilt jmp_if_false done
            load_global channel channel_receive load_global received iadd store_global received
            const_i32 3 call random, 1 jmp_if_true on yield
            on: load_local i const_i32 1 iadd store_local i jmp again
        done: return_void } }
    // The sum of what was received and never said to be sent: values of producers that were stopped after somebody had taken them.
    function main { params [seed: i32, capacity: i32, count: i32] result i32 locals [i: i32, stopped: i32] code {
        load_local seed store_global noise
        const_i32 0 store_global offered const_i32 0 store_global sent const_i32 0 store_global received
        load_local capacity new_channel i32 store_global channel
        const_i32 0 new_array task(null) store_global tasks
        again: load_local i load_local count ilt jmp_if_false all
            load_global tasks load_local i spawn produce, 1 array_push
            load_global tasks load_local i spawn consume, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        all: load_local stopped load_local count const_i32 2 idiv ilt jmp_if_false drain
            const_i32 2 call random, 1 jmp_if_true now yield
            now: load_global tasks load_global tasks array_len call random, 1 load_elem task_cancel
            load_local stopped const_i32 1 iadd store_local stopped jmp all
        // The others are told that it is over once all that can happen has happened; then what is left in it comes out.
        drain: const_i32 1000 sleep load_global channel channel_close
        const_i32 1 sleep
        rest: try empty, _ load_global channel channel_receive load_global received iadd store_global received end_try jmp rest
        empty: pop
        load_global received load_global sent ilt jmp_if_true lost
        load_global received load_global offered igt jmp_if_true made_up
        load_global received load_global sent isub return
        lost: const_i32 -1 return
        made_up: const_i32 -2 return } }
"#;

#[test]
fn nothing_is_lost_when_tasks_are_stopped() {
    let module = module(STOPPED);
    for seed in 0..60 {
        for capacity in [0, 1, 5] {
            let (mut slow, mut quick) = (oracle(&module), fast(&module));
            let more: i32 = slow
                .call("main", (seed, capacity, 24))
                .unwrap_or_else(|error| panic!("{error}"));
            assert!(more >= 0, "seed {seed}, capacity {capacity}: {more}");
            assert_eq!(
                quick.call("main", (seed, capacity, 24)),
                Ok(more),
                "seed {seed}, capacity {capacity}"
            );
            assert_eq!(slow.statistics().turns, quick.statistics().turns);
            assert_eq!(slow.fuel_used(), quick.fuel_used());
        }
    }
}
