//! Says how the heap refuses something.

use core::fmt;

use raya_facts::types::SlotKind;

/// There is no room: the limit of the heap would be passed. Nothing was allocated; a collection may make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// The bytes that were asked for.
    pub wanted: usize,
    /// The bytes in use, objects that nothing reaches any more included.
    pub used: usize,
    /// The most bytes that may be in use.
    pub limit: usize,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exhausted { wanted, used, limit } = self;
        write!(
            f,
            "{wanted} bytes more than the {used} in use do not fit into the limit of {limit} bytes"
        )
    }
}

impl core::error::Error for Exhausted {}

/// A value has another representation than the place that it was meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongSlot {
    /// The representation of the place.
    pub expected: SlotKind,
    /// That of the value.
    pub found: SlotKind,
}

impl fmt::Display for WrongSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a value of slot {:?}, found one of slot {:?}",
            self.expected, self.found
        )
    }
}

impl core::error::Error for WrongSlot {}

/// Why an element can't be appended to an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushError {
    /// There is no room for it.
    Exhausted(Exhausted),
    /// It has another representation than the elements.
    WrongSlot(WrongSlot),
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PushError::Exhausted(error) => error.fmt(f),
            PushError::WrongSlot(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for PushError {}

impl From<Exhausted> for PushError {
    fn from(error: Exhausted) -> PushError {
        PushError::Exhausted(error)
    }
}

impl From<WrongSlot> for PushError {
    fn from(error: WrongSlot) -> PushError {
        PushError::WrongSlot(error)
    }
}

/// The operating system grants no address space for a heap of this limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRegion {
    /// The limit that was asked for.
    pub limit: usize,
}

impl fmt::Display for NoRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no address space for a heap of {} bytes; ask for a lower limit",
            self.limit
        )
    }
}

impl core::error::Error for NoRegion {}
