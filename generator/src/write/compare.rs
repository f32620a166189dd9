//! Sets the virtual tree against the disk, both ways, without touching anything.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::disk::{self, Kind};
use super::manifest::{self, MANIFEST_PATH, Manifest};
use super::{FOLDER, STAGING};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::emit::Tree;
use crate::source::layout::relative;

/// How one path stands. Tools are told it in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Exactly what the specs give.
    Fresh,
    /// As lathe wrote it, but the specs give something else now.
    Stale,
    /// Changed by hand since lathe wrote it.
    Edited,
    /// Not there.
    Missing,
    /// Carries the marker, and no spec gives it any more.
    Orphan,
    /// In the place of an output, without the marker.
    Unowned,
    /// Something that isn't a regular file stands at the place of an output or of a folder above it.
    Blocked,
    /// Neither emitted nor marked: not lathe's, and left alone.
    Foreign,
}

impl Status {
    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Fresh => "Fresh",
            Status::Stale => "Stale",
            Status::Edited => "Edited",
            Status::Missing => "Missing",
            Status::Orphan => "Orphan",
            Status::Unowned => "Unowned",
            Status::Blocked => "Blocked",
            Status::Foreign => "Foreign",
        }
    }

    /// Whether `lathe generate` changes something at such a path.
    pub fn needs_writing(self) -> bool {
        matches!(self, Status::Stale | Status::Edited | Status::Missing | Status::Orphan)
    }
}

/// One path of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Root-relative, with `/`.
    pub path: String,
    /// How it stands.
    pub status: Status,
    /// What the specs give; `None` for orphans and foreign files, and for what is fresh, which holds it already.
    pub text: Option<String>,
    /// Whether it is changed although it doesn't carry the marker, because `--force` says so.
    pub forced: bool,
}

/// The tree and the disk, side by side.
#[derive(Debug, Default)]
pub struct Comparison {
    /// By path.
    pub outputs: Vec<Output>,
    /// Files and links in the place of folders, which `--force` takes away.
    pub obstacles: Vec<String>,
    /// Why the tree can't be written as things stand, and what lies about that lathe doesn't own.
    pub diagnostics: Diagnostics,
}

impl Comparison {
    /// Whether nothing has to be written.
    pub fn is_fresh(&self) -> bool {
        self.obstacles.is_empty()
            && self
                .outputs
                .iter()
                .all(|output| matches!(output.status, Status::Fresh | Status::Foreign))
    }

    /// The number of paths with a status.
    pub fn count(&self, status: Status) -> usize {
        self.outputs.iter().filter(|output| output.status == status).count()
    }
}

/// Compares a tree with the disk under `root`. With `force`, files without the marker count as lathe's own at paths that it emits.
///
/// # Errors
///
/// When the tree holds a path outside the folder that lathe owns, or one path below another: a fault of an emitter.
pub fn compare(root: &Path, tree: &Tree, force: bool) -> anyhow::Result<Comparison> {
    let manifest = manifest::render(tree);
    let wanted = wanted(tree, &manifest)?;
    let mut run = Run {
        root,
        force,
        recorded: LazyCell::new(Box::new(|| Manifest::read(root))),
        folders: BTreeMap::new(),
        result: Comparison::default(),
    };
    // Most outputs are fresh in most runs, and reading them is what takes time.
    let fresh: BTreeSet<&str> = wanted
        .par_iter()
        .filter(|(path, text)| is_fresh(root, path, text))
        .map(|(path, _)| *path)
        .collect();
    for (path, text) in &wanted {
        run.emitted(path, text, fresh.contains(path));
    }
    run.unemitted(&wanted);
    run.result.outputs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(run.result)
}

/// Every output of a run by path, the manifest among them.
fn wanted<'a>(tree: &'a Tree, manifest: &'a str) -> anyhow::Result<BTreeMap<&'a str, &'a str>> {
    let files = tree.files().iter();
    let mut wanted: BTreeMap<&str, &str> = files.map(|(path, file)| (path.as_str(), file.text.as_str())).collect();
    if wanted.insert(MANIFEST_PATH, manifest).is_some() {
        anyhow::bail!("an emitter wrote `{MANIFEST_PATH}`, which is lathe's own record");
    }
    for path in wanted.keys() {
        if !disk::is_output_path(path) {
            anyhow::bail!("an emitter wrote `{path}`, which is no plain path below `{FOLDER}/`");
        }
        if let Some(file) = disk::parents(path).find(|parent| wanted.contains_key(parent)) {
            anyhow::bail!("emitters wrote `{path}` and `{file}`, which can't be both a folder and a file");
        }
    }
    Ok(wanted)
}

