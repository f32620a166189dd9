//! The command line of lathe; everything happens in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    lathe::cli::main(std::env::args_os())
}
