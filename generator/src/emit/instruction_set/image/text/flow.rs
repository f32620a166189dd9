//! Where execution goes after an instruction.

use crate::Address;

/// Where execution goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// Over the next instruction.
    Skip,
    /// To this address.
    Jump(Address),
    /// To itself again: it waits.
    Wait,
}
