//! One call that has to be refused, and what is held against it.

use core::fmt;

use exo_facts::{Error, Syscall};

use crate::System;
use crate::fixture::{Fixture, ask};

/// When a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// By the gate: it costs nothing.
    BeforeCharge,
    /// By its handler: it has cost what it costs.
    AfterCharge,
}

/// Why a kernel doesn't conform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was wrong with the call: `a stale handle`.
    pub what: &'static str,
    /// The parameter.
    pub parameter: &'static str,
    /// What the kernel did instead.
    pub found: Found,
}

/// What a kernel did that it should not have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Another status.
    Status(Error, u64),
    /// A value beside an error.
    Value(u64),
    /// Something changed.
    Effect,
    /// It cost another amount of gas.
    Gas(u64, u64),
    /// A call that should have prepared the trial failed.
    Unprepared(Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} as `{}`: ", self.what, self.parameter)?;
        match self.found {
            Found::Status(expected, 0) => write!(formatter, "it succeeded, and should be {}", expected.name()),
            Found::Status(expected, status) => match exo_facts::result(status) {
                Err(error) => write!(formatter, "{}, and should be {}", error.name(), expected.name()),
                Ok(()) => write!(formatter, "the status {status:#x}, and should be {}", expected.name()),
            },
            Found::Value(value) => write!(formatter, "the value {value:#x} beside the error"),
            Found::Effect => formatter.write_str("it had an effect"),
            Found::Gas(expected, found) => write!(formatter, "it cost {found}, and should cost {expected}"),
            Found::Unprepared(error) => write!(formatter, "it could not be prepared: {}", error.name()),
        }
    }
}

/// A call in the making.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// What the caller holds.
    pub fixture: &'a Fixture,
    /// The call.
    pub call: Syscall,
    /// What is wrong with it.
    pub what: &'static str,
    /// The parameter that is wrong.
    pub parameter: &'static str,
}

impl Trial<'_> {
    fn failure(&self, found: Found) -> Failure {
        Failure { what: self.what, parameter: self.parameter, found }
    }

    /// A step that prepares the call.
    pub fn prepare(&self, system: &mut dyn System, call: Syscall, arguments: &[u64]) -> Result<u64, Failure> {
        ask(system, call, arguments).map_err(|error| self.failure(Found::Unprepared(error)))
    }

    /// Makes the call, and holds the kernel to it that it is refused with this error and has no effect.
    pub fn refuse(&self, system: &mut dyn System, arguments: [u64; 6], expected: Error, when: When) -> Result<(), Failure> {
        let seen = |system: &mut dyn System| self.fixture.seen(system).map_err(|error| self.failure(Found::Unprepared(error)));
        let before = seen(system)?;
        let purse = self.prepare(system, Syscall::AccountQuery, &[self.fixture.own_account])?;
        let (status, value) = system.call(self.call.number(), arguments);
        let rest = self.prepare(system, Syscall::AccountQuery, &[self.fixture.own_account])?;
        if status != exo_facts::status(Err(expected)) {
            return Err(self.failure(Found::Status(expected, status)));
        }
        if value != 0 {
            return Err(self.failure(Found::Value(value)));
        }
        if seen(system)? != before {
            return Err(self.failure(Found::Effect));
        }
        let price = match when {
            When::BeforeCharge => 0,
            When::AfterCharge => self.call.price(&arguments),
        };
        // The second query has paid for itself before it answered.
        let cost = purse.wrapping_sub(rest).wrapping_sub(Syscall::AccountQuery.gas());
        if system.is_quiet() && cost != price {
            return Err(self.failure(Found::Gas(price, cost)));
        }
        Ok(())
    }
}
