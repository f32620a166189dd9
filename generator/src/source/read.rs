//! Walks `spec/` and the runtime folders and reads what is there: specs, and the code and manifests of the runtimes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{FileId, Options, SourceFile, SourceMap, Span, layout};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The largest file that is read. Specs are written by hand; a larger file is a mistake, and reading it would only use up memory.
pub const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// The largest number of files that is read.
pub const MOST_FILES: usize = 20_000;

/// A file that was found, or a place where something is wrong.
struct Found {
    path: String,
    content: Result<String, Box<Diagnostic>>,
}

/// Reads all specs under `root/spec` and all Rust files and manifests under `root/runtime`. What can't be read is reported, and stands in the map
/// without text, so that there is a place to point at.
pub fn read(root: &Path, options: &Options, diagnostics: &mut Diagnostics) -> SourceMap {
    let mut found = Vec::new();
    let specs = read_specs(root, options, &mut found);
    let count = found.len();
    if root.join(layout::RUNTIME).is_dir() {
        let mut paths = walk(root, layout::RUNTIME, &mut found);
        shuffle(&mut paths, options.shuffle);
        found.extend(paths.into_iter().map(read_file));
    }
    let count = overlay(&options.overlay, &mut found, count);
    found[..count].sort_by(|a, b| a.path.cmp(&b.path));
    found[count..].sort_by(|a, b| a.path.cmp(&b.path));

    let mut sources = SourceMap {
        root: root.to_owned(),
        ..SourceMap::default()
    };
    for entry in found {
        let file = FileId(u32::try_from(sources.files.len()).unwrap_or(u32::MAX));
        let text = match entry.content {
            Ok(text) => text,
            Err(diagnostic) => {
                sources.unread.insert(file);
                diagnostics.push((*diagnostic).leaves_a_gap().at(Span { file, start: 0, end: 0 }, ""));
                String::new()
            }
        };
        sources.files.push(SourceFile { path: entry.path, text });
    }
    if let Err(diagnostic) = specs {
        diagnostics.push(*diagnostic);
    }
    sources
}

/// Puts texts in the places of files. The first `count` of those that were found are specs; the result is their number afterwards.
fn overlay(texts: &BTreeMap<String, String>, found: &mut Vec<Found>, mut count: usize) -> usize {
    for (path, text) in texts {
        let content = match text.len() as u64 {
            length if length > LARGEST_FILE => Err(Box::new(too_large(path, length))),
            _ => Ok(text.clone()),
        };
        match found.iter_mut().find(|entry| entry.path == *path) {
            Some(entry) => entry.content = content,
            None => {
                let path = path.clone();
                if !layout::is_looked_at(&path) {
                    continue;
                }
                if layout::is_spec(&path) {
                    found.insert(count, Found { path, content });
                    count += 1;
                } else if layout::is_runtime(&path) || layout::is_manifest(&path) {
                    found.push(Found { path, content });
                }
            }
        }
    }
    count
}

/// A file that nobody has written by hand.
fn too_large(path: &str, length: u64) -> Diagnostic {
    Diagnostic::error(
        "L0005",
        format!("`{path}` has {length} bytes; the most that is read is {LARGEST_FILE}"),
    )
    .note("specs are written by hand; one of this size is something else that got its name")
    .help("remove the file, or spread its entries over several files of the same kind and name")
}

/// Reads the files under `spec/`; an error if there are none.
fn read_specs(root: &Path, options: &Options, found: &mut Vec<Found>) -> Result<(), Box<Diagnostic>> {
    let folder = root.join(layout::SPEC);
    let missing = |message: &str| {
        let diagnostic = Diagnostic::error("L0001", message)
            .note("everything that lathe emits comes from the `.toml` files in the folder `spec` at the root of the workspace")
            .help("run lathe in the root of a workspace, or create `spec/` with a first file, such as `spec/features.toml`");
        Box::new(diagnostic)
    };
    match fs::metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing("there is no folder `spec`")),
        Err(error) => return Err(missing(&format!("the folder `spec` can't be read: {}", reason(&error)))),
        Ok(metadata) if !metadata.is_dir() => return Err(missing("`spec` is a file and not a folder")),
        Ok(_) => {}
    }
    let mut paths = walk(root, layout::SPEC, found);
    if paths.is_empty() && found.is_empty() {
        return Err(missing("there is no `.toml` file in `spec`"));
    }
    shuffle(&mut paths, options.shuffle);
    found.extend(paths.into_iter().map(read_file));
    Ok(())
}

/// The extension of the files that are read in a folder.
fn extension(folder: &str) -> &'static str {
    if folder == layout::SPEC { "toml" } else { "rs" }
}

/// Whether a file of this path is one that is read in a folder.
fn is_read(folder: &str, path: &Path) -> bool {
    let is_manifest = folder == layout::RUNTIME && path.file_name().is_some_and(|name| name == "Cargo.toml");
    is_manifest || path.extension().is_some_and(|found| found == extension(folder))
}

