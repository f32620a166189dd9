//! Handles: how a process names a capability.

use core::fmt;

/// Names a row of the table of capabilities: its index in the low half, its epoch in the high half.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Handle(pub u64);

impl Handle {
    /// Names nothing.
    pub const NULL: Handle = Handle(0);

    /// The handle of a row.
    #[inline]
    pub const fn new(index: u32, epoch: u32) -> Handle {
        Handle(((epoch as u64) << 32) | index as u64)
    }

    /// The index of the row.
    #[inline]
    pub const fn index(self) -> u32 {
        self.0 as u32
    }

    /// The epoch that the row must have.
    #[inline]
    pub const fn epoch(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Whether it names nothing: its index is 0, whatever the epoch.
    #[inline]
    pub const fn is_null(self) -> bool {
        self.index() == 0
    }
}

/// `5.1`: index and epoch; `null`.
impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            formatter.write_str("null")
        } else {
            write!(formatter, "{}.{}", self.index(), self.epoch())
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Handle({self})")
    }
}
