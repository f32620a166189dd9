//! Stage 4: rules, each with a code, one function over the model, listed in the table of its spec kind.
//!
//! To add a rule: write its function and its [`Rule`] beside each other in the file of its topic, its page under `pages/`, name it in
//! the table of its kind, and add a case under `tests/cases/`; tests fail as long as one of these is missing.

pub mod artefact;
pub mod blessed;
mod convention;
mod docs;
pub mod feature;
pub mod instruction_set;
pub mod kernel;
pub mod locate;
mod mend;
pub mod module;
pub mod semantics;
pub mod target;
pub mod text;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::Model;
use crate::source::{SourceMap, Span};

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `L0203`.
    pub code: &'static str,
    /// What it demands, in one line.
    pub summary: &'static str,
    /// Its page for `lathe explain`, in Markdown: why the rule stands, an example that breaks it, the mended example.
    pub page: &'static str,
    /// Finds what breaks the rule. `None` for a rule that is found in the same pass as another one.
    pub check: Option<fn(&Model, &SourceMap, &mut Diagnostics)>,
}

/// Holds the model against all `rules`, side by side.
///
/// After errors of earlier stages the model lacks the entries that could not be read, so that an entry that only those used would
/// look unused: then warnings are left out. Errors that remain are true of what was read, but for those about the very place of which
/// an earlier stage has said what is wrong: there the model holds something in its stead.
pub fn run<'a>(rules: impl IntoIterator<Item = &'a Rule>, model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let earlier = std::mem::take(diagnostics).sorted();
    let is_broken = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
    let incomplete = earlier.iter().any(is_broken);
    let places: BTreeSet<Span> = earlier.iter().filter_map(place).collect();
    earlier.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
    let checks: Vec<_> = rules.into_iter().filter_map(|rule| rule.check).collect();
    let found: Vec<Diagnostics> = checks
        .par_iter()
        .map(|check| {
            let mut found = Diagnostics::default();
            check(model, sources, &mut found);
            found
        })
        .collect();
    for diagnostic in found.into_iter().flat_map(Diagnostics::sorted) {
        let is_known = place(&diagnostic).is_some_and(|span| places.contains(&span));
        if !incomplete || (is_broken(&diagnostic) && !is_known) {
            diagnostics.push(diagnostic);
        }
    }
}

fn place(diagnostic: &Diagnostic) -> Option<Span> {
    diagnostic.labels.first().map(|label| label.span)
}