/// Finds all files that are read in a folder, in the order of their paths. What is wrong with the folder itself goes to `found`.
fn walk(root: &Path, folder: &str, found: &mut Vec<Found>) -> Vec<(String, PathBuf)> {
    let mut paths = Vec::new();
    let walker = WalkDir::new(root.join(folder))
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !layout::is_passed_over(folder, &entry.file_name().to_string_lossy()));
    for entry in walker {
        let (path, problem) = match entry {
            Ok(entry) => {
                if !is_read(folder, entry.path()) {
                    continue;
                }
                let extension = entry.path().extension().unwrap_or_default().to_string_lossy();
                let kind = entry.file_type();
                let problem = if kind.is_file() {
                    None
                } else if kind.is_dir() {
                    let path = relative(root, entry.path());
                    Some(
                        Diagnostic::error("L0003", format!("`{path}` is a folder, but its name is that of a file"))
                            .note(format!("a name that ends in `.{extension}` stands for a file that is read"))
                            .help(format!(
                                "rename the folder to `{}`",
                                path.trim_end_matches(&format!(".{extension}"))
                            )),
                    )
                } else {
                    let path = relative(root, entry.path());
                    Some(
                        Diagnostic::error("L0002", format!("`{path}` is not a regular file"))
                            .note("pipes, sockets and devices are never read, since they may have no end")
                            .help("put a regular file in its place or remove it"),
                    )
                };
                (entry.into_path(), problem)
            }
            Err(error) => {
                let path = error.path().map_or_else(|| root.join(folder), Path::to_owned);
                (path.clone(), Some(walk_problem(root, &path, &error)))
            }
        };
        let relative = relative(root, &path);
        match problem {
            None if paths.len() >= MOST_FILES => {
                let problem = Diagnostic::error(
                    "L0007",
                    format!(
                        "there are more than {MOST_FILES} `.{}` files in `{folder}`",
                        extension(folder)
                    ),
                )
                .help("look for a folder that got there by mistake, or for a link to a folder above");
                found.push(Found {
                    path: relative,
                    content: Err(Box::new(problem)),
                });
                break;
            }
            None => paths.push((relative, path)),
            Some(problem) => found.push(Found {
                path: relative,
                content: Err(Box::new(problem)),
            }),
        }
    }
    paths
}

/// What walkdir could not do.
fn walk_problem(root: &Path, path: &Path, error: &walkdir::Error) -> Diagnostic {
    let shown = relative(root, path);
    if let Some(ancestor) = error.loop_ancestor() {
        let ancestor = relative(root, ancestor);
        return Diagnostic::error(
            "L0002",
            format!("the link `{shown}` leads back to `{ancestor}`, which contains it"),
        )
        .note("following it would never end")
        .help("remove the link");
    }
    let why = error.io_error().map_or_else(|| error.to_string(), reason);
    Diagnostic::error("L0002", format!("`{shown}` can't be read: {why}"))
        .help("check that it exists and that you may read it; remove it if it is a link to nothing")
}

/// Reads a file, but never more than [`LARGEST_FILE`].
fn read_file((path, absolute): (String, PathBuf)) -> Found {
    let content = read_text(&path, &absolute);
    Found { path, content }
}

fn read_text(path: &str, absolute: &Path) -> Result<String, Box<Diagnostic>> {
    let bytes = read_bytes(absolute).map_err(|error| {
        Diagnostic::error("L0002", format!("`{path}` can't be read: {}", reason(&error)))
            .help("check that it exists and that you may read it")
    })?;
    let bytes = bytes.map_err(|length| too_large(path, length))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = bytes.get(valid).copied().unwrap_or_default();
        let message = format!("`{path}` is not UTF-8: byte 0x{byte:02X} at offset {valid}, in line {line}");
        Diagnostic::error("L0004", message)
            .note("TOML and Rust files are UTF-8 texts")
            .help("save the file as UTF-8")
    })?;
    Ok(text)
}

/// The content of a file; its length as the error where it is too large. Such a file is not read to its end.
fn read_bytes(path: &Path) -> io::Result<Result<Vec<u8>, u64>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > LARGEST_FILE {
        return Ok(Err(length));
    }
    // The length may be wrong or change meanwhile, so the limit holds for reading, too.
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    Ok(if length > LARGEST_FILE { Err(length) } else { Ok(bytes) })
}

/// The path below the root, also of what has a name that isn't UTF-8.
fn relative(root: &Path, path: &Path) -> String {
    let lossy = || path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
    layout::relative(root, path).unwrap_or_else(lossy)
}

/// Why the system refused, without the number of its error.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut chars = text[..end].chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Exchanges entries by a seed, so that a test can show that nothing depends on their order.
fn shuffle<T>(entries: &mut [T], seed: Option<u64>) {
    let Some(seed) = seed else { return };
    let mut state = seed ^ 0x9E37_79B9_7F4A_7C15;
    for last in (1..entries.len()).rev() {
        // An xorshift generator: any sequence of exchanges will do.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let bound = last as u64 + 1;
        if let Ok(other) = usize::try_from(state % bound) {
            entries.swap(last, other);
        }
    }
}
