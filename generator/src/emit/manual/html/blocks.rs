//! Blocks and running text as HTML.

use std::fmt::Write;

use super::drawings;
use super::inline::line;
use super::{escape, escaped};
use crate::emit::manual::address::HTML;
use crate::emit::manual::page::{Block, Card, Line};

/// Adds blocks of the page at `page`.
pub fn blocks(out: &mut String, page: &str, blocks: &[Block]) {
    for block in blocks {
        self::block(out, page, block);
    }
}

fn block(out: &mut String, page: &str, block: &Block) {
    match block {
        Block::Heading { level, anchor, text } => {
            let level = (*level).clamp(2, 6);
            let _ = write!(out, "<h{level} id=\"{}\">", escaped(anchor));
            line(out, page, text);
            let _ = writeln!(out, "</h{level}>");
        }
        Block::Paragraph(text) => {
            out.push_str("<p>");
            line(out, page, text);
            out.push_str("</p>\n");
        }
        Block::List { ordered, items } => {
            let tag = if *ordered { "ol" } else { "ul" };
            let _ = writeln!(out, "<{tag}>");
            for item in items {
                out.push_str("<li>");
                match item.as_slice() {
                    [Block::Paragraph(text)] => line(out, page, text),
                    many => blocks(out, page, many),
                }
                out.push_str("</li>\n");
            }
            let _ = writeln!(out, "</{tag}>");
        }
        Block::Quote(inner) => {
            out.push_str("<blockquote>\n");
            blocks(out, page, inner);
            out.push_str("</blockquote>\n");
        }
        Block::Code { text, .. } => {
            // Long lines scroll within the block; it can be reached by keys for that.
            out.push_str("<pre tabindex=\"0\"><code>");
            escape(out, text.trim_end());
            out.push_str("</code></pre>\n");
        }
        Block::Table { head, rows } => table(out, page, head, rows),
        Block::Facts(facts) => {
            out.push_str("<dl>\n");
            for (name, value) in facts {
                out.push_str("<div><dt>");
                escape(out, name);
                out.push_str("</dt><dd>");
                line(out, page, value);
                out.push_str("</dd></div>\n");
            }
            out.push_str("</dl>\n");
        }
        Block::Outline(lines) => outline(out, page, lines),
        Block::Note { title, text } => {
            out.push_str("<aside class=\"note\"><p class=\"title\">");
            escape(out, title);
            out.push_str("</p>\n");
            blocks(out, page, text);
            out.push_str("</aside>\n");
        }
        Block::Cards(cards) => self::cards(out, page, cards),
        Block::Stack(picture) => drawings::stack(out, page, picture),
        Block::Layout(cells) => drawings::layout(out, cells),
        Block::Grid(grid) => drawings::grid(out, page, grid),
    }
}

/// Wide tables scroll within themselves, and can be reached by keys for that.
fn table(out: &mut String, page: &str, head: &[Line], rows: &[Vec<Line>]) {
    out.push_str("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
    for cell in head {
        out.push_str("<th scope=\"col\">");
        line(out, page, cell);
        out.push_str("</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            out.push_str("<td>");
            line(out, page, cell);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}

fn cards(out: &mut String, page: &str, cards: &[Card]) {
    out.push_str("<ul class=\"cards\">\n");
    for card in cards {
        let _ = write!(out, "<li><a href=\"{}\">", escaped(&HTML.address(page, &card.to)));
        line(out, page, &card.title);
        out.push_str("</a><p>");
        line(out, page, &card.text);
        out.push_str("</p></li>\n");
    }
    out.push_str("</ul>\n");
}

fn outline(out: &mut String, page: &str, lines: &[(usize, Line)]) {
    let mut open = 0;
    for (depth, text) in lines {
        let wanted = (depth + 1).min(open + 1);
        if wanted > open {
            out.push_str(if open == 0 { "<ul class=\"outline\">\n" } else { "\n<ul>\n" });
            open += 1;
        } else {
            out.push_str("</li>\n");
            while open > wanted {
                out.push_str("</ul></li>\n");
                open -= 1;
            }
        }
        out.push_str("<li>");
        line(out, page, text);
    }
    while open > 0 {
        out.push_str("</li>\n</ul>");
        open -= 1;
    }
    out.push('\n');
}
