//! Finds the programs beside the specs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::layout::SPEC;

/// A program of a system: `spec/<set>/programs/<name>.rasm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The instruction set that it is written in.
    pub set: String,
    /// Root-relative, with `/`.
    pub path: String,
    /// The file with what it is expected to print, if there is one.
    pub expected: Option<PathBuf>,
}

/// The programs of a set, by name: files with the extension of its assembly.
///
/// # Errors
///
/// When a folder of programs is there and can't be read.
pub fn find(root: &Path, set: &str, text_extension: &str) -> anyhow::Result<Vec<Program>> {
    let folder = root.join(SPEC).join(set).join("programs");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut programs = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("can't read `spec/{set}/programs`"))? {
        let path = entry.with_context(|| format!("can't read `spec/{set}/programs`"))?.path();
        let is_program = path.extension().is_some_and(|extension| extension == text_extension) && path.is_file();
        if let (true, Some(name)) = (is_program, path.file_name().and_then(|name| name.to_str())) {
            let expected = path.with_extension("expected");
            programs.push(Program {
                set: set.to_owned(),
                path: format!("{SPEC}/{set}/programs/{name}"),
                expected: expected.is_file().then_some(expected),
            });
        }
    }
    programs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(programs)
}
