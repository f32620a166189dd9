//! Writes `build.ninja` from `build.ninja.tmpl`: the graph from the specs to what is built and tested, for those who drive
//! lathe from ninja.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::trace;
use crate::emit::tree::MARKER;
use crate::emit::{Tree, template};
use crate::model::Model;
use crate::model::target::Targets;
use crate::source::SourceMap;
use crate::write::{self, MANIFEST_PATH};

/// The template, beside the workspace's manifest.
pub const TEMPLATE: &str = "build.ninja.tmpl";
/// What comes out of it; not committed.
pub const PLAN: &str = "build.ninja";
/// Where stamps and depfiles live; the template says the same to ninja.
const FOLDER: &str = "target/ninja";

#[derive(Serialize)]
struct Data {
    lathe: String,
    manifest: &'static str,
    outputs: Vec<String>,
    crates: Vec<Edge>,
    targets: Vec<Group>,
    host: Vec<String>,
    tests: Vec<String>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// `raya-facts`
    pub name: String,
    /// Its root-relative folder: `generated/raya/facts`.
    pub folder: String,
    /// Whether lathe emits it.
    pub emitted: bool,
    /// The names of the crates of the workspace that its code needs.
    pub needs: Vec<String>,
}

/// One crate for one triple in one profile.
#[derive(Serialize)]
struct Edge {
    stamp: String,
    package: String,
    options: String,
    what: String,
    inputs: Vec<String>,
    needs: Vec<String>,
}

/// The stamps of what a target states.
#[derive(Serialize)]
struct Group {
    name: String,
    stamps: Vec<String>,
}

/// For what a crate is built.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Setting {
    triple: Option<String>,
    profile: &'static str,
}

impl Setting {
    fn stamp(&self, package: &str) -> String {
        let triple = self.triple.as_deref().unwrap_or("host");
        format!("{FOLDER}/{triple}/{}/{package}.stamp", self.profile)
    }
}

/// Writes the plan if it changed, and returns the number of crates to build.
///
/// # Errors
///
/// When the template is missing or has a fault, the specs have a name that ninja can't hold, or the plan can't be written.
pub fn write(root: &Path, model: &Model, tree: &Tree, packages: &[Package]) -> anyhow::Result<usize> {
    let text = fs::read_to_string(root.join(TEMPLATE)).with_context(|| format!("can't read `{TEMPLATE}`"))?;
    let shared = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];
    let mut graph = Graph {
        packages,
        tree,
        shared: shared.into_iter().filter(|path| root.join(path).is_file()).collect(),
        edges: BTreeMap::new(),
    };
    let host = Setting {
        triple: None,
        profile: "dev",
    };
    for one in packages.iter().filter(|one| one.emitted) {
        graph.add(one, &host)?;
    }
    let mut targets = Vec::new();
    for target in &model.part::<Targets>().targets {
        let mut stamps = BTreeSet::new();
        for artefact in &target.artefacts {
            let setting = Setting {
                triple: Some(artefact.triple.0.clone()),
                profile: artefact.profile.name(),
            };
            if let Some(one) = packages.iter().find(|one| one.name == artefact.package.0) {
                graph.add(one, &setting)?;
                stamps.insert(value(&setting.stamp(&one.name))?);
            }
        }
        if !stamps.is_empty() {
            targets.push(Group {
                name: value(&format!("target-{}", target.name))?,
                stamps: stamps.into_iter().collect(),
            });
        }
    }
    let outputs: anyhow::Result<Vec<String>> = tree.files().keys().map(|path| value(path)).collect();
    let of_host = graph.edges.iter().filter(|((setting, _), _)| *setting == host);
    let data = Data {
        lathe: lathe(root)?,
        manifest: MANIFEST_PATH,
        tests: tests(packages, tree)?,
        outputs: outputs?,
        host: of_host.map(|(_, edge)| edge.stamp.clone()).collect(),
        targets,
        crates: graph.edges.into_values().collect(),
    };
    let plan = format!("{}\n{}", marker(), template::render(TEMPLATE, &text, &data)?);
    trace::stamp(root, PLAN, &plan)?;
    Ok(data.crates.len())
}

/// The first line of the plan, by which it is known for lathe's own.
fn marker() -> String {
    format!("# {MARKER} from {TEMPLATE}; edit that and run `cargo lathe build --plan`.")
}

/// Whether the plan may be written: a graph that somebody wrote by hand is left alone.
///
/// # Errors
///
/// When what stands there can't be looked at.
pub fn is_replaceable(root: &Path) -> anyhow::Result<bool> {
    write::is_replaceable(&root.join(PLAN)).with_context(|| format!("can't look at `{PLAN}`"))
}

