//! What a missing key of an entry certainly is, so that `lathe check --fix` can add it.

use std::collections::BTreeSet;

use super::Files;
use crate::syntax::{Entry, Table, Value, ValueKind};

/// The value of a missing key, as TOML, where only one is possible or any would do.
pub(super) fn value(files: &Files<'_>, table: &str, entry: &Entry<'_>, key: &str) -> Option<String> {
    match (table, key) {
        ("op" | "type" | "trap", "code") => free_code(files, table, entry),
        ("op", "group") => common_group(entry).map(|group| format!("{group:?}")),
        // An op can't have appeared later than in the version that there is.
        ("op", "since") => (version(files)? == 1).then(|| "1".to_owned()),
        _ => None,
    }
}

fn entries<'a>(document: &'a crate::syntax::Document, table: &str) -> impl Iterator<Item = (&'a str, &'a Table)> {
    let entries = match document.table().get(table) {
        Some((
            _,
            Value {
                kind: ValueKind::Table(inner),
                ..
            },
        )) => inner.entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|(key, value)| match &value.kind {
        ValueKind::Table(inner) => Some((key.name.as_str(), inner)),
        _ => None,
    })
}

fn integer(table: &Table, key: &str) -> Option<i64> {
    match table.get(key)?.1.kind {
        ValueKind::Integer(Ok(number)) => Some(number),
        _ => None,
    }
}

/// The first code that no entry has, counted from the entry above this one.
fn free_code(files: &Files<'_>, table: &str, entry: &Entry<'_>) -> Option<String> {
    let (low, high) = match table {
        "op" => (0, 256),
        "type" => (0, 64),
        _ => (1, 0x1_0000),
    };
    let documents = || files.documents.iter();
    let mut taken: BTreeSet<i64> = documents()
        .flat_map(|document| entries(document, table))
        .filter_map(|(_, entry)| integer(entry, "code"))
        .collect();
    if table == "op" {
        let encodings = documents().filter_map(|document| document.table().get("encoding"));
        taken.extend(encodings.filter_map(|(_, value)| match &value.kind {
            ValueKind::Table(encoding) => integer(encoding, "prefix"),
            _ => None,
        }));
    }
    let above = entries(entry.document, table).take_while(|(name, _)| *name != entry.name());
    let above = above.filter_map(|(_, entry)| integer(entry, "code")).last();
    let near = above.filter(|code| (low..high).contains(code)).unwrap_or(low);
    let code = (near..high).chain(low..near).find(|code| !taken.contains(code))?;
    Some(if table == "op" {
        format!("{code:#04X}")
    } else {
        code.to_string()
    })
}

/// The group that all other ops of the file are in, as far as they say so.
fn common_group<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let mut common: Option<&str> = None;
    for (name, other) in entries(entry.document, "op") {
        if name == entry.name() {
            continue;
        }
        let Some((_, group)) = other.get("group") else { continue };
        match &group.kind {
            ValueKind::String(group) if common.is_none_or(|common| common == group) => common = Some(group),
            _ => return None,
        }
    }
    common
}

/// The version of the set's module format.
fn version(files: &Files<'_>) -> Option<i64> {
    let module = files.documents.iter().find_map(|document| document.table().get("module"))?;
    match &module.1.kind {
        ValueKind::Table(module) => integer(module, "version"),
        _ => None,
    }
}
