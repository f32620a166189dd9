//! Writes `build.ninja` from `build.ninja.tmpl`: the graph from the specs to what is built and tested, for those who drive
//! lathe from ninja.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::emit::{Tree, template};
use crate::source::SourceMap;
use crate::write::MANIFEST_PATH;

/// The template, beside the workspace's manifest.
pub const TEMPLATE: &str = "build.ninja.tmpl";
/// What comes out of it; not committed.
pub const PLAN: &str = "build.ninja";

#[derive(Serialize)]
struct Data<'a> {
    manifest: &'static str,
    specs: Vec<String>,
    outputs: Vec<String>,
    packages: &'a [String],
    generator: bool,
}

/// Writes the plan and returns the number of files that it knows.
///
/// # Errors
///
/// When the template is missing or has a fault, or the plan can't be written.
pub fn write(root: &Path, sources: &SourceMap, tree: &Tree, packages: &[String]) -> anyhow::Result<usize> {
    let text = fs::read_to_string(root.join(TEMPLATE)).with_context(|| format!("can't read `{TEMPLATE}`"))?;
    let specs: Vec<String> = sources.files.iter().map(|file| escaped(&file.path)).collect();
    let outputs: Vec<String> = tree.files().keys().map(|path| escaped(path)).collect();
    let number = specs.len() + outputs.len();
    let data = Data {
        manifest: MANIFEST_PATH,
        specs,
        outputs,
        packages,
        generator: root.join(super::cargo::GENERATOR).is_file(),
    };
    let plan = template::render(TEMPLATE, &text, &data)?;
    let mut file = tempfile::NamedTempFile::new_in(root).context("can't write beside the workspace's manifest")?;
    file.write_all(plan.as_bytes())
        .with_context(|| format!("can't write `{PLAN}`"))?;
    file.persist(root.join(PLAN))
        .with_context(|| format!("can't write `{PLAN}`"))?;
    Ok(number)
}

/// A path as ninja reads it.
fn escaped(path: &str) -> String {
    path.replace('$', "$$").replace(' ', "$ ").replace(':', "$:")
}
