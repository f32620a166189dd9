//! Handles that must not be taken: forged, stale, foreign, of another kind, too weak.

use exo_facts::{Error, Kind, Parameter, ParameterKind, Rights, Syscall};

use crate::System;
use crate::fixture::{Fixture, NOWHERE};
use crate::trial::{Failure, Trial, When};

/// Tries each parameter of a call that is a capability.
pub fn check(system: &mut dyn System, fixture: &Fixture, call: Syscall) -> Result<(), Failure> {
    let arguments = fixture.arguments(call, system.memory());
    for (place, parameter) in call.parameters().iter().enumerate() {
        if let ParameterKind::Capability { kind, optional } = parameter.kind {
            let of = Slot { fixture, call, place, parameter, kind, optional, arguments };
            of.forged(system)?;
            of.stale(system)?;
            of.foreign(system)?;
            of.other_kind(system)?;
            of.weak(system)?;
        }
    }
    Ok(())
}

/// A parameter, and arguments of which all others are right.
struct Slot<'a> {
    fixture: &'a Fixture,
    call: Syscall,
    place: usize,
    parameter: &'static Parameter,
    kind: Option<Kind>,
    optional: bool,
    arguments: [u64; 6],
}

impl<'a> Slot<'a> {
    fn trial(&self, what: &'static str) -> Trial<'a> {
        Trial { fixture: self.fixture, call: self.call, what, parameter: self.parameter.name }
    }

    fn refuse(&self, system: &mut dyn System, what: &'static str, handle: u64, expected: Error) -> Result<(), Failure> {
        let mut arguments = self.arguments;
        arguments[self.place] = handle;
        self.trial(what).refuse(system, arguments, expected, When::BeforeCharge)
    }

    fn strong(&self) -> u64 {
        self.fixture.strong(self.kind)
    }

    fn forged(&self, system: &mut dyn System) -> Result<(), Failure> {
        if !self.optional {
            self.refuse(system, "null", 0, Error::BadHandle)?;
        }
        for handle in NOWHERE.into_iter().filter(|handle| !self.optional || *handle as u32 != 0) {
            self.refuse(system, "a handle out of range", handle, Error::BadHandle)?;
        }
        // The row is right, and the epoch is one that it will have, or had.
        self.refuse(system, "a later epoch", self.strong().wrapping_add(1 << 32), Error::BadHandle)?;
        self.refuse(system, "an earlier epoch", self.strong() & 0xffff_ffff, Error::BadHandle)
    }

    /// The row is filled again, so that nothing but its epoch tells the two apart.
    fn stale(&self, system: &mut dyn System) -> Result<(), Failure> {
        const WHAT: &str = "a stale handle";
        let trial = self.trial(WHAT);
        let stale = trial.prepare(system, Syscall::CapCopy, &[self.strong(), 0])?;
        trial.prepare(system, Syscall::CapDrop, &[stale])?;
        self.refuse(system, WHAT, stale, Error::BadHandle)?;
        let again = trial.prepare(system, Syscall::CapCopy, &[self.strong(), 0])?;
        self.refuse(system, "a stale handle of a row that is filled again", stale, Error::BadHandle)?;
        trial.prepare(system, Syscall::CapDrop, &[again]).map(drop)
    }

    fn foreign(&self, system: &mut dyn System) -> Result<(), Failure> {
        const WHAT: &str = "a handle of another process";
        let trial = self.trial(WHAT);
        let stranger = self.fixture.strong(Some(Kind::Process));
        let foreign = trial.prepare(system, Syscall::CapCopy, &[self.strong(), stranger])?;
        self.refuse(system, WHAT, foreign, Error::BadHandle)?;
        trial.prepare(system, Syscall::CapRevoke, &[self.strong()]).map(drop)
    }

    fn other_kind(&self, system: &mut dyn System) -> Result<(), Failure> {
        let Some(kind) = self.kind else {
            return Ok(());
        };
        for other in Kind::ALL.into_iter().filter(|other| *other != kind) {
            let handle = self.fixture.strong(Some(other));
            if handle != 0 {
                self.refuse(system, "a capability of another kind", handle, Error::WrongKind)?;
            }
        }
        Ok(())
    }

    /// Every right that is needed, left out by itself.
    fn weak(&self, system: &mut dyn System) -> Result<(), Failure> {
        const WHAT: &str = "a capability that lacks a right";
        let trial = self.trial(WHAT);
        let word = trial.prepare(system, Syscall::CapInspect, &[self.strong()])?;
        let held = Rights::from_bits(word as u8);
        let argument = match self.parameter.needs_argument {
            Some(place) => Rights::from_bits(self.arguments[place] as u8),
            None => Rights::NONE,
        };
        let needed = self.parameter.needs.join(argument);
        for (right, ..) in Rights::EACH.into_iter().filter(|(right, ..)| needed.contains(*right)) {
            let rest = Rights::from_bits(held.bits() & !right.bits());
            let weak = trial.prepare(system, Syscall::CapDerive, &[self.strong(), u64::from(rest.bits())])?;
            self.refuse(system, WHAT, weak, Error::Denied)?;
            trial.prepare(system, Syscall::CapDrop, &[weak])?;
        }
        Ok(())
    }
}
