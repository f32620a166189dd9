//! Hand-written evidence: examples with their results, and bytes.

use crate::arena::Id;
use crate::source::Span;

/// What an op must do, stated by hand.
#[derive(Debug, Clone)]
pub enum Example {
    /// `2, 3 -> 5` or `1, 0 -> !divide_by_zero`: literals for inputs and outputs of an op without operands or control.
    Values {
        /// Literals of the inputs, bottom to top.
        inputs: Vec<String>,
        /// What comes out.
        outcome: Outcome,
        /// The string in the spec.
        span: Span,
    },
    /// Assembly whose function `main` is run.
    Program {
        /// The fixture that precedes the program, if one is named.
        given: Option<Id<Fixture>>,
        /// Declarations; must define `main` (without parameters) unless `body` form was used, in which case it already does.
        text: String,
        /// What `main` returns or how it fails.
        outcome: Outcome,
        /// What natives printed, where the example says.
        prints: Option<String>,
        /// The table in the spec.
        span: Span,
    },
}

/// How an example ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With these values, as literals (a program gives one).
    Values(Vec<String>),
    /// With this trap or, for a program, with this uncaught trap.
    Trap(String),
    /// With an uncaught exception whose value is this literal.
    Throws(String),
}

/// Assembly that several examples share.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// `shapes`.
    pub name: String,
    /// What it declares.
    pub doc: String,
    /// Declarations.
    pub text: String,
    /// The `[fixture.shapes]` entry.
    pub span: Span,
}

/// The bytes of one instruction, written by hand and so independent of the encoder.
#[derive(Debug, Clone)]
pub struct Golden {
    /// The operands as numbers in assembly syntax, in order; labels as distances from the end of the instruction.
    pub operands: Vec<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The value in the spec.
    pub span: Span,
}
