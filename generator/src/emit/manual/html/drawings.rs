//! Stacks, rows of bytes and grids as HTML: lists and tables that the style sheet draws as boxes, so that they are read aloud in order,
//! can be selected, and follow the colours of the page.

use std::fmt::Write;

use super::inline::line;
use super::{escape, escaped};
use crate::emit::manual::address::HTML;
use crate::emit::manual::page::{Grid, GridCell, LayoutCell, StackCell, StackPicture};

/// Two stacks, the top of each on top.
pub fn stack(out: &mut String, page: &str, picture: &StackPicture) {
    out.push_str("<figure class=\"stack\">\n<div class=\"pair\">\n");
    column(out, page, "before", &picture.before);
    out.push_str("<span class=\"arrow\" aria-hidden=\"true\">→</span>\n");
    column(out, page, "after", &picture.after);
    out.push_str("</div>\n<figcaption><code>");
    escape(out, &picture.caption);
    out.push_str("</code></figcaption>\n</figure>\n");
}

fn column(out: &mut String, page: &str, title: &str, cells: &[StackCell]) {
    let _ = write!(out, "<div class=\"column\"><p>{title}</p><ol>");
    for cell in cells.iter().rev() {
        out.push_str(if cell.many { "<li class=\"many\">" } else { "<li>" });
        if !cell.name.is_empty() {
            out.push_str("<span class=\"name\">");
            escape(out, &cell.name);
            out.push_str(if cell.many { "…</span> " } else { "</span> " });
        }
        match &cell.to {
            Some(to) => {
                let _ = write!(out, "<a href=\"{}\">", escaped(&HTML.address(page, to)));
                breakable(out, &cell.of);
                out.push_str("</a>");
            }
            None => breakable(out, &cell.of),
        }
        out.push_str("</li>");
    }
    out.push_str("<li class=\"rest\" aria-label=\"the rest of the stack\">…</li></ol></div>\n");
}

/// Fields in a row, each as wide as its bits say.
pub fn layout(out: &mut String, cells: &[LayoutCell]) {
    out.push_str("<ol class=\"layout\">\n");
    for cell in cells {
        match cell.bits {
            // The width of what is drawn grows less than that of what it shows: 64 bits are no eight times as wide as 8.
            Some(bits) => {
                let _ = write!(out, "<li style=\"--w:{}\">", 2 + bits.min(128).div_ceil(4));
            }
            None => out.push_str("<li class=\"varies\" style=\"--w:10\">"),
        }
        for (class, text) in [
            ("at", &cell.place),
            ("name", &cell.name),
            ("of", &cell.of),
            ("value", &cell.value),
        ] {
            if !text.is_empty() {
                let _ = write!(out, "<span class=\"{class}\">");
                breakable(out, text);
                out.push_str("</span> ");
            }
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ol>\n");
}

/// A table of coloured cells, and what the colours mean.
pub fn grid(out: &mut String, page: &str, grid: &Grid) {
    let colours = grid.legend.len().max(1);
    out.push_str("<div class=\"scroll\" tabindex=\"0\"><table class=\"grid\">\n<caption>");
    escape(out, &grid.caption);
    out.push_str("</caption>\n<thead><tr><td></td>");
    for column in &grid.columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(column));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (title, cells) in &grid.rows {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(title));
        for cell in cells {
            grid_cell(out, page, cell, colours);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if !grid.legend.is_empty() {
        out.push_str("<ul class=\"legend\">\n");
        for (text, colour) in &grid.legend {
            let _ = write!(out, "<li style=\"--h:{}\">", hue(*colour, colours));
            line(out, page, text);
            out.push_str("</li>\n");
        }
        out.push_str("</ul>\n");
    }
}

fn grid_cell(out: &mut String, page: &str, cell: &GridCell, colours: usize) {
    out.push_str(match cell.colour {
        Some(_) => "<td",
        None if cell.text.is_empty() => "<td class=\"free\"",
        None => "<td class=\"other\"",
    });
    if let Some(colour) = cell.colour {
        let _ = write!(out, " style=\"--h:{}\"", hue(colour, colours));
    }
    let title = match cell.title.as_str() {
        "" => String::new(),
        title => format!(" title=\"{}\"", escaped(title)),
    };
    match &cell.to {
        Some(to) => {
            let _ = write!(out, "><a href=\"{}\"{title}>", escaped(&HTML.address(page, to)));
            breakable(out, &cell.text);
            out.push_str("</a></td>");
        }
        None => {
            let _ = write!(out, "{title}>");
            breakable(out, &cell.text);
            out.push_str("</td>");
        }
    }
}

/// Neighbouring numbers have hues that are far apart.
fn hue(colour: usize, colours: usize) -> usize {
    let step = (colours * 5).div_ceil(13).max(1);
    // A step that shares no factor with the number of colours meets all of them.
    let step = (step..).find(|step| gcd(*step, colours) == 1).unwrap_or(1);
    (colour * step % colours) * 360 / colours
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Text that may be broken behind underscores.
fn breakable(out: &mut String, text: &str) {
    for (index, part) in text.split_inclusive('_').enumerate() {
        if index > 0 {
            out.push_str("<wbr>");
        }
        escape(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::hue;

    #[test]
    fn no_two_colours_are_alike() {
        for colours in 1..120 {
            let hues: std::collections::BTreeSet<usize> = (0..colours).map(|colour| hue(colour, colours)).collect();
            assert_eq!(hues.len(), colours);
        }
    }
}
