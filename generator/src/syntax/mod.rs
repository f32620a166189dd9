//! Stage 2: TOML to a spanned tree. Recoverable: one run reports every mistake.

use serde_spanned::Spanned;
use toml::de::DeTable;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, SourceMap, Span};

/// A spec file whose TOML was read and whose kind and name are known.
#[derive(Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Its root-relative path.
    pub path: String,
    /// The value of `kind = …`.
    pub kind: String,
    /// Where that stands.
    pub kind_span: Span,
    /// The value of `name = …`, where there is one.
    pub name: Option<(String, Span)>,
    /// The whole text; `table` borrows nothing from it.
    pub text: String,
    /// The tree with the span of every key and value, without errors having been lost: those were reported.
    pub table: Spanned<DeTable<'static>>,
}

/// Parses every spec of a run, in the order of their paths.
pub fn parse(_sources: &SourceMap, _diagnostics: &mut Diagnostics) -> Vec<Document> {
    Vec::new()
}
