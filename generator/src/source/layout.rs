//! The layout of a workspace: where it is, which of its files are read, and how paths in it are written.

use std::path::{Path, PathBuf};

/// The folder of the specs.
pub const SPEC: &str = "spec";

/// The folder of the runtimes, whose functions the specs name.
pub const RUNTIME: &str = "runtime";

/// The folders that are read.
pub const FOLDERS: [&str; 2] = [SPEC, RUNTIME];

/// Whether a root-relative path is that of a spec.
pub fn is_spec(path: &str) -> bool {
    is_in(path, SPEC) && path.ends_with(".toml")
}

/// Whether a root-relative path is that of a runtime's code.
pub fn is_runtime(path: &str) -> bool {
    is_in(path, RUNTIME) && path.ends_with(".rs")
}

/// Whether a root-relative path is that of the manifest of a runtime's crate.
pub fn is_manifest(path: &str) -> bool {
    is_in(path, RUNTIME) && path.ends_with("/Cargo.toml")
}

/// Whether a path lies in one of the folders at the root.
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a file or folder of this name is passed over wherever it stands in a folder of the root: what is hidden, and what cargo
/// makes of crates.
pub fn is_passed_over(folder: &str, name: &str) -> bool {
    name.starts_with('.') || (folder != SPEC && name == "target")
}

/// Whether a root-relative path, of a file or a folder, lies where files are read.
pub fn is_looked_at(path: &str) -> bool {
    let mut parts = path.split('/');
    let Some(folder) = parts.next() else { return false };
    FOLDERS.contains(&folder) && !parts.any(|part| is_passed_over(folder, part))
}

/// The nearest folder at or above a path that holds `spec` beside `Cargo.toml`.
pub fn root_above(path: &Path) -> Option<PathBuf> {
    let holds = |folder: &Path, name: &str| folder.join(name).symlink_metadata().is_ok();
    path.ancestors()
        .find(|folder| holds(folder, SPEC) && holds(folder, "Cargo.toml"))
        .map(Path::to_path_buf)
}

/// The path below the root with `/` between its parts; none if it isn't below that, or isn't UTF-8.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_told_by_its_path() {
        for (path, expected) in [
            ("spec/raya/ops/a.toml", true),
            ("spec/target/a.toml", true),
            ("spec", true),
            ("spec/.a.toml.swp", false),
            ("specs/a.toml", false),
            ("runtime/raya/src/lib.rs", true),
            ("runtime/raya/target/debug/x.rs", false),
            ("runtime/.git/x.rs", false),
            ("generated/a.rs", false),
            ("", false),
        ] {
            assert_eq!(is_looked_at(path), expected, "{path}");
        }
        assert!(is_spec("spec/a.toml") && !is_spec("spec/a.rs") && !is_spec("spec.toml"));
        assert!(is_runtime("runtime/a.rs") && !is_runtime("spec/a.rs"));
        assert!(is_manifest("runtime/a/Cargo.toml") && !is_manifest("spec/a/Cargo.toml") && !is_manifest("runtime/a.toml"));
    }

    #[test]
    fn paths_are_relative_to_the_root() {
        let root = Path::new("/a/root");
        assert_eq!(
            relative(root, Path::new("/a/root/spec/x.toml")).as_deref(),
            Some("spec/x.toml")
        );
        assert_eq!(relative(root, root).as_deref(), Some(""));
        assert_eq!(relative(root, Path::new("/a/other")), None);
    }
}
