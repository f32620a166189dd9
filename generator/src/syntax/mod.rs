//! Stage 2: TOML to a spanned tree. Recoverable: one run reports every mistake.
//!
//! [`tree`] is the tree; [`entry`] deserializes one entry of it, reporting everything that is wrong with it and not just the first.

mod directives;
pub mod edit;
pub mod entry;
mod extent;
mod fields;
pub mod literal;
mod mistakes;
mod page_table;
mod recover;
mod spanned;
pub mod tree;

pub use edit::Ground;
pub use entry::Entry;
pub use extent::extent;
pub use fields::fields;
pub use mistakes::faults;
pub use page_table::PAGES;
pub use spanned::Spanned;
pub use tree::{Key, Table, Value, ValueKind};

use std::sync::Arc;

use toml::de::DeTable;

use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::source::layout;
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::suggest::{is_certain, list, similar};

use directives::{behind_directives, misspelt_directives};
use mistakes::{Read, read};

/// What a file without any key holds.
static EMPTY: Table = Table { entries: Vec::new() };

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
    /// The name that its folder and all files beside it have, if it has none itself.
    name_beside: Option<String>,
    /// The whole text; `table` borrows nothing from it.
    pub text: String,
    /// The tree with the span of every key and value, without errors having been lost: those were reported. Always a table.
    pub root: Value,
    /// The name of the spec, for files that are one entry as a whole.
    head: Key,
    /// Where lines begin, except the first.
    line_starts: Vec<u32>,
}

/// Parses every spec of a run, in the order of their paths. `kinds` are the names of the kinds of spec that there are.
pub fn parse(sources: &SourceMap, kinds: &[&str], diagnostics: &mut Diagnostics) -> Vec<Document> {
    sources
        .iter()
        .filter(|(id, file)| layout::is_spec(&file.path) && !sources.unread.contains(id))
        .filter_map(|(id, file)| parse_file(sources, id, file, kinds, diagnostics))
        .collect()
}

/// The tree of a file, for rules that look for a place in it. Each file is parsed once, whatever the number of mistakes to be placed.
pub fn tree_of(sources: &SourceMap, file: FileId) -> Arc<Table> {
    sources.keep(file, || {
        let text = sources.files.get(file.0 as usize).map_or("", |source| &source.text);
        Table::new(file, DeTable::parse_recoverable(text).0.get_ref())
    })
}

/// The tree of a text that is no file, as far as it can be read.
pub fn tree_of_text(text: &str) -> Table {
    Table::new(FileId(0), DeTable::parse_recoverable(text).0.get_ref())
}

