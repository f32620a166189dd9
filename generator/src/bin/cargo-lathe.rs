//! `cargo lathe` wherever lathe is installed: cargo runs `cargo-lathe` with `lathe` as the first argument.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "lathe") {
        arguments.remove(1);
    }
    lathe::cli::main(arguments)
}
