//! `generated/manifest.toml`: what lathe wrote, from which specs, and how it looked then.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::disk;
use crate::emit::Tree;
use crate::emit::tree::MARKER;

/// The root-relative path of the manifest.
pub const MANIFEST_PATH: &str = "generated/manifest.toml";

/// A manifest longer than this was not written by lathe.
const LONGEST: u64 = 64 << 20;

/// The hashes that a manifest on disk records, by path. What can't be read is as good as absent: a manifest only helps to tell
/// a stale file from an edited one and to find orphans, and it is rewritten by every run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    hashes: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the manifest of the last run.
    pub fn read(root: &Path) -> Manifest {
        let path = disk::locate(root, MANIFEST_PATH);
        let readable = disk::kind(&path).is_ok_and(|kind| kind == disk::Kind::File)
            && fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= LONGEST);
        if !readable {
            return Manifest::default();
        }
        fs::read_to_string(&path)
            .map(|text| Manifest::parse(&text))
            .unwrap_or_default()
    }

    /// Reads what can be used of a manifest's text.
    pub fn parse(text: &str) -> Manifest {
        let Ok(table) = text.parse::<toml::Table>() else {
            return Manifest::default();
        };
        let outputs = table.get("outputs").and_then(|outputs| outputs.as_table());
        let hashes = outputs
            .into_iter()
            .flatten()
            .filter(|(path, _)| disk::is_output_path(path))
            .filter_map(|(path, entry)| Some((path.clone(), entry.get("blake3")?.as_str()?.to_owned())))
            .collect();
        Manifest { hashes }
    }

    /// The hash that a file had when lathe wrote it.
    pub fn hash(&self, path: &str) -> Option<&str> {
        self.hashes.get(path).map(String::as_str)
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

/// The text of the manifest of a tree: one line per output, so that merges of two branches stay readable.
pub fn render(tree: &Tree) -> String {
    let mut text = format!(
        "# {MARKER} from the specs; edit those and run `cargo lathe generate`.\n\
         # What lathe wrote: every output with its hash and the specs that it depends on.\n\n\
         generator = {}\n\n\
         [outputs]\n",
        quoted(env!("CARGO_PKG_VERSION"))
    );
    let files: Vec<_> = tree.files().iter().collect();
    let lines = files.par_iter().map(|(path, file)| {
        let sources: Vec<String> = file.sources.iter().map(|source| quoted(source)).collect();
        let hash = disk::hash(file.text.as_bytes());
        format!(
            "{} = {{ blake3 = \"{hash}\", sources = [{}] }}\n",
            quoted(path),
            sources.join(", ")
        )
    });
    text.extend(lines.collect::<Vec<_>>());
    text
}

/// A basic TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", control as u32);
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}
