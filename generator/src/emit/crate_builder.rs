//! Collects one emitted crate: its modules, and its manifest from what was used.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::template;
use super::tree::Tree;

/// Adds files for a part of the model.
pub type Step<T> = fn(&T, &mut CrateBuilder) -> anyhow::Result<()>;

/// A crate in the making. Emitters add files and say what these depend on; the manifest records just that.
#[derive(Clone)]
pub struct CrateBuilder {
    folder: String,
    name: String,
    description: String,
    proc_macro: bool,
    program: Option<String>,
    dependencies: BTreeMap<String, String>,
    libraries: BTreeMap<String, (String, Vec<String>)>,
    features: BTreeMap<String, Vec<String>>,
    optional: BTreeMap<String, String>,
    test_libraries: BTreeMap<String, (String, Vec<String>)>,
    /// The specs that the manifest depends on.
    sources: BTreeSet<String>,
    /// The specs because of which the crate is there at all.
    reasons: Vec<String>,
    files: BTreeMap<String, (String, Vec<String>)>,
}

impl CrateBuilder {
    /// A crate `name` in the root-relative `folder`.
    pub fn new(folder: impl Into<String>, name: impl Into<String>, description: impl Into<String>) -> Self {
        CrateBuilder {
            folder: folder.into(),
            name: name.into(),
            description: description.into(),
            proc_macro: false,
            program: None,
            dependencies: BTreeMap::new(),
            libraries: BTreeMap::new(),
            features: BTreeMap::new(),
            optional: BTreeMap::new(),
            test_libraries: BTreeMap::new(),
            sources: BTreeSet::new(),
            reasons: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    /// Makes it a procedural macro crate.
    pub fn proc_macro(&mut self) {
        self.proc_macro = true;
    }

    /// Gives its program another name than that of the package.
    pub fn program(&mut self, name: &str) {
        self.program = Some(name.to_owned());
    }

    /// Records a dependency on another crate of the workspace, by its root-relative folder: `generated/raya/facts`.
    pub fn depend(&mut self, name: &str, folder: &str) {
        self.dependencies.insert(name.to_owned(), folder.to_owned());
    }

    /// Records a dependency on a library that the spec names, without its default features. `sources` are the specs that say so.
    pub fn depend_on_library(&mut self, package: &str, version: &str, sources: &[String]) {
        self.sources.extend(sources.iter().cloned());
        self.libraries.insert(package.to_owned(), (version.to_owned(), Vec::new()));
    }

    /// Records a dependency on a library that every crate of this kind uses, with these of its features alone.
    pub fn use_library(&mut self, package: &str, version: &str, features: &[&str]) {
        let features = features.iter().map(|feature| (*feature).to_owned()).collect();
        self.libraries.insert(package.to_owned(), (version.to_owned(), features));
    }

    /// Records a dependency on another crate of the workspace that a feature switches on, without its default features.
    pub fn depend_if_asked(&mut self, name: &str, folder: &str) {
        self.optional.insert(name.to_owned(), folder.to_owned());
    }

    /// Records a library that the tests use, with these of its features alone.
    pub fn test_with_library(&mut self, package: &str, version: &str, features: &[&str]) {
        let features = features.iter().map(|feature| (*feature).to_owned()).collect();
        self.test_libraries.insert(package.to_owned(), (version.to_owned(), features));
    }

    /// Records a Cargo feature and those that it implies. `sources` are the specs that say so.
    pub fn feature(&mut self, name: &str, implies: &[String], sources: &[String]) {
        self.sources.extend(sources.iter().cloned());
        self.features.insert(name.to_owned(), implies.to_vec());
    }

    /// Records the specs because of which the crate is there at all: all that is in it depends on them.
    pub fn because_of(&mut self, sources: &[String]) {
        self.reasons.extend(sources.iter().cloned());
    }

    /// Records specs on which the manifest depends.
    pub fn manifest_from(&mut self, sources: &[String]) {
        self.sources.extend(sources.iter().cloned());
    }

    /// Adds a file by its path within the crate: `src/opcode.rs`. `sources` are the root-relative specs that it came from.
    pub fn file(&mut self, path: &str, text: String, sources: &[String]) {
        self.files.insert(path.to_owned(), (text, sources.to_vec()));
    }

    /// Whether a file was added.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Makes parts of the crate side by side, each from a list of steps in order, and takes over their files. A step sees what was
    /// added before and by the earlier steps of its own list.
    ///
    /// # Errors
    ///
    /// What the first failing part says, in order of the lists.
    pub fn side_by_side<T: Sync>(&mut self, of: &T, lists: &[&[Step<T>]]) -> anyhow::Result<()> {
        let make = |steps: &&[Step<T>]| -> anyhow::Result<CrateBuilder> {
            let mut part = self.clone();
            for step in *steps {
                step(of, &mut part)?;
            }
            Ok(part)
        };
        let parts: Vec<anyhow::Result<CrateBuilder>> = lists.par_iter().map(make).collect();
        for part in parts {
            let part = part?;
            self.dependencies.extend(part.dependencies);
            self.libraries.extend(part.libraries);
            self.features.extend(part.features);
            self.optional.extend(part.optional);
            self.test_libraries.extend(part.test_libraries);
            self.sources.extend(part.sources);
            self.files.extend(part.files);
        }
        Ok(())
    }

    /// Adds the manifest and puts all files into the tree.
    ///
    /// # Errors
    ///
    /// When a path is taken: a fault of an emitter.
    pub fn finish(self, tree: &mut Tree) -> anyhow::Result<()> {
        let and_reasons = |sources: BTreeSet<String>| -> Vec<String> {
            let all: BTreeSet<String> = sources.into_iter().chain(self.reasons.iter().cloned()).collect();
            all.into_iter().collect()
        };
        let sources = and_reasons(self.sources.clone());
        let manifest = template::render(
            "Cargo.toml",
            MANIFEST,
            &Manifest {
                name: &self.name,
                description: &self.description,
                proc_macro: self.proc_macro,
                program: self.program.as_deref(),
                has_dependencies: !(self.dependencies.is_empty() && self.libraries.is_empty() && self.optional.is_empty()),
                dependencies: self.dependency_rows(&self.dependencies),
                optional: self.dependency_rows(&self.optional),
                test_libraries: library_rows(&self.test_libraries),
                libraries: library_rows(&self.libraries),
                features: self
                    .features
                    .iter()
                    .map(|(name, implies)| FeatureRow { name, implies })
                    .collect(),
            },
        )?;
        tree.add(format!("{}/Cargo.toml", self.folder), &manifest, &sources)?;
        for (path, (text, sources)) in &self.files {
            let sources = and_reasons(sources.iter().cloned().collect());
            tree.add(format!("{}/{path}", self.folder), text, &sources)?;
        }
        Ok(())
    }

    fn dependency_rows<'a>(&self, of: &'a BTreeMap<String, String>) -> Vec<DependencyRow<'a>> {
        of.iter()
            .map(|(name, folder)| DependencyRow {
                name,
                path: relative(&self.folder, folder),
            })
            .collect()
    }
}

