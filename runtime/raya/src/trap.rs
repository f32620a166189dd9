//! Failures that the language defines, the exceptions that they become on their way to a handler, and why an op stops.

use core::fmt;

use raya_facts::TrapKind;
use raya_heap::{Exhausted, Marker, WrongSlot};

use crate::any::Any;
use crate::trace::TracePoint;
use crate::trip::Trip;

/// A failure that the language defines.
///
/// A catchable one becomes an exception at the op that raised it; the others end the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// Which failure.
    pub kind: TrapKind,
    /// What happened, with the values involved.
    pub message: String,
    /// The exception to raise in place of the text, where one is handed on: a failure that `await` delivers.
    pub handed_on: Option<Box<Raised>>,
}

impl Trap {
    /// A trap of `kind` with a message.
    pub fn new(kind: TrapKind, message: impl Into<String>) -> Trap {
        Trap {
            kind,
            message: message.into(),
            handed_on: None,
        }
    }

    /// The trap by which an op raises an exception that was raised elsewhere.
    pub fn handing_on(raised: Raised) -> Trap {
        let message = "an exception that was raised elsewhere".to_owned();
        Trap {
            kind: TrapKind::Exception,
            message,
            handed_on: Some(Box::new(raised)),
        }
    }

    /// The trap by which a native function raises a value.
    pub fn throwing(exception: Any) -> Trap {
        Trap::handing_on(Raised {
            exception,
            trap: None,
            trace: Vec::new(),
        })
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.message)
    }
}

impl core::error::Error for Trap {}

impl From<Exhausted> for Trap {
    fn from(error: Exhausted) -> Trap {
        Trap::new(TrapKind::HeapLimit, error.to_string())
    }
}

impl From<Exhausted> for Stop {
    fn from(error: Exhausted) -> Stop {
        Stop::Trap(error.into())
    }
}

/// An exception under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// What handlers are given.
    pub exception: Any,
    /// The trap that it came from; `None` for a value that the program threw.
    pub trap: Option<Trap>,
    /// Where it was raised first, innermost call first.
    pub trace: Vec<TracePoint>,
}

impl Raised {
    /// Whether a task ended because it was asked to.
    pub fn is_cancelled(&self) -> bool {
        self.trap.as_ref().is_some_and(|trap| trap.kind == TrapKind::Cancelled)
    }

    /// Marks what it refers to.
    pub fn roots(&self, marker: &mut Marker) {
        marker.mark_any(self.exception);
    }
}

/// Why an op did not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The language says so.
    Trap(Trap),
    /// Code and machine contradict each other.
    Trip(Trip),
}

impl From<WrongSlot> for Stop {
    fn from(wrong: WrongSlot) -> Stop {
        Stop::Trip(wrong.into())
    }
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Stop {
        Stop::Trap(trap)
    }
}

impl From<Trip> for Stop {
    fn from(trip: Trip) -> Stop {
        Stop::Trip(trip)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Trap(trap) => trap.fmt(f),
            Stop::Trip(trip) => write!(f, "internal contradiction: {trip}"),
        }
    }
}

impl core::error::Error for Stop {}
