//! Runs processes, and takes medians of what they took.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

/// The times of several runs of one thing, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Times {
    sorted: Vec<f64>,
}

impl Times {
    /// Adds a run.
    pub fn add(&mut self, milliseconds: f64) {
        let at = self.sorted.partition_point(|other| *other < milliseconds);
        self.sorted.insert(at, milliseconds);
    }

    /// The middle one; the lower of two. Zero without runs.
    pub fn median(&self) -> f64 {
        let middle = self.sorted.len().saturating_sub(1) / 2;
        self.sorted.get(middle).copied().unwrap_or(0.0)
    }

    /// How many there are.
    pub fn runs(&self) -> usize {
        self.sorted.len()
    }

    /// The shortest and the longest.
    pub fn range(&self) -> (f64, f64) {
        let end = |value: Option<&f64>| value.copied().unwrap_or(0.0);
        (end(self.sorted.first()), end(self.sorted.last()))
    }
}

/// Runs this program in `root` and returns the milliseconds from its start to its end.
///
/// # Errors
///
/// When it can't be started or doesn't succeed.
pub fn lathe(root: &Path, arguments: &[&str]) -> anyhow::Result<f64> {
    let program = std::env::current_exe().context("can't find the running program")?;
    let mut command = Command::new(program);
    command.args(arguments).arg("--root").arg(root);
    time(command)
}

/// Runs a command without input and output and returns the milliseconds from its start to its end.
///
/// # Errors
///
/// When it can't be started or doesn't succeed.
pub fn time(mut command: Command) -> anyhow::Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let shown = format!("{command:?}");
    let started = Instant::now();
    let output = command.output().with_context(|| format!("can't run {shown}"))?;
    let took = started.elapsed();
    anyhow::ensure!(
        output.status.success(),
        "{shown} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(took.as_secs_f64() * 1e3)
}

/// The most memory that this process has had in use at a time, in bytes; known on Linux only.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let mut times = Times::default();
        assert_eq!(times.median(), 0.0);
        for milliseconds in [3.0, 1.0, 20.0] {
            times.add(milliseconds);
        }
        assert_eq!(times.median(), 3.0);
        assert_eq!(times.range(), (1.0, 20.0));
    }
}
