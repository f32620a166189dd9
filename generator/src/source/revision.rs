//! Reads the specs of a git revision, without touching the working tree.

use std::collections::BTreeMap;
use std::path::Path;

use xshell::{Shell, cmd};

use super::layout;
use super::{FileId, LARGEST_FILE, SourceFile, SourceMap, Span};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A revision that was read.
#[derive(Debug)]
pub struct Revision {
    /// The tree that it stands for, as git names it.
    pub tree: String,
    /// The specs in it.
    pub sources: SourceMap,
    /// What could not be read of them.
    pub diagnostics: Diagnostics,
}

/// Why a revision could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What happened.
    pub problem: String,
    /// How to fix it.
    pub fix: String,
}

fn refusal(problem: impl Into<String>, fix: impl Into<String>) -> Refusal {
    Refusal {
        problem: problem.into(),
        fix: fix.into(),
    }
}

/// A file of a revision, as git lists it.
struct Listed {
    mode: String,
    object: String,
    size: u64,
    path: String,
}

/// Reads the specs below `root` as they are in a revision.
///
/// # Errors
///
/// When there is no git, no repository, or no such revision in it.
pub fn read(root: &Path, revision: &str) -> Result<Revision, Refusal> {
    let shell = Shell::new().map_err(|error| refusal(format!("can't start a shell: {error}"), "check the current folder"))?;
    shell.change_dir(root);
    // Messages are looked into; a git that asks for a password, or for an editor, would wait for ever.
    shell.set_var("LC_ALL", "C");
    shell.set_var("GIT_TERMINAL_PROMPT", "0");
    let tree = resolve(&shell, root, revision)?;
    let listed = list(&shell, &tree)?;
    let mut contents = contents(&shell, &listed)?;
    let mut sources = SourceMap {
        root: root.to_owned(),
        ..SourceMap::default()
    };
    let mut diagnostics = Diagnostics::default();
    for file in listed {
        let id = FileId(u32::try_from(sources.files.len()).unwrap_or(u32::MAX));
        let text = text(&file, contents.remove(&file.object).as_deref()).unwrap_or_else(|diagnostic| {
            let start = Span {
                file: id,
                start: 0,
                end: 0,
            };
            sources.unread.insert(id);
            diagnostics.push((*diagnostic).leaves_a_gap().at(start, ""));
            String::new()
        });
        sources.files.push(SourceFile { path: file.path, text });
    }
    if sources.files.is_empty() {
        return Err(refusal(
            format!("there are no specs in `{revision}`"),
            "name a revision in which there is a folder `spec` at the place of the workspace",
        ));
    }
    Ok(Revision {
        tree,
        sources,
        diagnostics,
    })
}

/// The tree of a revision.
fn resolve(shell: &Shell, root: &Path, revision: &str) -> Result<String, Refusal> {
    let unknown = || {
        refusal(
            format!("`{}` is not a revision of this repository", revision.escape_debug()),
            "`git log --oneline` and `git tag` show what there is; fetch it if it is missing here (`git fetch --tags --unshallow`)",
        )
    };
    run(shell, &["rev-parse", "--git-dir"]).map_err(|error| match error {
        Failed::Missing(error) => refusal(
            format!("git can't be run: {error}"),
            "install git, or put it on the search path; revisions are read through it",
        ),
        Failed::Refused(message) if message.contains("not a git repository") => refusal(
            format!("`{}` is not in a git repository", root.display()),
            "revisions are those of git: run lathe in a repository, or make one with `git init`",
        ),
        Failed::Refused(message) => refusal(format!("git refuses: {message}"), "mend what git says and run lathe again"),
    })?;
    // What begins with a dash would be an option.
    if revision.is_empty() || revision.starts_with('-') || revision.contains(['\0', '\n']) {
        return Err(unknown());
    }
    let wanted = format!("{revision}^{{tree}}");
    let tree = run(shell, &["rev-parse", "--verify", "--quiet", &wanted]).map_err(|_| unknown())?;
    let tree = String::from_utf8_lossy(&tree).trim().to_owned();
    if tree.is_empty() || !tree.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(unknown());
    }
    Ok(tree)
}

