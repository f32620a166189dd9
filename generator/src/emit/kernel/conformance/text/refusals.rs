//! Makes every call with all that it must refuse, and prints a line for each call.

use core::fmt::{Display, Write};

use exo_facts::{Error, Syscall};

use crate::fixture::Fixture;
use crate::trial::Failure;
use crate::{System, handles, others, pointers};

/// Prints `pass refuses_NAME` or `fail refuses_NAME: why` for each call. Returns how many failed.
///
/// The caller has to be the first process, since it works with what that one holds.
///
/// # Errors
///
/// When what the calls work on can't be made.
pub fn refusals(system: &mut dyn System, out: &mut dyn Write) -> Result<u64, Error> {
    let fixture = Fixture::new(system)?;
    let mut failed = 0;
    let mut report = |name: &dyn Display, result: Result<(), Failure>| {
        let written = match result {
            Ok(()) => writeln!(out, "pass refuses_{name}"),
            Err(failure) => {
                failed += 1;
                writeln!(out, "fail refuses_{name}: {failure}")
            }
        };
        // What can't be printed is missed by whoever compares the lines.
        let _ = written;
    };
    for call in Syscall::ALL {
        let result = match fixture.has(call) {
            true => of_call(system, &fixture, call),
            false => Ok(()),
        };
        report(&call.name(), result);
    }
    report(&"unknown_numbers", others::unknown_numbers(system, &fixture));
    fixture.close(system)?;
    Ok(failed)
}

fn of_call(system: &mut dyn System, fixture: &Fixture, call: Syscall) -> Result<(), Failure> {
    handles::check(system, fixture, call)?;
    others::check(system, fixture, call)?;
    pointers::check(system, fixture, call)
}
