//! Runs every case under `tests/cases`: a wrong spec, and what the generator says about it.
//!
//! A case is a folder `tests/cases/<group>/<case>/` with
//!
//! - `case.toml`: `doc`, which says what is wrong; `base`, the workspace under `tests/bases` that the case is laid over (`"none"` for
//!   no base; `"tiny-machine"` if not stated); `remove`, paths of the base to leave out; and `[[edit]]` tables of `file`, `old` and
//!   `new`, which change a text in the base that stands there exactly once;
//! - `spec/**` and `runtime/**`: files that are added to the base or take the place of its files;
//! - `expected.txt`: the diagnostics as text;
//! - `fixed.diff`, where something in it is safe to fix: what `lathe check --fix` changes, and the codes of what is wrong afterwards.
//!
//! `UPDATE_EXPECT=1 cargo test --test cases` writes the two anew.

use std::fs;
use std::path::{Path, PathBuf};

use lathe::diagnostic::{Diagnostics, Severity};
use lathe::fix::{self, Fixed};
use lathe::pipeline::Options;
use lathe::report::lines;
use lathe::{pipeline, report, source, write};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is wrong with the spec. Not read here; it is for whoever opens the folder.
    #[serde(rename = "doc")]
    _doc: String,
    #[serde(default = "tiny_machine")]
    base: String,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    edit: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    old: String,
    new: String,
}

fn tiny_machine() -> String {
    "tiny-machine".to_owned()
}

/// Files that tell what a case is, and are no part of the workspace that is checked.
const OWN_FILES: &[&str] = &["case.toml", "expected.txt", "fixed.diff"];

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(from).map_err(std::io::Error::other)?;
        let target = to.join(relative);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target)?;
        } else if !OWN_FILES.iter().any(|own| Path::new(own) == relative) {
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn workspace(case: &Case, folder: &Path) -> datatest_stable::Result<tempfile::TempDir> {
    let workspace = tempfile::tempdir()?;
    let root = workspace.path();
    if case.base != "none" {
        copy(&PathBuf::from("tests/bases").join(&case.base), root)?;
    }
    for path in &case.remove {
        fs::remove_file(root.join(path)).map_err(|error| format!("can't remove `{path}`: {error}"))?;
    }
    for Edit { file, old, new } in &case.edit {
        let text = fs::read_to_string(root.join(file)).map_err(|error| format!("can't edit `{file}`: {error}"))?;
        let times = text.matches(old.as_str()).count();
        if times != 1 {
            return Err(format!("the text to edit stands {times} times in `{file}`, not once: {old}").into());
        }
        fs::write(root.join(file), text.replacen(old.as_str(), new, 1))?;
    }
    copy(folder, root)?;
    Ok(workspace)
}

/// What the stages up to the checks report.
fn diagnostics(root: &Path) -> String {
    let mut loaded = pipeline::load(root, &pipeline::Options::default());
    pipeline::check(&mut loaded);
    let sorted = std::mem::take(&mut loaded.diagnostics).sorted();
    report::diagnostics::text(&sorted, &loaded.sources, false)
}

fn errors(fixed: &Fixed) -> Vec<&'static str> {
    let diagnostics = fixed.loaded.diagnostics.iter();
    let errors = diagnostics.filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.code).collect()
}

fn fix_specs(root: &Path) -> Fixed {
    let mut diagnostics = Diagnostics::default();
    let sources = source::read(root, &Options::default(), &mut diagnostics);
    fix::fix(sources, diagnostics)
}

/// What fixing changes, and what is wrong afterwards; empty where nothing is safe to fix. The workspace is changed.
fn fixes(root: &Path) -> datatest_stable::Result<String> {
    let mut before = pipeline::load(root, &pipeline::Options::default());
    pipeline::check(&mut before);
    let before = std::mem::take(&mut before.diagnostics).sorted();
    let before = before
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let fixed = fix_specs(root);
    let after = errors(&fixed);
    if after.len() > before {
        return Err(format!("fixing makes {} errors of {before}: {after:?}", after.len()).into());
    }
    let mut text = String::new();
    for changed in &fixed.changed {
        text += &lines::plain(&changed.old, &changed.new, [&changed.path, "fixed"], 1);
        write::replace_spec(root, &changed.path, &changed.old, &changed.new)
            .map_err(|refused| format!("a spec can't be replaced: {}", refused.message))?;
    }
    if !fixed.changed.is_empty() {
        let applied: Vec<&str> = fixed.applied.iter().map(|applied| applied.code).collect();
        text += &format!("fixed: {}\nleft: {}\n", applied.join(" "), after.join(" ")).replace(": \n", ": nothing\n");
    }
    let again = fix_specs(root);
    if !again.changed.is_empty() {
        return Err(format!("a second run changes something: {:?}", again.applied).into());
    }
    Ok(text)
}

fn run(path: &Path) -> datatest_stable::Result<()> {
    let folder = path.parent().ok_or("a case is a folder")?;
    let case: Case = toml::from_str(&fs::read_to_string(path)?)?;
    let workspace = workspace(&case, folder)?;
    expect(&folder.join("expected.txt"), &diagnostics(workspace.path()))?;
    expect(&folder.join("fixed.diff"), &fixes(workspace.path())?)
}

/// Compares with a file beside the case; there is none where nothing is expected.
fn expect(path: &Path, found: &str) -> datatest_stable::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        if found.is_empty() && name == "fixed.diff" {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, found)?;
        }
        return Ok(());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != found {
        let difference = lines::plain(&expected, found, [&name, "found"], 3);
        let help = "if this is meant, write it anew: UPDATE_EXPECT=1 cargo test --test cases";
        return Err(format!("{difference}\n{help}").into());
    }
    Ok(())
}

datatest_stable::harness! {
    { test = run, root = "tests/cases", pattern = r"case\.toml$" },
}
