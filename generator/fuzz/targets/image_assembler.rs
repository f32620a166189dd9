//! Fuzzes any bytes as assembly of a set of images.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::images::assembler(data));
