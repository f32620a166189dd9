//! Runs the programs of tests within a time.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// How long one looks away from a test that runs.
const PAUSE: Duration = Duration::from_millis(20);

/// How tests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Passed,
    Failed,
    OutOfTime,
}

/// Runs tests one after the other, until one fails or the time is over.
pub fn run_all(executables: &[(PathBuf, PathBuf)], time: Duration, log: &mut String) -> anyhow::Result<Ended> {
    let deadline = Instant::now() + time;
    for (executable, folder) in executables {
        let ended = run_one(executable, folder, deadline, log)?;
        if ended != Ended::Passed {
            return Ok(ended);
        }
    }
    Ok(Ended::Passed)
}

fn run_one(executable: &Path, folder: &Path, deadline: Instant, log: &mut String) -> anyhow::Result<Ended> {
    // A file rather than a pipe: nobody has to read while it runs.
    let file = tempfile::NamedTempFile::new().context("can't make a temporary file")?;
    let both = || {
        File::options()
            .append(true)
            .open(file.path())
            .context("can't open a temporary file")
    };
    let mut command = Command::new(executable);
    // One test after the other, or lines of surfaces could be torn by those of other tests.
    command.args(["--nocapture", "--test-threads=1"]).current_dir(folder);
    command
        .env("CARGO_MANIFEST_DIR", folder)
        .stdin(Stdio::null())
        .stdout(both()?)
        .stderr(both()?);
    let mut child = command
        .spawn()
        .with_context(|| format!("can't run `{}`", executable.display()))?;
    let status = wait(&mut child, deadline).with_context(|| format!("can't run `{}`", executable.display()))?;
    log.push_str(&String::from_utf8_lossy(
        &std::fs::read(file.path()).context("can't read a temporary file")?,
    ));
    Ok(match status {
        None => Ended::OutOfTime,
        Some(true) => Ended::Passed,
        Some(false) => Ended::Failed,
    })
}

/// Whether a process succeeded; none if it had to be stopped.
fn wait(child: &mut std::process::Child, deadline: Instant) -> io::Result<Option<bool>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_runs_too_long_is_stopped() {
        let before = Instant::now();
        let mut child = Command::new("sleep").arg("60").spawn().expect("there is a `sleep`");
        let ended = wait(&mut child, before + Duration::from_millis(100)).expect("it can be waited for");
        assert_eq!(ended, None);
        assert!(before.elapsed() < Duration::from_secs(30), "it was stopped");
    }
}
