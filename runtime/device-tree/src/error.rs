//! What can be wrong with a device tree.

use core::fmt;

/// Why bytes aren't a device tree, and where that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// In bytes from the start of the tree.
    pub at: usize,
    pub problem: Problem,
}

impl Error {
    pub(crate) fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It doesn't start with the magic number.
    Magic,
    /// It needs a newer reader than version 16.
    Version,
    /// A length or an offset reaches beyond the tree.
    Size,
    /// The structure ends in the middle of something.
    CutOff,
    /// A number that isn't a token.
    Token,
    /// An end without a begin, a property outside of any node or behind a child, or a second root.
    Nesting,
    /// More than 16 nodes in each other.
    Depth,
    /// The name of a property lies outside of the strings, or a name isn't ended.
    Name,
}

impl Problem {
    /// What is wrong, in words, for those who format nothing.
    pub fn describe(self) -> &'static str {
        match self {
            Problem::Magic => "doesn't start with 0xd00dfeed",
            Problem::Version => "needs a reader newer than version 16",
            Problem::Size => "a length or an offset reaches beyond the tree",
            Problem::CutOff => "ends in the middle of something",
            Problem::Token => "not a token",
            Problem::Nesting => "nodes and properties aren't nested as they should be",
            Problem::Depth => "more than 16 nodes in each other",
            Problem::Name => "a name outside of the strings, or without an end",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "device tree, byte {:#x}: {}", self.at, self.problem.describe())
    }
}

impl core::error::Error for Error {}
