//! What the fuzz targets do with what they are given. Each body is a plain function that panics when something that has to hold doesn't.
//!
//! The targets under `targets/` hand them what libfuzzer makes: `cargo +nightly fuzz run format` in `generator/`. The tests
//! `generator/tests/fuzz.rs`, `runtime/raya/tests/fuzz.rs`, `runtime/raya-machine/tests/fuzz.rs` and those of the example CHIP-8 include the same files and run each body for a
//! moment, on stable, with inputs from [`mutate`]; for longer with `LATHE_FUZZ_SECONDS=300`.

pub mod editor;
pub mod engines;
pub mod facts;
pub mod images;
pub mod machine;
pub mod mutate;
pub mod specs;
