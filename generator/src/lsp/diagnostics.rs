//! What is wrong, in the form of the protocol.

use std::collections::BTreeMap;
use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri,
};

use super::text::{Lines, range};
use super::uri;
use super::workspace::{Snapshot, Workspace};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::manual;

/// What is to be shown in each file, by root-relative path. What stands nowhere is left out; see [`nowhere`].
pub fn by_file(workspace: &Workspace, snapshot: &Snapshot) -> BTreeMap<String, Vec<Shown>> {
    let mut files: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for diagnostic in &snapshot.diagnostics {
        let Some(label) = diagnostic.labels.first() else {
            continue;
        };
        if let Some(file) = snapshot.sources().files.get(label.span.file.0 as usize) {
            files
                .entry(file.path.clone())
                .or_default()
                .push(shown(workspace, snapshot, diagnostic));
        }
    }
    files
}

/// What is wrong without standing in any file: that there are no specs, say.
pub fn nowhere(snapshot: &Snapshot) -> Vec<String> {
    let found = snapshot.diagnostics.iter().filter(|diagnostic| diagnostic.labels.is_empty());
    found
        .map(|diagnostic| format!("{}: {}", diagnostic.code, message(diagnostic)))
        .collect()
}

/// One diagnostic.
pub fn shown(workspace: &Workspace, snapshot: &Snapshot, diagnostic: &Diagnostic) -> Shown {
    let sources = snapshot.sources();
    let place = diagnostic.labels.first().map(|label| range(sources, label.span));
    let related = diagnostic.labels.iter().skip(1).filter_map(|label| {
        let path = &sources.files.get(label.span.file.0 as usize)?.path;
        let text = if label.text.is_empty() { "and here" } else { &label.text };
        Some(DiagnosticRelatedInformation {
            location: Location {
                uri: file_uri(workspace, path)?,
                range: range(sources, label.span),
            },
            message: text.to_owned(),
        })
    });
    let related: Vec<_> = related.collect();
    Shown {
        range: place.unwrap_or_else(|| Lines::new("").range(0, 0)),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_owned())),
        code_description: page(workspace, diagnostic.code).map(|href| CodeDescription { href }),
        source: Some("lathe".to_owned()),
        message: message(diagnostic),
        related_information: (!related.is_empty()).then_some(related),
        ..Shown::default()
    }
}

/// Everything that a diagnostic says, one sentence a line.
fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    let label = diagnostic.labels.first().map(|label| label.text.clone());
    lines.extend(label.filter(|text| !text.is_empty() && !diagnostic.message.contains(text.as_str())));
    lines.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// The page of a code in the manual, where that was emitted.
fn page(workspace: &Workspace, code: &str) -> Option<Uri> {
    let place = workspace.locate(&manual::file_of_code(code));
    let uri = uri::from_path(&place).filter(|_| place.is_file())?;
    Uri::from_str(&format!("{}#{}", uri.as_str(), code.to_lowercase())).ok()
}

/// The URI of a root-relative path.
pub fn file_uri(workspace: &Workspace, path: &str) -> Option<Uri> {
    uri::from_path(&workspace.locate(path))
}
