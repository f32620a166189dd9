//! Nothing that a program or its host needs is freed, and everything else is.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use raya_oracle::Oracle;
use raya_runtime::{Limits, Options, Output, Value};
use support::module;

fn oracle(text: &str, heap: usize, stress: bool) -> Oracle {
    let limits = Limits {
        heap,
        ..Limits::default()
    };
    let options = Options::new(limits, Output::Capture(Vec::new()));
    let mut oracle = Oracle::new(Arc::new(module(text)), options).expect("the program is right");
    oracle.machine_mut().context_mut().set_stress(stress);
    oracle
}

/// What `main` gives, what it prints, and the fuel that it takes, with a collection at every safepoint or with few.
fn outcome(text: &str, stress: bool) -> (String, String, u64) {
    let mut oracle = oracle(text, Limits::default().heap, stress);
    let result = match oracle.call("main", &[]) {
        Ok(value) => oracle.machine().literal(value),
        Err(failure) => failure.to_string(),
    };
    let machine = oracle.machine();
    let statistics = machine.context().heap.statistics();
    assert_eq!(statistics.dangling, 0, "a collection missed a root");
    assert!(!stress || statistics.collections > 0);
    (result, machine.printed(), machine.fuel_used())
}

#[track_caller]
fn same_in_stress(text: &str) -> (String, String, u64) {
    let calm = outcome(text, false);
    assert_eq!(outcome(text, true), calm, "{text}");
    calm
}

#[test]
fn the_programs_do_the_same_with_a_collection_at_every_safepoint() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/raya/programs");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the programs are there") {
        let path = entry.expect("the entry can be read").path();
        // Sieving takes long where each turn of a loop collects.
        if path.extension().is_some_and(|extension| extension == "rasm") && !path.ends_with("sieve.rasm") {
            same_in_stress(&fs::read_to_string(&path).expect("the program can be read"));
            count += 1;
        }
    }
    assert!(count >= 6, "only {count} programs");
}

/// Values on their way between tasks are in no frame.
#[test]
fn values_in_channels_and_results_of_tasks_stay() {
    let text = r#"
        global out: str
        class Box { fields [text: str] }
        function litter { params [n: i32] result null code { load_local n int_to_string pop return_void } }
        function send { params [c: channel(str), text: str] result str code {
            load_local c load_local text const_str "!" sconcat channel_send
            const_i32 1 call litter, 1 pop
            load_local text const_str "?" sconcat return } }
        function fail { result null code { const_str "fa" const_str "iled" sconcat box throw } }
        function main { result str locals [c: channel(str), t: task(str), f: task(null), m: mutex] code {
            const_i32 0 new_channel str store_local c
            load_local c const_str "a" const_str "b" sconcat spawn send, 2 store_local t
            spawn fail, 0 store_local f
            yield yield const_i32 2 call litter, 1 pop
            load_local c channel_receive
            yield yield const_i32 3 call litter, 1 pop
            load_local t await sconcat
            try caught, _ load_local f await end_try pop const_null box
        caught:
            const_i32 4 call litter, 1 pop
            unbox str sconcat return } }
    "#;
    assert_eq!(same_in_stress(text).0, "\"ab!ab?failed\"");
}

#[test]
fn objects_under_construction_and_further_arguments_stay() {
    let text = r#"
        class Pair { fields [a: str, b: any] constructor Pair_new }
        function litter { result null code { const_i32 1 int_to_string pop return_void } }
        function Pair_new { params [this: object(Pair), a: str] rest any result null code {
            call litter, 0 pop
            load_local this load_local a store_field Pair.a
            load_local this const_i32 2 load_arg_local store_field Pair.b return_void } }
        function main { result str locals [p: object(Pair)] code {
            new Pair const_str "x" const_str "y" sconcat const_str "z" const_str "w" sconcat box call_constructor Pair_new, 2
            store_local p
            call litter, 0 pop
            load_local p load_field Pair.a load_local p load_field Pair.b unbox str sconcat return } }
    "#;
    assert_eq!(same_in_stress(text).0, "\"xyzw\"");
}

/// An op that found no room had no effect, so that it can be executed once more: nothing is pushed twice.
#[test]
fn an_op_that_found_no_room_has_had_no_effect() {
    let text = "function main { result i32 locals [a: array(str), n: i32] code {
        const_i32 0 new_array str store_local a
        again: load_local n const_i32 3000 ilt jmp_if_false done
            load_local a load_local n int_to_string array_push
            const_i32 1000 new_array i32 pop
            load_local n const_i32 1 iadd store_local n
            load_local a array_len load_local n ieq jmp_if_true again
        done: load_local n return } }";
    let mut oracle = oracle(text, 256 << 10, false);
    assert_eq!(oracle.call("main", &[]), Ok(Value::I32(3000)));
    assert!(oracle.machine().context().heap.statistics().collections > 10);
}

#[test]
fn what_the_host_let_go_of_is_freed() {
    let text = "function make { result array(f64) code { const_i32 10000 new_array f64 return } }";
    let mut oracle = oracle(text, 1 << 20, false);
    let mut kept = Vec::new();
    for _ in 0..5 {
        let Ok(Value::Ref(array)) = oracle.call("make", &[]) else {
            panic!("it returns an array")
        };
        kept.push(oracle.machine_mut().context_mut().root(array));
    }
    let mut live = |handles: &[raya_runtime::Handle]| {
        let machine = oracle.machine_mut();
        machine.collect();
        for handle in handles {
            assert!(machine.display(handle.value()).starts_with("[0, 0"));
        }
        machine.context().heap.statistics().live
    };
    let all = live(&kept);
    let copy = kept[0].clone();
    kept.truncate(1);
    let one = live(&kept);
    assert!(all > 400_000 && one < 100_000, "{all} {one}");
    drop(kept);
    assert_eq!(live(&[copy]), one);
    assert!(live(&[]) < 10_000);
}
