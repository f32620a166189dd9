//! Measures the façades of the modules: what a call through one takes, beside the direct call of the backend behind it.
//!
//! The two are measured in turns, and compared round by round: what drifts meanwhile bears on both.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use serde::Serialize;

use crate::build::cargo;
use crate::emit::module::bench as emitted;
use crate::model::Model;
use crate::model::module::Modules;
use crate::model::package::Packages;

/// A call below this takes less than a clock cycle: the compiler left the work out, and nothing was measured.
const ONE_CYCLE: f64 = 0.3;

/// What a façade costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// The package.
    pub package: String,
    /// The module.
    pub module: String,
    /// The entry.
    pub bench: String,
    /// The median time of the work through the façade, in nanoseconds.
    pub facade: f64,
    /// The same by direct calls of the backend.
    pub direct: f64,
    /// The first divided by the second, round by round; the median of that.
    pub ratio: f64,
    /// The greatest ratio that the spec allows.
    pub gate: f64,
    /// By how much the ratio is above that, in percent of the direct call; none where it isn't.
    pub over_by: Option<f64>,
    /// The same work by calls of the bare library, in nanoseconds; none for backends of own code.
    pub library: Option<f64>,
    /// What the façade and the adapter take together, of that of the library. Adapters do more than the library, so nothing gates it.
    pub library_ratio: Option<f64>,
    /// What is to be said of it.
    pub verdict: Verdict,
}

impl Cost {
    /// From what was measured: the façade and the direct call in each round, and the library.
    fn of(package: &str, module: &str, bench: &str, rounds: &[(f64, f64)], library: Option<f64>, gate: f64) -> Cost {
        let facade = middle(rounds.iter().map(|(facade, _)| *facade));
        let direct = middle(rounds.iter().map(|(_, direct)| *direct));
        let ratio = middle(rounds.iter().map(|(facade, direct)| facade / direct));
        Cost {
            package: package.to_owned(),
            module: module.to_owned(),
            bench: bench.to_owned(),
            facade,
            direct,
            ratio,
            gate,
            over_by: (ratio > gate).then_some((ratio - gate) * 100.0),
            library,
            library_ratio: library.map(|library| facade / library),
            verdict: Verdict::of(facade, direct, ratio, gate),
        }
    }

    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<String> {
        let of = format!("`{}` of the façade of `{}`", self.bench, self.module);
        match self.verdict {
            Verdict::Ok => None,
            Verdict::Over => Some(format!(
                "{of} takes {:.3} times the direct call, {:.1} % more than the {:.2} that its gate allows",
                self.ratio,
                self.over_by.unwrap_or_default(),
                self.gate
            )),
            Verdict::Refused => Some(format!("{of} measures nothing: {}", self.verdict.text())),
        }
    }
}

/// The median; nothing of nothing.
fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        count if count.is_multiple_of(2) => f64::midpoint(numbers[count / 2 - 1], numbers[count / 2]),
        count => numbers[count / 2],
    }
}

/// Whether a façade costs what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It does.
    Ok,
    /// It costs more.
    Over,
    /// Nothing was measured: the work was optimised away.
    Refused,
}

impl Verdict {
    fn of(facade: f64, direct: f64, ratio: f64, gate: f64) -> Verdict {
        // What is no number is no measure either.
        if !(direct >= ONE_CYCLE && facade >= ONE_CYCLE) {
            Verdict::Refused
        } else if ratio <= gate {
            Verdict::Ok
        } else {
            Verdict::Over
        }
    }

    /// In a word or some.
    pub fn text(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Over => "over",
            Verdict::Refused => "refused: below one clock cycle, so the work was optimised away",
        }
    }
}

/// Runs the benches of all packages and compares.
///
/// # Errors
///
/// When cargo fails, or a result is missing.
pub fn costs(root: &Path, model: &Model, show: &mut dyn FnMut(Cost)) -> anyhow::Result<()> {
    let results = root.join("target/bench/criterion");
    for (id, package) in model.part::<Packages>().packages.iter_with_ids() {
        let modules = model.part::<Modules>().modules.iter();
        let measured: Vec<_> = modules
            .filter(|module| module.package == id && !module.benches.is_empty())
            .collect();
        if measured.is_empty() {
            continue;
        }
        // Results of earlier runs must not stand for those of this one.
        if results.exists() {
            std::fs::remove_dir_all(&results).with_context(|| format!("can't delete `{}`", results.display()))?;
        }
        let name = format!("{}-bench", package.name);
        run(root, &["bench", "--package", &name], &results)?;
        for module in measured {
            for bench in &module.benches {
                let folder = results.join(emitted::group(module, &bench.name));
                let rounds = (0..emitted::ROUNDS).map(|round| {
                    let of = |what: &str| median(&folder.join(format!("{what}-{round}")));
                    Ok((of("facade")?, of("direct")?))
                });
                let rounds = rounds.collect::<anyhow::Result<Vec<_>>>()?;
                let library = match &module.backends[bench.backend].library {
                    Some(_) => Some(median(&folder.join("library"))?),
                    None => None,
                };
                show(Cost::of(
                    &package.name,
                    &module.name,
                    &bench.name,
                    &rounds,
                    library,
                    bench.gate,
                ));
            }
        }
    }
    Ok(())
}

