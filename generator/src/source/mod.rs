//! Stage 1: finds and reads files, keeps text and spans. Nothing else does I/O on the way in.

pub mod layout;
pub mod programs;
mod read;
pub mod revision;

pub use crate::span::{FileId, Span};
pub use read::{LARGEST_FILE, read};

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::{Applicability, Suggestion};

/// How files are read. Nothing here changes what comes out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Reads the files in an order shuffled by this seed, to show that the order doesn't matter.
    pub shuffle: Option<u64>,
    /// Texts that stand in for those of files, by root-relative path: what an editor has not saved yet. A file that isn't there is added
    /// if one of its name would be read.
    pub overlay: Arc<BTreeMap<String, String>>,
}

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
    /// What later stages made of a file, kept for those who ask again.
    kept: Mutex<BTreeMap<FileId, Arc<dyn Any + Send + Sync>>>,
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

    /// What `make` gives for a file. It runs once for each file, whatever the number of those who ask; all of them ask for one type.
    pub fn keep<T: Any + Send + Sync>(&self, id: FileId, make: impl Fn() -> T) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let value = Arc::clone(kept.entry(id).or_insert_with(|| Arc::new(make())));
        value.downcast().unwrap_or_else(|_| Arc::new(make()))
    }

    /// Keeps what `before` kept of files that are the same here, so that they aren't parsed again.
    pub fn inherit(&mut self, before: &SourceMap) {
        let before_kept = before.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (id, value) in before_kept.iter() {
            // What was kept may hold places, so that the file must also have its id still.
            let is_same = |(a, b): (&SourceFile, &SourceFile)| a.path == b.path && a.text == b.text;
            let files = self.files.get(id.0 as usize).zip(before.files.get(id.0 as usize));
            if files.is_some_and(is_same) {
                kept.insert(*id, Arc::clone(value));
            }
        }
    }

    /// What was kept of a file.
    pub fn kept<T: Any + Send + Sync>(&self, id: FileId) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get(&id)?).downcast().ok()
    }

    /// The same files, some with another text than that on disk.
    pub fn with_texts(&self, texts: &BTreeMap<FileId, String>) -> SourceMap {
        let files = self.iter().map(|(id, file)| SourceFile {
            path: file.path.clone(),
            text: texts.get(&id).unwrap_or(&file.text).clone(),
        });
        SourceMap {
            root: self.root.clone(),
            files: files.collect(),
            unread: self.unread.clone(),
            kept: Mutex::default(),
        }
    }

    /// Whether `check --fix` may apply a suggestion: it is safe, and edits specs alone, which could be read.
    pub fn may_apply(&self, suggestion: &Suggestion) -> bool {
        let is_spec = |file: FileId| {
            let source = self.files.get(file.0 as usize);
            source.is_some_and(|source| layout::is_spec(&source.path)) && !self.unread.contains(&file)
        };
        suggestion.applicability == Applicability::Safe && suggestion.edits.iter().all(|edit| is_spec(edit.span.file))
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
