//! Renders pages as HTML: one file a page, and the style and scripts that all of them share.

mod blocks;
mod drawings;
mod inline;

use std::fmt::Write;

use super::address::{HTML, relative};
use super::page::{Chapter, Destination, Page};
use super::{Book, START};

/// The files beside the pages: their names below the folder, and their texts.
pub const ASSETS: &[(&str, &str)] = &[
    ("style.css", include_str!("../assets/style.css")),
    ("theme.js", include_str!("../assets/theme.js")),
    ("search.js", include_str!("../assets/search.js")),
];

/// The most chapters that the bar of each page lists.
const MOST_CHAPTERS: usize = 16;

/// A page as a whole. `chapter` is the one that it belongs to; the start page belongs to none.
pub fn page(book: &Book, chapter: Option<&Chapter>, page: &Page) -> String {
    let mut out = String::with_capacity(4096);
    head(&mut out, book, page);
    header(&mut out, book, chapter, page);
    out.push_str("<main id=\"main\">\n");
    trail(&mut out, page);
    title(&mut out, page);
    blocks::blocks(&mut out, &page.path, &page.blocks);
    out.push_str("</main>\n");
    neighbours(&mut out, page);
    out.push_str("<footer>Emitted by lathe from the specs of this workspace. ");
    let _ = write!(
        out,
        "<a href=\"{}\">Start page</a></footer>\n</body>\n</html>\n",
        to(page, START)
    );
    out
}

/// The address of a page, to stand in an attribute.
fn to(from: &Page, path: &str) -> String {
    escaped(&HTML.address(&from.path, &Destination::page(path)))
}

fn head(out: &mut String, book: &Book, page: &Page) {
    let asset = |name: &str| relative(&page.path, name);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    escape(out, &page.title);
    if page.path != START {
        out.push_str(" · ");
        escape(out, &book.title);
    }
    let _ = write!(
        out,
        "</title>\n<link rel=\"stylesheet\" href=\"{}\">\n<script src=\"{}\"></script>\n<script src=\"{}\" defer></script>\n</head>\n",
        asset("style.css"),
        asset("theme.js"),
        asset("search.js")
    );
}

/// The bar on top: the name of the manual, its chapters, the search and the switch between dark and light; below it the menu of the
/// chapter. The search and the switch need scripts and are shown by them.
fn header(out: &mut String, book: &Book, chapter: Option<&Chapter>, page: &Page) {
    let _ = writeln!(out, "<body data-root=\"{}\">", "../".repeat(page.path.matches('/').count()));
    out.push_str("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<div class=\"bar\">\n");
    let _ = write!(out, "<a class=\"home\" href=\"{}\">", to(page, START));
    escape(out, &book.title);
    out.push_str("</a>\n<nav aria-label=\"Chapters\"><ul>\n");
    for other in &book.chapters {
        let Some(first) = other.menu.first() else { continue };
        let current = chapter.is_some_and(|chapter| std::ptr::eq(chapter, other));
        // Where there are very many chapters, the start page lists them: on each page they would be a wall, and grow with its square.
        if !current && book.chapters.len() > MOST_CHAPTERS {
            continue;
        }
        menu_item(out, page, &other.title, &first.path, current.then_some("true"));
    }
    out.push_str(concat!(
        "</ul></nav>\n<div class=\"search\" role=\"search\" hidden>",
        "<input type=\"search\" id=\"search\" role=\"combobox\" aria-label=\"Search the manual\" aria-expanded=\"false\" ",
        "aria-controls=\"results\" aria-autocomplete=\"list\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" ",
        "placeholder=\"Search ( / )\"><ul id=\"results\" role=\"listbox\" aria-label=\"Results\" hidden></ul></div>\n",
        "<button type=\"button\" id=\"theme\" hidden>Dark</button>\n</div>\n",
    ));
    if let Some(chapter) = chapter
        && chapter.menu.len() > 1
    {
        let _ = writeln!(
            out,
            "<nav class=\"menu\" aria-label=\"Chapter {}\"><ul>",
            escaped(&chapter.title)
        );
        for entry in &chapter.menu {
            let current = (entry.path == page.path).then_some("page");
            menu_item(out, page, &entry.title, &entry.path, current);
        }
        out.push_str("</ul></nav>\n");
    }
    out.push_str("</header>\n");
}

fn menu_item(out: &mut String, page: &Page, title: &str, path: &str, current: Option<&str>) {
    let current = current.map_or(String::new(), |kind| format!(" aria-current=\"{kind}\""));
    let _ = write!(out, "<li><a href=\"{}\"{current}>", to(page, path));
    escape(out, title);
    out.push_str("</a></li>\n");
}

fn trail(out: &mut String, page: &Page) {
    if page.trail.is_empty() {
        return;
    }
    out.push_str("<nav class=\"trail\" aria-label=\"Where this page stands\"><ol>");
    for (title, path) in &page.trail {
        let _ = write!(out, "<li><a href=\"{}\">", to(page, path));
        escape(out, title);
        out.push_str("</a></li>");
    }
    out.push_str("</ol></nav>\n");
}

fn title(out: &mut String, page: &Page) {
    let (open, close) = if page.is_name {
        ("<h1><code>", "</code></h1>\n")
    } else {
        ("<h1>", "</h1>\n")
    };
    out.push_str(open);
    escape(out, &page.title);
    out.push_str(close);
    if !page.kind.is_empty() {
        out.push_str("<p class=\"kind\">");
        escape(out, &page.kind);
        out.push_str("</p>\n");
    }
}

fn neighbours(out: &mut String, page: &Page) {
    if page.previous.is_none() && page.next.is_none() {
        return;
    }
    out.push_str("<nav class=\"neighbours\" aria-label=\"Pages before and after\">\n");
    for (neighbour, relation, words) in [(&page.previous, "prev", "Previous"), (&page.next, "next", "Next")] {
        if let Some((title, path)) = neighbour {
            let _ = write!(out, "<a rel=\"{relation}\" href=\"{}\"><span>{words}</span> ", to(page, path));
            escape(out, title);
            out.push_str("</a>\n");
        }
    }
    out.push_str("</nav>\n");
}

/// Adds text, with the characters that have a meaning in HTML written as references.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No document may hold these, and none of them is visible.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
}

/// [`escape`] into a text of its own.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text);
    out
}