/// A table that the laws of a package print.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Printed {
    /// The package.
    pub package: String,
    /// The example that prints it: `hit_ratios`.
    pub example: String,
    /// What it printed.
    pub text: String,
}

/// Runs the examples of the laws of all packages, in order of their names: each prints a table.
///
/// # Errors
///
/// When cargo or an example fails.
pub fn tables(root: &Path, model: &Model, show: &mut dyn FnMut(Printed)) -> anyhow::Result<()> {
    for package in &model.part::<Packages>().packages {
        for example in examples(&root.join("runtime").join(&package.name).join("laws/examples")) {
            let laws = format!("{}-laws", package.name);
            let shell = cargo::shell(root)?;
            let arguments = ["run", "--release", "--quiet", "--package", &laws, "--example", &example];
            let mut command = cargo::command(&shell, arguments);
            command.stdin(Stdio::null()).stderr(Stdio::inherit());
            let output = command.output().context("can't run cargo")?;
            anyhow::ensure!(output.status.success(), "the example `{example}` of `{laws}` failed");
            show(Printed {
                package: package.name.clone(),
                example,
                text: String::from_utf8_lossy(&output.stdout).into_owned(),
            });
        }
    }
    Ok(())
}

/// The names of the examples in a folder, sorted; none if there is no folder.
fn examples(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sources = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> = sources
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Runs cargo with what it prints on standard error.
fn run(root: &Path, arguments: &[&str], results: &Path) -> anyhow::Result<()> {
    let shell = cargo::shell(root)?;
    let mut command = cargo::command(&shell, arguments);
    command.env("CRITERION_HOME", results).stdin(Stdio::null());
    // What criterion prints is for people who watch; the table comes after it.
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    let status = command.status().context("can't run cargo")?;
    anyhow::ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

/// The median that criterion estimated, in nanoseconds.
fn median(folder: &Path) -> anyhow::Result<f64> {
    let path: PathBuf = folder.join("new/estimates.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("criterion left no result in `{}`", path.display()))?;
    let estimates: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("can't read `{}`", path.display()))?;
    let median = estimates
        .pointer("/median/point_estimate")
        .and_then(serde_json::Value::as_f64);
    median.with_context(|| format!("`{}` has no median", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_takes_less_than_a_cycle_is_refused() {
        let verdict = |facade: f64, direct: f64| Verdict::of(facade, direct, facade / direct, 1.05);
        assert_eq!(verdict(100.0, 98.0), Verdict::Ok);
        assert_eq!(verdict(110.0, 98.0), Verdict::Over);
        assert_eq!(verdict(0.02, 0.02), Verdict::Refused);
        assert_eq!(verdict(100.0, 0.02), Verdict::Refused);
        assert_eq!(verdict(f64::NAN, f64::NAN), Verdict::Refused);
    }

    #[test]
    fn rounds_are_compared_one_by_one() {
        // The machine got slower from round to round; the façade took 2 % more in each.
        let drifting: Vec<(f64, f64)> = (1..=5)
            .map(|round| (102.0 * f64::from(round), 100.0 * f64::from(round)))
            .collect();
        let cost = Cost::of("abi", "cache", "get_hit", &drifting, Some(150.0), 1.05);
        assert_eq!((cost.facade, cost.direct, cost.library_ratio), (306.0, 300.0, Some(2.04)));
        assert!((cost.ratio - 1.02).abs() < 1e-9, "{}", cost.ratio);
        assert_eq!((cost.verdict, cost.over_by, cost.fault()), (Verdict::Ok, None, None));
    }

    #[test]
    fn what_costs_too_much_is_said_with_how_much() {
        let cost = Cost::of("abi", "cache", "get_hit", &[(112.0, 100.0), (112.0, 100.0)], None, 1.05);
        let expected =
            "`get_hit` of the façade of `cache` takes 1.120 times the direct call, 7.0 % more than the 1.05 that its gate allows";
        assert_eq!((cost.verdict, cost.fault().as_deref()), (Verdict::Over, Some(expected)));
        let none = Cost::of("abi", "cache", "get_hit", &[], None, 1.05);
        assert_eq!(none.verdict, Verdict::Refused);
    }

    #[test]
    fn medians_are_read_as_criterion_writes_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let results = folder.path().join("new");
        std::fs::create_dir(&results).expect("a folder in it");
        assert!(median(folder.path()).is_err());
        let text =
            r#"{"mean":{"point_estimate":7.0},"median":{"confidence_interval":{},"point_estimate":12.5,"standard_error":0.1}}"#;
        std::fs::write(results.join("estimates.json"), text).expect("a file in it");
        assert_eq!(median(folder.path()).expect("a median"), 12.5);
        std::fs::write(results.join("estimates.json"), "{}").expect("a file in it");
        assert!(median(folder.path()).is_err());
    }
}
