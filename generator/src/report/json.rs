//! The report for tools: one JSON object a line, each of which says under `kind` what it is. Diagnostics come first (see
//! [`super::diagnostics::json`]), then what the verb found or did, then one object of the kind `closing` with the `result` of the run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::console::{self, Failure};

use super::summary::{Clock, Numbers, Outputs};
use crate::diagnostic::Page;
use crate::model::artefact::Artefact;
use crate::write::{Comparison, Status};

#[derive(Serialize)]
struct OutputObject<'a> {
    output: &'a str,
    status: Status,
}

/// An object, and before it what it is.
#[derive(Serialize)]
struct OfKind<'a, T> {
    kind: &'a str,
    #[serde(flatten)]
    object: &'a T,
}

/// The object that closes a report. What a verb neither counted nor measured is left out.
#[derive(Serialize)]
struct Closing<'a, R, F> {
    result: &'a R,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure>,
    #[serde(flatten)]
    facts: &'a F,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    entries: BTreeMap<&'static str, usize>,
    #[serde(flatten)]
    outputs: Option<Outputs>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    milliseconds: BTreeMap<&'a str, f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    emitters: BTreeMap<&'a str, f64>,
}

/// The facts of a closing object that has none of its own.
#[derive(Serialize)]
pub struct NoFacts {}

#[derive(Serialize)]
struct DifferenceObject<'a> {
    path: &'a str,
    difference: String,
}

#[derive(Serialize)]
struct FormattedObject<'a> {
    path: &'a str,
    /// Whether it was written; `false` if it is not in the layout of all specs.
    formatted: bool,
}

/// What became of a file that was to be formatted.
pub fn formatted(path: &str, done: bool) -> String {
    object("formatted", &FormattedObject { path, formatted: done })
}

/// A difference as it is shown to people, without its colours and its indentation.
pub fn difference(path: &str, shown: &str) -> String {
    let plain = anstream::adapter::strip_str(shown).to_string();
    let lines = plain
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n");
    let difference = lines.collect();
    object("difference", &DifferenceObject { path, difference })
}

#[derive(Serialize)]
struct CompilerObject<'a> {
    compiler: &'a str,
    code: Option<&'a str>,
    level: String,
    path: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    rendered: Option<String>,
}

/// The outputs that are not fresh.
pub fn outputs(comparison: &Comparison) -> String {
    comparison
        .outputs
        .iter()
        .filter(|output| output.status != Status::Fresh)
        .map(|output| {
            let (output, status) = (&output.path, output.status);
            object("output", &OutputObject { output, status })
        })
        .collect()
}

/// What the compiler says of something else than emitted code.
pub fn compiler(message: &cargo_metadata::diagnostic::Diagnostic) -> String {
    let place = message.spans.iter().find(|span| span.is_primary);
    let said = CompilerObject {
        compiler: &message.message,
        code: message.code.as_ref().map(|code| code.code.as_str()),
        level: format!("{:?}", message.level).to_lowercase(),
        path: place.map(|span| span.file_name.as_str()),
        line: place.map(|span| span.line_start),
        column: place.map(|span| span.column_start),
        rendered: message
            .rendered
            .as_deref()
            .map(|text| anstream::adapter::strip_str(text).to_string()),
    };
    object("compiler", &said)
}

#[derive(Serialize)]
struct ArtefactObject<'a> {
    artefact: &'a str,
    triple: &'a str,
    profile: &'a str,
    form: &'a str,
    text: u64,
    data: u64,
    most_text: Option<u64>,
    most_data: Option<u64>,
}

/// The sizes of something that was built for a target.
pub fn artefact(of: &Artefact, text: u64, data: u64) -> String {
    let sizes = ArtefactObject {
        artefact: &of.package.0,
        triple: &of.triple.0,
        profile: of.profile.name(),
        form: of.form.name(),
        text,
        data,
        most_text: of.text.map(|(most, _)| most),
        most_data: of.data.map(|(most, _)| most),
    };
    object("artefact", &sizes)
}

#[derive(Serialize)]
struct SkippedObject<'a> {
    skipped: &'a str,
    fix: &'a str,
}

/// A triple for which nothing can be built here.
pub fn skipped(triple: &str, fix: &str) -> String {
    object("skipped", &SkippedObject { skipped: triple, fix })
}

#[derive(Serialize)]
struct PageObject<'a> {
    code: &'a str,
    summary: &'a str,
    page: Option<&'a str>,
}

/// The page of a code; in a list of all codes without its text.
pub fn page(page: &Page, whole: bool) -> String {
    let page = PageObject {
        code: page.code,
        summary: page.summary,
        page: whole.then(|| page.page.trim_end()),
    };
    object("page", &page)
}

/// Whether the report has been closed.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Writes the last line: the result, what failed, what the verb says beyond that, and what it counted and measured.
pub fn close(result: &impl Serialize, facts: &impl Serialize, numbers: &Numbers, clock: &Clock) {
    let milliseconds = |time: &Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
    let closing = Closing {
        result,
        failures: console::take_failures(),
        facts,
        entries: numbers.entries.iter().copied().collect(),
        outputs: numbers.outputs,
        milliseconds: clock
            .stages()
            .iter()
            .map(|(stage, time)| (stage.as_str(), milliseconds(time)))
            .collect(),
        emitters: clock
            .emitters
            .iter()
            .map(|(name, time)| (*name, milliseconds(time)))
            .collect(),
    };
    CLOSED.store(true, Ordering::Relaxed);
    console::output(&object("closing", &closing));
}

/// Whether the last line has been written.
pub fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// An object on a line of its own, with its kind before everything else.
pub fn object(kind: &str, object: &impl Serialize) -> String {
    line(&OfKind { kind, object })
}

/// An object that has a `kind` of its own, on a line. Objects of texts and numbers always serialize.
pub fn line(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_default() + "\n"
}
