//! The report for tools: one JSON object a line. Diagnostics come first (see [`super::diagnostics::json`]), then the outputs that
//! are not fresh, then one object that closes the run.

use std::collections::BTreeMap;

use serde::Serialize;

use super::summary::{Clock, Numbers};
use crate::diagnostic::Page;
use crate::model::artefact::Artefact;
use crate::write::{Comparison, Status};

#[derive(Serialize)]
struct OutputObject<'a> {
    output: &'a str,
    status: Status,
}

#[derive(Serialize)]
struct Closing<'a, R> {
    result: &'a R,
    entries: BTreeMap<&'static str, usize>,
    files: usize,
    lines: usize,
    bytes: usize,
    milliseconds: BTreeMap<&'a str, f64>,
}

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
    line(&FormattedObject { path, formatted: done })
}

/// A difference as it is shown to people, without its colours and its indentation.
pub fn difference(path: &str, shown: &str) -> String {
    let plain = anstream::adapter::strip_str(shown).to_string();
    let lines = plain
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n");
    line(&DifferenceObject {
        path,
        difference: lines.collect(),
    })
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
            line(&OutputObject {
                output: &output.path,
                status: output.status,
            })
        })
        .collect()
}

/// What the compiler says of something else than emitted code.
pub fn compiler(message: &cargo_metadata::diagnostic::Diagnostic) -> String {
    let place = message.spans.iter().find(|span| span.is_primary);
    line(&CompilerObject {
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
    })
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
    line(&ArtefactObject {
        artefact: &of.package.0,
        triple: &of.triple.0,
        profile: of.profile.name(),
        form: of.form.name(),
        text,
        data,
        most_text: of.text.map(|(most, _)| most),
        most_data: of.data.map(|(most, _)| most),
    })
}

#[derive(Serialize)]
struct SkippedObject<'a> {
    skipped: &'a str,
    fix: &'a str,
}

/// A triple for which nothing can be built here.
pub fn skipped(triple: &str, fix: &str) -> String {
    line(&SkippedObject { skipped: triple, fix })
}

#[derive(Serialize)]
struct PageObject<'a> {
    code: &'a str,
    summary: &'a str,
    page: Option<&'a str>,
}

/// The page of a code; in a list of all codes without its text.
pub fn page(page: &Page, whole: bool) -> String {
    line(&PageObject {
        code: page.code,
        summary: page.summary,
        page: whole.then(|| page.page.trim_end()),
    })
}

#[derive(Serialize)]
struct PagesClosing<'a> {
    result: &'a str,
    pages: usize,
}

/// The last line after pages.
pub fn pages(result: &str, pages: usize) -> String {
    line(&PagesClosing { result, pages })
}

/// The last line.
pub fn closing(result: &impl Serialize, numbers: &Numbers, clock: &Clock) -> String {
    line(&Closing {
        result,
        entries: numbers.entries.iter().copied().collect(),
        files: numbers.files,
        lines: numbers.lines,
        bytes: numbers.bytes,
        milliseconds: clock
            .stages()
            .iter()
            .map(|(stage, time)| (stage.as_str(), (time.as_secs_f64() * 1e6).round() / 1e3))
            .collect(),
    })
}

/// An object on a line of its own. Objects of texts and numbers always serialize.
pub fn line(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_default() + "\n"
}
