//! The laws of the spec, tried on a kernel: calls with arguments that are chosen at random, the same in every run.

use core::fmt::{self, Write};

use exo_facts::Error;

mod case;
mod each;
mod list;
mod wild;

pub use case::{Case, Stop, Violation};
pub use each::LAWS;
pub use list::{Bytes, Decisions, Handles, List, Numbers};
pub use wild::{Buffer, Value, Wild};

use crate::System;

/// A law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// The name of its entry.
    pub name: &'static str,
    /// How many cases are tried.
    pub cases: u32,
    /// From which the choices follow.
    pub seed: u64,
    /// The method of the kernel that looks at its tables after the steps, where these can be reached.
    pub observer: Option<&'static str>,
    /// Tries one case.
    pub run: fn(&mut Case<'_>) -> Result<(), Stop>,
}

/// A kernel as laws see it: two processes, of which the first is the root process, and what can be observed from outside.
pub trait Subject: System {
    /// Makes the second process, which pays from an account of its own; the capabilities of the first to both.
    ///
    /// # Errors
    ///
    /// Those of the calls that make it.
    fn open_other(&mut self) -> Result<Other, Error>;

    /// Lets the second process make a call, and gives back what it pays for letting the first go on. Nothing if it has ended or waits.
    fn call_as_other(&mut self, number: u64, arguments: [u64; 6]) -> Option<(u64, u64)>;

    /// Ends the second process and drops what it was made of.
    fn close_other(&mut self);

    /// How many frames are free.
    fn free_frames(&mut self) -> u64;

    /// Lets processes with these weights run, each of which gives way at once, and notes who ran in each decision.
    ///
    /// # Errors
    ///
    /// Those of the calls that make them.
    fn turns(&mut self, weights: &[u64], decisions: &mut [u8]) -> Result<(), Error>;

    /// Notes who of two processes under Beatty's sequences runs in each decision.
    fn pair(&mut self, decisions: &mut [u8]);

    /// Writes to the memory of the caller.
    fn write(&mut self, at: u64, bytes: &[u8]);

    /// Reads from the memory of the caller.
    fn read(&mut self, at: u64, bytes: &mut [u8]);

    /// Lets a method of the kernel look at its tables, where these can be reached.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    fn observe(&mut self, method: &str) -> Result<(), &'static str> {
        let _ = method;
        Ok(())
    }
}

/// The second process, as the first holds it.
#[derive(Debug, Clone, Copy)]
pub struct Other {
    /// The process.
    pub process: u64,
    /// Its account.
    pub account: u64,
}

/// Cases that may be given up for each that is tried: a tick of the timer came in between, or the second process ended by its call.
const GIVEN_UP: u32 = 8;

/// Tries every law, and prints `pass law_NAME` or `fail law_NAME: why`. Returns how many were broken. Another seed makes other choices.
///
/// The caller has to be the first process, since laws begin with what that one holds.
pub fn laws(subject: &mut dyn Subject, seed: u64, out: &mut dyn Write) -> u64 {
    let mut broken = 0;
    for law in LAWS {
        let written = match try_law(law, subject, seed) {
            Ok(()) => writeln!(out, "pass law_{}", law.name),
            Err(failure) => {
                broken += 1;
                writeln!(out, "fail law_{}: {failure}", law.name)
            }
        };
        // What can't be printed is missed by whoever compares the lines.
        let _ = written;
    }
    broken
}

/// Tries a law.
///
/// # Errors
///
/// The first case that breaks it.
#[expect(clippy::result_large_err, reason = "there is no memory to put it elsewhere")]
pub fn try_law(law: &Law, subject: &mut dyn Subject, seed: u64) -> Result<(), Failure> {
    let (mut tried, mut number) = (0, 0);
    while tried < law.cases {
        if number >= law.cases.saturating_mul(GIVEN_UP) {
            return Err(Failure { case: number, given: List::new(), violation: Violation::TooFew(tried) });
        }
        let mut case = Case::new(subject, law.seed.wrapping_add(seed), number);
        let result = case.run(law);
        let given = case.given();
        match result {
            Ok(()) => tried += 1,
            Err(Stop::GivenUp) => {}
            Err(Stop::Broken(violation)) => return Err(Failure { case: number, given, violation }),
        }
        number += 1;
    }
    Ok(())
}

/// A case that breaks a law.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Its number.
    pub case: u32,
    /// What was chosen for it.
    pub given: List<(&'static str, u64), 8>,
    /// What is wrong.
    pub violation: Violation,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "case {}", self.case)?;
        for (name, value) in self.given.iter() {
            write!(formatter, ", {name} = {value:#x}")?;
        }
        write!(formatter, ": {}", self.violation)
    }
}
