//! The start page: where to begin, and what each chapter tells.

use super::page::{Block, Card, Destination, Line, Page};
use super::{Book, START};

/// The start page.
pub fn page(book: &Book) -> Page {
    let sources: Vec<String> = book
        .chapters
        .iter()
        .flat_map(|chapter| &chapter.pages)
        .flat_map(|page| page.sources.clone())
        .collect();
    let mut page = Page::new(START, &*book.title, &sources);
    page.paragraph(
        "What the specs of this workspace say, entry by entry. Every page is emitted from the same facts as the code, and every example on \
         it is run by an emitted test.",
    );
    page.heading(2, "Where to begin");
    page.add(Block::List {
        ordered: false,
        items: [
            Line::from(
                "You know a name, a number or a code: in a browser, press / and type it. The search forgives a slip or two.",
            ),
            Line::from("You are new to a machine: read the first page of its chapter, then follow its map of opcodes."),
            Line::new()
                .text("You were shown an error: its code, such as ")
                .code("L0221")
                .text(", has a section among the diagnostics."),
        ]
        .into_iter()
        .map(|line| vec![Block::Paragraph(line)])
        .collect(),
    });
    for chapter in &book.chapters {
        page.heading(2, &*chapter.title);
        page.paragraph(chapter.summary.clone());
        let cards = chapter.menu.iter().map(|entry| Card {
            title: Line::from(&*entry.title),
            to: Destination::page(&*entry.path),
            text: Line::from(&*entry.doc),
        });
        page.add(Block::Cards(cards.collect()));
    }
    page
}
