//! Measures the generator: whole runs over a copy of the workspace, each as a process of its own, and its stages over synthetic specs.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::measure::{self, Times};
use super::{peer, synthetic, watch};
use crate::pipeline::{self, Options};
use crate::report::console::{plural, thousands};
use crate::source::layout::SPEC;

/// What is copied of a workspace: what a run reads, and what its verbs look for.
const COPIED: &[&str] = &["spec", "runtime", "Cargo.toml"];

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured: `from nothing: the whole tree`.
    pub what: String,
    /// The median of the runs.
    pub value: f64,
    /// `ms`, `us`, `lines/s`, `MiB`.
    pub unit: String,
    /// The shortest and the longest run, or what the value is made of.
    pub note: String,
}

impl Figure {
    fn of_times(what: impl Into<String>, times: &Times) -> Figure {
        let (low, high) = times.range();
        Figure {
            what: what.into(),
            value: times.median(),
            unit: "ms".to_owned(),
            note: format!("{low:.0} to {high:.0}, {}", plural(times.runs(), "run")),
        }
    }

    fn new(what: impl Into<String>, value: f64, unit: &str, note: impl Into<String>) -> Figure {
        Figure {
            what: what.into(),
            value,
            unit: unit.to_owned(),
            note: note.into(),
        }
    }
}

/// Whole runs over a copy of the workspace.
///
/// # Errors
///
/// When a run fails, or the copy can't be made.
pub fn workspace(root: &Path, runs: usize, show: &mut dyn FnMut(Figure)) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("can't make a temporary folder")?;
    let copy = folder.path();
    for part in COPIED.iter().filter(|part| root.join(part).exists()) {
        copy_all(&root.join(part), &copy.join(part))?;
    }
    // The first run finds nothing in the caches of the system and is not counted.
    measure::lathe(copy, &["generate"])?;
    let mut cold = Times::default();
    let mut unchanged = Times::default();
    let mut check = Times::default();
    let mut one = Times::default();
    let spec = some_spec(copy)?;
    for run in 0..runs {
        fs::remove_dir_all(copy.join("generated")).context("can't delete the outputs")?;
        cold.add(measure::lathe(copy, &["generate"])?);
        unchanged.add(measure::lathe(copy, &["generate"])?);
        check.add(measure::lathe(copy, &["check"])?);
        watch::change(&spec, run)?;
        one.add(measure::lathe(copy, &["generate"])?);
    }
    show(Figure::of_times("from nothing: the whole tree", &cold));
    show(Figure::of_times("nothing changed", &unchanged));
    show(Figure::of_times("check", &check));
    show(Figure::of_times("one sentence of one spec changed", &one));
    show(Figure::of_times(
        "watch: from save to written",
        &watch::saves(copy, &spec, runs)?,
    ));
    Ok(())
}

/// Reading, checking and emitting synthetic specs with about these numbers of entries, the smallest first, since the peak of memory
/// never falls.
///
/// # Errors
///
/// When the specs can't be written, or have a mistake.
pub fn sizes(sizes: &[usize], runs: usize, show: &mut dyn FnMut(Figure)) -> anyhow::Result<()> {
    for size in sizes {
        let folder = tempfile::tempdir().context("can't make a temporary folder")?;
        let entries = synthetic::write(folder.path(), *size)?;
        let mut emitting = Times::default();
        let mut whole = Times::default();
        let mut lines = 0;
        // The largest sizes take as long as many runs of the small ones.
        for _ in 0..runs.min((200_000 / entries.max(1)).max(1)) {
            let stages = run(folder.path())?;
            emitting.add(milliseconds(stages.emit));
            whole.add(milliseconds(stages.whole));
            lines = stages.lines;
        }
        let speed = |times: &Times| lines as f64 / (times.median() / 1e3);
        let what = |what: &str| format!("{} entries: {what}", thousands(entries));
        let made = format!("{} lines, {}", thousands(lines), plural(whole.runs(), "run"));
        show(Figure::new(what("emit"), speed(&emitting), "lines/s", &made));
        let note = format!("{:.0} ms", whole.median());
        show(Figure::new(what("read, check, emit"), speed(&whole), "lines/s", note));
        // Growth is linear where this stays the same from size to size.
        let each = whole.median() * 1e3 / entries.max(1) as f64;
        show(Figure::new(what("read, check, emit, each entry"), each, "us", ""));
        if let Some(peak) = measure::peak_memory() {
            show(Figure::new(what("peak memory"), peak as f64 / f64::from(1 << 20), "MiB", ""));
        }
    }
    Ok(())
}

/// A peer on input of its own, installed into `folder` where it isn't there.
///
/// # Errors
///
/// When it can't be installed or run.
pub fn beside(root: &Path, folder: &Path, runs: usize, show: &mut dyn FnMut(Figure)) -> anyhow::Result<()> {
    let program = peer::provide(root, folder)?;
    let peer = peer::run(&program, 100, runs)?;
    let lines = peer.lines as f64;
    let made = format!("{} lines, {}", thousands(peer.lines), plural(peer.generated.runs(), "run"));
    let what = |what: &str| format!("{}: {what}", peer.name);
    show(Figure::new(
        what("generate"),
        lines / (peer.generated.median() / 1e3),
        "lines/s",
        &made,
    ));
    let both = (peer.generated.median() + peer.formatted.median()) / 1e3;
    show(Figure::new(what("generate, rustfmt"), lines / both, "lines/s", &made));
    Ok(())
}

/// What one run over synthetic specs took.
struct Stages {
    emit: Duration,
    whole: Duration,
    lines: usize,
}

fn run(root: &Path) -> anyhow::Result<Stages> {
    let started = Instant::now();
    let mut loaded = pipeline::load(root, &Options::default());
    pipeline::check(&mut loaded);
    if let Some(first) = loaded.diagnostics.iter().next() {
        anyhow::bail!("the synthetic specs have a mistake: {} {}", first.code, first.message);
    }
    let before = Instant::now();
    let tree = pipeline::emit(&loaded)?;
    let (emit, whole) = (before.elapsed(), started.elapsed());
    let lines = tree.files().values().map(|file| file.text.lines().count()).sum();
    Ok(Stages { emit, whole, lines })
}

/// The first spec of an instruction set in a workspace that has a `doc` of one line.
fn some_spec(root: &Path) -> anyhow::Result<std::path::PathBuf> {
    let files = WalkDir::new(root.join(SPEC)).sort_by_file_name().into_iter().flatten();
    let specs = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"));
    let fits = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.contains("\ndoc = \"") && text.contains("\n[op."));
    specs
        .map(walkdir::DirEntry::into_path)
        .find(|path| fits(path))
        .context("no spec of an instruction set whose `doc` could be changed")
}

fn copy_all(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        // What is copied may be a file by itself, whose path below itself is empty.
        let below = entry.path().strip_prefix(from)?;
        let place = if below.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(below)
        };
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place)?;
        } else {
            fs::copy(entry.path(), &place).with_context(|| format!("can't copy `{}`", entry.path().display()))?;
        }
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
