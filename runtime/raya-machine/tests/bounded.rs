//! What costs no fuel is bounded otherwise, so that no program takes time without end: counted, not measured.

use std::sync::Arc;

use raya_engine::Dispatch;
use raya_facts::{Module, TrapKind};
use raya_machine::Fast;
use raya_oracle::Oracle;
use raya_runtime::{Engine, Failure, Limits, Machine, Options, Output};

fn module(text: &str) -> Arc<Module> {
    Arc::new(raya_facts::asm::assemble(text).unwrap_or_else(|error| panic!("{error}")))
}

fn oracle(module: &Arc<Module>, limits: &Limits) -> Machine {
    let options = Options::new(limits.clone(), Output::Capture(Vec::new()));
    let oracle = Oracle::new(module.clone(), options).unwrap_or_else(|error| panic!("{error}"));
    oracle.into_machine()
}

fn fast(module: &Arc<Module>, limits: &Limits) -> Machine<Fast> {
    let options = Options::new(limits.clone(), Output::Capture(Vec::new()));
    raya_engine::load(module.clone(), options, Dispatch::best()).unwrap_or_else(|error| panic!("{error}"))
}

/// Tasks each of which awaits the next one, which has its turn after it: whoever asked again and again would ask as often as the square of
/// their number says.
const CHAIN: &str = r#"
    global all: array(task(i32))
    global last: i32
    function link { params [i: i32] result i32 code {
        load_local i load_global last ieq jmp_if_true end
        load_global all load_local i const_i32 1 iadd load_elem await const_i32 1 iadd return
        end: const_i32 1 return } }
    function main { params [count: i32] result i32 locals [i: i32] code {
        load_local count const_i32 1 isub store_global last
        const_i32 0 new_array task(i32) store_global all
        again: load_local i load_local count ilt jmp_if_false done
            load_global all load_local i spawn link, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        done: load_global all const_i32 0 load_elem await return } }
    // Each one waits in the second form.
    function one_more { params [n: i32] result i32 code { load_local n const_i32 1 iadd return } }
    function zero { result i32 code { yield const_i32 0 return } }
    function thens { params [count: i32] result i32 locals [i: i32, t: task(i32)] code {
        spawn zero, 0 store_local t
        again: load_local i load_local count ilt jmp_if_false done
            load_local t task_then one_more store_local t
            load_local i const_i32 1 iadd store_local i jmp again
        done: load_local t await return } }
    // All wait for each other.
    function ring { params [count: i32] result i32 locals [i: i32] code {
        const_i32 -1 store_global last
        const_i32 0 new_array task(i32) store_global all
        again: load_local i load_local count ilt jmp_if_false done
            load_global all load_local i spawn link_around, 1 array_push
            load_local i const_i32 1 iadd store_local i jmp again
        done: load_global all const_i32 0 load_elem await return } }
    function link_around { params [i: i32] result i32 code {
        load_global all load_local i const_i32 1 iadd load_global all array_len imod load_elem await return } }
    // One that waits is asked to stop, and another goes on with what it caught.
    function stopped { result bool locals [first: task(i32), second: task(i32)] code {
        const_i32 0 new_array task(i32) store_global all
        const_i32 9 store_global last
        load_global all spawn never, 0 array_push
        load_global all spawn never, 0 array_push
        const_i32 0 spawn link, 1 store_local first
        yield
        load_local first task_cancel
        try caught, _ load_local first await pop end_try const_false return
        caught: pop load_global all const_i32 0 load_elem task_cancel load_global all const_i32 1 load_elem task_cancel const_true return } }
    function never { result i32 code { again: const_i32 100000 sleep jmp again } }
"#;

fn turns<E: Engine>(mut machine: Machine<E>, function: &str, count: i32) -> u64 {
    assert_eq!(machine.call(function, (count,)), Ok(count), "{function}");
    machine.statistics().turns
}

