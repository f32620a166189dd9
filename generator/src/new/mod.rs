//! Makes a new workspace: a small instruction set with its runtime, a program, tests, CI and an editor set-up, emitted and ready to build.
//!
//! Everything is made beside the new folder and renamed in one step, so that there is a whole workspace or none.

mod files;
mod name;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::diagnostic::{Diagnostics, Severity};
use crate::{pipeline, write};

pub use name::check as check_name;

/// Why there is no new workspace: what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Files that are from now on written by hand.
    pub by_hand: usize,
    /// Files that are emitted from the specs.
    pub emitted: usize,
}

/// Makes the workspace of the instruction set `name` at `folder`.
///
/// # Errors
///
/// When the name can't be one, something stands at the folder already, or a file can't be written.
pub fn create(name: &str, folder: &Path) -> Result<Made, Problem> {
    if let Some(problem) = name::check(name) {
        return Err(problem);
    }
    if folder.symlink_metadata().is_ok() {
        return Err(Problem {
            problem: format!("`{}` exists already", folder.display()),
            fix: "choose another name, or another place with `--path DIR`; nothing was touched".to_owned(),
        });
    }
    let parent = match folder.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(|error| Problem {
        problem: format!(
            "the folder `{}`, in which the workspace belongs, can't be made: {error}",
            parent.display()
        ),
        fix: "name a place with `--path DIR` where you may write".to_owned(),
    })?;
    write_beside(name, &parent, folder).map_err(|error| Problem {
        problem: format!("the workspace can't be made: {error:#}"),
        fix: "mend that and try again; nothing was left behind".to_owned(),
    })
}

/// Writes the workspace into a temporary folder and gives it its name at the end.
fn write_beside(name: &str, parent: &Path, folder: &Path) -> anyhow::Result<Made> {
    let temporary = tempfile::Builder::new()
        .prefix(".lathe-new-")
        .tempdir_in(parent)
        .with_context(|| format!("can't write in `{}`", parent.display()))?;
    // A folder of its own inside, because the temporary one can be read by its owner alone.
    let root = temporary.path().join(name);
    let mut by_hand = 0;
    for (path, text) in files::of(name) {
        let place = root.join(&path);
        let above = place.parent().unwrap_or(&root);
        fs::create_dir_all(above).with_context(|| format!("can't make the folder of `{path}`"))?;
        fs::write(&place, text).with_context(|| format!("can't write `{path}`"))?;
        by_hand += 1;
    }
    for script in files::SCRIPTS {
        make_executable(&root.join(script))?;
    }
    let emitted = emit(&root)?;
    fs::rename(&root, folder).with_context(|| format!("can't move it to `{}`", folder.display()))?;
    Ok(Made { by_hand, emitted })
}

/// Emits `generated/`, so that cargo and editors find a whole workspace at once.
fn emit(root: &Path) -> anyhow::Result<usize> {
    let mut loaded = pipeline::load(root, &pipeline::Options::default());
    pipeline::check(&mut loaded);
    let found = std::mem::take(&mut loaded.diagnostics).sorted();
    if let Some(error) = found.iter().find(|found| found.severity == Severity::Error) {
        anyhow::bail!(
            "a fault of lathe: its own specs have an error, {} {}",
            error.code,
            error.message
        );
    }
    let tree = pipeline::emit(&loaded)?;
    let mut comparison = write::compare(root, &tree, false)?;
    refuse(std::mem::take(&mut comparison.diagnostics))?;
    refuse(write::apply(root, &comparison).map_err(|failure| anyhow::anyhow!("{}", failure.diagnostic().message))?)?;
    Ok(tree.files().len())
}

/// Fails by the first error. The folder was made a moment ago, so that somebody else put there what is in the way.
fn refuse(found: Diagnostics) -> anyhow::Result<()> {
    match found.iter().find(|found| found.severity == Severity::Error) {
        Some(error) => anyhow::bail!("{} {}", error.code, error.message),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_mode(permissions.mode() | 0o111);
    fs::set_permissions(path, permissions)?;
    Ok(())
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_was_not_written_is_an_error() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files::of("demo") {
            let place = root.path().join(&path);
            fs::create_dir_all(place.parent().expect("a folder above")).expect("it can be made");
            fs::write(place, text).expect("it can be written");
        }
        let place = root.path().join("generated/demo/facts/src/lib.rs");
        fs::create_dir_all(place.parent().expect("a folder above")).expect("it can be made");
        fs::write(&place, "// somebody's").expect("it can be written");
        let error = emit(root.path()).expect_err("lathe doesn't replace the file");
        assert!(error.to_string().contains("generated/demo/facts/src/lib.rs"), "{error:#}");
        assert_eq!(fs::read_to_string(place).expect("it is there"), "// somebody's");
    }
}
