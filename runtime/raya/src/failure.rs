//! Reports how a program ended when it did not return.

use core::fmt;

use raya_facts::TrapKind;

use crate::any::Any;
use crate::trace::TraceLine;
use crate::trap::Trap;
use crate::trip::Trip;

/// Why a call from the host gave no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub cause: Cause,
    /// Where, innermost call first.
    pub trace: Vec<TraceLine>,
}

/// What ended a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A trap that nothing caught, or that can't be caught.
    Trap(Trap),
    /// A value that the program threw and nothing caught.
    Exception {
        /// The value.
        value: Any,
        /// The value as the language prints it.
        text: String,
        /// The value as a literal of examples.
        literal: String,
    },
    /// Code and machine contradict each other. Verified code never ends so.
    Trip(Trip),
    /// There is nothing to call, or it takes other arguments.
    Call(String),
}

impl Failure {
    /// A failure of the call itself.
    pub fn call(message: impl Into<String>) -> Failure {
        Failure {
            cause: Cause::Call(message.into()),
            trace: Vec::new(),
        }
    }

    /// The kind of trap, if it was one.
    pub fn trap(&self) -> Option<TrapKind> {
        match &self.cause {
            Cause::Trap(trap) => Some(trap.kind),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Trap(trap) => write!(f, "uncaught {trap}")?,
            Cause::Exception { text, .. } => write!(f, "uncaught exception: {text}")?,
            Cause::Trip(trip) => write!(f, "internal contradiction, which verified code never causes: {trip}")?,
            Cause::Call(message) => f.write_str(message)?,
        }
        for line in self.trace.iter().take(LONGEST_SHOWN) {
            write!(f, "\n  {line}")?;
        }
        if self.trace.len() > LONGEST_SHOWN {
            write!(f, "\n  … and {} calls more", self.trace.len() - LONGEST_SHOWN)?;
        }
        Ok(())
    }
}

/// Calls of a trace that are shown; a stack overflow has thousands.
const LONGEST_SHOWN: usize = 32;

impl core::error::Error for Failure {}