fn parse_file(
    sources: &SourceMap,
    file: FileId,
    source: &SourceFile,
    kinds: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<Document> {
    let Read {
        table,
        is_broken,
        lacks_head,
    } = read(file, source, diagnostics);
    misspelt_directives(file, &source.text, diagnostics);
    if lacks_head {
        return None;
    }
    let (kind, kind_span) = match table.get("kind") {
        Some((_, value)) => match &value.kind {
            ValueKind::String(kind) => (kind.clone(), value.span),
            _ => {
                diagnostics.push(
                    Diagnostic::error("L0106", format!("`kind` must be a text, but is {}", value.describe()))
                        .leaves_a_gap()
                        .at(value.span, "expected a text")
                        .help(format!("write one of {}", list(kinds.iter().copied()))),
                );
                return None;
            }
        },
        // Where the text is broken the line may stand in the part that was lost.
        None if is_broken => return None,
        None => {
            let top = behind_directives(&source.text);
            diagnostics.push(
                Diagnostic::error("L0101", format!("`{}` doesn't say what kind of spec it is", source.path))
                    .leaves_a_gap()
                    .at(tree::span(file, top..top), "expected `kind = \"…\"` here")
                    .note(format!("the kinds are {}", list(kinds.iter().copied())))
                    .help("begin the file with its kind: `kind = \"instruction-set\"`, say")
                    .fix(
                        Vec::from_iter(head(sources, source, &table).map(|head| Edit::new(tree::span(file, top..top), head))),
                        "it is that of all files beside it",
                    ),
            );
            return None;
        }
    };
    if !kinds.contains(&kind.as_str()) {
        let mut diagnostic = Diagnostic::error("L0102", format!("unknown kind `{kind}`"))
            .leaves_a_gap()
            .at(kind_span, "no such kind of spec")
            .note(format!("the kinds are {}", list(kinds.iter().copied())));
        if let Some(close) = similar(&kind, kinds.iter().copied()) {
            let certain = is_certain(&kind, close, kinds.iter().copied());
            diagnostic = diagnostic.suggestion(
                vec![Edit::new(kind_span, format!("\"{close}\""))],
                "a kind with a similar name exists",
                Applicability::of(certain),
            );
        }
        diagnostics.push(diagnostic);
        return None;
    }
    let name: Option<(String, Span)> = match table.get("name") {
        Some((_, value)) => match &value.kind {
            ValueKind::String(name) => Some((name.clone(), value.span)),
            _ => {
                diagnostics.push(
                    Diagnostic::error("L0106", format!("`name` must be a text, but is {}", value.describe()))
                        .leaves_a_gap()
                        .at(value.span, "expected a text"),
                );
                return None;
            }
        },
        None => None,
    };
    let (head_name, head_span) = name.clone().unwrap_or_else(|| (kind.clone(), kind_span));
    Some(Document {
        file,
        path: source.path.clone(),
        kind,
        kind_span,
        name_beside: match name {
            Some(_) => None,
            None => name_beside(sources, source),
        },
        name,
        text: source.text.clone(),
        line_starts: line_starts(&source.text),
        root: Value {
            kind: ValueKind::Table(table),
            span: kind_span,
        },
        head: Key {
            name: head_name,
            span: head_span,
        },
    })
}

fn folder(source: &SourceFile) -> &str {
    source.path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The first lines of a file that lacks its kind, if they are those of all files of its folder. Files directly in `spec` have nothing
/// in common.
fn head(sources: &SourceMap, source: &SourceFile, table: &Table) -> Option<String> {
    let newline = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    let kind = beside(sources, source, "kind").filter(|_| folder(source) != layout::SPEC)?;
    let name = match table.get("name") {
        Some(_) => None,
        None => name_beside(sources, source),
    };
    let name = name.map_or(String::new(), |name| format!("name = {name:?}{newline}"));
    Some(format!("kind = {kind:?}{newline}{name}"))
}

/// The name that a folder and all files in it have.
fn name_beside(sources: &SourceMap, source: &SourceFile) -> Option<String> {
    beside(sources, source, "name").filter(|name| folder(source).rsplit('/').next() == Some(name))
}

/// The text that a key at the top has in every other spec of a file's folder.
fn beside(sources: &SourceMap, source: &SourceFile, key: &str) -> Option<String> {
    let mut common: Option<String> = None;
    for (id, other) in sources.iter() {
        if other.path == source.path || !other.path.ends_with(".toml") || folder(other) != folder(source) {
            continue;
        }
        let tree = tree_of(sources, id);
        let text = |key| tree.get(key).map(|(_, value)| &value.kind);
        // A file that is called by its kind (`blessed.toml`) is the only one of it.
        if matches!(text("kind"), Some(ValueKind::String(kind)) if other.path.ends_with(&format!("/{kind}.toml"))) {
            continue;
        }
        match text(key) {
            Some(ValueKind::String(text)) if common.as_ref().is_none_or(|common| common == text) => common = Some(text.clone()),
            _ => return None,
        }
    }
    common
}

/// Where lines begin, except the first.
pub(crate) fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    breaks.filter_map(|(at, _)| u32::try_from(at + 1).ok()).collect()
}

impl Document {
    /// The line of a byte, from 1.
    pub fn line(&self, byte: u32) -> u32 {
        let line = self.line_starts.partition_point(|start| *start <= byte);
        u32::try_from(line).map_or(u32::MAX, |line| line + 1)
    }

    /// The keys at the top.
    pub fn table(&self) -> &Table {
        match &self.root.kind {
            ValueKind::Table(table) => table,
            _ => &EMPTY,
        }
    }

    /// The whole file as one entry, named by `name`.
    pub fn whole(&self) -> Entry<'_> {
        Entry {
            document: self,
            what: format!("the {} `{}`", self.kind, self.head.name),
            key: &self.head,
            value: &self.root,
        }
    }

    /// The entries of a table whose keys are names, in the order of the file: `[op.iadd]`, `[op.isub]`, … for `op`.
    pub fn entries<'a>(&'a self, table: &str, diagnostics: &mut Diagnostics) -> Vec<Entry<'a>> {
        let Some((_, value)) = self.table().get(table) else {
            return Vec::new();
        };
        let ValueKind::Table(inner) = &value.kind else {
            diagnostics.push(
                Diagnostic::error(
                    "L0106",
                    format!("`{table}` must be a table of named entries, but is {}", value.describe()),
                )
                .at(value.span, "expected a table")
                .help(format!("write each entry as a table of its own: `[{table}.name]`")),
            );
            return Vec::new();
        };
        inner
            .entries
            .iter()
            .map(|(key, value)| Entry {
                document: self,
                what: format!("`[{table}.{}]`", tree::bare(&key.name)),
                key,
                value,
            })
            .collect()
    }

    /// A table that stands once: `[encoding]`.
    pub fn single<'a>(&'a self, table: &str) -> Option<Entry<'a>> {
        self.table().get(table).map(|(key, value)| Entry {
            document: self,
            what: format!("`[{table}]`"),
            key,
            value,
        })
    }

    /// Reports every key at the top that isn't one of these.
    pub fn expect_keys(&self, expected: &[&str], diagnostics: &mut Diagnostics) {
        for (key, _) in &self.table().entries {
            if !expected.contains(&key.name.as_str()) {
                diagnostics.push(entry::unknown_key(
                    &key.name,
                    key.span,
                    &format!("a file of kind `{}`", self.kind),
                    expected,
                ));
            }
        }
    }

    /// The name of the file's spec, which this kind demands.
    pub fn require_name(&self, diagnostics: &mut Diagnostics) -> Option<(&str, Span)> {
        if let Some((name, span)) = &self.name {
            return Some((name, *span));
        }
        diagnostics.push(
            Diagnostic::error("L0103", format!("`{}` has no name", self.path))
                .leaves_a_gap()
                .at(self.kind_span, format!("a file of kind `{}` needs `name = \"…\"`", self.kind))
                .help("state the name below the kind: `name = \"…\"`")
                .fix(
                    Vec::from_iter(self.name_beside.as_ref().and_then(|name| {
                        let (table, value) = (self.table(), format!("{name:?}"));
                        edit::insert_key(self.file, &self.text, table, 0, "name", &value, &["kind", "name"])
                    })),
                    "it is that of all files beside it",
                ),
        );
        None
    }

    /// The span of a part of a text value, given by the span of the value and a range in the text; the span of the whole value and
    /// `false` where escapes make the place uncertain.
    pub fn within(&self, span: Span, value: &str, range: std::ops::Range<usize>) -> (Span, bool) {
        let raw = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let quotes = ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quotes| raw.starts_with(quotes))
            .unwrap_or_default();
        let inner = raw.get(quotes.len()..quotes.len() + value.len());
        if quotes.is_empty() || inner != Some(value) || range.end > value.len() {
            return (span, false);
        }
        let start = span.start as usize + quotes.len();
        (tree::span(self.file, start + range.start..start + range.end), true)
    }
}
