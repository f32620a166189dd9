//! Feature flags: what can be switched on, what that switches on with it, and what can't stand beside it.

use crate::arena::{Arena, Id};
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::source::Span;
use crate::syntax::Document;

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

/// Loads the features of the specs.
pub fn load(_documents: &[&Document], model: &mut Model, _diagnostics: &mut Diagnostics) {
    model.insert(Features::default());
}

/// The number of features.
pub fn count(model: &Model) -> usize {
    model.part::<Features>().features.len()
}
