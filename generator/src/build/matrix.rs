//! Runs the tests of a package in every row of a covering array, and shrinks what fails.
//!
//! With the package `abi` go `abi-c` and `abi-conformance`, where the workspace has them: the C interface is built and tested in the row
//! too, and so are the laws of the backends that are on. What runs a configuration is a function that is handed in ([`Runner`]):
//! [`Package`] is the one that drives cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::executables::{self, Ended};
use super::shrink::shrink;
use super::{cargo, suite};
use crate::features::{FeatureModel, FlagId};

/// The most configurations that are run to shrink one row.
pub const MOST_RUNS: usize = 100;

/// By module: its version, and the hash of its surface.
pub type Surfaces = BTreeMap<String, (String, String)>;

/// What goes wrong in one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The package whose tests it is.
    pub package: String,
    /// The time that they were given, where they took longer; none where they don't compile or fail.
    pub out_of_time: Option<Duration>,
}

/// The outcome of the tests in one configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The first package that doesn't compile, whose tests fail or take too long.
    pub failure: Option<Failure>,
    /// What they printed of surfaces.
    pub surfaces: Surfaces,
    /// What the compiler and the tests printed of the package that failed, or of the last.
    pub log: String,
}

/// Runs the tests with features on, which are named as `--features` takes them.
pub type Runner<'a> = dyn FnMut(&[&str]) -> anyhow::Result<Run> + 'a;

/// What goes with a package, by the ends of their names: the package itself first, whose tests print the surfaces.
const PARTS: &[&str] = &["", "-c", "-conformance"];

/// A package whose tests are run.
pub struct Package<'a> {
    root: &'a Path,
    name: &'a str,
    /// What is tested: each with the names of its features.
    parts: Vec<(String, BTreeSet<String>)>,
    /// The features of the package itself, each with what it switches on.
    features: BTreeMap<String, Vec<String>>,
}

