//! Writes lines to the terminal. A reader that went away (`lathe … | head`) is no reason to fail.

use std::io::{self, Write as _};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::Serialize;

/// The width of the column of verbs, as in cargo.
const WIDTH: usize = 12;

/// How a verb is coloured. Colours reach terminals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something is to be looked at.
    Notice,
    /// Something failed.
    Bad,
}

impl Tone {
    fn start(self) -> &'static str {
        match self {
            Tone::Good => "\u{1b}[1;32m",
            Tone::Notice => "\u{1b}[1;33m",
            Tone::Bad => "\u{1b}[1;31m",
        }
    }
}

/// A status line on standard error: `    Finished 24 outputs`.
pub fn status(tone: Tone, verb: &str, text: &str) {
    error(&format!("{}{verb:>WIDTH$}\u{1b}[0m {text}\n", tone.start()));
}

/// Text on standard error, its colours taken away where that is no terminal.
pub fn error(text: &str) {
    let mut stderr = anstream::stderr();
    note(write!(stderr, "{text}").and_then(|()| stderr.flush()));
}

/// Text on standard output, its colours taken away where that is no terminal.
pub fn output(text: &str) {
    let mut stdout = anstream::stdout();
    note(write!(stdout, "{text}").and_then(|()| stdout.flush()));
}

/// The first reason why something could not be written.
static LOST: OnceLock<String> = OnceLock::new();

/// Remembers that something could not be written; see [`lost`].
pub fn note(written: io::Result<()>) {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => drop(LOST.set(error.to_string())),
        _ => {}
    }
}

/// Why a part of the report was lost, on a full disk, say. Such a run has failed whatever else it did: who reads what arrived would take
/// it for the whole.
pub fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// Why a run failed, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    problem: String,
    fix: String,
}

/// What failed so far. A report for tools says it again in its last object, since tools read standard output alone.
static FAILURES: Mutex<Vec<Failure>> = Mutex::new(Vec::new());

/// A failure that isn't about a spec: what happened, why, and how to fix it.
pub fn failure(problem: &str, fix: &str) {
    status(Tone::Bad, "Failure", problem);
    error(&format!("{:>WIDTH$} {fix}\n", "fix:"));
    keep_failure(problem, fix);
}

/// Keeps a failure for the last object of the report, without showing it.
pub fn keep_failure(problem: &str, fix: &str) {
    FAILURES.lock().unwrap_or_else(PoisonError::into_inner).push(Failure {
        problem: problem.to_owned(),
        fix: fix.to_owned(),
    });
}

/// The failures that were kept since the last call.
pub fn take_failures() -> Vec<Failure> {
    std::mem::take(&mut *FAILURES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A number and its noun in the right form.
pub fn plural(number: usize, noun: &str) -> String {
    plural_of(number, noun, &format!("{noun}s"))
}

/// The same for a noun whose plural is not made by an `s`.
pub fn plural_of(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// The beginning of a text that has more than so many characters.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// A number with a comma between thousands.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(plural(1, "file"), "1 file");
        assert_eq!(plural(2000, "file"), "2,000 files");
    }
}