/// Whether a file holds exactly what is wanted. What stands in the way is looked into later.
fn is_fresh(root: &Path, path: &str, text: &str) -> bool {
    let place = disk::locate(root, path);
    disk::kind(&place).is_ok_and(|kind| kind == Kind::File) && disk::holds(&place, text).unwrap_or(false)
}

/// A comparison in the making.
struct Run<'a> {
    root: &'a Path,
    force: bool,
    /// Read only where something isn't fresh.
    recorded: LazyCell<Manifest, Box<dyn FnOnce() -> Manifest + 'a>>,
    /// What was found in the places of folders, so that each is looked at once.
    folders: BTreeMap<String, Folder>,
    result: Comparison,
}

/// What stands where the tree wants a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// A folder, or nothing, or a file that goes away as an orphan.
    Usable,
    /// Nothing that lathe may take away.
    Blocked,
}

impl Run<'_> {
    /// Judges the place of one output.
    fn emitted(&mut self, path: &str, text: &str, fresh: bool) {
        let blocked = disk::parents(path)
            .collect::<Vec<_>>()
            .into_iter()
            .any(|folder| self.folder(folder) == Folder::Blocked);
        let (status, forced) = if blocked {
            (Status::Blocked, false)
        } else if fresh {
            (Status::Fresh, false)
        } else {
            self.judge(path).unwrap_or_else(|error| {
                self.unreadable(path, &error);
                (Status::Blocked, false)
            })
        };
        self.result.outputs.push(Output {
            path: path.to_owned(),
            status,
            text: (status != Status::Fresh).then(|| text.to_owned()),
            forced,
        });
    }

    /// Judges a place that doesn't hold what is wanted.
    fn judge(&mut self, path: &str) -> io::Result<(Status, bool)> {
        let place = disk::locate(self.root, path);
        Ok(match disk::kind(&place)? {
            Kind::Nothing => (Status::Missing, false),
            Kind::File if disk::is_owned(&place)? => {
                let edited = match self.recorded.hash(path) {
                    Some(recorded) => disk::hash_file(&place)? != recorded,
                    // The manifest doesn't record its own hash, and without one there is nothing to tell by.
                    None => path != MANIFEST_PATH && !self.recorded.is_empty(),
                };
                (if edited { Status::Edited } else { Status::Stale }, false)
            }
            Kind::File if self.force => (Status::Edited, true),
            Kind::File => {
                self.result.diagnostics.push(
                    Diagnostic::error(
                        "L0901",
                        format!("`{path}` would be overwritten, but its first line doesn't carry lathe's marker"),
                    )
                    .note("a file without the marker may be somebody's work, so it was left as it is")
                    .help("move the file away if it is needed, or run `cargo lathe generate --force` to replace it"),
                );
                (Status::Unowned, false)
            }
            Kind::Directory if !holds_foreign_files(&place) => (Status::Missing, false),
            Kind::Directory => {
                self.result.diagnostics.push(
                    Diagnostic::error(
                        "L0903",
                        format!("`{path}` is an output, but a directory with files of others stands there"),
                    )
                    .help("move the directory away and run `cargo lathe generate` again"),
                );
                (Status::Blocked, false)
            }
            Kind::Link | Kind::Special if self.force => (Status::Edited, true),
            kind => {
                self.obstructed(path, "an output", kind);
                (Status::Blocked, false)
            }
        })
    }

    /// Judges the place of a folder.
    fn folder(&mut self, path: &str) -> Folder {
        if let Some(known) = self.folders.get(path) {
            return *known;
        }
        let place = disk::locate(self.root, path);
        let folder = match disk::kind(&place) {
            Ok(Kind::Nothing | Kind::Directory) => Folder::Usable,
            Ok(Kind::File) if disk::is_owned(&place).unwrap_or(false) => {
                self.result.obstacles.push(path.to_owned());
                Folder::Usable
            }
            Ok(_) if self.force => {
                self.result.obstacles.push(path.to_owned());
                Folder::Usable
            }
            Ok(kind) => {
                self.obstructed(path, "a folder of outputs", kind);
                Folder::Blocked
            }
            Err(error) => {
                self.unreadable(path, &error);
                Folder::Blocked
            }
        };
        self.folders.insert(path.to_owned(), folder);
        folder
    }

    /// Finds what is on disk and not in the tree.
    fn unemitted(&mut self, wanted: &BTreeMap<&str, &str>) {
        let top = self.root.join(FOLDER);
        if !disk::kind(&top).is_ok_and(|kind| kind == Kind::Directory) {
            return;
        }
        let gone: BTreeSet<String> = self.result.obstacles.iter().cloned().collect();
        let mut foreign = Vec::new();
        let walk = walkdir::WalkDir::new(&top).sort_by_file_name().into_iter();
        let staging = self.root.join(STAGING);
        for entry in walk.filter_entry(|entry| entry.path() != staging) {
            let entry = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().and_then(|path| relative(self.root, path));
                    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("the walk failed"));
                    self.unreadable(path.as_deref().unwrap_or(FOLDER), &error);
                    continue;
                }
            };
            // A name that isn't UTF-8 was not given by lathe.
            let Some(path) = relative(self.root, entry.path()) else {
                foreign.push(entry.path().to_string_lossy().into_owned());
                continue;
            };
            let blocking = self.folders.get(&path) == Some(&Folder::Blocked);
            if blocking || wanted.contains_key(path.as_str()) || gone.contains(&path) || path.starts_with("generated/.lathe-") {
                continue;
            }
            let owned = entry.file_type().is_file()
                && disk::is_output_path(&path)
                && disk::is_owned(entry.path()).unwrap_or(false)
                // An empty file is only lathe's own where lathe put one.
                && (entry.metadata().is_ok_and(|metadata| metadata.len() > 0) || self.recorded.hash(&path).is_some());
            if !owned {
                foreign.push(path.clone());
            }
            self.result.outputs.push(Output {
                path,
                status: if owned { Status::Orphan } else { Status::Foreign },
                text: None,
                forced: false,
            });
        }
        self.foreign(&foreign);
    }

    fn foreign(&mut self, paths: &[String]) {
        const SHOWN: usize = 5;
        let Some(first) = paths.first() else {
            return;
        };
        let message = match paths.len() {
            1 => format!("`{first}` is neither emitted nor marked as lathe's"),
            number => format!("{number} files under `{FOLDER}/` are neither emitted nor marked as lathe's"),
        };
        let mut diagnostic = Diagnostic::warning("L0905", message);
        if paths.len() > 1 {
            for path in paths.iter().take(SHOWN) {
                diagnostic = diagnostic.note(format!("`{path}`"));
            }
            if paths.len() > SHOWN {
                diagnostic = diagnostic.note(format!("and {} more", paths.len() - SHOWN));
            }
        }
        self.result
            .diagnostics
            .push(diagnostic.help("lathe leaves them alone; move them out of the folder or delete them"));
    }

    fn obstructed(&mut self, path: &str, what: &str, kind: Kind) {
        let code = if kind == Kind::File { "L0903" } else { "L0902" };
        self.result.diagnostics.push(
            Diagnostic::error(
                code,
                format!("`{path}` is to be {what}, but {} stands there", kind.describe()),
            )
            .note("lathe doesn't write through links and doesn't take away what it didn't make")
            .help("move it away, or run `cargo lathe generate --force` to replace it (a link itself, never what it leads to)"),
        );
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) {
        self.result.diagnostics.push(
            Diagnostic::error("L0904", format!("`{path}` can't be read: {error}"))
                .help("check the permissions of the file and of the folders above it"),
        );
    }
}

/// Whether a directory holds anything that lathe wouldn't delete as an orphan.
fn holds_foreign_files(directory: &Path) -> bool {
    walkdir::WalkDir::new(directory).into_iter().any(|entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => false,
        Ok(entry) if entry.file_type().is_file() => {
            let empty = entry.metadata().is_ok_and(|metadata| metadata.len() == 0);
            empty || !disk::is_owned(entry.path()).unwrap_or(false)
        }
        _ => true,
    })
}
