//! Measures the engines of an instruction set on whole programs, beside Lua on the same programs.
//!
//! The programs are `spec/SET/programs/bench/NAME.rasm`, each beside `NAME.lua` and `NAME.expected`, which all engines must print. What
//! runs ours is the package `SET-bench`: its binary lists its engines, runs a program in one of them, and has figures of its own.
//! Every run is a process and says what processor time it took, so that other processes of the machine change little.

mod participant;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde::Serialize;

pub use self::participant::{Missing, Participant};
pub use self::table::{Mean, means, table};
use super::generator::Figure;
use super::measure::Times;
use crate::build::cargo;
use crate::model::instruction_set::{InstructionSet, Plan};
use crate::source::layout::SPEC;

/// A program to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// `fib`.
    pub name: String,
    /// Ours.
    pub ours: PathBuf,
    /// Its twin.
    pub lua: PathBuf,
    /// What both print.
    pub expected: String,
}

/// What one program took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The program.
    pub program: String,
    /// What each participant took, in the order of the participants.
    pub took: Vec<Took>,
}

/// What one program took in one engine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Took {
    /// The engine: `oracle`, `lua5.4`.
    pub engine: String,
    /// The median of the runs, in milliseconds of processor time.
    pub milliseconds: f64,
    /// The shortest and the longest run.
    pub range: (f64, f64),
    /// How many runs there were.
    pub runs: usize,
}

/// Whether a set has programs to measure.
pub fn has_programs(root: &Path, set: &str) -> bool {
    root.join(SPEC).join(set).join("programs/bench").is_dir()
}

/// The programs of a set that have this text extension, by name; only the one of a name if one is given.
///
/// # Errors
///
/// When there is none, or one lacks its twin or what it prints.
pub fn programs(root: &Path, set: &str, extension: &str, only: Option<&str>) -> anyhow::Result<Vec<Program>> {
    let shown = format!("{SPEC}/{set}/programs/bench");
    let folder = root.join(&shown);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("can't read `{shown}`"))? {
        let path = entry.with_context(|| format!("can't read `{shown}`"))?.path();
        if path.extension().is_some_and(|found| found == extension)
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    if let Some(only) = only {
        let known = names.join(", ");
        names.retain(|name| name == only);
        anyhow::ensure!(
            !names.is_empty(),
            "there is no program `{only}` in `{shown}`; there are {known}"
        );
    }
    anyhow::ensure!(!names.is_empty(), "`{shown}` has no program with the extension `{extension}`");
    let programs = names.into_iter().map(|name| {
        let path = folder.join(&name);
        let expected = path.with_extension("expected");
        Ok(Program {
            ours: path.with_extension(extension),
            lua: path.with_extension("lua"),
            expected: std::fs::read_to_string(expected).with_context(|| format!("`{shown}/{name}` lacks its .expected file"))?,
            name,
        })
    });
    programs.collect()
}

/// Writes the script by which a Lua runs a program and takes its time, and returns where it is.
///
/// # Errors
///
/// When it can't be written.
pub fn write_script(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("measure.lua");
    std::fs::write(&path, include_str!("../text/measure.lua")).context("can't write the script that takes the time")?;
    Ok(path)
}

/// Builds the runner of a set.
///
/// # Errors
///
/// When cargo fails or makes no such binary.
pub fn build(root: &Path, set: &str) -> anyhow::Result<PathBuf> {
    let package = runner(set);
    let arguments = ["build", "--release", "--package", &package].map(str::to_owned);
    let built = cargo::build(root, &arguments, &mut |message| {
        crate::report::console::error(&message.to_string());
    })?;
    anyhow::ensure!(built.success, "`cargo {}` failed", arguments.join(" "));
    let program = built.executables().into_iter().find(|program| program.name == package);
    Ok(program
        .with_context(|| format!("the package `{package}` made no binary of its name"))?
        .path)
}

/// The package whose binary runs programs of a set in its engines.
pub fn runner(set: &str) -> String {
    format!("{set}-bench")
}

/// How many handlers the fast engine of a set has; nothing where it has none.
pub fn handlers(set: &InstructionSet) -> Option<Figure> {
    let engine = set.engine.as_ref()?;
    Some(Figure {
        what: "handlers that are emitted".to_owned(),
        value: Plan::of(set).handlers.len() as f64,
        unit: String::new(),
        note: format!(
            "of at most {} by the spec; {} more are written by hand",
            engine.handlers.0,
            engine.builtins.len()
        ),
    })
}

