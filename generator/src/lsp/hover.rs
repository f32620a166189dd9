//! What is shown of the word under the cursor.

use lsp_types::Range;
use serde_json::{Value, json};

use super::schemas::{self, Schemas};
use super::spot::{self, Spot};
use super::text::range;
use super::workspace::{Snapshot, Workspace, covers};
use super::{markup, navigation};
use crate::catalogue::catalogue;
use crate::model::item::Item;
use crate::source::{FileId, Span};
use crate::syntax::{ValueKind, tree_of};

/// The most lines of a function of the runtime that are shown.
const MOST_LINES: usize = 30;

/// The hover at a byte of a spec.
pub fn at(workspace: &mut Workspace, schemas: &Schemas, snapshot: &Snapshot, file: FileId, byte: usize) -> Option<Value> {
    let mut parts: Vec<String> = Vec::new();
    let mut place: Option<Span> = None;
    let tree = tree_of(snapshot.sources(), file);
    let spot = spot::at(&tree, byte);
    if let Some(of) = snapshot.use_at(file, byte) {
        place = Some(of.span);
        parts.extend(snapshot.item_of(of).map(|item| story(workspace, snapshot, item)));
    } else if let Some(item) = snapshot.item_named_at(file, byte) {
        place = Some(item.span);
        parts.push(story(workspace, snapshot, item));
    } else if let Some((span, text)) = function(snapshot, file, byte, spot.as_ref()) {
        place = Some(span);
        parts.push(text);
    }
    if let Some(spot) = &spot
        && let Some(text) = field(schemas, snapshot, file, spot)
    {
        // On a value the entry that it names comes first; on a key there is nothing else to say.
        place.get_or_insert(if spot.on_key { spot.key.span } else { spot.value.span });
        parts.push(text);
    }
    parts.extend(pages(snapshot, file, byte));
    if parts.is_empty() {
        return None;
    }
    let range: Option<Range> = place.map(|span| range(snapshot.sources(), span));
    Some(json!({
        "contents": { "kind": "markdown", "value": parts.join("\n---\n\n") },
        "range": range,
    }))
}

/// An entry with what came out of it.
fn story(workspace: &mut Workspace, snapshot: &Snapshot, item: &Item) -> String {
    let mut text = markup::item(item);
    if let Some(emitted) = workspace.emitted()
        && let Some(code) = markup::emitted(workspace, snapshot, &emitted, item)
    {
        text.push('\n');
        text.push_str(&code);
    }
    text
}

/// The docs of the field that a key or value belongs to.
fn field(schemas: &Schemas, snapshot: &Snapshot, file: FileId, spot: &Spot<'_>) -> Option<String> {
    let (kind, _) = snapshot.kind_of(file)?;
    let schema = schemas.field(&kind, &spot.path)?;
    // The name of an entry is no field, and its item says more than its schema.
    let parent = spot.path.split_last().map(|(_, parent)| parent)?;
    let is_field = schemas
        .keys(&kind, parent)
        .iter()
        .any(|(name, _, _)| Some(name) == spot.path.last());
    if !is_field {
        return None;
    }
    let mut text = format!(
        "`{}`: {}\n\n{}\n",
        spot.path.last()?,
        schemas::shape(schema),
        schemas::description(schema)
    );
    let words = schemas::words(schema);
    if words.len() > 1 {
        text.push_str(&format!("\nOne of {}.\n", crate::suggest::list(words)));
    }
    Some(text)
}

/// The function of the runtime that a `sem` names.
fn function(snapshot: &Snapshot, file: FileId, byte: usize, spot: Option<&Spot<'_>>) -> Option<(Span, String)> {
    let spot = spot.filter(|spot| !spot.on_key)?;
    let ValueKind::String(_) = &spot.value.kind else {
        return None;
    };
    let place = navigation::function(snapshot, file, byte)?;
    let source = snapshot.sources().files.get(place.file.0 as usize)?;
    let before = source.text.get(..place.start as usize)?;
    let mut start = before.rfind('\n').map_or(0, |at| at + 1);
    // Its docs and marks stand directly above it.
    while let Some(line) = start.checked_sub(1).and_then(|end| source.text.get(..end)) {
        let above = line.rfind('\n').map_or(0, |at| at + 1);
        let is_about = line.get(above..).is_some_and(|line| {
            let line = line.trim_start();
            line.starts_with("///") || line.starts_with("#[")
        });
        if !is_about {
            break;
        }
        start = above;
    }
    let rest = source.text.get(start..)?;
    let end = rest.find("\n}").map_or(rest.len(), |at| at + 2);
    let lines: Vec<&str> = rest.get(..end)?.lines().take(MOST_LINES).collect();
    let (line, _) = snapshot.sources().line_and_column(place.file, place.start);
    let text = format!("`{}:{line}`\n\n{}", source.path, markup::fenced("rust", &lines.join("\n")));
    Some((spot.value.span, text))
}

/// Why the rules stand that are broken at a byte.
fn pages(snapshot: &Snapshot, file: FileId, byte: usize) -> Vec<String> {
    let mut codes: Vec<&str> = Vec::new();
    for diagnostic in &snapshot.diagnostics {
        let is_here = diagnostic.labels.first().is_some_and(|label| covers(label.span, file, byte));
        if is_here && !codes.contains(&diagnostic.code) {
            codes.push(diagnostic.code);
        }
    }
    if codes.is_empty() {
        return Vec::new();
    }
    let pages = catalogue().into_iter().filter(|page| codes.contains(&page.code));
    pages
        .map(|page| format!("**{}**: {}\n\n{}\n", page.code, page.summary, page.page.trim()))
        .collect()
}
