//! Renames an entry whose name can't be one, and whatever refers to it in the files of its set.

use heck::ToSnakeCase as _;

use super::Files;
use crate::diagnostic::Edit;
use crate::model::names::is_plain;
use crate::source::Span;
use crate::syntax::tree::span;
use crate::syntax::{Document, Entry, Table, Value, ValueKind};

/// Keys with prose: there only a name in backticks refers to an entry.
const PROSE: &[&str] = &["doc", "title", "decision", "deprecated", "waits"];

/// Tables of named entries.
const TABLES: &[&str] = &[
    "slot",
    "type",
    "operand",
    "effect",
    "trap",
    "group",
    "op",
    "family",
    "superinstruction",
    "fixture",
    "record",
    "union",
];

/// The entry's name in snake case, with all edits that give it to the entry and to what refers to it; nothing where a part of them is
/// in doubt.
pub(super) fn edits(files: &Files<'_>, table: &str, entry: &Entry<'_>, dotted: bool) -> Option<(String, Vec<Edit>)> {
    let old = entry.name();
    let parts: Vec<String> = match dotted {
        true => old.split('.').map(|part| part.to_snake_case()).collect(),
        false => vec![old.to_snake_case()],
    };
    let new = parts.join(".");
    // Another entry of the old name would lose what refers to it, one of the new name is in the way.
    let named = |document: &&&Document, table: &str, name: &str| match document.table().get(table) {
        Some((
            _,
            Value {
                kind: ValueKind::Table(inner),
                ..
            },
        )) => inner.get(name).is_some(),
        _ => false,
    };
    let taken = files.documents.iter().any(|document| {
        let elsewhere = TABLES.iter().any(|other| *other != table && named(&document, other, old));
        elsewhere || TABLES.iter().any(|other| named(&document, other, &new))
    });
    if old.is_empty() || !parts.iter().all(|part| is_plain(part)) || taken {
        return None;
    }
    let quoted = if dotted && parts.len() > 1 {
        format!("{new:?}")
    } else {
        new.clone()
    };
    let mut edits = vec![Edit::new(entry.span(), quoted)];
    for document in files.documents {
        for (key, value) in &document.table().entries {
            references(document, &key.name, value, (old, &new), &mut edits)?;
        }
    }
    Some((new, edits))
}

/// Adds the edits of what refers to an entry in a value; nothing where a place is in doubt.
fn references(document: &Document, key: &str, value: &Value, names: (&str, &str), edits: &mut Vec<Edit>) -> Option<()> {
    match &value.kind {
        ValueKind::Table(Table { entries }) => {
            for (key, value) in entries {
                references(document, &key.name, value, names, edits)?;
            }
        }
        ValueKind::Array(values) => {
            for value in values {
                references(document, key, value, names, edits)?;
            }
        }
        ValueKind::String(text) if text.contains(names.0) => {
            let places = occurrences(document, value.span, PROSE.contains(&key), names.0)?;
            edits.extend(places.into_iter().map(|place| Edit::new(place, names.1)));
        }
        _ => {}
    }
    Some(())
}

/// Where a name stands in a text value by itself. Nothing where escapes hide what the text is.
fn occurrences(document: &Document, place: Span, prose: bool, name: &str) -> Option<Vec<Span>> {
    let start = place.start as usize;
    let raw = document.text.get(start..place.end as usize)?;
    if raw.starts_with('"') && raw.contains('\\') {
        return None;
    }
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let alone = |at: &usize| {
        let (before, after) = (&raw[..*at], &raw[at + name.len()..]);
        match prose {
            true => before.ends_with('`') && after.starts_with('`'),
            false => !before.ends_with(is_part) && !after.starts_with(is_part),
        }
    };
    let found = raw.match_indices(name).map(|(at, _)| at).filter(alone);
    Some(
        found
            .map(|at| span(place.file, start + at..start + at + name.len()))
            .collect(),
    )
}
