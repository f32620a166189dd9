//! The chapter of the diagnostics: the page of every code, by the stage or topic that it belongs to.

use super::page::{Block, Card, Chapter, Destination, Entry, Line, Page};
use super::prose;
use crate::diagnostic;

/// Topics by the first digits of their codes.
const TOPICS: &[(&str, &str)] = &[
    ("L00", "Files and TOML"),
    ("L01", "Entries, names and docs"),
    ("L02", "Types, operands and codes"),
    ("L03", "Meaning, stack and control of ops"),
    ("L04", "Semantics functions and expressions"),
    ("L05", "Module format"),
    ("L06", "Examples and golden bytes"),
    ("L07", "Targets"),
    ("L08", "Features"),
    ("L09", "Outputs"),
    ("L10", "Releases"),
    ("L11", "Images: words, registers and natives"),
    ("L12", "Packages and modules"),
    ("L13", "Kernels"),
];

/// The chapter.
pub fn chapter(catalogue: &[diagnostic::Page]) -> Chapter {
    let mut chapter = Chapter {
        title: "Diagnostics".to_owned(),
        summary: Line::from("Every code that lathe reports: why the rule stands, what breaks it, and how to mend that."),
        ..Chapter::default()
    };
    let mut topics: Vec<(&str, Vec<&diagnostic::Page>)> = Vec::new();
    for page in catalogue {
        let topic = topic_of(page.code);
        match topics.last_mut() {
            Some((last, pages)) if *last == topic => pages.push(page),
            _ => topics.push((topic, vec![page])),
        }
    }
    let mut index = Page::new("diagnostics/index", "Diagnostics", &[]);
    index.paragraph(
        Line::new()
            .text("A report begins with a code: ")
            .code("error[L0221]")
            .text(". In a terminal ")
            .code("cargo lathe explain L0221")
            .text(" shows what stands here."),
    );
    for (topic, pages) in &topics {
        let path = path_of(topic);
        index.heading(2, title(topic));
        let cards = pages.iter().map(|page| Card {
            title: Line::new().code(page.code),
            to: Destination::section(&*path, page.code),
            text: sentence(page.summary),
        });
        index.add(Block::Cards(cards.collect()));
    }
    chapter.main_page("All codes", "Every code with its sentence.", index);
    for (topic, pages) in &topics {
        chapter.main_page(topic, &title(topic), of_topic(topic, pages));
    }
    chapter
}

/// The page with a code.
pub fn path_of(code: &str) -> String {
    format!("diagnostics/{}", topic_of(code))
}

fn topic_of(code: &str) -> &str {
    code.get(..3).unwrap_or(code)
}

fn title(topic: &str) -> String {
    let words = TOPICS.iter().find(|(prefix, _)| *prefix == topic).map(|(_, title)| *title);
    // A test holds the table to the catalogue.
    format!("{topic}: {}", words.unwrap_or("not named yet"))
}

fn of_topic(topic: &str, pages: &[&diagnostic::Page]) -> Page {
    let mut all = Page::new(path_of(topic), title(topic), &[]);
    all.trail = vec![("Diagnostics".to_owned(), "diagnostics/index".to_owned())];
    for page in pages {
        all.heading(2, page.code);
        all.paragraph(Line::new().strong(sentence(page.summary)));
        all.extend(prose::blocks(page.page, 3));
        all.entries.push(Entry {
            name: page.code.to_owned(),
            kind: "diagnostic".to_owned(),
            doc: prose::line(page.summary).plain(),
            anchor: Some(super::page::anchor(page.code)),
            ..Entry::default()
        });
    }
    all
}

/// A summary, which is a clause, as a sentence.
fn sentence(summary: &str) -> Line {
    let mut line = prose::line(summary);
    if let Some(super::page::Inline::Text(text)) = line.0.first_mut() {
        let mut letters = text.chars();
        if let Some(first) = letters.next() {
            *text = first.to_uppercase().chain(letters).collect();
        }
    }
    line.text(".")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TOPICS;

    #[test]
    fn every_topic_of_the_catalogue_has_a_title_and_every_title_has_codes() {
        let catalogue = crate::catalogue::catalogue();
        let found: BTreeSet<&str> = catalogue.iter().map(|page| &page.code[..3]).collect();
        let named: BTreeSet<&str> = TOPICS.iter().map(|(prefix, _)| *prefix).collect();
        assert_eq!(found, named);
    }
}
