//! Brings the paths that people type into the form that the stages use: relative to the root, with `/`.

use std::path::{Component, Path, PathBuf};

use crate::source::layout::relative;

/// The root-relative form of a path that was typed in the folder `here`; none if it leads out of the workspace.
///
/// What the path names need not exist. A relative path that names nothing from `here` is taken as relative to the root, so that the
/// paths in reports can be typed anywhere.
pub fn root_relative(root: &Path, here: &Path, typed: &Path) -> Option<String> {
    let from_here = here.join(typed);
    let typed_from_root =
        typed.is_relative() && from_here.symlink_metadata().is_err() && root.join(typed).symlink_metadata().is_ok();
    let full = if typed_from_root { root.join(typed) } else { from_here };
    let full = plain(&full);
    // The root has no links in its path; what was typed may.
    relative(root, &full).or_else(|| relative(root, &existing(&full)?))
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The path with the links of the part that exists followed.
fn existing(path: &Path) -> Option<PathBuf> {
    let (above, real) = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)))?;
    let rest = path.strip_prefix(above).ok()?;
    Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_brought_to_the_root() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists");
        std::fs::create_dir_all(root.join("spec/ops")).expect("a folder can be made");
        std::fs::write(root.join("spec/ops/a.toml"), "").expect("a file can be written");
        let ops = root.join("spec/ops");
        let absolute = root.join("spec/./ops/../ops/a.toml");
        let cases: &[(&Path, &Path, Option<&str>)] = &[
            (&root, Path::new("spec/ops/a.toml"), Some("spec/ops/a.toml")),
            (&ops, Path::new("a.toml"), Some("spec/ops/a.toml")),
            (&ops, Path::new("spec/ops/a.toml"), Some("spec/ops/a.toml")),
            (&ops, Path::new("../none.toml"), Some("spec/none.toml")),
            (&root, &absolute, Some("spec/ops/a.toml")),
            (&root, Path::new("."), Some("")),
            (&root, Path::new("../elsewhere"), None),
            (&root, Path::new("/"), None),
        ];
        for (here, typed, expected) in cases {
            assert_eq!(root_relative(&root, here, typed).as_deref(), *expected, "{}", typed.display());
        }
    }
}
