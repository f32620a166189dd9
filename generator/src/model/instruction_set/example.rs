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
        /// Declarations, among them `main`, which has no parameters.
        text: String,
        /// Where the spec gives only the code of `main`: that, and the type of what it returns.
        body: Option<Body>,
        /// What `main` returns or how it fails.
        outcome: Outcome,
        /// What natives printed, where the example says.
        prints: Option<String>,
        /// The table in the spec.
        span: Span,
    },
}

/// The code of `main`, from which a program is made.
#[derive(Debug, Clone)]
pub struct Body {
    /// The type of what `main` returns: `i32`.
    pub result: String,
    /// The words of the spec.
    pub code: String,
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

/// A program without the indentation that it has in the spec.
pub fn unindented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let trimmed = text.trim_end();
    // The first line may begin right behind the quotes.
    let rest = trimmed.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = rest.map(indent).min().unwrap_or(0);
    let first = trimmed.lines().next().unwrap_or_default().trim_start();
    let mut lines: Vec<&str> = vec![first];
    lines.extend(trimmed.lines().skip(1).map(|line| line.get(common..).unwrap_or_default()));
    lines.join("\n").trim_start_matches('\n').to_owned()
}
