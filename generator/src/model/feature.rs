//! Feature flags: what can be switched on, what that switches on with it, and what can't stand beside it.

use crate::arena::{Arena, Id};
use crate::source::Span;

/// The feature flags of the specs.
#[derive(Debug, Default)]
pub struct Features {
    /// In order of their names.
    pub features: Arena<Feature>,
}

/// One feature flag.
#[derive(Debug, Clone)]
pub struct Feature {
    /// `json`.
    pub name: String,
    /// What it brings.
    pub doc: String,
    /// Whether it is on unless switched off.
    pub default: bool,
    /// Features that it switches on.
    pub implies: Vec<Id<Feature>>,
    /// Features that can't be on together with it.
    pub conflicts: Vec<Id<Feature>>,
    /// Targets (by name) on which it exists; empty for all.
    pub targets: Vec<String>,
    /// The spec file, root-relative.
    pub file: String,
    /// The entry.
    pub span: Span,
}
