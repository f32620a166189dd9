//! Fuzzes any bytes as what an editor sends to the language server.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lathe_fuzz::editor::messages(data));