fn library_rows(of: &BTreeMap<String, (String, Vec<String>)>) -> Vec<LibraryRow<'_>> {
    of.iter()
        .map(|(name, (version, features))| LibraryRow { name, version, features })
        .collect()
}

/// The way from one root-relative folder to another: `../facts`.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut path: Vec<&str> = vec![".."; from.len() - common];
    path.extend(&to[common..]);
    path.join("/")
}

#[derive(Serialize)]
struct Manifest<'a> {
    name: &'a str,
    description: &'a str,
    proc_macro: bool,
    program: Option<&'a str>,
    has_dependencies: bool,
    dependencies: Vec<DependencyRow<'a>>,
    libraries: Vec<LibraryRow<'a>>,
    optional: Vec<DependencyRow<'a>>,
    test_libraries: Vec<LibraryRow<'a>>,
    features: Vec<FeatureRow<'a>>,
}

#[derive(Serialize)]
struct LibraryRow<'a> {
    name: &'a str,
    version: &'a str,
    features: &'a [String],
}

#[derive(Serialize)]
struct DependencyRow<'a> {
    name: &'a str,
    path: String,
}

#[derive(Serialize)]
struct FeatureRow<'a> {
    name: &'a str,
    implies: &'a [String],
}

const MANIFEST: &str = r#"[package]
name = "{{name}}"
version = "0.1.0"
edition = "2024"
rust-version = "1.95"
license = "MIT OR Apache-2.0"
description = "{{description}}"
{{#if proc_macro}}

[lib]
proc-macro = true
{{/if}}
{{#if program}}

[[bin]]
name = "{{program}}"
path = "src/main.rs"
{{/if}}
{{#if features}}

[features]
{{#each features}}
{{name}} = [{{#each implies}}{{#if @index}}, {{/if}}"{{this}}"{{/each}}]
{{/each}}
{{/if}}
{{#if has_dependencies}}

[dependencies]
{{#each dependencies}}
{{name}} = { version = "0.1.0", path = "{{path}}" }
{{/each}}
{{#each libraries}}
{{name}} = { version = "{{version}}", default-features = false{{#if features}}, features = [{{#each features}}{{#if @index}}, {{/if}}"{{this}}"{{/each}}]{{/if}} }
{{/each}}
{{#each optional}}
{{name}} = { version = "0.1.0", path = "{{path}}", optional = true, default-features = false }
{{/each}}
{{/if}}
{{#if test_libraries}}

[dev-dependencies]
{{#each test_libraries}}
{{name}} = { version = "{{version}}", default-features = false, features = [{{#each features}}{{#if @index}}, {{/if}}"{{this}}"{{/each}}] }
{{/each}}
{{/if}}
"#;

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn ways_between_folders_are_short() {
        assert_eq!(relative("generated/raya/oracle", "generated/raya/facts"), "../facts");
        assert_eq!(relative("generated/raya/oracle", "runtime/raya"), "../../../runtime/raya");
        assert_eq!(relative("generated/features", "macros"), "../../macros");
    }
}
