//! Writes a document: tables in the order of the file, keys in that of the layout, each with the comments before and behind it.

use toml_edit::{DocumentMut, Item, Key, Table};

use super::layout::{Layout, Part};
use super::{array, value};

/// A table with a header, or the keys before the first one.
struct Section<'a> {
    /// The keys of its header; none for those before the first one.
    path: Vec<&'a Key>,
    table: &'a Table,
    /// Whether it is one of an array of tables.
    is_element: bool,
    position: isize,
    part: Part<'a>,
}

/// The text of a document.
pub fn print(document: &DocumentMut, layout: &Layout) -> String {
    let mut sections = Vec::new();
    collect(document.as_table(), &mut Vec::new(), false, layout.root(), &mut sections);
    // Stable: the order of those without a position, of which there are none in a file, would stay.
    sections.sort_by_key(|section| section.position);
    let mut text = String::new();
    for section in &sections {
        if !section.path.is_empty() {
            header(section, &mut text);
        }
        keys(section, &mut text);
    }
    let trailing = document.trailing().as_str().unwrap_or_default();
    let comments = comments_before(trailing, text.is_empty());
    if comments.trim().is_empty() {
        return text;
    }
    text.push_str(comments.trim_end_matches('\n'));
    text.push('\n');
    text
}

/// Collects the tables that have headers.
fn collect<'a>(table: &'a Table, path: &mut Vec<&'a Key>, is_element: bool, part: Part<'a>, sections: &mut Vec<Section<'a>>) {
    if !table.is_dotted() && (path.is_empty() || !table.is_implicit()) {
        let position = if path.is_empty() {
            isize::MIN
        } else {
            table.position().unwrap_or(isize::MAX)
        };
        sections.push(Section {
            path: path.clone(),
            table,
            is_element,
            position,
            part,
        });
    }
    for (name, item) in table.iter() {
        let Some(key) = table.key(name) else { continue };
        path.push(key);
        match item {
            Item::Table(inner) => collect(inner, path, false, part.key(name), sections),
            Item::ArrayOfTables(elements) => {
                for element in elements.iter() {
                    collect(element, path, true, part.key(name).element(), sections);
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// An empty line, the comments before a header, and the header.
fn header(section: &Section<'_>, text: &mut String) {
    let decor = section.table.decor();
    let before = decor.prefix().and_then(|raw| raw.as_str()).unwrap_or_default();
    let comments = comments_before(before, text.is_empty());
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(comments.trim_start_matches('\n'));
    let path = value::path(&section.path);
    text.push_str(&if section.is_element {
        format!("[[{path}]]")
    } else {
        format!("[{path}]")
    });
    behind(decor.suffix().and_then(|raw| raw.as_str()), text);
}

/// The keys of a table in their order.
fn keys(section: &Section<'_>, text: &mut String) {
    let entries = section.table.get_values();
    let mut entries: Vec<_> = entries
        .into_iter()
        .map(|(keys, value)| (comments_of(&keys), keys, value))
        .collect();
    let is_top = section.path.is_empty();
    if let Some((comments, ..)) = entries.first_mut().filter(|_| is_top) {
        // What stands at the top of a file is about the file, whichever key comes first below it.
        let (head, own) = split_head(comments);
        text.push_str(&comments_before(head, true));
        *comments = own;
    }
    entries.sort_by_key(|(_, keys, _)| keys.first().map_or(usize::MAX, |key| section.part.rank(key.get())));
    for (at, (comments, keys, entry)) in entries.into_iter().enumerate() {
        let at_start = at == 0 && (!is_top || text.is_empty() || text.ends_with("\n\n"));
        text.push_str(&comments_before(comments, at_start));
        let start = format!("{} = ", value::path(&keys));
        let part = keys.iter().fold(section.part, |part, key| part.key(key.get()));
        let written = array::value(entry, start.chars().count(), part);
        text.push_str(&start);
        text.push_str(&written);
        behind(entry.decor().suffix().and_then(|raw| raw.as_str()), text);
    }
}

/// The lines before a key.
fn comments_of<'a>(keys: &[&'a Key]) -> &'a str {
    let last = keys.last().and_then(|key| key.leaf_decor().prefix());
    last.and_then(|raw| raw.as_str()).unwrap_or_default()
}

/// The part of the lines before the first key of a file that is about the file: directives (`#:schema`), and what an empty line sets
/// apart from the key.
fn split_head(lines: &str) -> (&str, &str) {
    let mut end = 0;
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        at += line.len();
        if line.starts_with("#:") || (line.trim().is_empty() && !lines[..at].trim().is_empty()) {
            end = at;
        }
    }
    lines.split_at(end)
}

/// The comments in the lines before something, each on a line of its own, with at most one empty line between two. `at_start` leaves out
/// empty lines before the first.
fn comments_before(lines: &str, at_start: bool) -> String {
    let mut text = String::new();
    let mut lines = lines.split('\n').map(str::trim).peekable();
    while let Some(line) = lines.next() {
        // What is behind the last line break is the indentation of what comes.
        if lines.peek().is_none() && line.is_empty() {
            break;
        }
        let doubled = line.is_empty() && (text.ends_with("\n\n") || text == "\n" || (at_start && text.is_empty()));
        if !doubled {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The comment behind something on its line, and the end of the line.
fn behind(raw: Option<&str>, text: &mut String) {
    let comment = raw.unwrap_or_default().trim();
    if !comment.is_empty() {
        text.push(' ');
        text.push_str(comment);
    }
    text.push('\n');
}