impl<'a> Package<'a> {
    /// Those of the names that are packages of the workspace.
    ///
    /// # Errors
    ///
    /// When cargo can't read the workspace.
    pub fn find(root: &'a Path, names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Vec<Package<'a>>> {
        let metadata = suite::metadata(&cargo::shell(root)?)?;
        let of = |name: &str| metadata.packages.iter().find(|package| *package.name == *name);
        let mut found = Vec::new();
        for name in names {
            if let Some(package) = of(name) {
                let features = package.features.iter().map(|(name, on)| (name.clone(), on.clone()));
                let parts = PARTS.iter().filter_map(|end| of(&format!("{name}{end}")));
                found.push(Package {
                    root,
                    name,
                    parts: parts
                        .map(|part| (part.name.to_string(), part.features.keys().cloned().collect()))
                        .collect(),
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

    /// Runs the tests of all parts, until those of one fail. Together they may take so long; what cargo builds for them isn't counted.
    ///
    /// # Errors
    ///
    /// When cargo can't be started.
    pub fn run(&self, features: &[&str], time: Duration) -> anyhow::Result<Run> {
        let mut whole = Run::default();
        let mut left = time;
        for (name, known) in &self.parts {
            let features: Vec<&str> = features.iter().copied().filter(|feature| known.contains(*feature)).collect();
            let mut log = String::new();
            let started = self.build(name, &features, &mut log)?;
            let outcome = match started {
                Some(executables) => {
                    let before = Instant::now();
                    let outcome = executables::run_all(&executables, left, &mut log)?;
                    left = left.saturating_sub(before.elapsed());
                    outcome
                }
                None => Ended::Failed,
            };
            whole.surfaces.extend(surfaces(&log));
            whole.log = log;
            if outcome != Ended::Passed {
                whole.failure = Some(Failure {
                    package: name.clone(),
                    out_of_time: (outcome == Ended::OutOfTime).then_some(time),
                });
                break;
            }
        }
        Ok(whole)
    }

    /// Compiles the tests of a part, and gives each with the folder in which it runs; none if they don't compile.
    fn build(&self, part: &str, features: &[&str], log: &mut String) -> anyhow::Result<Option<Vec<(PathBuf, PathBuf)>>> {
        let mut arguments = arguments(part, features);
        arguments.push("--no-run".to_owned());
        let built = cargo::build(self.root, &arguments, &mut |message| {
            log.push_str(message.message.rendered.as_deref().unwrap_or_default());
        })?;
        let tests = built
            .made
            .into_iter()
            .filter_map(|made| Some((made.executable?, made.folder)));
        Ok(built.success.then(|| tests.collect()))
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

/// The command that repeats a run of one package.
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
    if let Some(failure) = &run.failure {
        return Some(match failure.out_of_time {
            None => format!("the tests of `{}` fail", failure.package),
            Some(time) => format!(
                "the tests of `{}` were stopped: those of a row may take {} s in all",
                failure.package,
                time.as_secs()
            ),
        });
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

/// What a row that fails shrank to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Features that fail together.
    pub features: Vec<FlagId>,
    /// Whether none of them can be left out. If not, [`MOST_RUNS`] were over before that was known.
    pub is_smallest: bool,
}

/// Features that fail together, none of which can be left out, of a row that fails. What a model forbids isn't tried, and what it implies
/// is on with what is asked for, as Cargo does it. After [`MOST_RUNS`] it is the smallest set that was found to fail until then.
///
/// # Errors
///
/// When a run can't be made.
pub fn smallest(model: &FeatureModel, row: &[bool], expected: Option<&Surfaces>, run: &mut Runner<'_>) -> anyhow::Result<Shrunk> {
    /// Why shrinking ends early.
    enum Stop {
        OutOfRuns,
        Error(anyhow::Error),
    }
    let on: Vec<FlagId> = (0..row.len()).filter(|flag| row[*flag]).collect();
    let mut known: BTreeMap<Vec<bool>, bool> = BTreeMap::from([(row.to_vec(), true)]);
    let mut smallest = on.clone();
    let shrunk = shrink(&on, |part| {
        let configuration = model.closure(part.iter().copied());
        if model.broken_by(&configuration).is_some() {
            return Ok(false);
        }
        let fails = match known.get(&configuration) {
            Some(fails) => *fails,
            None if known.len() > MOST_RUNS => return Err(Stop::OutOfRuns),
            None => fault(&run(&model.names_of(&configuration)).map_err(Stop::Error)?, expected).is_some(),
        };
        known.insert(configuration, fails);
        if fails && part.len() < smallest.len() {
            smallest = part.to_vec();
        }
        Ok(fails)
    });
    match shrunk {
        Ok(features) => Ok(Shrunk {
            features,
            is_smallest: true,
        }),
        Err(Stop::OutOfRuns) => Ok(Shrunk {
            features: smallest,
            is_smallest: false,
        }),
        Err(Stop::Error(error)) => Err(error),
    }
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
        assert!(found.is_smallest);
        let names = found.features.into_iter().map(|flag| model.flags[flag].name.clone());
        names.collect()
    }

    fn outcome(passes: bool) -> Run {
        let failure = Failure {
            package: "demo".to_owned(),
            out_of_time: None,
        };
        Run {
            failure: (!passes).then_some(failure),
            ..Run::default()
        }
    }

    #[test]
    fn a_row_shrinks_to_what_matters() {
        let fails = |wrong: &'static [&str]| move |on: &[&str]| outcome(!wrong.iter().all(|name| on.contains(name)));
        let all = [true, true, true, true, false];
        assert_eq!(shrunk(all, None, fails(&["moka", "net"])), ["moka", "net"]);
        // `moka` brings `cache` with it, as Cargo does.
        assert_eq!(shrunk(all, None, fails(&["moka", "cache"])), ["moka"]);
        assert_eq!(shrunk(all, None, fails(&[])), Vec::<String>::new());
    }

    #[test]
    fn what_takes_too_many_runs_is_shrunk_as_far_as_they_go() {
        let mut model = FeatureModel::new(Some("demo"));
        for index in 0..100 {
            model.flag(Flag {
                name: format!("f{index}"),
                doc: String::new(),
                default: false,
                targets: Vec::new(),
                span: SPAN,
            });
        }
        // Nine of ten matter: what doesn't is found soon, but that the rest does takes far more runs than there may be.
        let mut runs = 0;
        let found = smallest(&model, &[true; 100], None, &mut |on| {
            runs += 1;
            Ok(outcome(!(0..90).all(|index| on.contains(&format!("f{index}").as_str()))))
        });
        let found = found.expect("every run can be made");
        assert!(!found.is_smallest && runs <= MOST_RUNS, "{runs} runs");
        assert!((0..90).all(|flag| found.features.contains(&flag)), "it still fails");
        assert!(found.features.len() < 100, "something could be left out");
        let error = smallest(&model, &[true; 100], None, &mut |_| anyhow::bail!("no cargo"));
        assert!(error.is_err(), "what can't be run is an error as before");
    }

    #[test]
    fn tests_that_took_too_long_are_named() {
        let failure = Failure {
            package: "demo-c".to_owned(),
            out_of_time: Some(Duration::from_secs(7)),
        };
        let run = Run {
            failure: Some(failure),
            ..Run::default()
        };
        let said = fault(&run, None).expect("it is a fault");
        assert!(said.contains("`demo-c` were stopped") && said.contains("7 s"), "{said}");
    }

    #[test]
    fn another_surface_is_a_failure() {
        let surface = |letter: &str| lock(&format!("cache 1.0 {}", letter.repeat(64)));
        let run = |on: &[&str]| Run {
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
