//! Runs the programs beside the specs in the emitted engines, and compares what they print with what stands beside them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::source::programs::Program;

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// What it printed.
    pub output: String,
    /// What the engine had to say.
    pub errors: String,
    /// Whether the engine reported success.
    pub success: bool,
    /// What it was expected to print, if it printed something else.
    pub missed: Option<String>,
}

impl Ran {
    /// Whether everything is as expected. A program that is expected to fail says so by printing; the engine succeeds.
    pub fn passed(&self) -> bool {
        self.success && self.missed.is_none()
    }
}

/// What the engine is told beside the name of the program: the lines of the file `<name>.arguments`, without comments.
fn arguments(root: &Path, program: &Program) -> anyhow::Result<Vec<String>> {
    let path = root.join(&program.path).with_extension("arguments");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
    let lines = text.lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}

/// Runs a program with the engine's binary: it is assembled, checked and executed.
///
/// # Errors
///
/// When the engine can't be started, or what stands beside the program can't be read.
pub fn run(root: &Path, engine: &Path, program: &Program) -> anyhow::Result<Ran> {
    let output = Command::new(engine)
        .arg("run")
        .arg(&program.path)
        .args(arguments(root, program)?)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("can't start `{}`", engine.display()))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = match &program.expected {
        Some(path) => Some(fs::read_to_string(path).with_context(|| format!("can't read `{}`", path.display()))?),
        None => None,
    };
    // Line ends are a matter of the check-out.
    let missed = expected.filter(|expected| expected.replace("\r\n", "\n") != printed.replace("\r\n", "\n"));
    Ok(Ran {
        output: printed,
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        success: output.status.success(),
        missed,
    })
}
