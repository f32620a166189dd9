//! What can be typed at the cursor: keys, words and names.

use std::collections::BTreeSet;

use lsp_types::CompletionItemKind;
use serde_json::{Value, json};

use super::context::{self, Context, Place};
use super::schemas::{self, Schemas};
use super::text::Lines;
use super::workspace::Workspace;
use crate::check::semantics;
use crate::model::instruction_set::InstructionSets;
use crate::model::item::{Item, sentence};
use crate::model::schema::{AFTER, FUNCTION, NAMES, WORDS};
use crate::syntax::{Table, ValueKind};

/// A proposal.
struct Proposal {
    label: String,
    kind: CompletionItemKind,
    detail: String,
    docs: String,
    /// What is inserted in its place, where that is more than its name.
    text: Option<String>,
}

/// The proposals at a byte of a text.
pub fn at(workspace: &mut Workspace, schemas: &Schemas, text: &str, byte: usize) -> Vec<Value> {
    let context = context::at(text, byte);
    let typed = |start: usize| text.get(start..byte).unwrap_or_default();
    let kind = value_of(text, "kind").unwrap_or_default();
    let (start, proposals) = match context.place {
        Place::Nothing => return Vec::new(),
        Place::Header { start } => (start, tables(schemas, &kind, &context.path)),
        Place::Key { start } => (start, keys(schemas, &kind, text, &context.path)),
        Place::Text { start } | Place::Bare { start } => {
            let is_text = matches!(context.place, Place::Text { .. });
            let typed = typed(start);
            let (proposals, is_word) = values(workspace, schemas, &kind, text, &context, typed, is_text);
            let start = if is_word { byte - context::word(typed).len() } else { start };
            (start, proposals)
        }
    };
    let range = Lines::new(text).range(start, byte);
    let item = |(index, proposal): (usize, Proposal)| {
        json!({
            "label": proposal.label,
            "kind": proposal.kind,
            "detail": proposal.detail,
            "documentation": { "kind": "markdown", "value": proposal.docs },
            // In the order of the specs, which is not that of the alphabet.
            "sortText": format!("{index:05}"),
            "filterText": proposal.text.as_ref().unwrap_or(&proposal.label),
            "textEdit": { "range": range, "newText": proposal.text.as_ref().unwrap_or(&proposal.label) },
        })
    };
    proposals.into_iter().enumerate().map(item).collect()
}

/// Tables that a header can begin with.
fn tables(schemas: &Schemas, kind: &str, path: &[String]) -> Vec<Proposal> {
    let is_table = |schema: &Value| {
        let of = schemas::item(schema).get("type");
        of.is_some_and(|of| of == "object")
    };
    let keys = schemas.keys(kind, path).into_iter();
    keys.filter(|(_, schema, _)| is_table(schema))
        .map(|(name, schema, _)| Proposal {
            label: name.to_owned(),
            kind: CompletionItemKind::MODULE,
            detail: String::new(),
            docs: schemas::description(schema).to_owned(),
            text: None,
        })
        .collect()
}

/// Keys that the table at a path can still have, required ones first.
fn keys(schemas: &Schemas, kind: &str, text: &str, path: &[String]) -> Vec<Proposal> {
    if kind.is_empty() && path.is_empty() {
        return vec![Proposal {
            label: "kind".to_owned(),
            kind: CompletionItemKind::PROPERTY,
            detail: "text, required".to_owned(),
            docs: "What the file describes.".to_owned(),
            text: Some("kind = ".to_owned()),
        }];
    }
    let stated = stated(text, path);
    let mut keys = schemas.keys(kind, path);
    keys.retain(|(name, schema, _)| {
        // Tables at the top are opened by headers.
        let is_table = path.is_empty() && schema.get("type").is_some_and(|of| of == "object");
        !is_table && !stated.contains(*name)
    });
    keys.sort_by_key(|(_, _, required)| !required);
    keys.into_iter()
        .map(|(name, schema, required)| Proposal {
            label: name.to_owned(),
            kind: CompletionItemKind::PROPERTY,
            detail: schemas::shape(schema) + if required { ", required" } else { "" },
            docs: schemas::description(schema).to_owned(),
            text: Some(format!("{name} = ")),
        })
        .collect()
}

