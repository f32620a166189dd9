//! The command line: `run`, `asm`, `dis` and `check`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use __FACTS__::trace::trace;
use __FACTS__::{assemble, disassemble};
use __ORACLE__::step;
use __RUNTIME__::{Machine, Options};

const HELP: &str = "\
__SET__-oracle: the reference interpreter of __SET__

Usage:
  __SET__-oracle run FILE [OPTIONS]     run a program
  __SET__-oracle asm FILE -o OUT        assemble text into an image
  __SET__-oracle dis FILE               show an image as text
  __SET__-oracle check FILE             find what would trap, as far as that is known without running

FILE is assembly if its name ends in .__TEXT__, and else an image (.__EXTENSION__).
What the program shows goes to standard output, everything else to standard error.

Exit codes: 0 success; 1 the program failed; 2 wrong usage; 100 a file can't be used.

Examples:
  __SET__-oracle run game.__TEXT__
  __SET__-oracle asm game.__TEXT__ -o game.__EXTENSION__
  __SET__-oracle dis game.__EXTENSION__
";

/// Why nothing was done: the exit code and what to say.
struct Refusal(u8, String);

/// Runs the command line.
pub fn run(arguments: &[String]) -> ExitCode {
    let done = match arguments.split_first() {
        None => Err(usage("a command is missing")),
        Some((help, _)) if matches!(help.as_str(), "help" | "--help" | "-h") => {
            print(&format!("{HELP}\nOptions of run:\n{}", Options::HELP));
            Ok(ExitCode::SUCCESS)
        }
        Some((command, rest)) => match command.as_str() {
            "run" => execute(rest),
            "asm" => write(rest),
            "dis" => show(rest),
            "check" => check(rest),
            other => Err(usage(&format!("there is no command `{other}`"))),
        },
    };
    done.unwrap_or_else(|Refusal(code, message)| {
        eprintln!("error: {message}");
        ExitCode::from(code)
    })
}

fn usage(message: &str) -> Refusal {
    Refusal(2, format!("{message}; `__SET__-oracle --help` shows what there is"))
}

/// Prints; a reader who has seen enough is no error.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Options with their values.
type Given<'a> = Vec<(&'a str, &'a str)>;

/// The file among the arguments, and the options.
fn split(arguments: &[String]) -> Result<(&str, Given<'_>), Refusal> {
    let mut file = None;
    let mut options = Vec::new();
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        if let Some(name) = argument.strip_prefix('-').filter(|name| !name.is_empty()) {
            let name = name.trim_start_matches('-');
            match name.split_once('=') {
                Some(option) => options.push(option),
                None => match rest.next() {
                    Some(value) => options.push((name, value)),
                    None => return Err(usage(&format!("`{argument}` needs a value"))),
                },
            }
        } else if file.replace(argument).is_some() {
            return Err(usage("there can be only one file"));
        }
    }
    Ok((file.ok_or_else(|| usage("a file is missing"))?, options))
}

fn no_options(options: &[(&str, &str)]) -> Result<(), Refusal> {
    match options {
        [] => Ok(()),
        [(name, _), ..] => Err(usage(&format!("there is no option `{name}` here"))),
    }
}

/// Reads a program.
fn image(file: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = fs::read(file).map_err(|error| Refusal(100, format!("{file}: {error}")))?;
    if Path::new(file).extension().is_none_or(|extension| extension != "__TEXT__") {
        return Ok(bytes);
    }
    let text = String::from_utf8(bytes).map_err(|_| Refusal(100, format!("{file}: it is no UTF-8 text")))?;
    assemble(&text).map_err(|errors| Refusal(100, format!("{file}:\n{errors}")))
}

fn execute(arguments: &[String]) -> Result<ExitCode, Refusal> {
    let (file, given) = split(arguments)?;
    let mut options = Options::default();
    for (name, value) in given {
        options.set(name, value).map_err(|message| usage(&message))?;
    }
    let mut machine = Machine::new(&image(file)?, options, step).map_err(|error| Refusal(100, format!("{file}: {error}")))?;
    let ended = machine.run();
    print(&machine.report());
    Ok(match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(trap) => {
            eprintln!("error: {trap}");
            ExitCode::from(1)
        }
    })
}

fn write(arguments: &[String]) -> Result<ExitCode, Refusal> {
    let (file, options) = split(arguments)?;
    let [("o", out)] = options.as_slice() else {
        return Err(usage("`asm` needs `-o OUT` and nothing else"));
    };
    fs::write(out, image(file)?).map_err(|error| Refusal(100, format!("{out}: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

fn show(arguments: &[String]) -> Result<ExitCode, Refusal> {
    let (file, options) = split(arguments)?;
    no_options(&options)?;
    let text = disassemble(&image(file)?).map_err(|error| Refusal(100, format!("{file}: {error}")))?;
    print(&text);
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &[String]) -> Result<ExitCode, Refusal> {
    let (file, options) = split(arguments)?;
    no_options(&options)?;
    let found = trace(&image(file)?).findings;
    for finding in &found {
        eprintln!("{file}: {finding}");
    }
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
