//! Reports what is wrong with the TOML of a file: what is broken, and keys that stand twice.

use std::ops::Range;

use toml::de::DeTable;

use super::{Table, ValueKind, recover, tree};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceFile, Span};

/// The most mistakes that are reported for one file. A file with more is something else than TOML.
const MOST_ERRORS: usize = 10;

/// What is wrong with the TOML of a file.
pub fn faults(file: FileId, source: &SourceFile) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    read(file, source, &mut diagnostics);
    diagnostics
}

/// The tree of a file without entries whose TOML is broken, which are reported.
pub(super) struct Read {
    pub table: Table,
    /// Whether something was reported.
    pub is_broken: bool,
    /// Whether keys above all tables are broken.
    pub lacks_head: bool,
}

/// Parses a file, and reports mistakes of its TOML.
pub(super) fn read(file: FileId, source: &SourceFile, diagnostics: &mut Diagnostics) -> Read {
    let (tree, errors) = DeTable::parse_recoverable(&source.text);
    if errors.iter().all(|error| repeated(&source.text, error).is_some()) {
        let table = Table::new(file, tree.get_ref());
        return report(file, source, table, &[], errors, diagnostics);
    }
    let recovered = recover::recover(&source.text);
    let (tree, errors) = DeTable::parse_recoverable(&recovered.text);
    let table = Table::new(file, tree.get_ref());
    Read {
        lacks_head: recovered.head,
        ..report(file, source, table, &recovered.broken, errors, diagnostics)
    }
}

/// Reports what is broken and what contradicts something else.
fn report(
    file: FileId,
    source: &SourceFile,
    table: Table,
    broken: &[recover::Broken],
    errors: Vec<toml::de::Error>,
    diagnostics: &mut Diagnostics,
) -> Read {
    let mut found = Diagnostics::default();
    for broken in broken {
        found.push(
            Diagnostic::error("L0006", format!("`{}` is not valid TOML: {}", source.path, broken.message))
                .at(tree::span(file, broken.range.clone()), &broken.message)
                .leaves_a_gap(),
        );
    }
    for error in without_consequences(&source.text, errors) {
        found.push(syntax_error(file, source, &table, &error).leaves_a_gap());
    }
    let found = found.sorted();
    for diagnostic in found.iter().take(MOST_ERRORS) {
        diagnostics.push(diagnostic.clone());
    }
    if found.len() > MOST_ERRORS {
        let more = found.len() - MOST_ERRORS;
        let end = tree::span(file, source.text.len()..source.text.len());
        diagnostics.push(
            Diagnostic::error("L0006", format!("`{}` has {more} more mistakes of its TOML", source.path))
                .at(end, "only the first ones are shown")
                .help("mend those first; many may follow from one"),
        );
    }
    Read {
        table,
        is_broken: !found.is_empty(),
        lacks_head: false,
    }
}

/// Whether a mistake is a key that stands twice, and the header that it stands in, if it is one.
fn repeated(text: &str, error: &toml::de::Error) -> Option<(Range<usize>, Option<Range<usize>>)> {
    let range = error.span().filter(|_| error.message() == "duplicate key")?;
    let line_start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let header = line
        .trim_start()
        .starts_with('[')
        .then(|| line_start..line_start + line.len());
    Some((range, header))
}

/// Leaves out keys that stand twice only because the header above them does.
fn without_consequences(text: &str, errors: Vec<toml::de::Error>) -> Vec<toml::de::Error> {
    let mut repeated_until = 0;
    errors
        .into_iter()
        .filter(|error| match repeated(text, error) {
            Some((range, Some(header))) => {
                let rest = text.get(header.end..).unwrap_or_default();
                let next = rest.find("\n[").map_or(text.len(), |at| header.end + at);
                repeated_until = next.max(range.end);
                true
            }
            Some((range, None)) => range.start >= repeated_until,
            None => true,
        })
        .collect()
}

/// A mistake of the TOML itself.
fn syntax_error(file: FileId, source: &SourceFile, table: &Table, error: &toml::de::Error) -> Diagnostic {
    let text = &source.text;
    let end = text.len();
    if let Some((range, header)) = repeated(text, error) {
        let span = tree::span(file, range.clone());
        let key = text.get(range.clone()).unwrap_or_default();
        let first = match &header {
            Some(header) => {
                let line = text.get(header.clone()).unwrap_or_default();
                let line = line.split('#').next().unwrap_or_default().trim();
                let before = text.get(..header.start).unwrap_or_default();
                before.find(line).map(|at| tree::span(file, at..at + line.len()))
            }
            None => {
                let mut same = Vec::new();
                keys_like(table, key.trim_matches(['"', '\'']), span, &mut same);
                same.into_iter().max()
            }
        };
        let diagnostic = Diagnostic::error("L0008", format!("`{key}` is stated twice"))
            .at(span, "stated again here")
            .note("TOML allows a key only once in a table, and a table only once in a file")
            .help("remove one of the two or give it another name");
        return match first {
            Some(first) => diagnostic.at(first, "first stated here"),
            None => diagnostic,
        };
    }
    let span = tree::span(
        file,
        error
            .span()
            .map_or(end..end, |range| range.start.min(end)..range.end.min(end)),
    );
    let message = error.message().lines().next().unwrap_or_default();
    Diagnostic::error("L0006", format!("`{}` is not valid TOML: {message}", source.path)).at(span, message)
}

/// Where keys of this name stand before a place.
fn keys_like(table: &Table, name: &str, before: Span, same: &mut Vec<Span>) {
    for (key, value) in &table.entries {
        if key.name == name && key.span.start < before.start {
            same.push(key.span);
        }
        if let ValueKind::Table(inner) = &value.kind {
            keys_like(inner, name, before, same);
        }
    }
}