/// The keys that the table at a path has already. In an array of tables nobody knows which one is meant.
fn stated(text: &str, path: &[String]) -> BTreeSet<String> {
    let tree = crate::syntax::tree_of_text(text);
    let mut table: &Table = &tree;
    for part in path {
        match table.get(part).map(|(_, value)| &value.kind) {
            Some(ValueKind::Table(inner)) => table = inner,
            _ => return BTreeSet::new(),
        }
    }
    table.entries.iter().map(|(key, _)| key.name.clone()).collect()
}

/// Values of a key, and whether they stand for the word at the cursor and not for the whole value.
fn values(
    workspace: &mut Workspace,
    schemas: &Schemas,
    kind: &str,
    text: &str,
    context: &Context,
    typed: &str,
    is_text: bool,
) -> (Vec<Proposal>, bool) {
    if context.path == ["kind"] {
        let kinds = Schemas::kinds().map(|(name, summary)| word(name, summary, is_text));
        return (kinds.collect(), false);
    }
    let Some(schema) = schemas.field(kind, &context.path) else {
        return (Vec::new(), false);
    };
    if schemas::item(schema).get("type").is_some_and(|of| of == "boolean") {
        let truths = if is_text { &[][..] } else { &["true", "false"][..] };
        return (truths.iter().map(|truth| word(truth, "", true)).collect(), false);
    }
    let fixed = schemas::words(schema);
    if !fixed.is_empty() && schema.get(NAMES).is_none() {
        return (fixed.into_iter().map(|fixed| word(fixed, "", is_text)).collect(), false);
    }
    // `a: i32` names a type behind its colon, `1, 0 -> !overflow` a trap behind its mark.
    if let Some(mark) = schema.get(AFTER).and_then(Value::as_str)
        && !typed.contains(mark)
    {
        return (Vec::new(), true);
    }
    let owner = value_of(text, "name");
    let mut proposals = Vec::new();
    let tables: Vec<&str> = list(schema, NAMES);
    for item in workspace.known() {
        let is_ours = item.owner.is_none() || item.owner == owner;
        if is_ours && tables.contains(&item.table) {
            proposals.push(name(&item, is_text));
        }
    }
    if tables.contains(&FUNCTION) {
        proposals.extend(functions(workspace, owner.as_deref(), is_text));
    }
    proposals.extend(list(schema, WORDS).into_iter().map(|fixed| word(fixed, "", is_text)));
    (proposals, true)
}

fn list<'a>(schema: &'a Value, key: &str) -> Vec<&'a str> {
    let list = schema.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn word(label: &str, docs: &str, is_plain: bool) -> Proposal {
    Proposal {
        label: label.to_owned(),
        kind: CompletionItemKind::ENUM_MEMBER,
        detail: String::new(),
        docs: docs.to_owned(),
        text: (!is_plain).then(|| format!("{label:?}")),
    }
}

fn name(item: &Item, is_text: bool) -> Proposal {
    Proposal {
        label: item.name.clone(),
        kind: CompletionItemKind::REFERENCE,
        detail: sentence(&item.doc),
        docs: super::markup::item(item),
        text: (!is_text).then(|| format!("{:?}", item.name)),
    }
}

/// The functions of a set's runtime that are made for ops.
fn functions(workspace: &mut Workspace, owner: Option<&str>, is_text: bool) -> Vec<Proposal> {
    let snapshot = workspace.last();
    let mut sets = snapshot.model().part::<InstructionSets>().outlines();
    let Some(set) = sets.find(|set| Some(set.name.as_str()) == owner) else {
        return Vec::new();
    };
    let names = semantics::names(&set.runtime_folder, snapshot.sources());
    names
        .iter()
        .map(|name| word(name, "A function of the runtime.", is_text))
        .collect()
}

/// The text behind a key at the top of a spec that need not be whole.
fn value_of(text: &str, key: &str) -> Option<String> {
    let top = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let mut pairs = top.filter_map(|line| line.split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.trim() == key)?;
    let mut parts = value.trim().split(['"', '\'']);
    parts.next().filter(|before| before.is_empty())?;
    parts.next().map(str::to_owned).filter(|value| !value.is_empty())
}
