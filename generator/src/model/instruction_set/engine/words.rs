//! The words with which an op says how the fast engine runs it.

/// Where an input of an op is when the fast engine runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// A word of the frame: a local, or what was a place on the stack.
    Slot,
    /// A constant in the instruction.
    Const,
}

/// The words for locations.
pub const LOCATIONS: &[(&str, Location)] = &[("slot", Location::Slot), ("const", Location::Const)];

/// What the fast engine runs together with an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fuse {
    /// A conditional jump on its result.
    Branch,
}

/// The words for what is fused.
pub const FUSES: &[(&str, Fuse)] = &[("branch", Fuse::Branch)];
