//! The programs of the benchmark give the results of their twins in Lua, on sizes that take no time.
//!
//! Each has a function `small` beside its `main`; `lua NAME.lua small` prints the same number.

use std::path::PathBuf;
use std::sync::Arc;

use raya_facts::asm::assemble;
use raya_oracle::Oracle;
use raya_runtime::Options;

/// What `small` gives, by the name of the program.
const SMALL: &[(&str, &str)] = &[
    ("closures", "6408"),
    ("exceptions", "5175"),
    ("fannkuch", "4910"),
    ("fib", "55"),
    ("loops", "3091"),
    ("mandelbrot", "229"),
    ("maps", "173113"),
    ("matrix", "76875"),
    ("methods", "4348512"),
    ("nbody", "-169050762"),
    ("quicksort", "715931"),
    ("sieve", "336"),
    ("spectral", "1271844019"),
    ("strings", "1743"),
    ("trees", "1182"),
];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/raya/programs/bench"))
}

/// The names of the programs that have this extension, in order.
fn names(extension: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("the programs are there").flatten();
    let mut names: Vec<String> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned))
        .collect();
    names.sort();
    names
}

#[test]
fn every_program_gives_what_its_twin_gives() {
    for (name, expected) in SMALL {
        let text = std::fs::read_to_string(folder().join(name).with_extension("rasm")).expect("the program is there");
        let module = assemble(&text).unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let mut oracle = Oracle::new(Arc::new(module), Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let value = oracle
            .call("small", &[])
            .unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(oracle.machine().literal(value), *expected, "{name}");
    }
}

#[test]
fn no_program_lacks_its_twin_or_its_result() {
    let listed: Vec<&str> = SMALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(names("rasm"), listed);
    assert_eq!(names("lua"), listed);
    assert_eq!(names("expected"), listed);
}
