//! Quick fixes: the suggestions of diagnostics.

use lsp_types::Range;
use serde_json::{Map, Value, json};

use super::diagnostics::{file_uri, shown};
use super::text;
use super::workspace::{Snapshot, Workspace};
use crate::diagnostic::{Applicability, Suggestion};
use crate::source::FileId;

/// The suggestions of all diagnostics that have a label in a range of a file.
pub fn at(workspace: &Workspace, snapshot: &Snapshot, file: FileId, asked: Range) -> Vec<Value> {
    let mut actions = Vec::new();
    for diagnostic in &snapshot.diagnostics {
        let touches = diagnostic.labels.iter().any(|label| {
            let place = text::range(snapshot.sources(), label.span);
            label.span.file == file && place.start <= asked.end && asked.start <= place.end
        });
        if !touches {
            continue;
        }
        for suggestion in &diagnostic.suggestions {
            let Some(changes) = changes(workspace, snapshot, suggestion) else {
                continue;
            };
            actions.push(json!({
                "title": title(snapshot, suggestion),
                "kind": "quickfix",
                "diagnostics": [shown(workspace, snapshot, diagnostic)],
                "isPreferred": suggestion.applicability == Applicability::Safe,
                "edit": { "changes": changes },
            }));
        }
    }
    actions
}

/// What the suggestion does, and why.
fn title(snapshot: &Snapshot, suggestion: &Suggestion) -> String {
    const LONGEST: usize = 40;
    let mut title = suggestion.text.clone();
    if let [edit] = suggestion.edits.as_slice() {
        let (old, new) = (snapshot.sources().text(edit.span).trim(), edit.replacement.trim());
        let is_short = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains('\n');
        if is_short(old) && is_short(new) {
            title = format!("{title}: {old} → {new}");
        } else if is_short(new) {
            title = format!("{title}: {new}");
        }
    }
    title
}

/// The edits by file; `None` if one of the files can't be named.
fn changes(workspace: &Workspace, snapshot: &Snapshot, suggestion: &Suggestion) -> Option<Map<String, Value>> {
    let mut changes = Map::new();
    for edit in &suggestion.edits {
        let path = &snapshot.sources().files.get(edit.span.file.0 as usize)?.path;
        let uri = file_uri(workspace, path)?;
        let edits = changes.entry(uri.as_str()).or_insert_with(|| json!([]));
        edits.as_array_mut()?.push(json!({
            "range": text::range(snapshot.sources(), edit.span),
            "newText": edit.replacement,
        }));
    }
    Some(changes)
}
