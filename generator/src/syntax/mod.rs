//! Stage 2: TOML to a spanned tree. Recoverable: one run reports every mistake.

use crate::source::{FileId, Span};

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
    /// The tree, without errors having been lost: those were reported.
    pub table: toml::Table,
}