/// The spec files of a tree, in the order of their paths. Paths are relative to the workspace, wherever in the repository it stands.
fn list(shell: &Shell, tree: &str) -> Result<Vec<Listed>, Refusal> {
    let output = run(shell, &["ls-tree", "-r", "-z", "-l", tree, "--", "spec/"]).map_err(Failed::unexpected)?;
    let mut listed: Vec<Listed> = String::from_utf8_lossy(&output)
        .split('\0')
        .filter_map(|line| {
            let (head, path) = line.split_once('\t')?;
            let mut words = head.split_whitespace();
            let (mode, _kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
            Some(Listed {
                mode: mode.to_owned(),
                object: object.to_owned(),
                size: size.parse().unwrap_or_default(),
                path: path.to_owned(),
            })
        })
        .filter(|file| layout::is_spec(&file.path) && layout::is_looked_at(&file.path))
        .collect();
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listed)
}

/// Whether a file is read at all.
fn is_readable(file: &Listed) -> bool {
    file.mode.starts_with("100") && file.size <= LARGEST_FILE
}

/// The bytes of all objects, in one call of git.
fn contents(shell: &Shell, listed: &[Listed]) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
    let wanted: String = listed
        .iter()
        .filter(|file| is_readable(file))
        .map(|file| format!("{}\n", file.object))
        .collect();
    let output = cmd!(shell, "git cat-file --batch")
        .stdin(wanted)
        .quiet()
        .ignore_stderr()
        .output()
        .map_err(|error| Failed::Missing(error.to_string()).unexpected())?
        .stdout;
    let mut found = BTreeMap::new();
    let mut rest = output.as_slice();
    // `<object> blob <size>`, a line break, the bytes, a line break.
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut words = head.split(' ');
        let (object, size) = (words.next().unwrap_or_default(), words.nth(1));
        let size: usize = size.and_then(|size| size.parse().ok()).unwrap_or_default();
        let Some(bytes) = rest.get(end + 1..end + 1 + size) else {
            break;
        };
        found.insert(object.to_owned(), bytes.to_vec());
        rest = rest.get(end + 2 + size..).unwrap_or_default();
    }
    Ok(found)
}

/// The text of a file.
fn text(file: &Listed, bytes: Option<&[u8]>) -> Result<String, Box<Diagnostic>> {
    let path = &file.path;
    if file.size > LARGEST_FILE {
        let message = format!("`{path}` has {} bytes; the most that is read is {LARGEST_FILE}", file.size);
        return Err(Box::new(Diagnostic::error("L0005", message)));
    }
    let Some(bytes) = bytes else {
        let why = if file.mode.starts_with("100") {
            "git doesn't give it; fetch what is missing of the repository"
        } else {
            "it is a link or a submodule, which can be followed only on disk"
        };
        return Err(Box::new(Diagnostic::error("L0002", format!("`{path}` can't be read: {why}"))));
    };
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Box::new(Diagnostic::error("L0004", format!("`{path}` is not UTF-8")).note("TOML files are UTF-8 texts")))
}

/// Why git gave nothing.
enum Failed {
    /// It could not be started.
    Missing(String),
    /// It said no; its first line.
    Refused(String),
}

impl Failed {
    fn unexpected(self) -> Refusal {
        let (Failed::Missing(why) | Failed::Refused(why)) = self;
        refusal(
            format!("git can't read the revision: {why}"),
            "`git fsck` says whether the repository is whole",
        )
    }
}

/// Runs git; what it prints.
fn run(shell: &Shell, arguments: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = cmd!(shell, "git {arguments...}")
        .quiet()
        .ignore_status()
        .output()
        .map_err(|error| Failed::Missing(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    Err(Failed::Refused(message.lines().next().unwrap_or_default().to_owned()))
}
