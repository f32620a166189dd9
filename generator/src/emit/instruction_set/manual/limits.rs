//! The page of the limits.

use super::Book;
use crate::emit::instruction_set::sources;
use crate::emit::manual::page::{Block, Line, Page};
use crate::emit::manual::prose;

/// What the verifier takes, and what calls cost.
pub fn page(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("limits", "Limits", &[sources::LIMITS]);
    page.kind = format!("of {}", set.name);
    page.paragraph(
        "What holds for every module, wherever it runs. The module file has limits of its own, beside its fields; those of one run, such as \
         fuel and memory, are set by the host.",
    );
    if set.tables.contains_key(sources::LIMITS[0]) {
        page.paragraph(book.origin(sources::LIMITS[0], ""));
    }
    let rows = set.limits.iter().map(|(limit, value)| {
        page.entries.push(book.entry("limit", limit.name, limit.doc));
        vec![
            Line::new().code(limit.name),
            Line::from(value.to_string()),
            prose::line(limit.doc),
        ]
    });
    let rows = rows.collect();
    page.add(Block::Table {
        head: ["limit", "value", "what it is for"].map(Line::from).to_vec(),
        rows,
    });
    page
}
