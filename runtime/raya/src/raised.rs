//! An exception on its way to a handler, whoever raised it.

use raya_facts::TrapKind;
use raya_heap::Marker;

use crate::any::Any;
use crate::trace::TracePoint;
use crate::trap::Trap;

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
