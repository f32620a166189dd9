//! The table of spec kinds. A new kind is one row here, one file in `model/`, one in `check/` and one in `emit/`.

use crate::check::Rule;
use crate::diagnostic::Diagnostics;
use crate::emit::Emitter;
use crate::model::Model;
use crate::syntax::Document;

/// One kind of spec.
pub struct SpecKind {
    /// What stands behind `kind =` in its files: `instruction-set`.
    pub name: &'static str,
    /// What it describes, in one line.
    pub summary: &'static str,
    /// Resolves its files into its part of the model. Rows are loaded in the order of the table, so that it may refer to parts above.
    /// Called once in each run, with no documents when there is no such file; it must insert its part in any case.
    pub load: fn(&[&Document], &mut Model, &mut Diagnostics),
    /// What the checker demands of it.
    pub rules: &'static [Rule],
    /// What comes out of it.
    pub emitters: &'static [Emitter],
    /// The number of entries, for the table of a run.
    pub count: fn(&Model) -> usize,
}
