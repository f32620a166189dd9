//! What the host allows holds, whatever a program does.

mod support;

use std::sync::Arc;

use raya_facts::TrapKind;
use raya_oracle::Oracle;
use raya_runtime::{Limits, Options, Output};
use support::{run, run_with};

#[test]
fn endless_recursion_is_a_stack_overflow_that_nothing_catches() {
    let run = run("function again { params [n: i32] result i32 code { load_local n const_i32 1 iadd call again, 1 return } }
         function main { result i32 code { try caught, _ const_i32 0 call again, 1 end_try return caught: pop const_i32 -1 return } }");
    assert_eq!(run.trap(), Some(TrapKind::StackOverflow));
    assert!(
        run.result
            .is_err_and(|failure| failure.trace.len() <= 64 && failure.to_string().contains("calls more"))
    );
}

/// Few but large frames count too.
#[test]
fn frames_with_many_locals_reach_the_limit_sooner() {
    let locals: Vec<String> = (0..1000).map(|index| format!("l{index}: i32")).collect();
    let text = format!(
        "function again {{ result null locals [{}] code {{ call again, 0 return }} }}
         function main {{ result null code {{ call again, 0 return }} }}",
        locals.join(", ")
    );
    let limits = Limits {
        slots: 50_000,
        ..Limits::default()
    };
    let run = run_with(&text, limits);
    assert_eq!(run.trap(), Some(TrapKind::StackOverflow));
    assert!(run.fuel < 5000, "{}", run.fuel);
}

fn with_fuel(text: &str, fuel: u64) -> support::Run {
    run_with(
        text,
        Limits {
            fuel: Some(fuel),
            ..Limits::default()
        },
    )
}

/// A block that doesn't fit into what is left isn't begun: `nop` and `jmp` are paid for together.
#[test]
fn fuel_ends_a_loop_before_the_block_that_it_does_not_pay_for() {
    let text = "function main { result null code { again: nop jmp again } }";
    for (fuel, used) in [(0, 0), (1, 0), (2, 2), (1001, 1000), (1002, 1002)] {
        let run = with_fuel(text, fuel);
        assert_eq!(run.trap(), Some(TrapKind::OutOfFuel));
        assert_eq!(run.fuel, used);
    }
}

/// None of the instructions of a block is executed when there isn't fuel for all of them.
#[test]
fn a_block_without_fuel_prints_nothing() {
    let text = r#"native print { params [str] result null }
         function main { result i32 code { const_str "begun" native_call print, 1 pop const_i32 1 return } }"#;
    let whole = run(text);
    assert_eq!((whole.value().as_str(), whole.printed.as_str()), ("1", "begun\n"));
    let exact = with_fuel(text, whole.fuel);
    assert_eq!(exact.value(), "1");
    let short = with_fuel(text, whole.fuel - 1);
    assert_eq!(short.trap(), Some(TrapKind::OutOfFuel));
    assert_eq!((short.fuel, short.printed.as_str()), (0, ""));
}

/// What a block costs doesn't depend on what happens inside of it: an exception halfway gives nothing back.
#[test]
fn an_exception_gives_no_fuel_back() {
    let text = |divisor: i32| {
        format!(
            "function main {{ result i32 code {{
               try caught, _ const_i32 1 const_i32 {divisor} idiv nop nop nop pop end_try jmp on
               caught: pop jmp on
               on: const_i32 7 return }} }}"
        )
    };
    let (smooth, thrown) = (run(&text(1)), run(&text(0)));
    assert_eq!((smooth.value(), thrown.value()), ("7".to_owned(), "7".to_owned()));
    // The handler, `pop jmp`, is one block more.
    assert_eq!(thrown.fuel, smooth.fuel + 2);
}

/// What follows a call belongs to the block of the call and is paid for with it.
#[test]
fn a_call_does_not_end_its_block() {
    let text = |after: &str| {
        format!(
            "function ends {{ result null code {{ trap 3 }} }}
             function main {{ result null code {{ call ends, 0 {after} return }} }}"
        )
    };
    let (short, long) = (run(&text("")), run(&text("nop nop nop")));
    assert_eq!((short.trap(), long.trap()), (Some(TrapKind::Abort), Some(TrapKind::Abort)));
    assert_eq!(long.fuel, short.fuel + 3);
}

