//! Fuzzes an arbitrary instruction set that is fixed.
#![no_main]

use lathe_fuzz::machine::Machine;

libfuzzer_sys::fuzz_target!(|machine: Machine| lathe_fuzz::specs::fixer_of_model(&machine));
