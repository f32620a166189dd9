//! Runs the tests of a package in every row of a covering array, and shrinks what fails.
//!
//! What runs a configuration is a function that is handed in ([`Runner`]): [`Package`] is the one that drives cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use xshell::Shell;

use super::shrink::shrink;
use super::{cargo, suite};
use crate::features::{FeatureModel, FlagId};

/// The most configurations that are run to shrink one row.
pub const MOST_RUNS: usize = 100;

/// By module: its version, and the hash of its surface.
pub type Surfaces = BTreeMap<String, (String, String)>;

/// The outcome of the tests in one configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Whether they compiled and passed.
    pub success: bool,
    /// What they printed of surfaces.
    pub surfaces: Surfaces,
    /// What cargo and the tests printed.
    pub log: String,
}

/// Runs the tests with features on, which are named as `--features` takes them.
pub type Runner<'a> = dyn FnMut(&[&str]) -> anyhow::Result<Run> + 'a;

/// A package whose tests are run.
pub struct Package<'a> {
    shell: Shell,
    name: &'a str,
    /// Its features, each with what it switches on.
    features: BTreeMap<String, Vec<String>>,
}

impl<'a> Package<'a> {
    /// Those of the names that are packages of the workspace.
    ///
    /// # Errors
    ///
    /// When cargo can't read the workspace.
    pub fn find(root: &Path, names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Vec<Package<'a>>> {
        let metadata = suite::metadata(&cargo::shell(root)?)?;
        let mut found = Vec::new();
        for name in names {
            if let Some(package) = metadata.packages.iter().find(|package| *package.name == *name) {
                let features = package.features.iter().map(|(name, on)| (name.clone(), on.clone()));
                found.push(Package {
                    shell: cargo::shell(root)?,
                    name,
                    features: features.collect(),
                });
            }
        }
        Ok(found)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Whether it has a feature.
    pub fn has(&self, feature: &str) -> bool {
        self.features.contains_key(feature)
    }

    /// The optional dependencies that features switch on.
    pub fn dependencies(&self, features: &[&str]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = features.to_vec();
        while let Some(feature) = open.pop() {
            if !seen.insert(feature) {
                continue;
            }
            if let Some(dependency) = feature.strip_prefix("dep:") {
                found.insert(dependency.to_owned());
            } else if let Some((dependency, _)) = feature.split_once('/') {
                // `moka?/sync` switches nothing on by itself.
                found.extend((!dependency.ends_with('?')).then(|| dependency.to_owned()));
            } else {
                open.extend(self.features.get(feature).into_iter().flatten().map(String::as_str));
            }
        }
        found
    }

    /// Runs the tests.
    ///
    /// # Errors
    ///
    /// When cargo can't be started.
    pub fn run(&self, features: &[&str]) -> anyhow::Result<Run> {
        let mut arguments = arguments(self.name, features);
        // One test after the other, or lines of surfaces could be torn by those of other tests.
        arguments.extend(["--", "--nocapture", "--test-threads=1"].map(str::to_owned));
        let mut command = cargo::command(&self.shell, &arguments);
        command.env("CARGO_TERM_COLOR", "never").stdin(Stdio::null());
        let output = command.output().context("can't run cargo")?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        Ok(Run {
            success: output.status.success(),
            surfaces: surfaces(&stdout),
            log: format!("{}{stdout}", String::from_utf8_lossy(&output.stderr)),
        })
    }
}

/// The arguments with which cargo tests a package with features.
fn arguments(package: &str, features: &[&str]) -> Vec<String> {
    let mut arguments: Vec<String> = ["test", "--package", package, "--tests", "--no-default-features"]
        .map(str::to_owned)
        .to_vec();
    if !features.is_empty() {
        arguments.extend(["--features".to_owned(), features.join(",")]);
    }
    arguments
}

/// The command that repeats a run.
pub fn command(package: &str, features: &[&str]) -> String {
    format!("cargo {}", arguments(package, features).join(" "))
}

/// The lines `surface MODULE VERSION HASH` of what tests printed. The harness may have begun the line with the name of the test.
pub fn surfaces(text: &str) -> Surfaces {
    let word = "surface ";
    let of_line = |line: &str| line.match_indices(word).find_map(|(at, _)| surface(&line[at + word.len()..]));
    text.lines().filter_map(of_line).collect()
}

/// The lines of a `surface.lock`: `MODULE VERSION HASH`, with or without `surface` before it. Others are comments.
pub fn lock(text: &str) -> Surfaces {
    let lines = text.lines().map(|line| line.strip_prefix("surface ").unwrap_or(line));
    lines.filter_map(surface).collect()
}

fn surface(line: &str) -> Option<(String, (String, String))> {
    let mut words = line.split_whitespace();
    let (module, version, hash) = (words.next()?, words.next()?, words.next()?);
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| (module.to_owned(), (version.to_owned(), hash.to_owned())))
}

/// The rows in the order in which they are run: from few optional dependencies to many, those with the same ones together. Each set of
/// dependencies is built once, and what a cheap row finds is found first.
pub fn order(rows: &[Vec<bool>], dependencies: impl Fn(&[bool]) -> BTreeSet<String>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_cached_key(|row| {
        let dependencies = dependencies(&rows[*row]);
        (dependencies.len(), dependencies, *row)
    });
    order
}

