//! Knows the crates of a workspace, emitted and hand-written, and what they depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::emit::Tree;
use crate::source::layout::{self, relative};
use crate::write;

/// Where hand-written crates live that emitted ones rest on, or that rest on emitted ones.
const FOLDERS: &[&str] = &["macros", "runtime", "platform"];

/// How deep below these folders a crate may stand.
const DEEPEST: usize = 4;

/// A crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// The name of its package: `raya-facts`.
    pub name: String,
    /// Its root-relative folder: `generated/raya/facts`.
    pub folder: String,
    /// Whether lathe emits it.
    pub emitted: bool,
    /// The names of its test targets: `golden`.
    pub tests: BTreeSet<String>,
    /// The folders of the crates that its code needs.
    needs: BTreeSet<String>,
    /// The folders of the crates that only its tests need.
    tests_need: BTreeSet<String>,
}

/// The crates by their folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crates {
    crates: BTreeMap<String, Crate>,
}

impl Crates {
    /// Reads the manifests in the tree, and those of hand-written crates under `root`. A manifest that can't be read is passed over:
    /// cargo says what is wrong with it.
    pub fn read(root: &Path, tree: &Tree) -> Crates {
        let mut crates = BTreeMap::new();
        for (path, file) in tree.files() {
            if let Some(folder) = path.strip_suffix("/Cargo.toml") {
                let tests = tree
                    .files()
                    .keys()
                    .filter_map(|path| test_target(path.strip_prefix(folder)?))
                    .collect();
                crates.extend(read(folder, &file.text, true, tests));
            }
        }
        for folder in FOLDERS {
            for (folder, text, tests) in manifests(root, folder) {
                crates.extend(read(&folder, &text, false, tests));
            }
        }
        let known: BTreeSet<String> = crates.keys().cloned().collect();
        for one in crates.values_mut() {
            one.needs.retain(|folder| known.contains(folder));
            one.tests_need.retain(|folder| known.contains(folder));
        }
        Crates { crates }
    }

    /// All crates, in the order of their folders.
    pub fn iter(&self) -> impl Iterator<Item = &Crate> {
        self.crates.values()
    }

    /// The crate that a file belongs to: the one whose folder is the nearest above it.
    pub fn of(&self, path: &str) -> Option<&Crate> {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if let Some(found) = self.crates.get(above) {
                return Some(found);
            }
            folder = above;
        }
        None
    }

    /// What the code of a crate needs directly.
    pub fn needs<'a>(&'a self, of: &'a Crate) -> impl Iterator<Item = &'a Crate> {
        of.needs.iter().filter_map(|folder| self.crates.get(folder))
    }

    /// These crates and every crate whose code needs one of them, directly or through others.
    pub fn with_dependents<'a>(&'a self, folders: impl IntoIterator<Item = &'a str>) -> Vec<&'a Crate> {
        let mut found: BTreeSet<&str> = folders
            .into_iter()
            .filter(|folder| self.crates.contains_key(*folder))
            .collect();
        loop {
            let more = self
                .crates
                .iter()
                .filter(|(_, one)| one.needs.iter().any(|need| found.contains(need.as_str())));
            let more: Vec<&str> = more
                .map(|(folder, _)| folder.as_str())
                .filter(|folder| !found.contains(folder))
                .collect();
            if more.is_empty() {
                return found.into_iter().filter_map(|folder| self.crates.get(folder)).collect();
            }
            found.extend(more);
        }
    }

    /// The crates whose tests may come out differently when the code of any of these changes.
    pub fn tested_with(&self, changed: &[&Crate]) -> Vec<&Crate> {
        let is_changed = |folder: &str| changed.iter().any(|one| one.folder == folder);
        self.iter()
            .filter(|one| is_changed(&one.folder) || one.tests_need.iter().any(|need| is_changed(need)))
            .collect()
    }
}

/// The name of the test target that a file of a crate is: `/tests/golden.rs`, `/tests/edges/main.rs`.
fn test_target(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/tests/")?;
    let name = rest.strip_suffix("/main.rs").or_else(|| rest.strip_suffix(".rs"))?;
    (!name.contains('/')).then(|| name.to_owned())
}

