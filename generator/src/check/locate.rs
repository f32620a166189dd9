//! Finds where a key of an entry stands in its file, for labels that are more exact than the entry.
//!
//! The model keeps the span of every entry and of the strings that are parsed further. A rule that speaks of another key (`code`,
//! `traps[1]`) looks it up here.

use crate::source::{SourceMap, Span};
use crate::syntax::{Table, Value, ValueKind, tree_of};

/// One step on the way to a value.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An element of an array.
    Index(usize),
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Step::Key(key)
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Step::Index(index)
    }
}

/// The value at `path` in the file of `entry`, or `entry` itself where the file has no such value.
pub fn value(sources: &SourceMap, entry: Span, path: &[Step<'_>]) -> Span {
    find(sources, entry, path).map_or(entry, |(_, value)| value)
}

/// The key at the end of `path` in the file of `entry`, or `entry` itself where the file has no such key.
pub fn key(sources: &SourceMap, entry: Span, path: &[Step<'_>]) -> Span {
    find(sources, entry, path).and_then(|(key, _)| key).unwrap_or(entry)
}

/// Whether the file of `entry` has a value at `path`.
pub fn has(sources: &SourceMap, entry: Span, path: &[Step<'_>]) -> bool {
    find(sources, entry, path).is_some()
}

/// The position of the element of the array at `path` that is the string `text`.
pub fn position(sources: &SourceMap, entry: Span, path: &[Step<'_>], text: &str) -> Option<Span> {
    let tree = tree_of(sources, entry.file);
    let (_, value) = walk(&tree, path)?;
    let ValueKind::Array(elements) = &value.kind else {
        return None;
    };
    let is_it = |element: &&Value| matches!(&element.kind, ValueKind::String(found) if found == text);
    elements.iter().find(is_it).map(|element| element.span)
}

/// As [`position`], of the last such element.
pub fn last_position(sources: &SourceMap, entry: Span, path: &[Step<'_>], text: &str) -> Option<Span> {
    let tree = tree_of(sources, entry.file);
    let (_, value) = walk(&tree, path)?;
    let ValueKind::Array(elements) = &value.kind else {
        return None;
    };
    let is_it = |element: &&Value| matches!(&element.kind, ValueKind::String(found) if found == text);
    elements.iter().rfind(is_it).map(|element| element.span)
}

/// The span of the key (if the last step is one) and of the value at `path`.
fn find(sources: &SourceMap, entry: Span, path: &[Step<'_>]) -> Option<(Option<Span>, Span)> {
    let tree = tree_of(sources, entry.file);
    let (key, value) = walk(&tree, path)?;
    Some((key, value.span))
}

fn walk<'t>(table: &'t Table, path: &[Step<'_>]) -> Option<(Option<Span>, &'t Value)> {
    let (first, rest) = path.split_first()?;
    let Step::Key(first) = first else { return None };
    let (key, mut value) = table.get(first)?;
    let mut key = Some(key.span);
    for step in rest {
        match (step, &value.kind) {
            (Step::Key(name), ValueKind::Table(table)) => {
                let (found, inner) = table.get(name)?;
                key = Some(found.span);
                value = inner;
            }
            (Step::Index(index), ValueKind::Array(elements)) => {
                key = None;
                value = elements.get(*index)?;
            }
            _ => return None,
        }
    }
    Some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile};

    fn map(text: &str) -> (SourceMap, Span) {
        let file = SourceFile {
            path: "spec/a.toml".to_owned(),
            text: text.to_owned(),
        };
        let entry = Span {
            file: FileId(0),
            start: 0,
            end: 1,
        };
        let mut sources = SourceMap::default();
        sources.files.push(file);
        (sources, entry)
    }

    fn text(sources: &SourceMap, span: Span) -> &str {
        &sources.file(span.file).text[span.start as usize..span.end as usize]
    }

    #[test]
    fn finds_keys_values_and_elements() {
        let (sources, entry) = map("[op.add]\ncode = 0x20\ntraps = [\"one\", \"two\"]\n");
        let path = ["op".into(), "add".into(), "code".into()];
        assert_eq!(text(&sources, value(&sources, entry, &path)), "0x20");
        assert_eq!(text(&sources, key(&sources, entry, &path)), "code");
        let traps = ["op".into(), "add".into(), "traps".into()];
        let two = position(&sources, entry, &traps, "two").expect("the element is there");
        assert_eq!(text(&sources, two), "\"two\"");
    }

    #[test]
    fn falls_back_to_the_entry() {
        let (sources, entry) = map("[op.add]\n");
        assert_eq!(value(&sources, entry, &["op".into(), "add".into(), "code".into()]), entry);
    }
}
