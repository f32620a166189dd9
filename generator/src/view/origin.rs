//! Says why an output exists: which emitter made it, from which specs and entries, and whether it is as the specs give it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::{columns, mentions};
use crate::emit::Tree;
use crate::emit::provenance::{Index, Origin};
use crate::model::item::Item;
use crate::report::json;
use crate::source::SourceMap;
use crate::source::layout;
use crate::write::{Comparison, MANIFEST_PATH, Status};

/// An entry that something came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// `raya.op.iadd`; the key where the specs have no such entry any more.
    pub item: String,
    /// Its file.
    pub file: String,
    /// Its line there, from 1.
    pub line: u32,
}

/// A line of an output, and the part of the output that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// From 1.
    pub line: u32,
    /// The first and the last line of what came from the entry.
    pub part: Option<(u32, u32)>,
    /// The entry; none where the line came from the specs as a whole.
    pub entry: Option<Entry>,
}

/// Why an output exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Root-relative.
    pub output: String,
    /// How it stands; never foreign.
    pub status: Status,
    /// The emitter that makes it; none for what nothing emits any more.
    pub emitter: Option<String>,
    /// The specs that it depends on.
    pub sources: Vec<String>,
    /// The entries that its items came from.
    pub entries: Vec<Entry>,
    /// The line that was asked for.
    pub at: Option<Line>,
}

/// Why there is an output at a root-relative path; none if lathe has nothing to do with it. `line` asks for a line of it.
pub fn of(
    path: &str,
    line: Option<u32>,
    items: &[Item],
    sources: &SourceMap,
    tree: &Tree,
    comparison: &Comparison,
) -> Option<Why> {
    let status = comparison.outputs.iter().find(|output| output.path == path)?.status;
    if status == Status::Foreign {
        return None;
    }
    let file = tree.files().get(path);
    let index = Index::of_file(path, file.map_or("", |file| &file.text));
    let entries: BTreeSet<Entry> = index
        .in_file(path)
        .iter()
        .map(|origin| entry(origin, items, sources))
        .collect();
    let at = line.map(|line| {
        let origin = index.at(path, line);
        // The row of a table came from the whole table, but is about one entry.
        let text = file.and_then(|file| file.text.lines().nth((line as usize).checked_sub(1)?));
        let named = text.and_then(|text| mentions::only(items, path, text));
        match (origin.filter(|origin| origin.item.is_some()), named) {
            (None, Some(item)) => Line {
                line,
                part: Some((line, line)),
                entry: Some(of_item(item, sources)),
            },
            _ => Line {
                line,
                part: origin.map(|origin| origin.lines),
                entry: origin.map(|origin| entry(origin, items, sources)),
            },
        }
    });
    Some(Why {
        output: path.to_owned(),
        status,
        emitter: match file {
            Some(file) => Some(file.emitter.to_owned()),
            None if path == MANIFEST_PATH => Some("lathe's own record of its outputs".to_owned()),
            None => None,
        },
        sources: match file {
            Some(file) => file.sources.clone(),
            None if path == MANIFEST_PATH => specs(sources),
            None => Vec::new(),
        },
        entries: entries.into_iter().collect(),
        at,
    })
}

fn specs(sources: &SourceMap) -> Vec<String> {
    let specs = sources.files.iter().map(|file| file.path.clone());
    specs.filter(|path| layout::is_spec(path)).collect()
}

fn of_item(item: &Item, sources: &SourceMap) -> Entry {
    let line = sources.line_and_column(item.span.file, item.span.start).0;
    Entry {
        item: item.path(),
        file: item.file(sources).to_owned(),
        line: if item.is_file { 1 } else { line },
    }
}

fn entry(origin: &Origin, items: &[Item], sources: &SourceMap) -> Entry {
    match items.iter().find(|item| origin.is_of(item, sources)) {
        Some(item) => of_item(item, sources),
        None => Entry {
            item: origin.key.clone(),
            file: origin.place.clone(),
            line: 1,
        },
    }
}

/// For people.
pub fn text(why: &Why) -> String {
    let mut text = format!("{}\n", why.output);
    let remark = match why.status {
        Status::Fresh => "fresh: exactly what the specs give",
        Status::Stale => "stale: the specs changed since lathe wrote it",
        Status::Edited => "edited: changed by hand since lathe wrote it",
        Status::Missing => "missing: the specs give it, and it is not there",
        Status::Orphan => "orphan: lathe wrote it, and no spec gives it any more; the next run deletes it",
        Status::Unowned => "unowned: an output belongs here, but the file doesn't carry lathe's marker",
        Status::Blocked => "blocked: an output belongs here, but something else is in its way",
        Status::Foreign => "foreign: neither emitted nor marked as lathe's",
    };
    let _ = writeln!(text, "  status   {remark}");
    if let Some(emitter) = &why.emitter {
        let _ = writeln!(text, "  emitter  {emitter}");
    }
    if let Some(at) = &why.at {
        match (&at.entry, at.part) {
            (Some(entry), Some((first, last))) if first == last => {
                let _ = writeln!(
                    text,
                    "\nLine {} is about {} ({}:{})",
                    at.line, entry.item, entry.file, entry.line
                );
            }
            (Some(entry), Some((first, last))) => {
                let _ = writeln!(
                    text,
                    "\nLine {} belongs to lines {first} to {last}, which came from {} ({}:{})",
                    at.line, entry.item, entry.file, entry.line
                );
            }
            _ => {
                let _ = writeln!(
                    text,
                    "\nLine {} came from no single entry, but from the specs below as a whole",
                    at.line
                );
            }
        }
    }
    if why.emitter.is_some() && why.sources.is_empty() {
        text.push_str("\nIt is the same whatever the specs say, as long as there is one of its kind.\n");
    }
    if !why.sources.is_empty() {
        let _ = writeln!(text, "\nSpecs ({}):", why.sources.len());
        why.sources.iter().for_each(|source| {
            let _ = writeln!(text, "  {source}");
        });
    }
    if !why.entries.is_empty() && why.at.is_none() {
        let _ = writeln!(text, "\nEntries ({}):", why.entries.len());
        let rows: Vec<[String; 2]> = why
            .entries
            .iter()
            .map(|entry| [entry.item.clone(), format!("{}:{}", entry.file, entry.line)])
            .collect();
        let rows: Vec<[&str; 2]> = rows.iter().map(|row| [&*row[0], &*row[1]]).collect();
        columns(&rows).lines().for_each(|line| {
            let _ = writeln!(text, "  {line}");
        });
    }
    text
}

/// For tools: one object.
pub fn json(why: &Why) -> String {
    json::object("why", why)
}