fn read(folder: &str, text: &str, emitted: bool, tests: BTreeSet<String>) -> Option<(String, Crate)> {
    let manifest: toml::Table = text.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    let one = Crate {
        name,
        folder: folder.to_owned(),
        emitted,
        tests,
        needs: paths(folder, &manifest, &["dependencies", "build-dependencies"]),
        tests_need: paths(folder, &manifest, &["dev-dependencies"]),
    };
    Some((folder.to_owned(), one))
}

/// The folders of the dependencies by path in tables of a manifest, those for single targets included.
fn paths(folder: &str, manifest: &toml::Table, tables: &[&str]) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let places = targets.filter_map(|(_, target)| target.as_table()).chain([manifest]);
    let tables = places.flat_map(|place| tables.iter().filter_map(|table| place.get(*table)?.as_table()));
    tables
        .flatten()
        .filter_map(|(_, dependency)| join(folder, dependency.get("path")?.as_str()?))
        .collect()
}

/// The root-relative folder at the end of a way from another one; none where it leaves the workspace.
fn join(from: &str, way: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    for part in way.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The hand-written manifests below a folder: folder, text, and test targets of the crate.
fn manifests(root: &Path, folder: &str) -> Vec<(String, String, BTreeSet<String>)> {
    let walk = WalkDir::new(root.join(folder))
        .max_depth(DEEPEST)
        .sort_by_file_name()
        .into_iter();
    let walk = walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(layout::is_passed_over(folder, &name) || name == write::FOLDER)
    });
    let manifest = |entry: walkdir::DirEntry| {
        if entry.file_name() != "Cargo.toml" || !entry.file_type().is_file() {
            return None;
        }
        let text = fs::read_to_string(entry.path()).ok()?;
        let folder = entry.path().parent()?;
        let tests = WalkDir::new(folder.join("tests"))
            .max_depth(2)
            .into_iter()
            .filter_map(Result::ok);
        let tests = tests
            .filter_map(|test| test_target(&format!("/{}", relative(folder, test.path())?)))
            .collect();
        Some((relative(root, folder)?, text, tests))
    };
    walk.filter_map(Result::ok).filter_map(manifest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_and_what_needs_them_are_found() {
        let mut tree = Tree::default();
        let mut add = |path: &str, text: &str| tree.add(path, text, &[]).expect("plain paths");
        add("generated/a/facts/Cargo.toml", "[package]\nname = \"a-facts\"\n");
        add("generated/a/facts/src/lib.rs", "");
        add("generated/a/facts/tests/golden.rs", "");
        add("generated/a/facts/tests/edges/main.rs", "");
        add("generated/a/facts/tests/edges/part.rs", "");
        add(
            "generated/a/oracle/Cargo.toml",
            "[package]\nname = \"a-oracle\"\n[dependencies]\na-facts = { path = \"../facts\" }\nfar = { path = \"../../../../far\" }\n",
        );
        add(
            "generated/b/Cargo.toml",
            "[package]\nname = \"b\"\n[target.'cfg(unix)'.dependencies]\na-oracle = { path = \"../a/oracle\" }\n",
        );
        add(
            "generated/c/Cargo.toml",
            "[package]\nname = \"c\"\n[dev-dependencies]\nb = { path = \"../b\" }\n",
        );
        add("generated/broken/Cargo.toml", "[package");
        let crates = Crates::read(Path::new("/nowhere"), &tree);
        let facts = crates.of("generated/a/facts/src/lib.rs").expect("a crate");
        assert_eq!(
            facts.tests.iter().map(String::as_str).collect::<Vec<_>>(),
            ["edges", "golden"]
        );
        assert_eq!(crates.of("generated/manual/index.html"), None);
        let changed = crates.with_dependents(["generated/a/facts"]);
        let names = |crates: &[&Crate]| crates.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&changed), ["a-facts", "a-oracle", "b"]);
        assert_eq!(names(&crates.tested_with(&changed)), ["a-facts", "a-oracle", "b", "c"]);
    }
}
