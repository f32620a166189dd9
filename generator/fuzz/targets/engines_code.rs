//! Fuzzes the programs of the examples and benchmarks, damaged in places that the bytes choose, in every engine.
#![no_main]

use std::sync::LazyLock;

use raya_facts::Module;

static MODULES: LazyLock<Vec<Module>> = LazyLock::new(lathe_fuzz::engines::modules);

libfuzzer_sys::fuzz_target!(|number: u64| {
    lathe_fuzz::engines::damaged(&MODULES, number);
});
