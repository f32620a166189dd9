//! The tests of the generator as others see it, all but the cases: one program, since each of them would be linked with the whole of it.
//!
//! One file alone: `cargo nextest run --release --test all features::`.

mod bench;
mod boot;
mod boot_aarch64;
mod boot_x86_64;
mod build;
mod catalogue;
mod change;
mod comparing;
mod consequences;
mod contract;
mod determinism;
mod examples;
mod features;
mod fix;
mod format;
mod fuzz;
mod guide;
mod hostile;
mod influence;
mod interfaces;
mod kernel_stubs;
mod kill;
mod loading;
mod lsp;
mod manual;
mod manual_browser;
mod mutations;
mod names;
mod new;
mod output;
mod packages;
mod parity;
mod readme;
mod releases;
mod schemas;
mod seeing;
mod sources;
mod support;
mod watching;
mod writing;