/// Why a run failed; none if it didn't. `expected` are the surfaces that every row has, as soon as these are known.
pub fn fault(run: &Run, expected: Option<&Surfaces>) -> Option<String> {
    if !run.success {
        return Some("its tests fail".to_owned());
    }
    let expected = expected?;
    for (module, (version, hash)) in expected {
        match run.surfaces.get(module) {
            None => return Some(format!("it prints no surface of `{module}`")),
            Some((found, _)) if found != version => {
                return Some(format!(
                    "the surface of `{module}` is that of version {found}, not of {version}"
                ));
            }
            Some((_, found)) if found != hash => return Some(format!("the surface of `{module}` is {found}, not {hash}")),
            Some(_) => {}
        }
    }
    let surplus = run.surfaces.keys().find(|module| !expected.contains_key(*module));
    surplus.map(|module| format!("it prints a surface of `{module}`, which others don't have"))
}

/// Features that fail together, none of which can be left out, of a row that fails. What a model forbids isn't tried, and what it implies
/// is on with what is asked for, as Cargo does it.
///
/// # Errors
///
/// When a run can't be made, or [`MOST_RUNS`] don't suffice.
pub fn smallest(
    model: &FeatureModel,
    row: &[bool],
    expected: Option<&Surfaces>,
    run: &mut Runner<'_>,
) -> anyhow::Result<Vec<FlagId>> {
    let on: Vec<FlagId> = (0..row.len()).filter(|flag| row[*flag]).collect();
    let mut known: BTreeMap<Vec<bool>, bool> = BTreeMap::from([(row.to_vec(), true)]);
    shrink(&on, |part| {
        let configuration = model.closure(part.iter().copied());
        if model.broken_by(&configuration).is_some() {
            return Ok(false);
        }
        if let Some(fails) = known.get(&configuration) {
            return Ok(*fails);
        }
        if known.len() > MOST_RUNS {
            anyhow::bail!("{MOST_RUNS} runs did not suffice to shrink it");
        }
        let fails = fault(&run(&model.names_of(&configuration))?, expected).is_some();
        known.insert(configuration, fails);
        Ok(fails)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Flag, Says};
    use crate::span::{FileId, Span};

    const SPAN: Span = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };

    /// `cache`, `moka` and `quick` that imply it, `net`, `small` that excludes it, and a rule.
    fn model() -> FeatureModel {
        let mut model = FeatureModel::new(Some("demo"));
        let [cache, moka, quick, net, small] = ["cache", "moka", "quick", "net", "small"].map(|name| {
            model.flag(Flag {
                name: name.to_owned(),
                doc: String::new(),
                default: false,
                targets: Vec::new(),
                span: SPAN,
            })
        });
        model.state(Says::Implies(moka, cache), SPAN);
        model.state(Says::Implies(quick, cache), SPAN);
        model.state(Says::Excludes(net, small), SPAN);
        model
    }

    fn shrunk(row: [bool; 5], expected: Option<&Surfaces>, mut run: impl FnMut(&[&str]) -> Run) -> Vec<String> {
        let model = model();
        let found = smallest(&model, &row, expected, &mut |features| Ok(run(features))).expect("every run can be made");
        found.into_iter().map(|flag| model.flags[flag].name.clone()).collect()
    }

    #[test]
    fn a_row_shrinks_to_what_matters() {
        let fails = |wrong: &'static [&str]| {
            move |on: &[&str]| Run {
                success: !wrong.iter().all(|name| on.contains(name)),
                ..Run::default()
            }
        };
        let all = [true, true, true, true, false];
        assert_eq!(shrunk(all, None, fails(&["moka", "net"])), ["moka", "net"]);
        // `moka` brings `cache` with it, as Cargo does.
        assert_eq!(shrunk(all, None, fails(&["moka", "cache"])), ["moka"]);
        assert_eq!(shrunk(all, None, fails(&[])), Vec::<String>::new());
    }

    #[test]
    fn another_surface_is_a_failure() {
        let surface = |letter: &str| lock(&format!("cache 1.0 {}", letter.repeat(64)));
        let run = |on: &[&str]| Run {
            success: true,
            surfaces: if on.contains(&"quick") { surface("b") } else { surface("a") },
            ..Run::default()
        };
        let expected = surface("a");
        assert_eq!(shrunk([true, true, true, false, true], Some(&expected), run), ["quick"]);
    }

    #[test]
    fn surfaces_are_found_in_what_tests_print() {
        let hash = "0123456789abcdef".repeat(4);
        let text = format!("running 1 test\ntest parity::surface ... surface cache 1.0 {hash}\nok\nsurface is a word\n");
        let found = surfaces(&text);
        assert_eq!(found, lock(&format!("# The surfaces.\nsurface cache 1.0 {hash}\n")));
        assert_eq!(found["cache"], ("1.0".to_owned(), hash.clone()));
        let run = |surfaces| Run {
            success: true,
            surfaces,
            ..Run::default()
        };
        assert_eq!(fault(&run(found.clone()), Some(&found)), None);
        let none = fault(&run(Surfaces::new()), Some(&found)).expect("a surface is missing");
        assert!(none.contains("no surface of `cache`"), "{none}");
        let surplus = fault(&run(found), Some(&Surfaces::new())).expect("a surface too many");
        assert!(surplus.contains("others don't have"), "{surplus}");
    }

    #[test]
    fn rows_of_the_same_dependencies_stand_together() {
        let rows: Vec<Vec<bool>> = [[true, true], [false, false], [true, false], [true, true]]
            .map(|row| row.to_vec())
            .to_vec();
        let names = |row: &[bool]| {
            (0..row.len())
                .filter(|flag| row[*flag])
                .map(|flag| flag.to_string())
                .collect()
        };
        assert_eq!(order(&rows, names), [1, 2, 0, 3]);
    }
}
