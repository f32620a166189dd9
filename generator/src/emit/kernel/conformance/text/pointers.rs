//! Addresses that must not be taken: the kernel's, unmapped ones, unaligned ones, ranges that wrap.

use exo_facts::{Error, ParameterKind, Syscall, limits};

use crate::System;
use crate::fixture::Fixture;
use crate::trial::{Failure, Trial, When};

/// An address at which nothing is mapped.
const UNMAPPED: u64 = 0x6000_0000_0000;

/// What is wrong with an address, the address, and whether that shows only where memory is accessed.
const WRONG: [(&str, u64, bool); 7] = [
    ("an address of the kernel", 0xffff_8000_0000_0000, false),
    ("the last page of all", !(limits::PAGE_BYTES - 1), false),
    ("the first address behind those of users", limits::USER_END, false),
    ("an address that isn't canonical", 0x1234_0000_0000_0000, false),
    ("null", 0, true),
    ("an address that isn't mapped", UNMAPPED, true),
    ("a range that leaves the addresses of users", limits::USER_END - 8, true),
];

/// Tries each parameter of a call that is an address.
pub fn check(system: &mut dyn System, fixture: &Fixture, call: Syscall) -> Result<(), Failure> {
    let memory = system.memory();
    let can = |error: Error| call.errors().contains(&error);
    let accesses = call.parameters().iter().any(|parameter| parameter.kind == ParameterKind::Length);
    for (place, parameter) in call.parameters().iter().enumerate() {
        if parameter.kind != ParameterKind::Address {
            continue;
        }
        let mut refuse = |what: &'static str, address: u64, expected: Error| {
            let mut arguments = fixture.arguments(call, memory);
            arguments[place] = address;
            let trial = Trial { fixture, call, what, parameter: parameter.name };
            trial.refuse(system, arguments, expected, When::AfterCharge)
        };
        for (what, address, accessed) in WRONG {
            // A stack begins below its first address.
            let is_end_of_stack = address == limits::USER_END && parameter.name == "stack";
            if can(Error::BadAddress) && (accesses || !accessed) && !is_end_of_stack {
                refuse(what, address, Error::BadAddress)?;
            }
        }
        if accesses {
            refuse("a range that wraps", u64::MAX - 7, Error::BadAddress)?;
        }
        // Where code begins needs no alignment on every target.
        if can(Error::Misaligned) && parameter.name != "entry" {
            refuse("an address that isn't aligned", memory + 1, Error::Misaligned)?;
        }
    }
    Ok(())
}
