//! The body of the fuzz targets of the engines, for a moment, on stable, with the same inputs in each run. It stands in `generator/fuzz/`;
//! `LATHE_FUZZ_SECONDS=300` runs it for longer, `LATHE_FUZZ_FIRST=1000` with other inputs.

#[path = "../../../generator/fuzz/src/engines.rs"]
mod engines;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../../../generator/fuzz/src/mutate.rs"]
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is accepted runs the same in all engines, whatever was done to it.
#[test]
fn damaged_programs_do_the_same_in_every_engine() {
    let modules = engines::modules();
    let (mut tried, mut accepted) = (0, 0);
    mutate::run(400, |number| {
        let outcome = catch_unwind(AssertUnwindSafe(|| engines::damaged(&modules, number)));
        tried += 1;
        accepted += u64::from(outcome.unwrap_or_else(|fault| {
            eprintln!("LATHE_FUZZ_FIRST={number} shows it again");
            std::panic::resume_unwind(fault);
        }));
    });
    // If all were refused, nothing was tested but the refusing.
    assert!(accepted * 20 > tried, "only {accepted} of {tried} were accepted");
}

/// They do so as they are, too.
#[test]
fn whole_programs_do_the_same_in_every_engine() {
    for module in engines::modules() {
        assert!(engines::run(&module), "{} is refused", module.name);
    }
}
