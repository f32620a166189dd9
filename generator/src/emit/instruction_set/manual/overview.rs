//! The first page of a set, and the pages of its groups.

use super::{Book, MACHINE_AND_OPS, code, effect_on_stack};
use crate::emit::instruction_set::sources;
use crate::emit::manual::page::{Block, Card, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::Op;

/// The first page: numbers, and the groups with their ops.
pub fn page(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = Page::new(book.path("index"), &*set.name, &sources::of(set, MACHINE_AND_OPS));
    page.kind = "instruction set".to_owned();
    page.entries.push(book.entry("instruction set", &set.name, &set.doc));
    page.extend(prose::blocks(&set.doc, 2));
    let mut facts: Vec<(String, Line)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), Line::from(value)));
    fact("Ops", counted(set.ops.len(), "in", set.groups.len(), "group"));
    if !set.types.is_empty() {
        fact("Types", counted(set.types.len(), "held in", set.slots.len(), "kind of slot"));
    }
    fact("Traps", set.traps.len().to_string());
    fact("Effects", set.effects.len().to_string());
    fact(
        "Fuel",
        "charged when control enters a block, for all instructions of the block; nothing is given back when it is left early"
            .to_owned(),
    );
    let order = if set.encoding.little_endian { "least" } else { "most" };
    fact("Operands", format!("{order} significant byte first, without alignment"));
    if let Some(prefix) = set.encoding.extension_prefix {
        fact("Extended page", format!("behind the prefix 0x{prefix:02X}"));
    }
    page.add(Block::Facts(facts));
    page.heading(2, "Groups");
    let cards = set.groups.iter_with_ids().map(|(id, group)| Card {
        title: Line::from(&*group.title),
        to: book.to_group(group),
        text: book.ops(set.ops.iter().filter(move |op| op.group == id)),
    });
    page.add(Block::Cards(cards.collect()));
    page
}

fn counted(count: usize, relation: &str, of: usize, what: &str) -> String {
    let plural = match (of, what.split_once(' ')) {
        (1, _) => what.to_owned(),
        (_, Some((first, rest))) => format!("{first}s {rest}"),
        _ => format!("{what}s"),
    };
    format!("{count}, {relation} {of} {plural}")
}

/// A page for each group.
pub fn groups(book: &Book<'_>) -> Vec<Page> {
    let set = book.set;
    let mut pages = Vec::new();
    for (id, group) in set.groups.iter_with_ids() {
        let ops: Vec<&Op> = set.ops.iter().filter(|op| op.group == id).collect();
        let mut page = book.page(&format!("group/{}", group.name), group.title.trim(), &[]);
        page.sources = sources::of_ops(set, &ops, &[sources::MACHINE]);
        page.kind = format!("group {} of {}", group.name, set.name);
        page.entries.push(book.entry("group", &group.name, &group.doc));
        page.extend(prose::blocks(&group.doc, 2));
        page.paragraph(book.origin("group", &group.name));
        let row = |op: &&Op| {
            vec![
                Line::new().code(code(set, op)),
                book.op(op),
                Line::new().code(effect_on_stack(op)),
                Line::from(prose::first_sentence(&op.doc)),
            ]
        };
        page.add(Block::Table {
            head: ["code", "op", "stack", "what it does"].map(Line::from).to_vec(),
            rows: ops.iter().map(row).collect(),
        });
        pages.push(page);
    }
    let named = |page: &Page| (page.title.clone(), page.path.clone());
    let names: Vec<(String, String)> = pages.iter().map(named).collect();
    for (index, page) in pages.iter_mut().enumerate() {
        page.previous = index.checked_sub(1).and_then(|before| names.get(before)).cloned();
        page.next = names.get(index + 1).cloned();
    }
    pages
}
