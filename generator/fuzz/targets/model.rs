//! Fuzzes an arbitrary instruction set: resolved, checked, reported; emitted where nothing is wrong.
#![no_main]

use lathe_fuzz::machine::Machine;

libfuzzer_sys::fuzz_target!(|machine: Machine| lathe_fuzz::specs::model(&machine));