/// What the plan is made from, beside what every run reads.
pub fn read_by(root: &Path, sources: &SourceMap, packages: &[Package]) -> BTreeSet<String> {
    let mut read = trace::read_by(root, sources);
    read.insert(TEMPLATE.to_owned());
    let manifests = packages.iter().filter(|one| !one.emitted);
    read.extend(manifests.map(|one| format!("{}/Cargo.toml", one.folder)));
    read
}

/// The edges so far, and what they are made from.
struct Graph<'a> {
    packages: &'a [Package],
    tree: &'a Tree,
    /// Files that every crate depends on.
    shared: Vec<&'static str>,
    edges: BTreeMap<(Setting, String), Edge>,
}

impl<'a> Graph<'a> {
    /// Adds the edge of a crate, and those of the crates that it needs.
    fn add(&mut self, one: &'a Package, setting: &Setting) -> anyhow::Result<()> {
        let key = (setting.clone(), one.name.clone());
        if self.edges.contains_key(&key) {
            return Ok(());
        }
        let packages = self.packages;
        let needed: Vec<&Package> = packages.iter().filter(|other| one.needs.contains(&other.name)).collect();
        let stamps = needed.iter().map(|other| setting.stamp(&other.name));
        let needs = stamps.chain(self.shared.iter().map(|path| (*path).to_owned()));
        let needs = needs.map(|path| value(&path)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut options = vec!["--profile".to_owned(), setting.profile.to_owned()];
        let mut what = one.name.clone();
        if let Some(triple) = &setting.triple {
            options.extend(["--target".to_owned(), quoted(triple)]);
            what.push_str(&format!(" ({}) for {triple}", setting.profile));
        }
        let edge = Edge {
            stamp: value(&setting.stamp(&one.name))?,
            package: command(&quoted(&one.name))?,
            options: command(&options.join(" "))?,
            what: command(&what)?,
            inputs: inputs(self.tree, one)?,
            needs,
        };
        self.edges.insert(key, edge);
        needed.into_iter().try_for_each(|other| self.add(other, setting))
    }
}

/// The files of a crate that are known before it is built: its manifest, and its code where it is emitted. Hand-written code is found
/// by the compiler, and stands in the depfile.
fn inputs(tree: &Tree, one: &Package) -> anyhow::Result<Vec<String>> {
    let manifest = format!("{}/Cargo.toml", one.folder);
    if !one.emitted {
        return Ok(vec![value(&manifest)?]);
    }
    let code = format!("{}/src/", one.folder);
    let paths = tree.files().keys();
    paths
        .filter(|path| **path == manifest || path.starts_with(&code))
        .map(|path| value(path))
        .collect()
}

/// The emitted files that only tests read.
fn tests(packages: &[Package], tree: &Tree) -> anyhow::Result<Vec<String>> {
    let folders: Vec<String> = packages.iter().map(|one| format!("{}/tests/", one.folder)).collect();
    let paths = tree.files().keys();
    paths
        .filter(|path| folders.iter().any(|folder| path.starts_with(folder)))
        .map(|path| value(path))
        .collect()
}

/// How ninja calls lathe: by cargo where the workspace has its sources, so that it is always up to date.
fn lathe(root: &Path) -> anyhow::Result<String> {
    if super::cargo::own_manifest(root).is_some() {
        return Ok("cargo lathe".to_owned());
    }
    let program = std::env::current_exe().context("can't find the program that runs")?;
    command(&quoted(&program.to_string_lossy()))
}

/// A word of a command line, as the shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./+:@%,".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A command line as ninja reads it in a binding.
fn command(text: &str) -> anyhow::Result<String> {
    one_line(text)?;
    Ok(text.replace('$', "$$"))
}

/// A path as ninja reads it in a list.
fn value(path: &str) -> anyhow::Result<String> {
    one_line(path)?;
    Ok(path.replace('$', "$$").replace(' ', "$ ").replace(':', "$:"))
}

fn one_line(text: &str) -> anyhow::Result<()> {
    if text.chars().any(char::is_control) || text.contains('|') {
        anyhow::bail!("ninja can't hold the name `{}`", text.escape_debug());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_written_as_ninja_and_the_shell_read_them() {
        assert_eq!(super::value("a b:c$d").expect("one line"), "a$ b$:c$$d");
        assert_eq!(super::command(&super::quoted("a b$c'd")).expect("one line"), "'a b$$c'\\''d'");
        assert_eq!(super::quoted("thumbv7em-none-eabi"), "thumbv7em-none-eabi");
        assert!(super::value("a\nb").is_err() && super::command("a\nb").is_err());
    }
}
