//! The journal: the list of changes that a run has decided on. Once it is committed the changes happen, by this run or the next.

use serde::{Deserialize, Serialize};

use super::disk;

/// The first words of a journal.
const TITLE: &str = "lathe journal 1";

/// The changes of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Files in the place of folders, and orphans; done first.
    pub deletions: Vec<Deletion>,
    /// Outputs that get new contents; the manifest comes last.
    pub writes: Vec<Write>,
}

/// A file that goes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Root-relative.
    pub path: String,
    /// Whether it goes even though it doesn't carry the marker.
    pub forced: bool,
}

/// A file that gets new contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// Root-relative.
    pub path: String,
    /// The name of the staged file with the contents.
    pub staged: String,
    /// The hash of the contents.
    pub blake3: String,
    /// Whether what stands there goes even though it doesn't carry the marker.
    pub forced: bool,
}

impl Journal {
    /// The text on disk: a title with the hash of the rest, then the changes.
    pub fn render(&self) -> anyhow::Result<String> {
        let body = serde_json::to_string_pretty(self)?;
        Ok(format!("{TITLE} {}\n{body}", disk::hash(body.as_bytes())))
    }

    /// Reads a journal. `None` when it is truncated, damaged, or names a path that is no output: such a journal was not committed
    /// by lathe.
    pub fn parse(text: &[u8]) -> Option<Journal> {
        let text = std::str::from_utf8(text).ok()?;
        let (title, body) = text.split_once('\n')?;
        if title != format!("{TITLE} {}", disk::hash(body.as_bytes())) {
            return None;
        }
        let journal: Journal = serde_json::from_str(body).ok()?;
        let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        // A folder that a deletion clears may be `generated` itself.
        let deletions = journal
            .deletions
            .iter()
            .all(|deletion| disk::is_output_path(&deletion.path) || deletion.path == super::FOLDER);
        let writes = journal
            .writes
            .iter()
            .all(|write| disk::is_output_path(&write.path) && plain(&write.staged));
        (deletions && writes).then_some(journal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(path: &str) -> Journal {
        Journal {
            deletions: vec![Deletion {
                path: "generated/old.rs".to_owned(),
                forced: false,
            }],
            writes: vec![Write {
                path: path.to_owned(),
                staged: "0".to_owned(),
                blake3: disk::hash(b"text"),
                forced: false,
            }],
        }
    }

    #[test]
    fn a_journal_is_read_back_and_no_part_of_it_is() {
        let journal = journal("generated/a/new.rs");
        let text = journal.render().expect("a journal is plain data").into_bytes();
        assert_eq!(Journal::parse(&text), Some(journal));
        for end in 0..text.len() {
            assert_eq!(Journal::parse(&text[..end]), None, "cut at byte {end}");
        }
        for at in 0..text.len() {
            let mut damaged = text.clone();
            damaged[at] ^= 1;
            assert_eq!(Journal::parse(&damaged), None, "damaged at byte {at}");
        }
    }

    #[test]
    fn a_journal_that_leaves_the_folder_is_refused() {
        for path in [
            "../outside.rs",
            "/etc/passwd",
            "generated/../spec/a.toml",
            "spec/a.toml",
            "generated/.lathe-lock",
        ] {
            let text = journal(path).render().expect("a journal is plain data");
            assert_eq!(Journal::parse(text.as_bytes()), None, "{path}");
        }
    }
}
