//! Limits end programs at the same place in the fast engine as in the oracle, one by one.

mod common;

use std::sync::Arc;

use common::{fast, oracle};
use raya_facts::Module;
use raya_facts::asm::assemble;
use raya_runtime::Limits;

/// Calls of every form, inside of handlers and outside, that nest until something runs out.
const NESTED: &str = r#"
class Node { fields [next: object(Node)] methods [down: Node_down] constructor Node_new }

function Node_new { params [this: object(Node), depth: i32] result null locals [unused: any] code {
    try caught, _
    load_local depth const_i32 0 ile jmp_if_true done
    load_local this
    new Node load_local depth const_i32 1 isub call_constructor Node_new, 1
    store_field Node.next
done:
    end_try return_void
caught:
    rethrow
} }

function Node_down { params [this: object(Node)] result i32 code {
    load_local this load_field Node.next jmp_if_null end
    load_local this load_field Node.next call_method Node.down, 0 const_i32 1 iadd return
end:
    const_i32 0 return
} }

function sum { params [depth: i32] rest i32 result i32 locals [kept: f64] code {
    load_local depth const_i32 0 ile jmp_if_true end
    load_local depth
    load_local depth const_i32 1 isub const_i32 7 const_i32 8 call sum, 3
    iadd return
end:
    get_arg_count const_i32 2 load_arg_local iadd return
} }

function main { result i32 code {
    new Node const_i32 6 call_constructor Node_new, 1 call_method Node.down, 0
    const_i32 9 call sum, 1
    iadd return
} }
"#;

fn module() -> Arc<Module> {
    Arc::new(assemble(NESTED).unwrap_or_else(|error| panic!("{error}")))
}

#[track_caller]
fn compare(module: &Arc<Module>, limits: &Limits) {
    let expected = oracle(module, limits);
    assert_eq!(fast(module, limits, false), expected, "{limits:?}");
}

#[test]
fn fuel() {
    let module = module();
    let whole = oracle(&module, &Limits::default());
    assert_eq!(whole.result, Ok("62".to_owned()));
    for fuel in 0..=whole.fuel {
        compare(
            &module,
            &Limits {
                fuel: Some(fuel),
                ..Limits::default()
            },
        );
    }
}

/// A call makes all locals zero. What that costs bounds the work of a program by its fuel, with every form of locals and of calls.
#[test]
fn locals_are_paid_for_by_each_call() {
    let text = |locals: usize| {
        let locals: Vec<String> = (0..locals).map(|index| format!("l{index}: any")).collect();
        let text = format!(
            "function called {{ result i32 locals [{}] code {{ const_i32 1 return }} }}
            function main {{ result i32 locals [n: i32] code {{
            again: load_local n call called, 0 iadd store_local n load_local n const_i32 10 ilt jmp_if_true again load_local n return }} }}",
            locals.join(", ")
        );
        Arc::new(assemble(&text).unwrap_or_else(|error| panic!("{error}")))
    };
    let limits = Limits::default();
    let (few, many) = (oracle(&text(15), &limits), oracle(&text(40_000), &limits));
    assert_eq!(few, oracle(&text(0), &limits));
    assert_eq!(many.fuel, few.fuel + 10 * 2500);
    assert_eq!(fast(&text(40_000), &limits, false), many);
    for fuel in [many.fuel - 1, many.fuel / 2, 2499, 2600] {
        let fuel = Some(fuel);
        compare(&text(40_000), &Limits { fuel, ..limits.clone() });
    }
}

#[test]
fn nested_calls() {
    for depth in 0..20 {
        compare(
            &module(),
            &Limits {
                depth,
                ..Limits::default()
            },
        );
    }
}

#[test]
fn slots() {
    for slots in 0..200 {
        compare(
            &module(),
            &Limits {
                slots,
                ..Limits::default()
            },
        );
    }
}

/// Where a trap needs room for its text and there is none left but what nothing needs, it is caught all the same: by a handler in the
/// function itself, which goes on with what lies on the operand stack below, and by one of a caller.
#[test]
fn traps_are_caught_while_memory_is_full_of_what_is_dead() {
    let text = |inner: &str| {
        format!(
            r#"class Node {{ fields [a: f64, b: f64] }}
            function fails {{ params [zero: i32] result i32 code {{ const_i32 1 load_local zero idiv return }} }}
            function direct {{ params [zero: i32] result str code {{
                const_str "12"
                try caught, _ const_i32 1 load_local zero idiv pop end_try return
                caught: pop const_str "!" sconcat return }} }}
            function called {{ params [zero: i32] result str code {{
                const_str "12"
                try caught, _ load_local zero call fails, 1 pop end_try return
                caught: unbox str sconcat return }} }}
            function uncaught {{ params [zero: i32] result str code {{ load_local zero call fails, 1 int_to_string return }} }}
            function main {{ params [] result str locals [i: i32] code {{
                again: load_local i const_i32 COUNT ilt jmp_if_false done
                    new Node pop load_local i const_i32 1 iadd store_local i jmp again
                done: const_i32 0 call {inner}, 1 return }} }}"#
        )
    };
    for inner in ["direct", "called", "uncaught"] {
        for count in 2_700..2_735 {
            let text = text(inner).replace("COUNT", &count.to_string());
            let module = Arc::new(assemble(&text).unwrap_or_else(|error| panic!("{error}")));
            let limits = Limits {
                heap: 64 << 10,
                ..Limits::default()
            };
            let expected = oracle(&module, &limits);
            assert_eq!(expected.result.is_ok(), inner != "uncaught", "{count}: {expected:?}");
            assert_eq!(fast(&module, &limits, false), expected, "{inner}, {count}");
        }
    }
}
