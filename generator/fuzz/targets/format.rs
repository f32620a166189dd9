//! Fuzzes any bytes as a spec that is laid out.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::specs::format(data));
