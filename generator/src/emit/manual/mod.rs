//! Emits the manual: one set of pages, as HTML and as Markdown.
//!
//! Every kind of spec states its chapters as pages of blocks (the column `manual` of the registry); [`html`] and [`markdown`] render the
//! same pages. The chapter of the diagnostics and the start page are made here.

mod address;
mod diagnostics;
mod html;
mod markdown;
pub mod page;
pub mod prose;
mod search;
mod start;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use page::Chapter;

use super::Tree;
use crate::diagnostic;
use address::{HTML, MARKDOWN};
use page::{Block, Page};

/// The path of the first page.
pub const START: &str = "index";

/// The manual as a whole.
pub struct Book {
    /// What stands on top of every page.
    pub title: String,
    /// In the order of the registry, the diagnostics last.
    pub chapters: Vec<Chapter>,
}

/// The file in which browsers find what stands of the code of a diagnostic, root-relative.
pub fn file_of_code(code: &str) -> String {
    format!("{}/{}", HTML.folder, HTML.file(&diagnostics::path_of(code)))
}

/// Adds the manual to the tree. Where the specs have nothing to tell there is none.
pub fn emit(mut chapters: Vec<Chapter>, catalogue: &[diagnostic::Page], tree: &mut Tree) -> anyhow::Result<()> {
    chapters.retain(|chapter| !chapter.pages.is_empty());
    if chapters.is_empty() {
        return Ok(());
    }
    chapters.push(diagnostics::chapter(catalogue));
    for page in chapters.iter_mut().flat_map(|chapter| &mut chapter.pages) {
        tell_apart(page);
    }
    let book = Book {
        title: "Manual".to_owned(),
        chapters,
    };
    let start = start::page(&book);
    let mut pages: Vec<(Option<&Chapter>, &Page)> = vec![(None, &start)];
    for chapter in &book.chapters {
        pages.extend(chapter.pages.iter().map(|page| (Some(chapter), page)));
    }
    let rendered: Vec<(String, String)> = pages
        .par_iter()
        .map(|(chapter, page)| (html::page(&book, *chapter, page), markdown::page(page)))
        .collect();
    for ((_, page), (html, markdown)) in pages.iter().zip(rendered) {
        tree.add(format!("{}/{}", HTML.folder, HTML.file(&page.path)), &html, &page.sources)?;
        let file = format!("{}/{}", MARKDOWN.folder, MARKDOWN.file(&page.path));
        tree.add(file, &markdown, &page.sources)?;
    }
    for (name, text) in html::ASSETS {
        tree.add(format!("{}/{name}", HTML.folder), text, &[])?;
    }
    let all: Vec<String> = book
        .chapters
        .iter()
        .flat_map(|chapter| &chapter.pages)
        .flat_map(|page| page.sources.clone())
        .collect();
    tree.add(format!("{}/search-data.js", HTML.folder), &search::data(&pages), &all)
}

/// Gives headings of one page that have the same text different anchors, as renderers of Markdown do.
fn tell_apart(page: &mut Page) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for block in &mut page.blocks {
        if let Block::Heading { anchor, .. } = block {
            let count = seen.entry(anchor.clone()).or_default();
            if *count > 0 {
                *anchor = format!("{anchor}-{count}");
            }
            *count += 1;
        }
    }
}
