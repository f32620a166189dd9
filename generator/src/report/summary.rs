//! The closing table of a run: what the specs hold, what came out, what was built from it, and how long each stage took.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::console::{plural, thousands};
use crate::emit::Tree;
use crate::model::{Model, blessed};
use crate::registry::KINDS;

/// Measures the stages of a run.
#[derive(Debug, Default)]
pub struct Clock {
    stages: Vec<(String, Duration)>,
    /// What each emitter took, for `--timings`. They run side by side, so that their sum is more than the stage.
    pub emitters: Vec<(&'static str, Duration)>,
}

impl Clock {
    /// Runs a stage and keeps its time.
    pub fn time<T>(&mut self, stage: &str, run: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = run();
        self.add(stage, started.elapsed());
        result
    }

    /// Adds time to a stage.
    pub fn add(&mut self, stage: &str, time: Duration) {
        match self.stages.iter_mut().find(|(name, _)| name == stage) {
            Some((_, sum)) => *sum += time,
            None => self.stages.push((stage.to_owned(), time)),
        }
    }

    /// The stages and their times, in the order of the run.
    pub fn stages(&self) -> &[(String, Duration)] {
        &self.stages
    }

    /// The sum of all stages.
    pub fn total(&self) -> Duration {
        self.stages.iter().map(|(_, time)| *time).sum()
    }
}

/// What a run went through, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Spec kinds and their entries, in the order of the registry.
    pub entries: Vec<(&'static str, usize)>,
    /// What is emitted; `None` if the run didn't get that far.
    pub outputs: Option<Outputs>,
}

/// What is emitted, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outputs {
    /// Emitted files.
    pub files: usize,
    /// Their lines.
    pub lines: usize,
    /// Their bytes.
    pub bytes: usize,
}

impl Numbers {
    /// Counts a model and a tree.
    pub fn count(model: &Model, tree: Option<&Tree>) -> Numbers {
        let outputs = |tree: &Tree| {
            let texts = || tree.files().values();
            let newlines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
            Outputs {
                files: texts().count(),
                lines: texts().map(|file| newlines(&file.text)).sum(),
                bytes: texts().map(|file| file.text.len()).sum(),
            }
        };
        Numbers {
            entries: KINDS
                .iter()
                .map(|kind| (kind.name, (kind.items)(model).len()))
                // Blessed files repeat what other files say.
                .filter(|(kind, _)| *kind != blessed::KIND)
                .collect(),
            outputs: tree.map(outputs),
        }
    }

    /// `310 entries of 3 kinds, no mistakes`.
    pub fn specs(&self) -> String {
        let entries = self.entries.iter().map(|(_, count)| count).sum();
        format!(
            "{} spec entries of {}, no mistakes",
            thousands(entries),
            plural(self.entries.len(), "kind")
        )
    }
}

/// One row of the table: what, how much, and a remark.
pub type Row = (String, String, String);

/// The closing table.
pub fn table(numbers: &Numbers, clock: &Clock, built: &[Row]) -> String {
    let mut blocks: Vec<(&str, Vec<Row>)> = Vec::new();
    let entries = numbers
        .entries
        .iter()
        .map(|(kind, count)| ((*kind).to_owned(), thousands(*count), "entries".to_owned()))
        .collect();
    blocks.push(("specs", entries));
    if let Some(outputs) = numbers.outputs {
        let row = |name: &str, count: usize| (name.to_owned(), thousands(count), String::new());
        let counts = [("files", outputs.files), ("lines", outputs.lines), ("bytes", outputs.bytes)];
        blocks.push(("outputs", counts.map(|(name, count)| row(name, count)).to_vec()));
    }
    if !built.is_empty() {
        blocks.push(("built", built.to_vec()));
    }
    let total = ("total".to_owned(), clock.total());
    let row = |name: &str, time: Duration| (name.to_owned(), thousands(time.as_millis() as usize), "ms".to_owned());
    if !clock.emitters.is_empty() {
        let times = clock.emitters.iter().map(|(emitter, time)| row(emitter, *time)).collect();
        blocks.push(("emitters", times));
    }
    let times = clock
        .stages()
        .iter()
        .chain([&total])
        .map(|(stage, time)| row(stage, *time))
        .collect();
    blocks.push(("stages", times));
    render(&blocks)
}

fn render(blocks: &[(&str, Vec<Row>)]) -> String {
    let rows = || blocks.iter().flat_map(|(_, rows)| rows);
    let width = |column: fn(&Row) -> &str| rows().map(|row| column(row).chars().count()).max().unwrap_or(0);
    let name = width(|row| &row.0);
    let value = width(|row| &row.1);
    let mut text = String::new();
    for (title, rows) in blocks {
        for (index, row) in rows.iter().enumerate() {
            let title = if index == 0 { title } else { "" };
            let line = format!("{title:<9} {:<name$}  {:>value$} {}", row.0, row.1, row.2);
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}