#[test]
fn a_chain_of_tasks_takes_turns_as_many_as_it_has_links() {
    let module = module(CHAIN);
    let limits = Limits::default();
    for function in ["main", "thens"] {
        for count in [10, 1000] {
            let most = 4 * count as u64 + 10;
            let (slow, quick) = (
                turns(oracle(&module, &limits), function, count),
                turns(fast(&module, &limits), function, count),
            );
            assert_eq!(slow, quick, "{function}: engines give the same turns");
            assert!(slow <= most, "{function}: {count} links take {slow} turns");
        }
    }
}

#[test]
fn tasks_that_await_each_other_are_a_deadlock() {
    let module = module(CHAIN);
    let check = |failure: Failure| {
        assert_eq!(failure.trap(), Some(TrapKind::Deadlock), "{failure}");
        assert!(failure.to_string().contains("all 6 tasks"), "{failure}");
    };
    let (mut slow, mut quick) = (oracle(&module, &Limits::default()), fast(&module, &Limits::default()));
    for _ in 0..2 {
        check(slow.call::<_, i32>("ring", (5,)).expect_err("nobody can go on"));
        check(quick.call::<_, i32>("ring", (5,)).expect_err("nobody can go on"));
    }
    assert_eq!(slow.statistics().tasks_live, 0);
    assert_eq!(slow.call("main", (5,)), Ok(5));
    assert_eq!(quick.call("main", (5,)), Ok(5));
}

#[test]
fn a_task_that_awaits_another_can_be_stopped() {
    let module = module(CHAIN);
    assert_eq!(oracle(&module, &Limits::default()).call("stopped", ()), Ok(true));
    assert_eq!(fast(&module, &Limits::default()).call("stopped", ()), Ok(true));
}

/// Fills the heap with as many objects as are asked for, then makes others without end, none of which lives long.
const FULL: &str = r#"
    class Node { fields [next: object(Node), a: f64, b: f64] }
    function fill { params [count: i32] result object(Node) locals [i: i32, head: object(Node), node: object(Node)] code {
        again: load_local i load_local count ilt jmp_if_false done
            new Node store_local node
            load_local node load_local head store_field Node.next
            load_local node store_local head
            load_local i const_i32 1 iadd store_local i jmp again
        done: load_local head return } }
    function full { params [count: i32] result i32 code { load_local count call fill, 1 pop const_i32 1 return } }
    function spin { params [count: i32] result i32 locals [kept: object(Node)] code {
        load_local count call fill, 1 store_local kept
        again: new Node pop jmp again } }
"#;

fn spin<E: Engine>(mut machine: Machine<E>, fits: i32) -> (Failure, u64) {
    let failure = machine.call::<_, i32>("spin", (fits,)).expect_err("it never ends by itself");
    let collections = machine.statistics().heap.collections;
    // The memory is free again, and what was counted is forgotten.
    machine.refill(None);
    assert_eq!(machine.call("full", (fits,)), Ok(1));
    (failure, collections)
}

#[test]
fn a_heap_that_is_nearly_full_is_not_collected_for_ever() {
    let module = module(FULL);
    let limits = Limits {
        heap: 1 << 18,
        fuel: Some(500_000),
        ..Limits::default()
    };
    // How many objects there is room for.
    let holds = |count: i32| fast(&module, &limits).call::<_, i32>("full", (count,)).is_ok();
    let (mut fits, mut above) = (0, 1 << 18);
    while above - fits > 1 {
        let middle = (fits + above) / 2;
        if holds(middle) {
            fits = middle;
        } else {
            above = middle;
        }
    }
    assert!(fits > 1000, "{fits}");
    for room in [1, 2, 10] {
        for (failure, collections) in [
            spin(oracle(&module, &limits), fits - room),
            spin(fast(&module, &limits), fits - room),
        ] {
            assert_eq!(failure.trap(), Some(TrapKind::HeapLimit), "{room}: {failure}");
            assert!(collections < 100, "{room}: {collections} collections");
        }
    }
    // With room enough it goes on until its fuel is used up.
    let (failure, _) = spin(fast(&module, &limits), fits - fits / 16);
    assert_eq!(failure.trap(), Some(TrapKind::OutOfFuel), "{failure}");
}
