//! Answers questions about a file: finds the place that is meant, and hands it to whoever knows.

use lsp_server::ErrorCode;
use lsp_types::{CodeActionParams, Location, Position, ReferenceParams, TextDocumentPositionParams};
use serde_json::{Value, json};

use super::parameters::parse;
use super::schemas::Schemas;
use super::text::Lines;
use super::workspace::{Snapshot, Workspace};
use super::{actions, completion, formatting, hover, navigation, symbols};
use crate::source::FileId;
use crate::source::layout;

/// What can be asked.
pub const METHODS: &[&str] = &[
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/declaration",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/completion",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/documentSymbol",
    "workspace/symbol",
];

/// The answer to a question about a file of a workspace, by its root-relative path. Null where there is nothing to say.
///
/// # Errors
///
/// When the parameters are not those of the method.
pub fn answer(
    workspace: &mut Workspace,
    schemas: &Schemas,
    path: &str,
    method: &str,
    params: Value,
) -> Result<Value, (ErrorCode, String)> {
    if method == "textDocument/completion" {
        // The text alone says what is typed; nothing waits for the pipeline while someone types.
        let asked: TextDocumentPositionParams = parse(params)?;
        let proposals = match workspace.text(path).map(str::to_owned) {
            Some(text) if layout::is_spec(path) => {
                let byte = Lines::new(&text).byte(asked.position);
                completion::at(workspace, schemas, &text, byte)
            }
            _ => Vec::new(),
        };
        return Ok(json!({ "isIncomplete": false, "items": proposals }));
    }
    let snapshot = workspace.snapshot();
    match method {
        "textDocument/hover" => {
            let asked: TextDocumentPositionParams = parse(params)?;
            let place = spec_place(&snapshot, path, asked.position);
            let shown = place.and_then(|(file, byte)| hover::at(workspace, schemas, &snapshot, file, byte));
            Ok(shown.unwrap_or(Value::Null))
        }
        "textDocument/definition" | "textDocument/declaration" => {
            let asked: TextDocumentPositionParams = parse(params)?;
            Ok(match spec_place(&snapshot, path, asked.position) {
                Some((file, byte)) => locations(&navigation::definition(workspace, &snapshot, file, byte)),
                None if layout::is_runtime(path) => {
                    let file = snapshot.file(path);
                    let place = file.map(|file| (file, Lines::new(snapshot.text(file)).byte(asked.position)));
                    let entry = place.and_then(|(file, byte)| navigation::marked(workspace, &snapshot, file, byte));
                    locations(&entry.into_iter().collect::<Vec<_>>())
                }
                None => {
                    let text = workspace.emitted_text(path).filter(|_| path.starts_with("generated/"));
                    let line = asked.position.line.saturating_add(1);
                    let origin = text.and_then(|text| navigation::origin(workspace, &snapshot, &text, line));
                    locations(&origin.into_iter().collect::<Vec<_>>())
                }
            })
        }
        "textDocument/implementation" => {
            let asked: TextDocumentPositionParams = parse(params)?;
            let place = spec_place(&snapshot, path, asked.position);
            let item = place.and_then(|(file, byte)| navigation::item_at(&snapshot, file, byte));
            Ok(item.map_or(Value::Null, |item| {
                locations(&navigation::emitted(workspace, &snapshot, item))
            }))
        }
        "textDocument/references" => {
            let asked: ReferenceParams = parse(params)?;
            let place = spec_place(&snapshot, path, asked.text_document_position.position);
            let item = place.and_then(|(file, byte)| navigation::item_at(&snapshot, file, byte));
            let own = asked.context.include_declaration;
            Ok(item.map_or(Value::Null, |item| {
                locations(&navigation::references(workspace, &snapshot, item, own))
            }))
        }
        "textDocument/codeAction" => {
            let asked: CodeActionParams = parse(params)?;
            let actions = snapshot
                .file(path)
                .map(|file| actions::at(workspace, &snapshot, file, asked.range));
            Ok(actions.unwrap_or_default().into())
        }
        "textDocument/formatting" => {
            let file = snapshot.file(path).filter(|_| layout::is_spec(path));
            Ok(file.map_or(Value::Null, |file| formatting::edits(snapshot.text(file)).into()))
        }
        _ => {
            let symbols = snapshot.file(path).map(|file| symbols::of_file(&snapshot, file));
            Ok(symbols.unwrap_or_default().into())
        }
    }
}

/// The entries of a workspace that a search finds.
pub fn search(workspace: &mut Workspace, query: &str) -> Vec<Value> {
    let snapshot = workspace.snapshot();
    symbols::search(workspace, &snapshot, query)
}

/// The byte of a position in a spec.
fn spec_place(snapshot: &Snapshot, path: &str, position: Position) -> Option<(FileId, usize)> {
    let file = snapshot.file(path).filter(|_| layout::is_spec(path))?;
    Some((file, Lines::new(snapshot.text(file)).byte(position)))
}

fn locations(list: &[Location]) -> Value {
    if list.is_empty() { Value::Null } else { json!(list) }
}
