//! Changes the disk, in an order that survives being killed at any point.
//!
//! 1. New contents are written to the staging folder and flushed.
//! 2. The journal is written beside them, flushed, and renamed to its name: from here on the new tree is decided.
//! 3. Deletions and renames happen, each of them atomic.
//! 4. The journal goes, then the staging folder.
//!
//! A run that finds a journal repeats step 3, whose parts may be done any number of times; one that finds a staging folder without a
//! journal throws the folder away.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::compare::{Comparison, Status};
use super::disk::{self, Kind};
use super::journal::{Deletion, Journal, Write};
use super::manifest::MANIFEST_PATH;
use super::{FOLDER, STAGING};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The name of the committed journal in the staging folder.
const JOURNAL: &str = "journal";
/// Its name while it is written.
const JOURNAL_DRAFT: &str = "journal-draft";

/// What is about to happen; tests stop a run here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The new contents of an output are staged.
    Stage(String),
    /// The journal is written, not yet under its name.
    Draft,
    /// The journal gets its name.
    Commit,
    /// A file is deleted.
    Delete(String),
    /// An output gets its new contents.
    Rename(String),
    /// The journal is removed.
    Close,
    /// The staging folder is removed.
    Clear,
}

/// A test stopped the run, as a kill would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aborted;

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure {
    /// The disk refused something.
    Disk {
        /// What was attempted: `write`, say.
        action: &'static str,
        /// At which root-relative path.
        path: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// A fault of the generator.
    Fault(anyhow::Error),
    /// A test stopped it.
    Aborted,
}

impl Failure {
    /// As a diagnostic for the report.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error("L0904", self.to_string())
            .note("what was begun is completed by the next run of any verb, or was not begun at all")
            .help("check permissions and free space, then run the command again")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Disk { action, path, error } => write!(f, "can't {action} `{path}`: {error}"),
            Failure::Fault(error) => write!(f, "{error:#}"),
            Failure::Aborted => f.write_str("the run was stopped"),
        }
    }
}

impl std::error::Error for Failure {}

/// What became of an interrupted run.
#[derive(Debug, Default)]
pub struct Recovery {
    /// The outputs that were completed; `None` when no run had been interrupted after its decision.
    pub completed: Option<usize>,
    /// What couldn't be done as decided.
    pub diagnostics: Diagnostics,
}

type Observer<'a> = &'a mut dyn FnMut(&Step) -> Result<(), Aborted>;

/// Carries a comparison out. The caller holds the lock and has made sure that the comparison has no errors.
///
/// # Errors
///
/// When the disk refuses; the tree is then the old one, or the next run completes the new one.
pub fn apply(root: &Path, comparison: &Comparison) -> Result<Diagnostics, Failure> {
    apply_observed(root, comparison, &mut |_| Ok(()))
}

/// [`apply`], telling an observer of every step before it is done.
///
/// # Errors
///
/// As [`apply`], and when the observer stops the run.
pub fn apply_observed(root: &Path, comparison: &Comparison, observer: Observer<'_>) -> Result<Diagnostics, Failure> {
    let (journal, texts) = plan(comparison);
    if journal.deletions.is_empty() && journal.writes.is_empty() {
        return Ok(Diagnostics::default());
    }
    // The folder itself may be what stands in the way. Nothing can be staged in a file, so it goes first.
    if let Some(top) = journal.deletions.iter().find(|deletion| deletion.path == FOLDER) {
        observe(observer, Step::Delete(FOLDER.to_owned()))?;
        remove(root, top)?;
    }
    let staging = root.join(STAGING);
    clear(root)?;
    fs::create_dir_all(&staging).map_err(failed("create", STAGING))?;
    for (write, text) in journal.writes.iter().zip(&texts) {
        observe(observer, Step::Stage(write.path.clone()))?;
        put(root, &write.staged, text.as_bytes()).map_err(failed("write to", STAGING))?;
    }
    flush_all(root, &journal)?;
    flush(&staging);
    observe(observer, Step::Draft)?;
    let text = journal.render().map_err(Failure::Fault)?;
    stage(root, JOURNAL_DRAFT, text.as_bytes())?;
    observe(observer, Step::Commit)?;
    fs::rename(staging.join(JOURNAL_DRAFT), staging.join(JOURNAL)).map_err(failed("commit", STAGING))?;
    flush(&staging);
    roll_forward(root, &journal, observer)
}

/// Completes or forgets a run that was interrupted. The caller holds the lock for writing. Cheap when there is nothing to do.
///
/// # Errors
///
/// When the disk refuses.
pub fn recover(root: &Path) -> Result<Recovery, Failure> {
    recover_observed(root, &mut |_| Ok(()))
}

