//! Laws: what always holds, as steps that can be tried and what is expected of their results.
//!
//! A step and an expectation are Rust, so that they read like it and the emitted test says in the same words what it tried. [`steps`]
//! parses a step; [`meaning`] says what the names in a law stand for.

pub mod meaning;
pub mod steps;

use super::Object;
use crate::arena::Id;
use crate::source::Span;

/// The most values in a list that a law makes, and the most numbers of a list that it is given.
pub const MOST_IN_LIST: u64 = 64;
/// The most decisions of a scheduler that a law looks at.
pub const MOST_DECISIONS: u64 = 2048;
/// The most cases of a law in one run: they are tried in a booted kernel, too.
pub const MOST_CASES: i64 = 10_000;
/// How many cases are tried where a law doesn't say.
pub const CASES: u32 = 64;

/// A law: `[law.gas_is_conserved]`.
#[derive(Debug, Clone)]
pub struct Law {
    /// `gas_is_conserved`.
    pub name: String,
    /// What always holds.
    pub doc: String,
    /// How many cases are tried.
    pub cases: u32,
    /// From which the choices follow.
    pub seed: u64,
    /// What is chosen for each case, in order of the spec.
    pub given: Vec<Given>,
    /// What is done, in order.
    pub steps: Vec<Text>,
    /// What must hold afterwards.
    pub expect: Vec<Text>,
    /// A method of the kernel that looks at its tables after the steps, where these can be reached.
    pub observer: Option<Text>,
    /// The entry.
    pub span: Span,
}

/// A text of a law, and where it stands with its quotes.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// Something that is chosen for each case: `amount = "0..=1000"`.
#[derive(Debug, Clone)]
pub struct Given {
    /// `amount`.
    pub name: String,
    /// What is chosen.
    pub of: GivenType,
    /// The same as the spec has it.
    pub text: String,
    /// The name in the spec.
    pub span: Span,
}

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenType {
    /// A number from a range: `0..=1000`.
    Number {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// Numbers from a range, so many of them: `[1..=9; 2..=5]`.
    Numbers {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
        /// How many at least.
        shortest: u64,
        /// How many at most.
        longest: u64,
    },
    /// A set of rights, of those that mean something for a kind: `rights`, `rights<page>`.
    Rights(Option<Id<Object>>),
    /// A call with arguments out of their types, about what the second process holds: `call`.
    Call,
    /// The encoded form of a value in the memory of the caller: `value`.
    Value,
}
