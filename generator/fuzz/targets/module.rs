//! Fuzzes any bytes as a module file: read, written, shown, verified.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::facts::module(data));
