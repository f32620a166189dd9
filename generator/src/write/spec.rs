//! Replaces a spec: what a fix or a formatter made of it takes its place as a whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use super::disk;
use crate::diagnostic::Diagnostic;

/// Replaces the text of a spec, which must still be `old`. `path` is relative to the root, or absolute. A link is kept, and the file that it leads to replaced.
///
/// # Errors
///
/// When the file was changed meanwhile, or can't be replaced. Then it is as it was.
pub fn replace_spec(root: &Path, path: &str, old: &str, new: &str) -> Result<(), Box<Diagnostic>> {
    let fault = |reason: &str| {
        let diagnostic = Diagnostic::error("L0908", format!("`{path}` can't be replaced: {reason}"))
            .note("the file is as it was")
            .help("mend that and run the command again");
        Box::new(diagnostic)
    };
    let place = fs::canonicalize(root.join(path)).map_err(|error| fault(&error.to_string()))?;
    if !disk::holds(&place, old).map_err(|error| fault(&error.to_string()))? {
        return Err(fault("it was changed while lathe looked at it"));
    }
    disk::replace(&place, new).map_err(|error| fault(&error.to_string()))
}

/// Adds a file to the specs, and the folder that it belongs in.
///
/// # Errors
///
/// When something stands there, or the file can't be written. Then nothing was added.
pub fn add_spec(root: &Path, path: &str, text: &str) -> Result<(), Box<Diagnostic>> {
    let fault = |error: io::Error| {
        let diagnostic = Diagnostic::error("L0908", format!("`{path}` can't be added: {error}"))
            .note("nothing was written")
            .help("mend that and run the command again");
        Box::new(diagnostic)
    };
    let place = disk::locate(root, path);
    let folder = place.parent().unwrap_or(root);
    fs::create_dir_all(folder).map_err(fault)?;
    let add = || -> io::Result<()> {
        let staged = disk::stage(folder, text)?;
        staged.as_file().sync_all()?;
        staged.persist_noclobber(&place)?;
        Ok(())
    };
    add().map_err(fault)
}

/// Removes a file of the specs, which must still be `old`.
///
/// # Errors
///
/// When the file was changed meanwhile, or can't be removed.
pub fn remove_spec(root: &Path, path: &str, old: &str) -> Result<(), Box<Diagnostic>> {
    let fault = |reason: &str| {
        let diagnostic = Diagnostic::error("L0908", format!("`{path}` can't be removed: {reason}")).help("remove it by hand");
        Box::new(diagnostic)
    };
    let place = disk::locate(root, path);
    if !disk::holds(&place, old).map_err(|error| fault(&error.to_string()))? {
        return Err(fault("it was changed while lathe looked at it"));
    }
    fs::remove_file(&place).map_err(|error| fault(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name().to_string_lossy().into_owned();
        entries.map(name).collect()
    }

    #[cfg(unix)]
    #[test]
    fn an_added_file_is_as_open_as_any_other_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().expect("a folder");
        add_spec(root.path(), "spec/a.toml", "text").expect("nothing stands there");
        fs::write(root.path().join("spec/b.toml"), "text").expect("a file");
        let mode = |name: &str| {
            let metadata = fs::metadata(root.path().join(name)).expect("a file");
            metadata.permissions().mode()
        };
        assert_eq!(mode("spec/a.toml"), mode("spec/b.toml"));
    }

    #[test]
    fn a_file_is_replaced_only_if_it_is_as_it_was_read() {
        let root = tempfile::tempdir().expect("a folder");
        let spec = root.path().join("spec");
        fs::create_dir(&spec).expect("a folder in it");
        fs::write(spec.join("a.toml"), "old").expect("a file");
        replace_spec(root.path(), "spec/a.toml", "old", "new").expect("it is as it was");
        assert_eq!(fs::read_to_string(spec.join("a.toml")).expect("a file"), "new");
        let refused = replace_spec(root.path(), "spec/a.toml", "old", "newer").expect_err("it is new");
        assert_eq!(refused.code, "L0908");
        assert_eq!(fs::read_to_string(spec.join("a.toml")).expect("a file"), "new");
        assert!(replace_spec(root.path(), "spec/b.toml", "", "new").is_err());
        assert_eq!(names(&spec), ["a.toml"], "nothing staged is left behind");
    }

    #[test]
    fn a_file_is_added_only_where_nothing_stands_and_removed_only_as_it_was_read() {
        let root = tempfile::tempdir().expect("a folder");
        add_spec(root.path(), "spec/new/a.toml", "text").expect("nothing stands there");
        let place = root.path().join("spec/new/a.toml");
        assert_eq!(fs::read_to_string(&place).expect("a file"), "text");
        assert_eq!(
            names(&root.path().join("spec/new")),
            ["a.toml"],
            "nothing staged is left behind"
        );
        let refused = add_spec(root.path(), "spec/new/a.toml", "other").expect_err("a file stands there");
        assert_eq!(refused.code, "L0908");
        assert!(remove_spec(root.path(), "spec/new/a.toml", "other").is_err());
        assert_eq!(fs::read_to_string(&place).expect("a file"), "text");
        remove_spec(root.path(), "spec/new/a.toml", "text").expect("it is as it was");
        assert!(!place.exists());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_are_kept() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("spec")).expect("a folder in it");
        let (target, link) = (root.path().join("elsewhere.toml"), root.path().join("spec/a.toml"));
        fs::write(&target, "old").expect("a file");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("its permissions");
        symlink(&target, &link).expect("a link");
        replace_spec(root.path(), "spec/a.toml", "old", "new").expect("a link to a file");
        assert!(link.symlink_metadata().expect("a link").is_symlink());
        assert_eq!(fs::read_to_string(&target).expect("a file"), "new");
        assert_eq!(fs::metadata(&target).expect("a file").permissions().mode() & 0o777, 0o640);
    }
}
