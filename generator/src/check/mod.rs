//! Stage 4: rules, each with a code, one function over the model, listed in the table of its spec kind.

pub mod feature;
pub mod instruction_set;
pub mod target;

use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::source::SourceMap;

/// One rule.
pub struct Rule {
    /// `L0203`.
    pub code: &'static str,
    /// What it demands, in one line.
    pub summary: &'static str,
    /// Its page for `lathe explain`, in Markdown: why the rule stands, an example that breaks it, the mended example.
    pub page: &'static str,
    /// Finds what breaks the rule. `None` for what an earlier stage reports (reading, syntax, names).
    pub check: Option<fn(&Model, &SourceMap, &mut Diagnostics)>,
}
