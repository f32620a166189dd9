//! Measures `lathe watch` from outside: from the moment in which a spec is saved to the moment in which the outputs are written.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::measure::Times;
use crate::write::MANIFEST_PATH;

/// How long a save may take before something must be wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Saves a spec this many times and waits for the outputs each time. The manifest is written last and records every output, so that a
/// new manifest means that all is written.
///
/// # Errors
///
/// When `watch` can't be started, or doesn't react.
pub fn saves(root: &Path, spec: &Path, runs: usize) -> anyhow::Result<Times> {
    let program = std::env::current_exe().context("can't find the running program")?;
    let mut command = Command::new(program);
    command.arg("watch").arg("--root").arg(root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let watch = Running(command.spawn().context("can't run `lathe watch`")?);
    let manifest = root.join(MANIFEST_PATH);
    let mut times = Times::default();
    // The first save shows that it is listening; it is repeated until it is seen, and not counted.
    let started = Instant::now();
    let mut number = 1000;
    let before = fs::read(&manifest)?;
    while fs::read(&manifest)? == before {
        anyhow::ensure!(started.elapsed() < PATIENCE, "`lathe watch` doesn't listen");
        change(spec, number)?;
        number += 1;
        std::thread::sleep(Duration::from_millis(300));
    }
    for _ in 0..runs {
        // Whatever came of the save before is over.
        std::thread::sleep(Duration::from_millis(300));
        let before = fs::read(&manifest)?;
        number += 1;
        let saved = Instant::now();
        change(spec, number)?;
        while fs::read(&manifest)? == before {
            anyhow::ensure!(saved.elapsed() < PATIENCE, "`lathe watch` doesn't react");
            std::thread::sleep(Duration::from_micros(500));
        }
        times.add(saved.elapsed().as_secs_f64() * 1e3);
    }
    drop(watch);
    Ok(times)
}

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Changes the last sentence of documentation in a spec.
///
/// # Errors
///
/// When the file can't be written.
pub fn change(spec: &Path, number: usize) -> anyhow::Result<()> {
    let text = fs::read_to_string(spec)?;
    let at = text.rfind("\ndoc = \"").context("the spec has no `doc`")? + "\ndoc = \"".len();
    let text = format!("{}Variant {number}. {}", &text[..at], &text[at..]);
    fs::write(spec, text).with_context(|| format!("can't write `{}`", spec.display()))
}
