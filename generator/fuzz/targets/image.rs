//! Fuzzes any bytes as an image of a set of images: shown as text, and read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::images::image(data));
