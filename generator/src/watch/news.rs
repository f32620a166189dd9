//! Says what changed between two states of the specs: files, and entries in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::item::Item;
use crate::source::SourceMap;
use crate::suggest;
use crate::syntax;

/// The entries of specs that have no mistakes: file and text, by path.
pub type Entries = BTreeMap<String, (String, String)>;

/// The entries as they stand in their files.
pub fn entries(items: &[Item], sources: &SourceMap) -> Entries {
    let text = |item: &Item| {
        if item.is_file {
            let file = &sources.file(item.span.file).text;
            return file.clone();
        }
        sources.text(syntax::extent(sources, item.span)).to_owned()
    };
    items
        .iter()
        .map(|item| (item.path(), (item.file(sources).to_owned(), text(item))))
        .collect()
}

/// The files that differ between two states: other text, new, or gone.
pub fn files(before: &SourceMap, after: &SourceMap) -> Vec<String> {
    let texts = |sources: &SourceMap| -> BTreeMap<String, Option<String>> {
        let text = |(id, file): (_, &crate::source::SourceFile)| {
            let is_read = !sources.unread.contains(&id);
            (file.path.clone(), is_read.then(|| file.text.clone()))
        };
        sources.iter().map(text).collect()
    };
    let (before, after) = (texts(before), texts(after));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .cloned()
        .collect()
}

/// How an entry changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its text is another one.
    Changed,
}

/// An entry that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `raya.op.iadd`.
    pub item: String,
    /// How.
    pub how: How,
}

/// The entries that differ between two states.
pub fn changes(before: &Entries, after: &Entries) -> Vec<Change> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |path: &String| {
        let how = match (before.get(path), after.get(path)) {
            (None, _) => How::Added,
            (_, None) => How::Removed,
            (Some((_, before)), Some((_, after))) if before != after => How::Changed,
            _ => return None,
        };
        Some(Change { item: path.clone(), how })
    };
    paths.into_iter().filter_map(change).collect()
}

/// The most names in a line.
const MOST: usize = 4;

/// `raya.op.iadd changed, raya.op.inew added`; of many only their number; the files where no entry changed.
pub fn describe(files: &[String], changes: &[Change]) -> String {
    if changes.is_empty() {
        return match files {
            files if files.len() > MOST => format!("{} files", files.len()),
            files => files.join(", "),
        };
    }
    let parts = [(How::Changed, "changed"), (How::Added, "added"), (How::Removed, "removed")];
    let parts = parts.into_iter().filter_map(|(how, word)| {
        let names: Vec<&str> = changes
            .iter()
            .filter(|change| change.how == how)
            .map(|change| change.item.as_str())
            .collect();
        match names.as_slice() {
            [] => None,
            names if names.len() > MOST => Some(format!("{} entries {word}", names.len())),
            names => Some(format!("{} {word}", suggest::list(names.iter().copied()).replace('`', ""))),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The time of day in UTC: `12:34:56Z`.
pub fn clock(since_epoch: std::time::Duration) -> String {
    let seconds = since_epoch.as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(entries: &[(&str, &str)]) -> Entries {
        let entry = |(path, text): &(&str, &str)| ((*path).to_owned(), ("spec/a.toml".to_owned(), (*text).to_owned()));
        entries.iter().map(entry).collect()
    }

    #[test]
    fn entries_are_compared_by_their_texts() {
        let before = state(&[("a.op.one", "1"), ("a.op.two", "2"), ("a.op.three", "3")]);
        let after = state(&[("a.op.one", "1"), ("a.op.two", "22"), ("a.op.four", "4")]);
        let found = changes(&before, &after);
        let text = describe(&["spec/a.toml".to_owned()], &found);
        assert_eq!(text, "a.op.two changed, a.op.four added, a.op.three removed");
        assert_eq!(describe(&["spec/a.toml".to_owned()], &[]), "spec/a.toml");
        let many: Vec<Change> = (0..9)
            .map(|number| Change {
                item: number.to_string(),
                how: How::Changed,
            })
            .collect();
        assert_eq!(describe(&[], &many), "9 entries changed");
    }

    #[test]
    fn the_clock_shows_the_time_of_day() {
        assert_eq!(clock(std::time::Duration::from_secs(86_400 + 3_600 + 62)), "01:01:02Z");
    }
}
