//! Pages that list ops by what is said of them: decisions, and what is waited for; and the fixtures of the examples.

use super::{Book, MACHINE_AND_OPS};
use crate::emit::instruction_set::sources;
use crate::emit::manual::page::{Block, Line, Page};
use crate::emit::manual::prose;
use crate::model::instruction_set::{Example, Op};

/// What was decided where the sources of the set contradict each other.
pub fn decisions(book: &Book<'_>) -> Page {
    let mut page = book.page("decisions", "Decisions", MACHINE_AND_OPS);
    page.kind = format!("of {}", book.set.name);
    if book.set.ops.iter().all(|op| op.decision.is_none()) {
        page.paragraph("None: nothing had to be decided between sources of the set.");
        return page;
    }
    page.paragraph("Where the sources of the set contradict each other, this was decided.");
    page.add(table(book, "decision", |op| op.decision.as_ref()));
    page
}

/// Ops whose behaviour isn't built yet.
pub fn waiting(book: &Book<'_>) -> Page {
    let mut page = book.page("waiting", "Waiting", MACHINE_AND_OPS);
    page.kind = format!("ops of {} whose behaviour waits", book.set.name);
    if book.set.ops.iter().all(|op| op.waits.is_none()) {
        page.paragraph("None: the behaviour of every op is built.");
        return page;
    }
    page.paragraph(
        Line::from("They can be assembled, encoded and verified; run, they fail with trap ")
            .code("not_implemented")
            .text("."),
    );
    page.add(table(book, "waits for", |op| op.waits.as_ref()));
    page
}

fn table(book: &Book<'_>, title: &str, text: impl Fn(&Op) -> Option<&String>) -> Block {
    let row = |op| Some(vec![book.op(op), prose::line(text(op)?)]);
    Block::Table {
        head: vec![Line::from("op"), Line::from(title)],
        rows: book.set.ops.iter().filter_map(row).collect(),
    }
}

/// Declarations that several examples share.
pub fn fixtures(book: &Book<'_>) -> Page {
    let set = book.set;
    let mut page = book.page("fixtures", "Fixtures", &[sources::MACHINE, sources::OPS, sources::FIXTURES]);
    page.kind = format!("of {}", set.name);
    if set.fixtures.is_empty() {
        page.paragraph("None: every example stands by itself.");
        return page;
    }
    page.paragraph("Declarations that several examples share: they stand in front of the program of an example that names them.");
    for (id, fixture) in set.fixtures.iter_with_ids() {
        page.heading(2, Line::new().code(&*fixture.name));
        page.extend(prose::blocks(&fixture.doc, 3));
        page.paragraph(book.origin("fixture", &fixture.name));
        page.add(Block::Code {
            language: String::new(),
            text: fixture.text.trim().to_owned(),
        });
        let names = |example: &Example| matches!(example, Example::Program { given: Some(given), .. } if *given == id);
        let ops = set.ops.iter().filter(|op| op.examples.iter().any(names));
        page.paragraph(Line::from("Used by ").then(book.ops(ops)).text("."));
        page.entries.push(book.section_entry("fixture", &fixture.name, &fixture.doc));
    }
    page
}
