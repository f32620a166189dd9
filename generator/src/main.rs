//! The command line of lathe; everything happens in the library.

use std::process::ExitCode;

/// The work is mostly many small texts and trees: with this allocator a run takes a quarter less time (`lathe bench generator`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lathe::cli::main(std::env::args_os())
}
