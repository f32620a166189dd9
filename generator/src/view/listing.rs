//! Lists entries: all of them, or those that a filter leaves.

use serde::Serialize;

use super::columns;
use crate::model::item::{Item, sentence};
use crate::report::json;
use crate::source::SourceMap;

/// The entries that every filter leaves, in the order of the specs.
///
/// A filter that is the name of a table (`op`) or of a spec (`raya`) leaves what belongs to it; any other leaves entries whose path
/// contains it, whatever the case, or whose code it is.
pub fn filter<'a>(items: &'a [Item], filters: &[String]) -> Vec<&'a Item> {
    let tests: Vec<Filter> = filters.iter().map(|filter| Filter::new(items, filter)).collect();
    items
        .iter()
        .filter(|item| tests.iter().all(|test| test.leaves(item)))
        .collect()
}

enum Filter {
    Table(String),
    Owner(String),
    Part(String),
}

impl Filter {
    fn new(items: &[Item], text: &str) -> Filter {
        let text = text.trim().to_lowercase();
        if items.iter().any(|item| item.table == text) {
            Filter::Table(text)
        } else if items.iter().any(|item| item.owner.as_ref() == Some(&text)) {
            Filter::Owner(text)
        } else {
            Filter::Part(text)
        }
    }

    fn leaves(&self, item: &Item) -> bool {
        match self {
            Filter::Table(table) => item.table == table,
            Filter::Owner(owner) => item.owner.as_ref() == Some(owner),
            Filter::Part(part) => item.path().to_lowercase().contains(part) || code(item).eq_ignore_ascii_case(part),
        }
    }
}

/// The number that stands for an entry in files, if it has one.
pub fn code(item: &Item) -> &str {
    ["code", "bit", "magic"]
        .iter()
        .find_map(|key| item.value(key))
        .unwrap_or_default()
}

/// For people: path, code and first sentence.
pub fn text(items: &[&Item]) -> String {
    let rows: Vec<[String; 3]> = items
        .iter()
        .map(|item| [item.path(), code(item).to_owned(), sentence(&item.doc)])
        .collect();
    let rows: Vec<[&str; 3]> = rows.iter().map(|row| [&*row[0], &*row[1], &*row[2]]).collect();
    columns(&rows)
}

/// For tools.
pub fn json(items: &[&Item], sources: &SourceMap) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        item: String,
        table: &'a str,
        owner: Option<&'a str>,
        name: &'a str,
        code: Option<&'a str>,
        doc: &'a str,
        file: &'a str,
        line: u32,
    }
    let object = |item: &&Item| {
        let code = code(item);
        let entry = Object {
            item: item.path(),
            table: item.table,
            owner: item.owner.as_deref(),
            name: &item.name,
            code: (!code.is_empty()).then_some(code),
            doc: &item.doc,
            file: item.file(sources),
            line: sources.line_and_column(item.span.file, item.span.start).0,
        };
        json::object("entry", &entry)
    };
    items.iter().map(object).collect()
}
