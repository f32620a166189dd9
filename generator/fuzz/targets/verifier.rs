//! Fuzzes any bytes as the code of a module.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    lathe_fuzz::facts::verifier(data);
});
