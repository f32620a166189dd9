//! The first process: it starts all others, says how they did, and ends the machine by ending itself.

use core::fmt::Write;

use exo_facts::Error;

use crate::console::Console;
use crate::{conformance, crowd, faults, laws, measure};

/// Prints how it did; an error is one that it couldn't go on after.
type Part = fn(&mut Console) -> Result<(), Error>;

/// What runs, in order.
const PARTS: [(&str, Part); 6] = [
    ("measure", measure::run),
    ("refusals", conformance::refusals),
    ("laws", laws::run),
    ("faults", faults::run),
    ("fuzz", conformance::fuzz),
    ("ten_thousand", crowd::run),
];

/// Runs everything. The status is the number of parts that failed.
pub fn run() -> u64 {
    let mut console = Console::initial();
    let mut failed = 0;
    for (name, part) in PARTS {
        if let Err(error) = part(&mut console) {
            let _ = writeln!(console, "fail {name}: {}", error.name());
            failed += 1;
        }
    }
    if failed == 0 {
        let _ = writeln!(console, "exo: done");
    }
    failed
}
