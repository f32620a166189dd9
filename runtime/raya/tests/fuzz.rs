//! The bodies of the fuzz targets of module files, assembly and verifier, each for a moment, on stable, with the same inputs in each run.
//! They stand in `generator/fuzz/`; `LATHE_FUZZ_SECONDS=300` runs each for longer. What the verifier accepts is run here, too.

mod support;

#[path = "../../../generator/fuzz/src/facts.rs"]
mod facts;
#[path = "../../../generator/fuzz/src/mutate.rs"]
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};

use mutate::Numbers;
use raya_runtime::Limits;
use support::run_unverified;

/// Runs a body on changed seeds; says which input it was that a panic came from.
fn run(inputs: u64, seeds: &[Vec<u8>], words: &[&str], body: impl Fn(&[u8])) {
    mutate::run(inputs, |number| {
        let input = mutate::input(number, seeds, words);
        if let Err(fault) = catch_unwind(AssertUnwindSafe(|| body(&input))) {
            eprintln!(
                "input {number} (LATHE_FUZZ_FIRST={number}) is {input:?}:\n{}",
                String::from_utf8_lossy(&input)
            );
            std::panic::resume_unwind(fault);
        }
    });
}

#[test]
fn module_files() {
    run(400, &facts::modules(), &["\u{0}\u{0}\u{0}\u{0}", "\u{7f}"], facts::module);
}

#[test]
fn assembly() {
    let seeds: Vec<Vec<u8>> = facts::PROGRAMS.iter().map(|text| text.as_bytes().to_vec()).collect();
    run(200, &seeds, facts::WORDS, facts::assembler);
}

/// What the verifier accepts never finds itself contradicted when it runs.
#[test]
fn code() {
    let limits = Limits {
        fuel: Some(20_000),
        heap: 1 << 20,
        depth: 200,
        tasks: 50,
        ..Limits::default()
    };
    let mut ran = 0;
    mutate::run(150, |number| {
        let mut numbers = Numbers(number);
        let length = 1 + 4 * numbers.below(4);
        let input: Vec<u8> = (0..length).map(|_| numbers.next() as u8).collect();
        let checked = catch_unwind(|| {
            let Some(module) = facts::verifier(&input) else { return false };
            let run = run_unverified(module, limits.clone()).expect("what is in order can be loaded");
            assert!(!run.tripped(), "the machine contradicts the verifier: {:?}", run.result);
            true
        });
        ran += usize::from(checked.unwrap_or_else(|fault| {
            eprintln!("input {number} (LATHE_FUZZ_FIRST={number}) is {input:?}");
            std::panic::resume_unwind(fault);
        }));
    });
    assert!(ran > 10, "only {ran} programs were in order");
}
