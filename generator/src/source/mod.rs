//! Stage 1: finds and reads files, keeps text and spans. Nothing else does I/O on the way in.

mod read;
mod span;

pub use read::{LARGEST_FILE, read};
pub use span::{FileId, Span};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::syntax::Table;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Root-relative, with `/`: `spec/raya/ops/integer.toml`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// All files of a run: the specs, sorted by path, then the Rust files under the runtime folders.
#[derive(Debug, Default)]
pub struct SourceMap {
    /// The root of the workspace.
    pub root: PathBuf,
    /// By [`FileId`].
    pub files: Vec<SourceFile>,
    /// Files that could not be read: they have a path but no text, and were reported.
    pub unread: BTreeSet<FileId>,
    /// Trees of specs, parsed when they are first asked for; see [`crate::syntax::tree_of`].
    pub(crate) trees: Mutex<BTreeMap<FileId, Arc<Table>>>,
}

impl SourceMap {
    /// The file of an id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The ids and files in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Line and column of a byte, both from 1.
    pub fn line_and_column(&self, file: FileId, byte: u32) -> (u32, u32) {
        let text = &self.file(file).text;
        let mut byte = (byte as usize).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &text[..byte];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    }
}
