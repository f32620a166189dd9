//! `raya-bench`: runs programs in every engine and says what processor time they took.
//!
//! `cargo lathe bench vm` calls it. Each program runs in a process of its own, as its twin in Lua does.
#![forbid(unsafe_code)]

mod clock;
mod engine;
mod figures;
mod many;

use std::process::ExitCode;
use std::sync::Arc;

use raya_facts::asm::assemble;
use raya_runtime::{Limits, Options, Output};

use crate::engine::Kind;

const HELP: &str = "\
raya-bench: what raya programs take in every engine

Usage:
  raya-bench engines             the engines of this build, one a line
  raya-bench run ENGINE FILE     run the function `main` of an assembly file
  raya-bench figures RUNS        loading, allocation, fuel: one JSON object a line, medians of so many runs

`run` prints what the program prints, then `cpu-seconds N` on standard error: verification, lowering and execution.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["engines"] => {
            Kind::all().iter().for_each(|kind| println!("{}", kind.name()));
            Ok(())
        }
        ["run", engine, file] => run(engine, file),
        ["figures", runs] => match runs.parse() {
            Ok(runs) if runs > 0 => figures::all(runs, &mut |figure| println!("{figure}")),
            _ => Err(format!("`{runs}` is no number of runs; it is a whole number from 1")),
        },
        ["--help" | "help"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("wrong usage\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one program. Reading the file and assembling aren't counted: programs come as modules.
fn run(engine: &str, file: &str) -> Result<(), String> {
    let kind = Kind::named(engine)?;
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let module = assemble(&text).map_err(|errors| format!("{file}:\n{errors}"))?;
    let limits = Limits::default();
    let options = Options::new(limits, Output::Writer(Box::new(std::io::stdout())));
    let started = clock::now();
    let mut program = engine::load(kind, Arc::new(module), options)?;
    program.call("main")?;
    let took = clock::now() - started;
    eprintln!("cpu-seconds {:.6}", took.as_secs_f64());
    Ok(())
}