/// A function whose endless loop is `body`, after `before`.
fn endless(locals: &str, before: &str, body: &str) -> String {
    format!("function main {{ result null locals [{locals}] code {{ {before} again: {body} jmp again }} }}")
}

#[test]
fn memory_that_is_needed_ends_at_the_limit() {
    let limits = || Limits {
        heap: 1 << 20,
        ..Limits::default()
    };
    let list = "class Node { fields [next: object(Node)] }";
    let maps = "native map_new { result map } native map_set { params [map, any, any] result null }";
    for text in [
        endless(
            "s: str",
            "const_str \"xxxxxxxx\" store_local s",
            "load_local s load_local s sconcat store_local s",
        ),
        endless(
            "a: array(f64)",
            "const_i32 0 new_array f64 store_local a",
            "load_local a const_f64 1.0 array_push",
        ),
        endless(
            "a: array(array(bool))",
            "const_i32 0 new_array array(bool) store_local a",
            "load_local a const_i32 1000 new_array bool array_push",
        ),
        endless(
            "a: array(mutex)",
            "const_i32 0 new_array mutex store_local a",
            "load_local a new_mutex array_push",
        ),
        endless(
            "a: array(channel(i32))",
            "const_i32 0 new_array channel(i32) store_local a",
            "load_local a const_i32 5 new_channel i32 array_push",
        ),
        [
            list,
            &endless(
                "head: object(Node), node: object(Node)",
                "",
                "new Node store_local node  load_local node load_local head store_field Node.next
                 load_local node store_local head",
            ),
        ]
        .concat(),
        [
            maps,
            &endless(
                "m: map, n: i32",
                "native_call map_new, 0 store_local m",
                "load_local m load_local n box load_local n box native_call map_set, 3 pop
                 load_local n const_i32 1 iadd store_local n",
            ),
        ]
        .concat(),
    ] {
        assert_eq!(run_with(&text, limits()).trap(), Some(TrapKind::HeapLimit), "{text}");
    }
}

/// What nothing refers to any more doesn't count: only the fuel ends these.
#[test]
fn garbage_never_reaches_the_limit() {
    let maps = "native map_new { result map } native map_set { params [map, any, any] result null }";
    let cycle = "class Node { fields [next: object(Node)] }";
    let json = r#"const_str "[1, {\"a\": [\"text\"]}]" json_parse json_stringify pop"#;
    for text in [
        endless("", "", "const_i32 1000 new_array bool pop"),
        endless("", "", "const_i32 100000 new_array bool pop"),
        endless("", "", "new_mutex pop"),
        endless("", "", "const_i32 7 int_to_string pop"),
        endless("", "", "const_i32 5 new_channel i32 pop"),
        endless("", "", json),
        endless(
            "s: str, n: i32",
            "",
            "const_str \"x\" store_local s const_i32 0 store_local n
             grow: load_local s load_local s sconcat store_local s
             load_local n const_i32 1 iadd store_local n  load_local n const_i32 14 ilt jmp_if_true grow",
        ),
        [
            cycle,
            &endless(
                "node: object(Node)",
                "",
                "new Node store_local node  load_local node load_local node store_field Node.next",
            ),
        ]
        .concat(),
        [
            maps,
            &endless(
                "m: map",
                "",
                "native_call map_new, 0 store_local m
                 load_local m const_i32 1 box load_local m box native_call map_set, 3 pop",
            ),
        ]
        .concat(),
        // Traps become texts.
        endless(
            "",
            "",
            "try caught, _  const_i32 1 const_i32 0 idiv pop  end_try const_null box  caught: pop",
        ),
    ] {
        let limits = Limits {
            heap: 256 << 10,
            fuel: Some(400_000),
            ..Limits::default()
        };
        assert_eq!(run_with(&text, limits).trap(), Some(TrapKind::OutOfFuel), "{text}");
    }
}

