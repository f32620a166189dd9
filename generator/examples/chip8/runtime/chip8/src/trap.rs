//! How an instruction fails.

use std::fmt;

use chip8_facts::TrapKind;

/// The way in which an instruction failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trap {
    kind: TrapKind,
}

impl Trap {
    /// Its kind, as the spec knows it.
    pub fn kind(self) -> TrapKind {
        self.kind
    }
}

impl From<TrapKind> for Trap {
    fn from(kind: TrapKind) -> Trap {
        Trap { kind }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.kind.doc())
    }
}

impl std::error::Error for Trap {}
