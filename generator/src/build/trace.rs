//! Tells ninja what was read and whether anything changed: depfiles in the syntax of make, and stamps.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use walkdir::WalkDir;

use crate::source::SourceMap;
use crate::source::layout;
use crate::write;

/// Writes `<file>.d`, which says that `file` depends on `read`. Both are as ninja names them: root-relative, or absolute outside.
///
/// # Errors
///
/// When it can't be written.
pub fn depfile(root: &Path, file: &str, target: &str, read: &BTreeSet<String>) -> anyhow::Result<()> {
    let mut text = format!("{}:", escaped(target));
    for path in read {
        text.push_str(" \\\n  ");
        text.push_str(&escaped(path));
    }
    text.push('\n');
    replace(root, file, &text)
}

/// Writes a stamp unless it says the same already: a file that is not touched makes nothing be built again.
///
/// # Errors
///
/// When it can't be written.
pub fn stamp(root: &Path, file: &str, text: &str) -> anyhow::Result<()> {
    let path = root.join(file);
    if fs::read_to_string(&path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    replace(root, file, text)
}

/// Puts a file in place as a whole, with the folders above it.
fn replace(root: &Path, file: &str, text: &str) -> anyhow::Result<()> {
    let place = root.join(file);
    fs::create_dir_all(place.parent().unwrap_or(root))
        .and_then(|()| write::replace(&place, text))
        .with_context(|| format!("can't write `{file}`"))
}

/// A path in a depfile.
fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            ' ' | '#' => text.extend(['\\', character]),
            '$' => text.push_str("$$"),
            other => text.push(other),
        }
    }
    text
}

/// The paths in a depfile that cargo wrote, those that a file depends on.
pub fn dependencies(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for line in text.lines() {
        let Some((_, rest)) = line.split_once(": ") else { continue };
        let mut path = String::new();
        let mut characters = rest.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some(next @ (' ' | '#' | '\\')) => path.push(next),
                    Some(other) => path.extend(['\\', other]),
                    None => path.push('\\'),
                },
                ' ' => paths.push(std::mem::take(&mut path)),
                other => path.push(other),
            }
        }
        paths.push(path);
    }
    paths.retain(|path| !path.is_empty());
    paths
}

/// Everything that a run up to the virtual tree reads: the specs and the Rust files of the runtime, the folders in which another one
/// may appear, and lathe itself.
pub fn read_by(root: &Path, sources: &SourceMap) -> BTreeSet<String> {
    let mut read: BTreeSet<String> = sources.files.iter().map(|file| file.path.clone()).collect();
    for folder in layout::FOLDERS {
        read.extend(folders(root, folder));
    }
    read.extend(itself(root));
    read
}

/// The folder and those below it, as far as lathe looks into them.
fn folders(root: &Path, folder: &str) -> Vec<String> {
    let walk = WalkDir::new(root.join(folder)).follow_links(true).into_iter();
    let seen = walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.file_type().is_dir() && (entry.depth() == 0 || !layout::is_passed_over(folder, &name))
    });
    seen.filter_map(Result::ok)
        .map(|entry| relative(root, entry.path()))
        .collect()
}

/// What lathe is made of: its sources where the workspace has them, or else the program.
pub fn itself(root: &Path) -> BTreeSet<String> {
    let Some(manifest) = super::cargo::own_manifest(root) else {
        let program = std::env::current_exe().ok();
        return program.iter().map(|program| relative(root, program)).collect();
    };
    let mut files = BTreeSet::from([manifest.to_owned()]);
    let walk = WalkDir::new(root.join("generator/src")).into_iter().filter_map(Result::ok);
    files.extend(walk.map(|entry| relative(root, entry.path())));
    files
}

/// A path as ninja names it: below the root, with `/`, or absolute.
pub fn relative(root: &Path, path: &Path) -> String {
    layout::relative(root, path).unwrap_or_else(|| path.to_string_lossy().into_owned())
}

/// The part of the compiler that changes when it is replaced or gets another standard library.
pub fn compiler(libraries: Option<&Path>) -> Vec<String> {
    let Some(libraries) = libraries.filter(|libraries| libraries.is_dir()) else {
        return Vec::new();
    };
    let program: Option<PathBuf> = libraries.ancestors().nth(2).map(|sysroot| sysroot.join("bin/rustc"));
    let program = program.filter(|program| program.is_file());
    std::iter::once(libraries.to_owned())
        .chain(program)
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_from_a_depfile() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let read = BTreeSet::from(["spec/a b.toml".to_owned(), "spec/#1.toml".to_owned(), "spec".to_owned()]);
        depfile(folder.path(), "out/stamp.d", "out/stamp", &read).expect("it can be written");
        let text = fs::read_to_string(folder.path().join("out/stamp.d")).expect("it is there");
        assert_eq!(text, "out/stamp: \\\n  spec \\\n  spec/\\#1.toml \\\n  spec/a\\ b.toml\n");
        let joined = text.replace(" \\\n ", "");
        assert_eq!(dependencies(&joined), ["spec", "spec/#1.toml", "spec/a b.toml"]);
        assert_eq!(dependencies("a: b\\c d\n\nb:\n"), ["b\\c", "d"]);
    }

    #[test]
    fn a_stamp_that_says_the_same_is_not_touched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let time = || {
            let metadata = fs::metadata(folder.path().join("a/stamp")).expect("it is there");
            metadata.modified().expect("files have times")
        };
        stamp(folder.path(), "a/stamp", "one").expect("it can be written");
        let first = time();
        std::thread::sleep(std::time::Duration::from_millis(20));
        stamp(folder.path(), "a/stamp", "one").expect("it can be written");
        assert_eq!(time(), first);
        stamp(folder.path(), "a/stamp", "two").expect("it can be written");
        assert_ne!(time(), first);
    }
}
