//! The steps of `lathe test`: each is one command that anyone can repeat, and its outcome is counted.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use xshell::Shell;

use super::cargo;
use crate::report::console;

/// Where example workspaces are.
const EXAMPLES: &str = "generator/examples";

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is tested: `tests of the workspace`.
    pub name: String,
    /// The arguments of cargo.
    pub arguments: Vec<String>,
    /// The arguments with which cargo compiles the tests of emitted crates beforehand.
    pub compile: Option<Vec<String>>,
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

/// A crate that is in no workspace of the repository.
const CONSUMER: &str = "generator/tests/consumer/Cargo.toml";

/// The steps for the workspace at `root`, from which `packages` are emitted.
pub fn steps(root: &Path, packages: &[String]) -> Vec<Step> {
    let nextest = ["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests", "pass"];
    let documentation = ["test", "--doc", "--workspace", "--no-fail-fast", "--quiet"];
    let mut steps = vec![
        step("tests of the emitted crates, the macros and the runtime", &nextest, &[]),
        step("examples in their documentation", &documentation, &[]),
    ];
    let compile = ["test", "--no-run", "--workspace"];
    steps[0].compile = Some(compile.map(str::to_owned).to_vec());
    if root.join(cargo::GENERATOR).is_file() {
        // Both workspaces share one folder of artefacts, as the alias does, so that what both depend on is built once.
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
        let generator = ["--manifest-path", cargo::GENERATOR, "--target-dir", &target];
        steps.insert(1, step("tests of the generator", &nextest, &generator));
        steps.push(step("examples in the generator's documentation", &documentation, &generator));
        let consumer = ["--manifest-path", CONSUMER, "--target-dir", &target];
        steps.push(step(
            "a crate elsewhere that uses the emitted ones",
            &["test", "--quiet"],
            &consumer,
        ));
        // The facts need no other crate, so that each is built from its package alone.
        let mut package = vec!["package", "--allow-dirty", "--quiet"];
        for facts in packages.iter().filter(|package| package.ends_with("-facts")) {
            package.extend(["--package", facts]);
        }
        steps.push(step("the facts crates as packages", &package, &[]));
        for (name, manifest) in example_workspaces(root) {
            let example = ["--manifest-path", &manifest, "--target-dir", &target];
            steps.push(step(&format!("tests of the example {name}"), &nextest, &example));
        }
    }
    steps
}

/// The workspaces beside the generator that show whole systems: names and manifests, by name.
fn example_workspaces(root: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root.join(EXAMPLES)).into_iter().flatten().flatten();
    let mut found: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let manifest = format!("{EXAMPLES}/{name}/Cargo.toml");
            root.join(&manifest).is_file().then_some((name, manifest))
        })
        .collect();
    found.sort();
    found
}

fn step(name: &str, first: &[&str], more: &[&str]) -> Step {
    Step {
        name: name.to_owned(),
        arguments: first.iter().chain(more).map(|argument| (*argument).to_owned()).collect(),
        compile: None,
    }
}

/// Installs cargo-nextest if it is missing; `true` if it had to be.
///
/// # Errors
///
/// When it can't be installed.
pub fn provide_nextest(shell: &Shell) -> anyhow::Result<bool> {
    let mut ask = cargo::command(shell, ["nextest", "--version"]);
    ask.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if ask.status().context("can't run cargo")?.success() {
        return Ok(false);
    }
    console::status(
        console::Tone::Notice,
        "Installing",
        "cargo-nextest, which runs the tests (once; some minutes)",
    );
    let mut install = cargo::command(shell, ["install", "--locked", "cargo-nextest"]);
    install.stdin(Stdio::null());
    if !install.status().context("can't run cargo")?.success() {
        anyhow::bail!("cargo-nextest could not be installed");
    }
    Ok(true)
}

/// Runs a step, shows what it prints, and counts its tests.
///
/// # Errors
///
/// When cargo can't be started.
pub fn run(shell: &Shell, step: &Step) -> anyhow::Result<Outcome> {
    let colour = if std::io::stderr().is_terminal() { "always" } else { "never" };
    let mut command = cargo::command(shell, &step.arguments);
    command.env("CARGO_TERM_COLOR", colour);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (success, counts) = tee(command).context("can't run cargo")?;
    Ok(Outcome {
        passed: counts.0,
        failed: counts.1,
        success,
    })
}

/// Runs a command, hands on what it prints line by line, and adds up the summaries in it.
fn tee(mut command: Command) -> std::io::Result<(bool, (usize, usize))> {
    let mut child = command.spawn()?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let counts = std::thread::scope(|scope| {
        let other = scope.spawn(|| stdout.map_or((0, 0), hand_on));
        let first = stderr.map_or((0, 0), hand_on);
        let second = other.join().unwrap_or((0, 0));
        (first.0 + second.0, first.1 + second.1)
    });
    Ok((child.wait()?.success(), counts))
}

fn hand_on(stream: impl Read) -> (usize, usize) {
    let mut sum = (0, 0);
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        console::error(&text);
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
}
