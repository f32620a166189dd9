//! Fuzzes any bytes as a module file that is read, verified, lowered and run in every engine.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::engines::file(data));
