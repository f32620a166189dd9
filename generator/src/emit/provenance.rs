//! Says in the documentation of what is emitted which entry of the specs it came from, and reads that back.
//!
//! The line is the only record of it: whatever shows an emitted place at its entry, or an entry's emitted places, finds them by it.

use std::collections::BTreeMap;

use super::Tree;
use crate::model::item::Item;
use crate::source::SourceMap;

/// The line for an entry. `place` is its file, or the common folder (ending in `/`) of the files where it may stand.
pub fn line(key: &str, place: &str) -> String {
    format!("Spec: `{key}` in `{place}`.")
}

/// An item in an emitted file that says which entry it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The line that says it, from 1.
    pub line: u32,
    /// `[op.iadd]`.
    pub key: String,
    /// The spec file, or its folder ending in `/`.
    pub place: String,
    /// The line of the item itself, from 1, and its text without indentation; none where the whole file is meant.
    pub item: Option<(u32, String)>,
}

impl Origin {
    /// Whether it names this item.
    pub fn is_of(&self, item: &Item, sources: &SourceMap) -> bool {
        let file = item.file(sources);
        self.key == item.key() && (self.place == file || (self.place.ends_with('/') && file.starts_with(&self.place)))
    }
}

/// Which entries the items of all emitted files came from.
#[derive(Debug, Clone, Default)]
pub struct Index {
    files: BTreeMap<String, Vec<Origin>>,
}

impl Index {
    /// Reads the lines in all files of a tree.
    pub fn of(tree: &Tree) -> Index {
        let files = tree.files().iter().map(|(path, file)| (path.clone(), origins(&file.text)));
        Index {
            files: files.filter(|(_, origins)| !origins.is_empty()).collect(),
        }
    }

    /// The emitted places that came from an item: path and origin, in order of the paths.
    pub fn places<'a>(&'a self, item: &'a Item, sources: &'a SourceMap) -> impl Iterator<Item = (&'a str, &'a Origin)> {
        self.files
            .iter()
            .flat_map(|(path, origins)| origins.iter().map(move |origin| (path.as_str(), origin)))
            .filter(|(_, origin)| origin.is_of(item, sources))
    }

    /// The nearest origin at or above a line of an emitted file.
    pub fn above(&self, path: &str, line: u32) -> Option<&Origin> {
        let origins = self.files.get(path)?;
        origins.iter().rev().find(|origin| origin.line <= line)
    }
}

/// The origins in one file, in order.
pub fn origins(text: &str) -> Vec<Origin> {
    let lines: Vec<&str> = text.lines().collect();
    let read = |(index, text): (usize, &&str)| -> Option<Origin> {
        let (_, rest) = text.split_once("Spec: `")?;
        let (key, rest) = rest.split_once("` in `")?;
        let (place, _) = rest.split_once('`')?;
        Some(Origin {
            line: index as u32 + 1,
            key: key.to_owned(),
            place: place.to_owned(),
            item: item_below(&lines, index),
        })
    };
    lines.iter().enumerate().filter_map(read).collect()
}

/// The first line of code below a doc comment that isn't an attribute.
fn item_below(lines: &[&str], index: usize) -> Option<(u32, String)> {
    if !lines.get(index)?.trim_start().starts_with("///") {
        return None;
    }
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[");
    let below = lines.iter().enumerate().skip(index + 1).map(|(at, line)| (at, line.trim()));
    let (at, line) = below.into_iter().find(|(_, line)| is_code(line))?;
    Some((at as u32 + 1, line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back() {
        let line = line("[effect.\"heap.read\"]", "spec/raya/");
        let text = format!("//! Docs.\n\n/// Reads.\n/// {line}\n#[inline]\npub fn read() {{}}\n");
        let found = origins(&text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].key.as_str()), (4, "[effect.\"heap.read\"]"));
        assert_eq!(found[0].place, "spec/raya/");
        assert_eq!(found[0].item, Some((6, "pub fn read() {}".to_owned())));
    }

    #[test]
    fn a_file_as_a_whole_has_no_item() {
        let found = origins("//! Spec: `[group.integer]` in `spec/raya/`.\n\nuse core::fmt;\n");
        assert_eq!(found[0].item, None);
    }
}
