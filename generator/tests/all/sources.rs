//! The sources of the generator hold to their own order: no stage uses a later one, and no file is left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules, each of which uses those before it alone.
const ORDER: &[&str] = &[
    "arena",
    "suggest",
    "span",
    "features",
    "diagnostic",
    "source",
    "syntax",
    "model",
    "compatibility",
    "check",
    "emit",
    "registry",
    "write",
    "report",
    "view",
    "build",
    "catalogue",
    "pipeline",
    "format",
    "fix",
    "watch",
    "new",
    "bench",
    "boot",
    "lsp",
    "cli",
];

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file, with its path below `src`.
fn files() -> Vec<(String, PathBuf)> {
    let root = sources();
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.expect("the sources can be read");
        if entry.file_type().is_file() {
            let below = entry.path().strip_prefix(&root).expect("it is below the root");
            files.push((below.to_str().expect("UTF-8").replace('\\', "/"), entry.into_path()));
        }
    }
    assert!(files.len() > 300, "only {} files", files.len());
    files
}

/// Whether a file is not compiled into lathe, but becomes a part of what it emits.
fn is_text(path: &str) -> bool {
    !path.ends_with(".rs") || path.split('/').any(|part| matches!(part, "text" | "templates"))
}

/// What comes after `crate::` in the code of a file, without its comments and its tests.
fn uses(text: &str) -> BTreeSet<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    for line in lines {
        for used in line.split("crate::").skip(1) {
            let list = used
                .strip_prefix('{')
                .map_or(used, |list| list.split('}').next().unwrap_or_default());
            let several = list.len() != used.len();
            for name in list.split(", ").take(if several { usize::MAX } else { 1 }) {
                let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
                found.insert(&name[..end]);
            }
        }
    }
    found
}

/// The uses that turn back, as `view/story.rs uses build`.
fn backwards(path: &str, text: &str) -> Vec<String> {
    let module = path.split(['/', '.']).next().unwrap_or_default();
    let Some(own) = ORDER.iter().position(|name| *name == module) else {
        return Vec::new();
    };
    let later = |name: &&str| ORDER.iter().position(|other| other == name).is_some_and(|at| at > own);
    uses(text)
        .into_iter()
        .filter(later)
        .map(|name| format!("{path} uses {name}"))
        .collect()
}

#[test]
fn no_stage_uses_a_later_one() {
    let mut found = Vec::new();
    for (path, file) in files() {
        if !is_text(&path) {
            let text = fs::read_to_string(&file).expect("a source can be read");
            found.extend(backwards(&path, &text));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let text = fs::read_to_string(sources().join("lib.rs")).expect("lib.rs can be read");
    let modules = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let modules: BTreeSet<&str> = modules.collect();
    assert_eq!(modules, ORDER.iter().copied().collect());
}

#[test]
fn a_use_that_turns_back_is_seen() {
    let found = |text: &str| backwards("view/story.rs", text);
    assert_eq!(found("use crate::build::tokens;\n"), ["view/story.rs uses build"]);
    assert_eq!(found("use crate::{emit, pipeline};\n"), ["view/story.rs uses pipeline"]);
    assert_eq!(found("    crate::cli::run();\n"), ["view/story.rs uses cli"]);
    assert!(found("//! See [`crate::cli`].\nuse crate::emit::Tree;\nuse crate::view::find;\n").is_empty());
    assert!(found("#[cfg(test)]\nmod tests {\n    use crate::build;\n}\n").is_empty());
}

/// A text that is included nowhere is a copy that somebody will mend in vain.
#[test]
fn every_text_is_included() {
    let mut included = BTreeSet::new();
    for (path, file) in files().iter().filter(|(path, _)| !is_text(path)) {
        let text = fs::read_to_string(file).expect("a source can be read");
        for argument in text.split("include_str!(").skip(1) {
            // `concat!` puts together names outside of `src`.
            if let Some(name) = argument
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next())
            {
                let target = file.with_file_name(name);
                included.insert(
                    target
                        .canonicalize()
                        .unwrap_or_else(|error| panic!("{path}: {name}: {error}")),
                );
            }
        }
    }
    let is_left_over = |file: &PathBuf| !included.contains(&file.canonicalize().expect("it is there"));
    let left_over = files().into_iter().filter(|(path, file)| is_text(path) && is_left_over(file));
    let left_over: Vec<String> = left_over.map(|(path, _)| path).collect();
    assert!(left_over.is_empty(), "included nowhere: {left_over:#?}");
}
