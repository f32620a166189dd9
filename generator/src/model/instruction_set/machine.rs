//! Who writes what drives programs: values, frames, calls, fuel and the loop over instructions.

use super::{Control, InstructionSet};
use crate::source::Span;

/// The trap with which an emitted machine ends a program that used up its fuel.
pub const OUT_OF_FUEL: &str = "out_of_fuel";
/// The trap with which it ends a program whose calls are nested too deeply.
pub const STACK_OVERFLOW: &str = "stack_overflow";

/// The words for where a machine comes from, and whether it is emitted.
pub const MACHINES: &[(&str, bool)] = &[("own", false), ("emitted", true)];

/// Where a machine comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// Whoever writes the runtime writes it, with whatever the set needs: a heap, tasks, handlers.
    Own,
    /// It is emitted as a crate of its own, on which the runtime rests.
    Emitted {
        /// The `[runtime]` table.
        span: Span,
    },
}

/// The traps that the emitted machine of a set raises by itself.
pub fn traps(set: &InstructionSet) -> Vec<&'static str> {
    let calls = set.ops.iter().any(|op| op.control == Control::Call);
    match set.machine {
        Machine::Own => Vec::new(),
        Machine::Emitted { .. } if calls => vec![OUT_OF_FUEL, STACK_OVERFLOW],
        Machine::Emitted { .. } => vec![OUT_OF_FUEL],
    }
}