/// [`recover`], telling an observer of every step before it is done.
///
/// # Errors
///
/// As [`recover`], and when the observer stops the run.
pub fn recover_observed(root: &Path, observer: Observer<'_>) -> Result<Recovery, Failure> {
    let mut recovery = Recovery::default();
    let staging = root.join(STAGING);
    let usable = |path: &Path, wanted| disk::kind(path).is_ok_and(|kind| kind == wanted);
    if !usable(&root.join(FOLDER), Kind::Directory) || usable(&staging, Kind::Nothing) {
        return Ok(recovery);
    }
    let path = staging.join(JOURNAL);
    let text = if usable(&staging, Kind::Directory) && usable(&path, Kind::File) {
        Some(fs::read(&path).map_err(failed("read", STAGING))?)
    } else {
        None
    };
    match text.as_deref().map(Journal::parse) {
        Some(Some(journal)) => {
            recovery.diagnostics = roll_forward(root, &journal, observer)?;
            recovery.completed = Some(journal.writes.len() + journal.deletions.len());
        }
        damaged => {
            if damaged.is_some() {
                recovery.diagnostics.push(
                    Diagnostic::warning("L0906", format!("the journal in `{STAGING}` is damaged and was thrown away"))
                        .help("run `cargo lathe generate` to bring the outputs up to date"),
                );
            }
            observe(observer, Step::Clear)?;
            clear(root)?;
        }
    }
    Ok(recovery)
}

/// The journal of a comparison and the texts of its writes, in the same order; the manifest comes last, so that it never records
/// what isn't there.
fn plan(comparison: &Comparison) -> (Journal, Vec<&str>) {
    let mut journal = Journal::default();
    let mut texts = Vec::new();
    journal.deletions.extend(comparison.obstacles.iter().map(|path| Deletion {
        path: path.clone(),
        forced: true,
    }));
    let (last, first): (Vec<_>, Vec<_>) = comparison
        .outputs
        .iter()
        .filter(|output| output.status.needs_writing())
        .partition(|output| output.path == MANIFEST_PATH);
    for output in first.into_iter().chain(last) {
        match &output.text {
            Some(text) => {
                journal.writes.push(Write {
                    path: output.path.clone(),
                    staged: texts.len().to_string(),
                    blake3: disk::hash(text.as_bytes()),
                    forced: output.forced,
                });
                texts.push(text.as_str());
            }
            None => journal.deletions.push(Deletion {
                path: output.path.clone(),
                forced: output.status != Status::Orphan,
            }),
        }
    }
    (journal, texts)
}

/// Does what the journal says, as far as it isn't done, and closes it.
fn roll_forward(root: &Path, journal: &Journal, observer: Observer<'_>) -> Result<Diagnostics, Failure> {
    let mut diagnostics = Diagnostics::default();
    let mut folders = BTreeSet::new();
    for deletion in &journal.deletions {
        observe(observer, Step::Delete(deletion.path.clone()))?;
        if is_reachable(root, &deletion.path).map_err(failed("look at", &deletion.path))? {
            remove(root, deletion)?;
            folders.extend(disk::parents(&deletion.path).map(str::to_owned));
        }
    }
    prune(root, &folders);
    for write in &journal.writes {
        observe(observer, Step::Rename(write.path.clone()))?;
        let staged = root.join(STAGING).join(&write.staged);
        match disk::kind(&staged).map_err(failed("look at", STAGING))? {
            // Done before the run was interrupted.
            Kind::Nothing => continue,
            Kind::File if disk::hash_file(&staged).map_err(failed("read", STAGING))? == write.blake3 => {}
            _ => {
                diagnostics.push(
                    Diagnostic::warning(
                        "L0906",
                        format!("the staged contents of `{}` are damaged and were thrown away", write.path),
                    )
                    .help("run `cargo lathe generate` to bring the outputs up to date"),
                );
                continue;
            }
        }
        if !is_replaceable(root, write).map_err(failed("look at", &write.path))? {
            diagnostics.push(
                Diagnostic::error(
                    "L0901",
                    format!(
                        "`{}` was put there while a run was interrupted, and doesn't carry lathe's marker",
                        write.path
                    ),
                )
                .help("move the file away if it is needed, or run `cargo lathe generate --force` to replace it"),
            );
            continue;
        }
        let place = disk::locate(root, &write.path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(failed("create the folder of", &write.path))?;
        }
        if disk::kind(&place).is_ok_and(|kind| kind == Kind::Directory) {
            remove_empty_folders(&place);
        }
        fs::rename(&staged, &place).map_err(failed("write", &write.path))?;
    }
    for folder in touched(journal) {
        flush(&disk::locate(root, &folder));
    }
    observe(observer, Step::Close)?;
    fs::remove_file(root.join(STAGING).join(JOURNAL)).map_err(failed("close the journal in", STAGING))?;
    observe(observer, Step::Clear)?;
    clear(root)?;
    Ok(diagnostics)
}

fn observe(observer: &mut dyn FnMut(&Step) -> Result<(), Aborted>, step: Step) -> Result<(), Failure> {
    observer(&step).map_err(|Aborted| Failure::Aborted)
}

/// Writes a file in the staging folder and flushes it to the disk.
fn stage(root: &Path, name: &str, text: &[u8]) -> Result<(), Failure> {
    let write = || put(root, name, text)?.sync_all();
    write().map_err(failed("write to", STAGING))
}

