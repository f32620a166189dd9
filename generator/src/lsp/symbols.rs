//! Entries as symbols, of one file and of all.

use lsp_types::SymbolKind;
use serde_json::{Value, json};

use super::diagnostics::file_uri;
use super::text::range;
use super::workspace::{Snapshot, Workspace};
use crate::model::item::{Item, sentence};
use crate::source::FileId;
use crate::view::listing::code;

/// The most symbols that a search gives.
const MOST: usize = 500;

/// The entries of a file, in its order.
pub fn of_file(snapshot: &Snapshot, file: FileId) -> Vec<Value> {
    let mut items: Vec<&Item> = snapshot.items.iter().filter(|item| item.span.file == file).collect();
    items.sort_by_key(|item| item.span.start);
    let symbol = |item: &&Item| {
        let sources = snapshot.sources();
        let extent = crate::syntax::extent(sources, item.span);
        let (whole, name) = (range(sources, extent), range(sources, item.span));
        // The protocol demands that the name lies within.
        let whole = if whole.start <= name.start && name.end <= whole.end {
            whole
        } else {
            name
        };
        json!({
            "name": name_of(item),
            "detail": format!("{} {}", code(item), sentence(&item.doc)).trim(),
            "kind": kind(item),
            "range": whole,
            "selectionRange": name,
        })
    };
    items.iter().map(symbol).collect()
}

/// The entries of all files whose path has the letters of a query in their order.
pub fn search(workspace: &Workspace, snapshot: &Snapshot, query: &str) -> Vec<Value> {
    let found = snapshot.items.iter().filter(|item| fits(&item.path(), query)).take(MOST);
    let symbol = |item: &Item| {
        let path = &snapshot.sources().files.get(item.span.file.0 as usize)?.path;
        Some(json!({
            "name": name_of(item),
            "kind": kind(item),
            "containerName": item.owner.as_deref().unwrap_or(item.table),
            "location": { "uri": file_uri(workspace, path)?, "range": range(snapshot.sources(), item.span) },
        }))
    };
    found.filter_map(symbol).collect()
}

/// `op iadd`, `module`
fn name_of(item: &Item) -> String {
    format!("{} {}", item.table, item.name).trim().to_owned()
}

fn fits(path: &str, query: &str) -> bool {
    let mut letters = path.chars().flat_map(char::to_lowercase);
    let mut wanted = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase);
    wanted.all(|wanted| letters.any(|letter| letter == wanted))
}

fn kind(item: &Item) -> SymbolKind {
    match item.table {
        "op" | "superinstruction" => SymbolKind::FUNCTION,
        "type" | "slot" => SymbolKind::CLASS,
        "operand" => SymbolKind::TYPE_PARAMETER,
        "effect" | "trap" => SymbolKind::EVENT,
        "group" | "module" => SymbolKind::MODULE,
        "record" => SymbolKind::STRUCT,
        "union" => SymbolKind::ENUM,
        "module.flag" | "feature" => SymbolKind::BOOLEAN,
        "fixture" => SymbolKind::CONSTANT,
        _ => SymbolKind::OBJECT,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn letters_count_in_their_order() {
        assert!(fits("raya.op.iadd", "iad"));
        assert!(fits("raya.op.iadd", "Op Add"));
        assert!(fits("raya.op.iadd", ""));
        assert!(!fits("raya.op.iadd", "ddai"));
    }
}
