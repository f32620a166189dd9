//! The bodies of the fuzz targets of images and their assembly, each for a moment, on stable, with the same inputs in each run. They stand
//! in `generator/fuzz/`; `LATHE_FUZZ_SECONDS=300` runs each for longer.

#[path = "../../../../../fuzz/src/images.rs"]
mod images;
#[path = "../../../../../fuzz/src/mutate.rs"]
mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a body on changed seeds; says which input it was that a panic came from.
fn run(inputs: u64, seeds: &[Vec<u8>], words: &[&str], body: impl Fn(&[u8])) {
    assert!(!seeds.is_empty(), "there is something to change");
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
fn images_of_any_bytes() {
    let seeds = images::images();
    assert_eq!(seeds.len(), images::PROGRAMS.len(), "the programs are in order");
    run(400, &seeds, &["\u{0}\u{0}", "\u{12}\u{0}", "\u{22}\u{2}"], images::image);
}

#[test]
fn assembly() {
    let seeds: Vec<Vec<u8>> = images::PROGRAMS.iter().map(|text| text.as_bytes().to_vec()).collect();
    run(400, &seeds, images::WORDS, images::assembler);
}