/// Writes a file in the staging folder; it may not be on the disk yet.
fn put(root: &Path, name: &str, text: &[u8]) -> io::Result<File> {
    let mut file = File::create(root.join(STAGING).join(name))?;
    file.write_all(text)?;
    Ok(file)
}

/// Flushes everything that is staged to the disk, so that the journal never promises what a power cut took away. Each flush waits for
/// the disk and not for a processor; many at a time take little longer than one.
fn flush_all(root: &Path, journal: &Journal) -> Result<(), Failure> {
    const AT_A_TIME: usize = 16;
    let staging = root.join(STAGING);
    let flush = |writes: &[Write]| -> io::Result<()> {
        let mut files = writes
            .iter()
            .map(|write| File::options().write(true).open(staging.join(&write.staged)));
        files.try_for_each(|file| file?.sync_all())
    };
    let share = journal.writes.len().div_ceil(AT_A_TIME).max(1);
    let flushed: Vec<io::Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = journal
            .writes
            .chunks(share)
            .map(|writes| scope.spawn(move || flush(writes)))
            .collect();
        let lost = || Err(io::Error::other("a thread ended early"));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| lost()))
            .collect()
    });
    flushed
        .into_iter()
        .collect::<io::Result<()>>()
        .map_err(failed("write to", STAGING))
}

/// Deletes a file or link, if it is (still) lathe's to delete. Folders are never deleted here.
fn remove(root: &Path, deletion: &Deletion) -> Result<(), Failure> {
    let place = disk::locate(root, &deletion.path);
    let delete = || -> io::Result<()> {
        match disk::kind(&place)? {
            Kind::Nothing | Kind::Directory => Ok(()),
            Kind::File if deletion.forced || disk::is_owned(&place)? => fs::remove_file(&place),
            Kind::Link | Kind::Special if deletion.forced => fs::remove_file(&place),
            Kind::File | Kind::Link | Kind::Special => Ok(()),
        }
    };
    delete().map_err(failed("delete", &deletion.path))
}

/// Whether all folders above a path are real folders, so that nothing outside the tree is reached through a link.
fn is_reachable(root: &Path, path: &str) -> io::Result<bool> {
    for folder in disk::parents(path) {
        if disk::kind(&disk::locate(root, folder))? != Kind::Directory {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether an output may be renamed over what stands at its path now.
fn is_replaceable(root: &Path, write: &Write) -> io::Result<bool> {
    for folder in disk::parents(&write.path) {
        if !matches!(disk::kind(&disk::locate(root, folder))?, Kind::Directory | Kind::Nothing) {
            return Ok(false);
        }
    }
    let place = disk::locate(root, &write.path);
    Ok(match disk::kind(&place)? {
        Kind::Nothing => true,
        Kind::File => write.forced || disk::is_owned(&place)?,
        Kind::Link | Kind::Special => write.forced,
        Kind::Directory => is_hollow(&place),
    })
}

/// Whether a folder holds nothing but empty folders.
fn is_hollow(folder: &Path) -> bool {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .all(|entry| entry.is_ok_and(|entry| entry.file_type().is_dir()))
}

/// Removes folders that deletions left empty, innermost first; `generated` itself stays.
fn prune(root: &Path, folders: &BTreeSet<String>) {
    for folder in folders.iter().rev().filter(|folder| *folder != FOLDER) {
        // Fails for a folder that isn't empty, which is the point.
        let _ = fs::remove_dir(disk::locate(root, folder));
    }
}

/// Removes a folder that holds nothing but empty folders. What can't be removed makes the rename fail, with its reason.
fn remove_empty_folders(folder: &Path) {
    let walk = walkdir::WalkDir::new(folder).contents_first(true);
    for entry in walk.into_iter().flatten() {
        let _ = fs::remove_dir(entry.path());
    }
}

/// The folders whose entries a journal changes.
fn touched(journal: &Journal) -> BTreeSet<String> {
    let deleted = journal.deletions.iter().map(|deletion| deletion.path.as_str());
    let written = journal.writes.iter().map(|write| write.path.as_str());
    deleted
        .chain(written)
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect()
}

/// Flushes the entries of a folder, where the system can. Losing them costs no more than a repeated step.
fn flush(folder: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// Removes the staging folder, whatever stands in its place. Links are removed, not followed.
fn clear(root: &Path) -> Result<(), Failure> {
    let staging = root.join(STAGING);
    let remove = || match disk::kind(&staging)? {
        Kind::Nothing => Ok(()),
        Kind::Directory => {
            // The journal goes first: without it the rest means nothing, with it the rest must be whole.
            match fs::remove_file(staging.join(JOURNAL)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => remove_oddity(&staging.join(JOURNAL))?,
                _ => {}
            }
            fs::remove_dir_all(&staging)
        }
        Kind::File | Kind::Link | Kind::Special => fs::remove_file(&staging),
    };
    remove().map_err(failed("clear", STAGING))
}

/// Removes a folder in the place of the journal.
fn remove_oddity(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

/// Makes a [`Failure`] of an error of the system.
fn failed(action: &'static str, path: &str) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    move |error| Failure::Disk { action, path, error }
}
