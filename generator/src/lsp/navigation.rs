//! From a name to its entry, to its uses, to what was emitted for it, and back from there.

use lsp_types::Location;

use super::diagnostics::file_uri;
use super::text::{line_range, range};
use super::workspace::{Snapshot, Workspace, covers};
use crate::check::semantics;
use crate::emit::provenance;
use crate::model::instruction_set::{InstructionSets, Meaning};
use crate::model::item::Item;
use crate::source::{FileId, Span};

/// The item at a byte: the one that is named there, or the one whose entry the byte is in.
pub fn item_at(snapshot: &Snapshot, file: FileId, byte: usize) -> Option<&Item> {
    if let Some(of) = snapshot.use_at(file, byte) {
        return snapshot.item_of(of);
    }
    if let Some(item) = snapshot.item_named_at(file, byte) {
        return Some(item);
    }
    let covering = snapshot.items.iter().filter(|item| item.span.file == file);
    let covering = covering.map(|item| (crate::syntax::extent(snapshot.sources(), item.span), item));
    let covering = covering.filter(|(extent, _)| covers(*extent, file, byte));
    covering
        .min_by_key(|(extent, _)| extent.end - extent.start)
        .map(|(_, item)| item)
}

/// Where the entry or the function stands that is named at a byte.
pub fn definition(workspace: &Workspace, snapshot: &Snapshot, file: FileId, byte: usize) -> Vec<Location> {
    let place = match snapshot.use_at(file, byte) {
        Some(of) => snapshot.entry_of(of),
        // On its own name there is nothing further to go to, but editors expect to stay there.
        None => function(snapshot, file, byte).or_else(|| snapshot.item_named_at(file, byte).map(|item| item.span)),
    };
    place
        .and_then(|span| location(workspace, snapshot, span))
        .into_iter()
        .collect()
}

/// Where the function of the runtime stands that the `sem` at a byte names.
pub fn function(snapshot: &Snapshot, file: FileId, byte: usize) -> Option<Span> {
    let sets = snapshot.model().part::<InstructionSets>();
    let (set, name) = sets.ops().find_map(|op| match op.meaning {
        Meaning::Function { name, span } if covers(*span, file, byte) => Some((op.set, name)),
        _ => None,
    })?;
    let set = sets.outlines().find(|outline| outline.name == set)?;
    semantics::place(&set.runtime_folder, snapshot.sources(), name)
}

/// The entry of the op that a mark at a byte of the runtime names: `#[op(iadd)]`.
pub fn marked(workspace: &Workspace, snapshot: &Snapshot, file: FileId, byte: usize) -> Option<Location> {
    let sets = snapshot.model().part::<InstructionSets>();
    sets.outlines().find_map(|set| {
        let marks = semantics::marks(&set.runtime_folder, snapshot.sources());
        let (name, _) = marks.iter().find(|(_, span)| covers(*span, file, byte))?;
        let op = sets.ops().find(|op| op.set == set.name && op.name == *name)?;
        location(workspace, snapshot, op.span)
    })
}

/// Every place that names the item at a byte, and its entry if that is asked for.
pub fn references(workspace: &Workspace, snapshot: &Snapshot, item: &Item, declaration: bool) -> Vec<Location> {
    let own = declaration.then_some(item.span);
    let is_of = |of: &&crate::model::names::Use| of.table == item.table && of.name == item.name && of.owner == item.owner;
    let uses = snapshot.uses.iter().filter(is_of).map(|of| of.span);
    let mut spans: Vec<Span> = own.into_iter().chain(uses).collect();
    spans.sort_unstable();
    spans.dedup();
    spans
        .into_iter()
        .filter_map(|span| location(workspace, snapshot, span))
        .collect()
}

/// What was emitted for an item.
pub fn emitted(workspace: &mut Workspace, snapshot: &Snapshot, item: &Item) -> Vec<Location> {
    let Some(emitted) = workspace.emitted() else {
        return Vec::new();
    };
    let place = |part: super::workspace::Part| {
        Some(Location {
            uri: file_uri(workspace, &part.path)?,
            range: line_range(part.line),
        })
    };
    emitted
        .on_disk(workspace, item, snapshot.sources())
        .into_iter()
        .filter_map(place)
        .collect()
}

/// The entry that a line (from 1) of an emitted file came from.
pub fn origin(workspace: &Workspace, snapshot: &Snapshot, text: &str, line: u32) -> Option<Location> {
    let origins = provenance::origins(text);
    let holds = |origin: &&provenance::Origin| origin.lines.0 <= line && line <= origin.lines.1;
    let origin = origins.iter().filter(holds).max_by_key(|origin| origin.lines.0)?;
    let item = snapshot.items.iter().find(|item| origin.is_of(item, snapshot.sources()))?;
    location(workspace, snapshot, item.span)
}

/// The location of a span.
pub fn location(workspace: &Workspace, snapshot: &Snapshot, span: Span) -> Option<Location> {
    let path = &snapshot.sources().files.get(span.file.0 as usize)?.path;
    Some(Location {
        uri: file_uri(workspace, path)?,
        range: range(snapshot.sources(), span),
    })
}
