//! The steps of `lathe test`: each is one command that anyone can repeat, and its outcome is counted.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use cargo_metadata::{Metadata, MetadataCommand};
use serde::Deserialize;
use xshell::Shell;

use super::cargo;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is tested: `tests of the workspace`.
    pub name: String,
    /// The arguments of cargo.
    pub arguments: Vec<String>,
    /// The arguments with which cargo compiles the tests of emitted crates beforehand.
    pub compile: Option<Vec<String>>,
    /// Where cargo puts what it builds, if that isn't its choice.
    target: Option<PathBuf>,
}

impl Step {
    /// The command that repeats the step.
    pub fn repeat(&self) -> String {
        format!("cargo {}", self.arguments.join(" "))
    }
}

/// The outcome of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Whether the command succeeded.
    pub success: bool,
}

/// A step that a workspace states itself: an entry of `[[workspace.metadata.lathe.test]]` in its `Cargo.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    name: String,
    cargo: Vec<String>,
}

/// The steps for a workspace: its tests, the examples in its documentation, and what it states itself.
///
/// # Errors
///
/// When cargo can't read the workspace, or what that states is no step.
pub fn steps(shell: &Shell) -> anyhow::Result<Vec<Step>> {
    let metadata = metadata(shell)?;
    let mut steps = vec![
        Step {
            name: "tests of the emitted crates, the macros and the runtime".to_owned(),
            arguments: words("nextest run --workspace --no-fail-fast --no-tests pass"),
            compile: Some(words("test --no-run --workspace")),
            target: None,
        },
        Step {
            name: "examples in their documentation".to_owned(),
            arguments: words("test --doc --workspace --no-fail-fast --quiet"),
            compile: None,
            target: None,
        },
    ];
    // Other workspaces share the folder of artefacts, so that what several of them depend on is built once.
    let target = metadata.target_directory.into_std_path_buf();
    steps.extend(stated(metadata.workspace_metadata)?.into_iter().map(|step| Step {
        name: step.name,
        arguments: step.cargo,
        compile: None,
        target: Some(target.clone()),
    }));
    Ok(steps)
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// What cargo says of the workspace as a whole.
pub(super) fn metadata(shell: &Shell) -> anyhow::Result<Metadata> {
    let mut command = cargo::command(shell, ["metadata", "--no-deps", "--format-version", "1"]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.context("can't run cargo")?;
    if !output.status.success() {
        anyhow::bail!("cargo can't read the workspace");
    }
    MetadataCommand::parse(String::from_utf8_lossy(&output.stdout)).context("can't read what cargo says of the workspace")
}

/// The steps in the metadata of a workspace.
fn stated(metadata: serde_json::Value) -> anyhow::Result<Vec<Stated>> {
    match metadata.pointer("/lathe/test") {
        None => Ok(Vec::new()),
        Some(steps) => Vec::deserialize(steps).context(
            "each [[workspace.metadata.lathe.test]] in Cargo.toml takes a `name` and the arguments of `cargo`, as in \
             `cargo = [\"test\", \"--manifest-path\", \"other/Cargo.toml\"]`",
        ),
    }
}

/// Whether cargo-nextest is there.
///
/// # Errors
///
/// When cargo can't be started.
pub fn has_nextest(shell: &Shell) -> anyhow::Result<bool> {
    let mut ask = cargo::command(shell, ["nextest", "--version"]);
    ask.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(ask.status().context("can't run cargo")?.success())
}

/// Installs cargo-nextest.
///
/// # Errors
///
/// When it can't be installed.
pub fn install_nextest(shell: &Shell) -> anyhow::Result<()> {
    let mut install = cargo::command(shell, ["install", "--locked", "cargo-nextest"]);
    install.stdin(Stdio::null());
    if !install.status().context("can't run cargo")?.success() {
        anyhow::bail!("cargo-nextest could not be installed");
    }
    Ok(())
}

/// Runs a step, hands on what it prints line by line, and counts its tests.
///
/// # Errors
///
/// When cargo can't be started.
pub fn run(shell: &Shell, step: &Step, show: &(dyn Fn(&str) + Sync)) -> anyhow::Result<Outcome> {
    let colour = if std::io::stderr().is_terminal() { "always" } else { "never" };
    let mut command = cargo::command(shell, &step.arguments);
    command.env("CARGO_TERM_COLOR", colour);
    command.envs(step.target.iter().map(|target| ("CARGO_TARGET_DIR", target)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (success, counts) = tee(command, show).context("can't run cargo")?;
    Ok(Outcome {
        passed: counts.0,
        failed: counts.1,
        success,
    })
}

/// Runs a command, hands on what it prints line by line, and adds up the summaries in it.
fn tee(mut command: Command, show: &(dyn Fn(&str) + Sync)) -> std::io::Result<(bool, (usize, usize))> {
    let mut child = command.spawn()?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let counts = std::thread::scope(|scope| {
        let other = scope.spawn(|| stdout.map_or((0, 0), |stream| hand_on(stream, show)));
        let first = stderr.map_or((0, 0), |stream| hand_on(stream, show));
        let second = other.join().unwrap_or((0, 0));
        (first.0 + second.0, first.1 + second.1)
    });
    Ok((child.wait()?.success(), counts))
}

fn hand_on(stream: impl Read, show: &(dyn Fn(&str) + Sync)) -> (usize, usize) {
    let mut sum = (0, 0);
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        show(&text);
        let plain = anstream::adapter::strip_str(&text).to_string();
        if let Some((passed, failed)) = summary(&plain) {
            sum = (sum.0 + passed, sum.1 + failed);
        }
        line.clear();
    }
    sum
}

/// The numbers of passed and failed tests in the closing line of nextest or of a doc test run.
fn summary(line: &str) -> Option<(usize, usize)> {
    // nextest indents what a failed test printed, closing lines of its own harness included: those are no closing lines of the step.
    let counts = if line.trim_start().starts_with("Summary [") {
        line.split_once(" run:").map(|(_, counts)| counts)?
    } else {
        line.strip_prefix("test result:")?.split_once('.')?.1
    };
    let count = |word: &str| -> usize {
        counts
            .split([',', ';'])
            .filter_map(|part| {
                let mut words = part.split_whitespace();
                let number: usize = words.next()?.parse().ok()?;
                (words.next()? == word).then_some(number)
            })
            .sum()
    };
    Some((count("passed"), count("failed") + count("timed") + count("exec")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let cases = [
            ("     Summary [   0.2s] 12 tests run: 12 passed, 0 skipped", Some((12, 0))),
            (
                "     Summary [   3.1s] 9 tests run: 7 passed (1 slow), 2 failed, 3 skipped",
                Some((7, 2)),
            ),
            (
                "     Summary [  60.1s] 2/9 tests run: 1 passed, 1 timed out, 0 skipped",
                Some((1, 1)),
            ),
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
                Some((3, 0)),
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                Some((3, 2)),
            ),
            ("        PASS [   0.1s] lathe write::journal", None),
            ("    test result: FAILED. 0 passed; 1 failed; 0 ignored", None),
            ("test result: strange", None),
        ];
        for (line, expected) in cases {
            assert_eq!(summary(line), expected, "{line}");
        }
    }
    #[test]
    fn steps_are_stated_in_the_manifest() {
        let of = |text: &str| stated(serde_json::from_str(text).expect("JSON"));
        assert!(of("null").expect("nothing is stated").is_empty());
        assert!(of(r#"{"other": {}}"#).expect("nothing is stated").is_empty());
        let one = of(r#"{"lathe": {"test": [{"name": "more", "cargo": ["test"]}]}}"#).expect("a step");
        assert_eq!(
            (one[0].name.as_str(), one[0].cargo.as_slice()),
            ("more", &["test".to_owned()][..])
        );
        let wrong = of(r#"{"lathe": {"test": [{"name": "more", "command": ["test"]}]}}"#).expect_err("no step");
        assert!(format!("{wrong:#}").contains("workspace.metadata.lathe.test"), "{wrong:#}");
    }
}