/// Heap exhaustion ends the call and not the context: what only the failed call needed is free again.
#[test]
fn a_context_that_ran_out_of_memory_can_be_called_again() {
    let text = "
        global kept: array(f64)
        function hoard { result null locals [a: array(f64)] code {
            const_i32 0 new_array f64 store_local a
        again: load_local a const_f64 1.0 array_push jmp again } }
        function keep { result null code {
            const_i32 0 new_array f64 store_global kept
        again: load_global kept const_f64 1.0 array_push jmp again } }
        function drop_kept { result null code { const_null store_global kept return_void } }
        function modest { result i32 code { const_i32 20000 new_array f64 array_len return } }";
    let limits = Limits {
        heap: 256 << 10,
        ..Limits::default()
    };
    let options = Options::new(limits, Output::Capture(Vec::new()));
    let mut oracle = Oracle::new(Arc::new(support::module(text)), options).expect("the program is right");
    let mut trap = |name: &str| match oracle.call(name, &[]) {
        Ok(_) => None,
        Err(failure) => failure.trap(),
    };
    for _ in 0..3 {
        assert_eq!(trap("hoard"), Some(TrapKind::HeapLimit));
        assert_eq!(trap("modest"), None);
    }
    // What a variable refers to stays, and counts.
    assert_eq!(trap("keep"), Some(TrapKind::HeapLimit));
    assert_eq!(trap("modest"), Some(TrapKind::HeapLimit));
    assert_eq!(trap("drop_kept"), None);
    assert_eq!(trap("modest"), None);
}

#[test]
fn an_array_has_at_most_ten_million_elements() {
    let text =
        |length: i32| format!("function main {{ result i32 code {{ const_i32 {length} new_array bool array_len return }} }}");
    assert_eq!(run(&text(10_000_000)).value(), "10000000");
    assert_eq!(run(&text(10_000_001)).trap(), Some(TrapKind::HeapLimit));
    assert_eq!(run(&text(i32::MAX)).trap(), Some(TrapKind::HeapLimit));
    assert_eq!(run(&text(-1)).trap(), Some(TrapKind::InvalidArgument));
}

/// What an array gives back can be used again.
#[test]
fn an_array_that_grows_and_shrinks_stays_within_the_limit() {
    let text = "function main { result i32 locals [a: array(i32), n: i32] code {
            const_i32 0 new_array i32 store_local a
        again:
            load_local n const_i32 20000 ilt jmp_if_false done
            load_local a load_local n array_push  load_local a array_pop pop
            load_local n const_i32 1 iadd store_local n jmp again
        done:
            load_local a array_len return } }";
    let run = run_with(
        text,
        Limits {
            heap: 4096,
            ..Limits::default()
        },
    );
    assert_eq!(run.value(), "0");
}

#[test]
fn the_number_of_tasks_is_limited_and_the_trap_can_be_caught() {
    let text = "function idle { result null code { return_void } }
        function main { result i32 locals [n: i32] code {
            try caught, _
        again:
            spawn idle, 0 pop  load_local n const_i32 1 iadd store_local n  jmp again
        caught:
            pop load_local n return } }";
    let run = run_with(
        text,
        Limits {
            tasks: 8,
            ..Limits::default()
        },
    );
    assert_eq!(run.value(), "7");
}

/// JSON nested 128 deep is read, deeper is refused; neither takes the host's stack.
#[test]
fn json_is_nested_at_most_128_deep() {
    let text = |depth: usize| {
        let json = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        format!("function main {{ result str code {{ const_str {json:?} json_parse json_stringify return }} }}")
    };
    assert!(run(&text(128)).value().starts_with("\"[[["));
    assert_eq!(run(&text(129)).trap(), Some(TrapKind::InvalidJson));
    assert_eq!(run(&text(200_000)).trap(), Some(TrapKind::InvalidJson));
}

/// A failed cast names the place.
#[test]
fn a_failed_json_cast_names_the_path() {
    let run = run(r#"
        class Point { fields [x: i32, y: i32] }
        class Shape { fields [points: array(object(Point))] }
        function main { result null code {
            const_str "{\"points\": [{\"x\": 1, \"y\": 2}, {\"x\": 1, \"y\": 2.5}]}" json_parse
            json_cast object(Shape) pop return_void } }
    "#);
    let failure = run.result.expect_err("2.5 is no int");
    assert!(failure.to_string().contains("$.points[1].y"), "{failure}");
}
