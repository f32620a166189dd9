//! Fuzzes any bytes as assembly.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::facts::assembler(data));
