//! Effects: what an op does beyond its outputs, and what its semantics function must therefore take.

use crate::source::Span;

/// An effect that ops can state: `heap.write`.
#[derive(Debug, Clone)]
pub struct Effect {
    /// `heap.write`.
    pub name: String,
    /// What it says.
    pub doc: String,
    /// What a semantics function of an op with this effect is given.
    pub takes: Takes,
    /// Whether its bit means that the task may be suspended in the op, so that the function returns `Poll<…>`.
    pub suspends: bool,
    /// The `[effect."heap.write"]` entry.
    pub span: Span,
}

/// What a semantics function is given, before inputs and operands: first the context, then the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Takes {
    /// `&Context` or `&mut Context`.
    pub context: Access,
    /// `&Frame` or `&mut Frame`.
    pub frame: Access,
}

/// Whether and how a part of the machine is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Access {
    /// Not passed.
    #[default]
    None,
    /// By shared reference.
    Shared,
    /// By mutable reference.
    Mutable,
}

impl Access {
    /// Every way that a spec can state, with its name there.
    pub const STATED: &'static [(&'static str, Access)] = &[("shared", Access::Shared), ("mutable", Access::Mutable)];
}
