//! Follows a change of files: which outputs depend on them, which crates on these, and which tests may come out differently.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::crates::Crates;
use crate::emit::Tree;
use crate::model::instruction_set::engines;
use crate::report::json;
use crate::source::SourceMap;
use crate::source::programs::Program;
use crate::suggest;

/// The tests of a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tests {
    /// The name of its package.
    pub package: String,
    /// The test targets, beside those in the code itself.
    pub targets: Vec<String>,
}

/// What a change can affect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// The changed files that lathe or a crate knows.
    pub files: Vec<String>,
    /// The outputs that may become others.
    pub outputs: Vec<String>,
    /// The packages that are built anew, because of their own code or of what they need.
    pub crates: Vec<String>,
    /// The packages whose tests may come out differently.
    pub tests: Vec<Tests>,
    /// The programs that may behave differently.
    pub programs: Vec<String>,
}

/// A path that nothing depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// As it was given.
    pub path: String,
    /// A path with a similar name that something depends on.
    pub similar: Option<String>,
}

/// What a change of root-relative `paths`, files or folders, can affect.
///
/// # Errors
///
/// When nothing can depend on a path: there is no such file, or it belongs to no spec, runtime or crate.
pub fn of(
    paths: &[String],
    sources: &SourceMap,
    tree: &Tree,
    crates: &Crates,
    programs: &[Program],
) -> Result<Affected, Vec<Unknown>> {
    let mut files: BTreeSet<&str> = BTreeSet::new();
    let mut unknown = Vec::new();
    let read = || sources.files.iter().map(|file| file.path.as_str());
    let emitted = || tree.files().keys().map(String::as_str);
    let beside = || programs.iter().map(|program| program.path.as_str());
    for path in paths {
        let before = files.len();
        let is_meant = |known: &str| {
            known == path || path.is_empty() || known.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        files.extend(read().chain(emitted()).chain(beside()).filter(|known| is_meant(known)));
        // What is expected of a program belongs to it, and everything in a crate to the crate.
        let program = programs.iter().find(|program| expected(program) == *path);
        files.extend(program.map(|program| program.path.as_str()));
        if crates.of(path).is_some_and(|one| !one.emitted) {
            files.insert(path);
        }
        if files.len() == before && !files.contains(path.as_str()) {
            unknown.push(Unknown {
                path: path.clone(),
                similar: suggest::similar_path(path, read().chain(beside()).chain(emitted())).map(str::to_owned),
            });
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let outputs: Vec<&str> = tree
        .files()
        .iter()
        .filter(|(path, file)| files.contains(path.as_str()) || file.sources.iter().any(|source| files.contains(source.as_str())))
        .map(|(path, _)| path.as_str())
        .collect();
    let own = outputs.iter().chain(&files).filter_map(|path| crates.of(path));
    let changed = crates.with_dependents(own.map(|one| one.folder.as_str()));
    let runs_anew = |program: &Program| {
        let engines = engines(&program.set);
        files.contains(program.path.as_str()) || changed.iter().any(|one| engines.contains(&one.name))
    };
    let tested = crates.tested_with(&changed);
    Ok(Affected {
        outputs: outputs.iter().map(|path| (*path).to_owned()).collect(),
        crates: changed.iter().map(|one| one.name.clone()).collect(),
        tests: tested
            .iter()
            .map(|one| Tests {
                package: one.name.clone(),
                targets: one.tests.iter().cloned().collect(),
            })
            .collect(),
        programs: programs
            .iter()
            .filter(|program| runs_anew(program))
            .map(|program| program.path.clone())
            .collect(),
        files: files.into_iter().map(str::to_owned).collect(),
    })
}

/// The file with what a program prints.
fn expected(program: &Program) -> String {
    let stem = program.path.rsplit_once('.').map_or(program.path.as_str(), |(stem, _)| stem);
    format!("{stem}.expected")
}

/// For people.
pub fn text(affected: &Affected) -> String {
    let mut text = String::new();
    let mut block = |title: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{title} ({}):", lines.len());
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    };
    block("Outputs", affected.outputs.clone());
    block("Crates", affected.crates.clone());
    let tests = affected.tests.iter().map(|tests| match tests.targets.as_slice() {
        [] => tests.package.clone(),
        targets => format!("{}: {}", tests.package, targets.join(", ")),
    });
    block("Tests", tests.collect());
    block("Programs", affected.programs.clone());
    text
}

/// The command that runs the tests.
pub fn command(affected: &Affected) -> Option<String> {
    let packages: String = affected.tests.iter().map(|tests| format!(" -p {}", tests.package)).collect();
    (!packages.is_empty()).then(|| format!("cargo nextest run{packages}"))
}

/// For tools: one object.
pub fn json(affected: &Affected) -> String {
    json::object("affected", affected)
}
