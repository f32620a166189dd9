//! The programs of the instruction set do the same in the fast engine as in the oracle: result, output, fuel, failure with its trace.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{fast, oracle};
use raya_facts::asm::assemble;
use raya_runtime::Limits;

fn programs(directory: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/raya/programs")
        .join(directory);
    let entries = std::fs::read_dir(&directory).unwrap();
    let mut programs: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rasm"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    programs.sort();
    programs
}

#[test]
fn programs_do_the_same_as_in_the_oracle() {
    for (path, text) in programs("") {
        let module = Arc::new(assemble(&text).unwrap_or_else(|error| panic!("{path}: {error}")));
        let limits = Limits::default();
        let expected = oracle(&module, &limits);
        assert_eq!(fast(&module, &limits, false), expected, "{path}");
        assert_eq!(
            fast(&module, &limits, true),
            expected,
            "{path}, collecting at every safepoint"
        );
    }
}

/// What becomes one instruction with others fails like these: each in the place of the instruction that failed, with nothing left behind.
const FAILING: &[&str] = &[
    "load_local f load_local none load_field Node.x fadd store_local f",
    "load_local none load_field Node.x load_local f fsub store_local f",
    "load_local f load_local none load_field Node.x fmul store_local f",
    "load_local none load_field Node.next load_field Node.next store_local none",
    "load_local node load_field Node.next load_field Node.next store_local none",
    "load_local rows const_i32 7 load_elem const_i32 0 load_elem store_local k",
    "load_local rows load_local i load_elem const_i32 7 load_elem store_local k",
    "load_local rows const_i32 1 load_elem load_local i load_elem store_local k",
    "load_local none load_local f load_local f fadd store_field Node.x",
    "load_local none load_local f load_local f load_local f fmul fadd store_field Node.x",
    "load_local none load_local f load_local f load_local f fmul fsub store_field Node.x",
    "load_local row load_local i load_local row const_i32 9 load_elem store_elem",
    "load_local row const_i32 9 load_local row load_local i load_elem store_elem",
    "load_local k load_local row const_i32 -1 load_elem iadd store_local k",
    "load_local row load_local k load_elem const_i32 3 ilt jmp_if_false over const_i32 1 store_local k over:",
    "load_local none load_field Node.n return",
    "load_local k load_local i iadd dup store_local k load_local none load_field Node.n iadd store_local k",
    "load_local i load_local k iadd const_i32 0 imod store_local k",
];

#[test]
fn what_is_one_instruction_fails_as_each_of_its_parts_does() {
    for (number, body) in FAILING.iter().enumerate() {
        for caught in [false, true] {
            let guarded = match caught {
                true => format!("try caught, _ {body} end_try load_local k return caught: pop load_local k return"),
                false => format!("{body} load_local k return"),
            };
            let text = format!(
                "class Node {{ fields [x: f64, n: i32, next: object(Node)] }}
                 function main {{ result i32
                     locals [none: object(Node), node: object(Node), row: array(i32), rows: array(array(i32)), f: f64, i: i32, k: i32]
                     code {{
                         new Node store_local node
                         const_i32 3 new_array i32 store_local row
                         const_i32 2 new_array array(i32) store_local rows
                         load_local rows const_i32 0 load_local row store_elem
                         const_f64 1.5 store_local f const_i32 0 store_local i const_i32 40 store_local k
                         {guarded}
                     }}
                 }}"
            );
            let module = Arc::new(assemble(&text).unwrap_or_else(|error| panic!("{number}: {error}")));
            let limits = Limits::default();
            let expected = oracle(&module, &limits);
            assert_eq!(expected.result.is_err(), !caught, "{body}");
            assert_eq!(fast(&module, &limits, false), expected, "{body}");
        }
    }
}

/// Counters, jumps and returns that are one instruction with what is before them pay at the same places.
#[test]
fn loops_run_out_of_fuel_where_the_oracle_does() {
    let text = "
        function sum { params [a: i32, b: i32] result i32 code { load_local a load_local b iadd return } }
        function main { result i32 locals [i: i32, j: i32, k: i32] code {
            const_i32 5 store_local j
        next:
            load_local i const_i32 4 ilt jmp_if_false done
            load_local i const_i32 1 iand jmp_if_true odd
            load_local k load_local i iadd store_local k
            jmp after
        odd:
            load_local k load_local j load_local i call sum, 2 iadd store_local k
        after:
            load_local j const_i32 1 isub store_local j
            load_local i const_i32 1 iadd store_local i
            jmp next
        done:
            load_local i load_local j ilt jmp_if_true next
            load_local k return
        } }";
    let module = Arc::new(assemble(text).expect("it is right"));
    let whole = oracle(&module, &Limits::default());
    for fuel in 0..=whole.fuel {
        let limits = Limits {
            fuel: Some(fuel),
            ..Limits::default()
        };
        assert_eq!(fast(&module, &limits, false), oracle(&module, &limits), "{fuel}");
    }
}
