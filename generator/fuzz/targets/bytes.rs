//! Fuzzes any bytes as a spec: read, resolved, checked, reported; emitted where nothing is wrong.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::specs::bytes(data));
