//! Finds where emitted code names an entry without being made from it alone: the row of an op in a table, its arm in a match, the
//! bytes that a test expects of it.

use crate::emit::Tree;
use crate::emit::provenance::Index;
use crate::emit::rust;
use crate::model::item::Item;

/// How emitted code names an entry: `Opcode::Iadd`, `TrapKind::Overflow`.
pub fn names(item: &Item) -> Vec<String> {
    let variant = |of: &str| format!("{of}::{}", rust::variant(&item.name));
    match item.table {
        "op" => vec![variant("Opcode"), variant("Instruction"), format!("/// `{}`", item.key())],
        "trap" => vec![variant("TrapKind")],
        "type" => vec![variant("Kind"), format!("TypeId::{}", rust::constant(&item.name))],
        "group" => vec![variant("Group")],
        "effect" => vec![format!("Effects::{}", rust::constant(&item.name))],
        "feature" => vec![variant("Feature")],
        _ => Vec::new(),
    }
}

/// Whether a line has one of the names, and not just the beginning of another name.
pub fn has(line: &str, names: &[String]) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    names.iter().any(|name| {
        line.match_indices(name.as_str()).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + name.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    })
}

/// The lines in the outputs of an entry's spec that name it, outside of what came from any entry alone: path, line, text.
pub fn of<'a>(item: &Item, tree: &'a Tree, index: &Index) -> Vec<(&'a str, u32, &'a str)> {
    let names = names(item);
    if names.is_empty() {
        return Vec::new();
    }
    let folder = match &item.owner {
        Some(owner) => format!("generated/{owner}/"),
        None => format!("generated/{}s/", item.table),
    };
    let mut found = Vec::new();
    for (path, file) in tree.files() {
        if !path.starts_with(&folder) || !path.ends_with(".rs") {
            continue;
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            // Most lines are settled by this.
            let may_have = names.iter().any(|name| text.contains(name.as_str()));
            let is_of_an_item = || index.at(path, line).is_some_and(|origin| origin.item.is_some());
            if may_have && has(text, &names) && !is_of_an_item() {
                found.push((path.as_str(), line, text.trim()));
            }
        }
    }
    found
}

/// The only entry that a line of an output names.
pub fn only<'a>(items: &'a [Item], path: &str, line: &str) -> Option<&'a Item> {
    let mut found = items.iter().filter(|item| {
        let is_of_its_spec = match &item.owner {
            Some(owner) => path.starts_with(&format!("generated/{owner}/")),
            None => path.starts_with(&format!("generated/{}s/", item.table)),
        };
        is_of_its_spec && has(line, &names(item))
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_a_whole() {
        let names = ["Opcode::Iadd".to_owned()];
        assert!(has("    row(Opcode::Iadd, 0, &[], &[0x20]),", &names));
        assert!(has("Opcode::Iadd", &names));
        assert!(!has("Opcode::IaddWide => 1,", &names));
        assert!(!has("MyOpcode::Iadd", &names));
    }
}
