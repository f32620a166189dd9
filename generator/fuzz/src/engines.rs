//! What has to hold from a module's bytes to what it does: what is read and verified runs in every engine of the build, ends in the same way
//! in all of them, and never contradicts the verifier. A fault of memory ends the process, which is what libfuzzer waits for.

use std::sync::Arc;

use raya_conformance::mutate;
use raya_conformance::random::Random;
use raya_conformance::tiers::{self, Setting};
use raya_facts::Module;
use raya_facts::assemble;
use raya_facts::verify::verify;

/// The programs of the examples and of the benchmarks: between them they use every part of the machine.
pub const PROGRAMS: &[&str] = &[
    include_str!("../../../spec/raya/programs/closures.rasm"),
    include_str!("../../../spec/raya/programs/exceptions.rasm"),
    include_str!("../../../spec/raya/programs/fibonacci.rasm"),
    include_str!("../../../spec/raya/programs/json.rasm"),
    include_str!("../../../spec/raya/programs/shapes.rasm"),
    include_str!("../../../spec/raya/programs/sieve.rasm"),
    include_str!("../../../spec/raya/programs/string_builder.rasm"),
    include_str!("../../../spec/raya/programs/tasks.rasm"),
    include_str!("../../../spec/raya/programs/bench/closures.rasm"),
    include_str!("../../../spec/raya/programs/bench/exceptions.rasm"),
    include_str!("../../../spec/raya/programs/bench/fannkuch.rasm"),
    include_str!("../../../spec/raya/programs/bench/fib.rasm"),
    include_str!("../../../spec/raya/programs/bench/loops.rasm"),
    include_str!("../../../spec/raya/programs/bench/mandelbrot.rasm"),
    include_str!("../../../spec/raya/programs/bench/maps.rasm"),
    include_str!("../../../spec/raya/programs/bench/matrix.rasm"),
    include_str!("../../../spec/raya/programs/bench/methods.rasm"),
    include_str!("../../../spec/raya/programs/bench/nbody.rasm"),
    include_str!("../../../spec/raya/programs/bench/quicksort.rasm"),
    include_str!("../../../spec/raya/programs/bench/sieve.rasm"),
    include_str!("../../../spec/raya/programs/bench/spectral.rasm"),
    include_str!("../../../spec/raya/programs/bench/strings.rasm"),
    include_str!("../../../spec/raya/programs/bench/trees.rasm"),
];

/// Where the checksum of a module file stands.
const CHECKSUM: std::ops::Range<usize> = 12..16;

/// Fuel that every program gets through its beginning with, and no endless one takes long to use up.
const FUEL: u64 = 8_000;

/// How the programs are run: as they are, with little memory, and collecting wherever that is possible.
const SETTINGS: [Setting; 3] = [
    Setting {
        fuel: Some(FUEL),
        stress: false,
        heap: Some(8 << 20),
    },
    Setting {
        fuel: Some(FUEL),
        stress: false,
        heap: Some(48 << 10),
    },
    Setting {
        fuel: Some(FUEL / 8),
        stress: true,
        heap: Some(8 << 20),
    },
];

/// The programs as modules.
#[allow(dead_code, reason = "only the tests need seeds")]
pub fn modules() -> Vec<Module> {
    let modules = PROGRAMS.iter().map(|text| assemble(text));
    modules.map(|module| module.expect("the programs are in order")).collect()
}

/// Any bytes as a module file, with the checksum that it should have, which bytes by chance have not.
#[allow(dead_code, reason = "libfuzzer changes bytes, the tests change code")]
pub fn file(data: &[u8]) {
    let mut data = data.to_vec();
    if data.len() >= CHECKSUM.end {
        let checksum = raya_facts::crc32::crc32(&data[CHECKSUM.end..]);
        data[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    }
    if let Ok(module) = Module::read(&data) {
        run(&module);
    }
}

/// A number as a program that is damaged in code or file; says whether it was accepted all the same.
pub fn damaged(modules: &[Module], number: u64) -> bool {
    let random = &mut Random::new(number);
    let whole = &modules[random.below(modules.len())];
    if !random.one_in(4) {
        return run(&mutate::code(random, whole));
    }
    let file = whole.write().expect("the programs can be written");
    Module::read(&mutate::file(random, &file)).is_ok_and(|module| run(&module))
}

/// Runs a module in every engine, if the verifier accepts it.
pub fn run(module: &Module) -> bool {
    if verify(module).is_err() {
        return false;
    }
    let module = Arc::new(module.clone());
    for setting in SETTINGS {
        let seen = tiers::run(&module, setting);
        if let Some(problem) = seen.ending.contradiction() {
            panic!("{setting:?}: {problem}\n{}", raya_facts::disassemble(&module));
        }
    }
    true
}