/// What the compiler takes for the fast engine alone, everything below it being built; nothing where the set has none.
///
/// # Errors
///
/// When cargo fails.
pub fn compile_seconds(root: &Path, set: &InstructionSet) -> anyhow::Result<Option<Figure>> {
    let Some(engine) = &set.engine else {
        return Ok(None);
    };
    let package = set.package("engine");
    let shell = cargo::shell(root)?;
    let mut clean = cargo::command(&shell, ["clean", "--release", "--package", &package]);
    clean.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // What isn't there yet must be built before it can be measured alone, and cargo refuses to clean what it doesn't know.
    let mut first = cargo::command(&shell, ["build", "--release", "--quiet", "--package", &package]);
    first.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    anyhow::ensure!(
        first.status().context("can't run cargo")?.success() && clean.status().context("can't run cargo")?.success(),
        "`{package}` can't be built"
    );
    let mut build = cargo::command(&shell, ["build", "--release", "--quiet", "--package", &package]);
    build.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let started = Instant::now();
    let status = build.status().context("can't run cargo")?;
    anyhow::ensure!(status.success(), "`cargo build --release --package {package}` failed");
    Ok(Some(Figure {
        what: format!("compiling {package} with optimisation"),
        value: started.elapsed().as_secs_f64(),
        unit: "s".to_owned(),
        note: format!(
            "of at most {} by the spec; one build on this machine as it is, by the clock on the wall",
            engine.compile_seconds
        ),
    }))
}

/// Runs a program in every participant. The order of participants turns round from run to run, so that a machine that becomes slower or
/// hotter favours none.
///
/// # Errors
///
/// When the program fails, or prints something else than is expected.
pub fn measure(program: &Program, participants: &[Participant], runs: usize) -> anyhow::Result<Row> {
    let mut times = vec![Times::default(); participants.len()];
    for run in 0..runs {
        let mut order: Vec<usize> = (0..participants.len()).collect();
        if run % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let participant = &participants[index];
            if run < participant.most_runs {
                times[index].add(once(program, participant)?);
            }
        }
    }
    let took = participants.iter().zip(&times).map(|(participant, times)| Took {
        engine: participant.name.clone(),
        milliseconds: times.median(),
        range: times.range(),
        runs: times.runs(),
    });
    Ok(Row {
        program: program.name.clone(),
        took: took.collect(),
    })
}

/// Runs a program once: its milliseconds of processor time.
fn once(program: &Program, participant: &Participant) -> anyhow::Result<f64> {
    let mut command = participant.command(program);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("can't run `{}`", participant.name))?;
    let (printed, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let what = || format!("`{}` in `{}`", program.name, participant.name);
    anyhow::ensure!(output.status.success(), "{} failed: {}", what(), said.trim());
    anyhow::ensure!(
        printed.trim() == program.expected.trim(),
        "{} printed `{}` where `{}` is expected",
        what(),
        printed.trim(),
        program.expected.trim()
    );
    seconds(&said)
        .map(|seconds| seconds * 1e3)
        .with_context(|| format!("{} didn't say what it took", what()))
}

/// The seconds in a line `cpu-seconds 0.25`.
fn seconds(said: &str) -> Option<f64> {
    let line = said.lines().rev().find_map(|line| line.strip_prefix("cpu-seconds "))?;
    line.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite())
}

/// What the runner measures by itself.
///
/// # Errors
///
/// When it fails or says what isn't a figure.
pub fn figures(runner: &Path, runs: usize, show: &mut dyn FnMut(Figure)) -> anyhow::Result<()> {
    let output = Command::new(runner)
        .args(["figures", &runs.to_string()])
        .stdin(Stdio::null())
        .output()
        .context("can't run the runner")?;
    anyhow::ensure!(
        output.status.success(),
        "the runner failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        show(serde_json::from_str(line).with_context(|| format!("the runner said what is no figure: `{line}`"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_with_a_time_counts() {
        assert_eq!(seconds("warning\ncpu-seconds 9\ncpu-seconds 0.25\n"), Some(0.25));
        assert_eq!(seconds("cpu-seconds soon"), None);
        assert_eq!(seconds("cpu-seconds inf"), None);
        assert_eq!(seconds(""), None);
    }

    #[test]
    fn a_program_without_its_twin_is_reported() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("spec/demo/programs/bench");
        std::fs::create_dir_all(&folder).expect("a folder in it");
        let problem = |only| {
            programs(root.path(), "demo", "dasm", only)
                .expect_err("it isn't whole")
                .to_string()
        };
        assert!(problem(None).contains("no program"));
        std::fs::write(folder.join("one.dasm"), "").expect("a file in it");
        assert!(problem(None).contains(".expected"));
        assert!(problem(Some("two")).contains("there are one"));
        std::fs::write(folder.join("one.expected"), "7\n").expect("a file in it");
        let found = programs(root.path(), "demo", "dasm", Some("one")).expect("it is whole");
        assert_eq!(found[0].expected, "7\n");
    }
}
