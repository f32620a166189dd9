//! Renders pages as Markdown (CommonMark with tables): the same pages and blocks, drawings as text.

mod drawings;

use std::fmt::Write;

use super::START;
use super::address::MARKDOWN;
use super::page::{Block, Card, Destination, Grid, Inline, Line, Page};

/// A page as a whole.
pub fn page(page: &Page) -> String {
    let mut out = String::with_capacity(2048);
    let link = |title: &str, path: &str| Line::new().link(Destination::page(path), title);
    if page.path != START {
        let above = page.trail.iter().map(|(title, path)| link(title, path));
        let trail = Line::joined(std::iter::once(link("Manual", START)).chain(above), " / ");
        let _ = write!(out, "\n{}\n", Writer::of(page).line(&trail));
    }
    let title = if page.is_name {
        Line::new().code(&*page.title)
    } else {
        Line::from(&*page.title)
    };
    let _ = write!(out, "\n# {}\n", Writer::of(page).line(&title));
    if !page.kind.is_empty() {
        let _ = write!(out, "\n*{}*\n", escaped(&page.kind, true));
    }
    Writer::of(page).blocks(&mut out, &page.blocks, "");
    let neighbours = [("Previous: ", &page.previous), ("Next: ", &page.next)]
        .into_iter()
        .filter_map(|(words, neighbour)| {
            let (title, path) = neighbour.as_ref()?;
            Some(Line::from(words).then(link(title, path)))
        });
    let neighbours = Line::joined(neighbours, " · ");
    if !neighbours.is_empty() {
        let _ = write!(out, "\n---\n\n{}\n", Writer::of(page).line(&neighbours));
    }
    out
}

struct Writer<'a> {
    /// The page that links start from.
    page: &'a str,
    /// Whether the text stands in a table, where a bar would end the cell.
    in_table: bool,
}

impl<'a> Writer<'a> {
    fn of(page: &'a Page) -> Self {
        Writer {
            page: &page.path,
            in_table: false,
        }
    }

    fn in_table(&self) -> Self {
        Writer {
            page: self.page,
            in_table: true,
        }
    }

    /// Adds blocks, each after an empty line; every line begins with `indent`.
    fn blocks(&self, out: &mut String, blocks: &[Block], indent: &str) {
        for block in blocks {
            let mut text = String::new();
            self.block(&mut text, block);
            let _ = writeln!(out, "{}", indent.trim_end());
            for line in text.lines() {
                let _ = writeln!(out, "{}", format!("{indent}{line}").trim_end());
            }
        }
    }

    fn block(&self, out: &mut String, block: &Block) {
        match block {
            Block::Heading { level, text, .. } => {
                let _ = writeln!(out, "{} {}", "#".repeat(usize::from(*level)), self.line(text));
            }
            Block::Paragraph(text) => {
                let _ = writeln!(out, "{}", self.line(text));
            }
            Block::List { ordered, items } => {
                for (index, item) in items.iter().enumerate() {
                    let mark = if *ordered {
                        format!("{}. ", index + 1)
                    } else {
                        "- ".to_owned()
                    };
                    let mut text = String::new();
                    self.blocks(&mut text, item, &" ".repeat(mark.len()));
                    let _ = writeln!(out, "{mark}{}", text.trim());
                }
            }
            Block::Quote(inner) => {
                let mut text = String::new();
                self.blocks(&mut text, inner, "> ");
                let _ = writeln!(out, "{}", text.trim_start_matches(">\n").trim_end());
            }
            Block::Code { language, text } => fenced(out, language, text),
            Block::Table { head, rows } => self.table(out, head, rows),
            Block::Facts(facts) => {
                let head = [Line::new(), Line::new()];
                let rows: Vec<Vec<Line>> = facts
                    .iter()
                    .map(|(name, value)| vec![Line::from(name.as_str()), value.clone()])
                    .collect();
                self.table(out, &head, &rows);
            }
            Block::Outline(lines) => {
                for (depth, text) in lines {
                    let _ = writeln!(out, "{}- {}", "  ".repeat(*depth), self.line(text));
                }
            }
            Block::Note { title, text } => {
                let title = Block::Paragraph(Line::new().strong(title.as_str()));
                let mut inner = vec![title];
                inner.extend(text.iter().cloned());
                self.block(out, &Block::Quote(inner));
            }
            Block::Cards(cards) => self.cards(out, cards),
            Block::Stack(picture) => {
                fenced(out, "text", &drawings::stack(picture));
                let _ = writeln!(out, "\n{}", self.line(&Line::new().code(&*picture.caption)));
            }
            Block::Layout(cells) => fenced(out, "text", &drawings::layout(cells)),
            Block::Grid(grid) => self.grid(out, grid),
        }
    }

    fn table(&self, out: &mut String, head: &[Line], rows: &[Vec<Line>]) {
        let writer = self.in_table();
        let row = |out: &mut String, cells: &[Line]| {
            for cell in cells {
                let _ = write!(out, "| {} ", writer.line(cell));
            }
            out.push_str("|\n");
        };
        row(out, head);
        let _ = writeln!(out, "{}|", "|---".repeat(head.len()));
        for cells in rows {
            row(out, cells);
        }
    }

    fn cards(&self, out: &mut String, cards: &[Card]) {
        for card in cards {
            let link = Line::new().link(card.to.clone(), card.title.clone());
            let line = if card.text.is_empty() {
                link
            } else {
                link.text(": ").then(card.text.clone())
            };
            let _ = writeln!(out, "- {}", self.line(&line));
        }
    }

    fn grid(&self, out: &mut String, grid: &Grid) {
        let mut head = vec![Line::new()];
        head.extend(grid.columns.iter().map(|column| Line::from(column.as_str())));
        let rows: Vec<Vec<Line>> = grid
            .rows
            .iter()
            .map(|(title, cells)| {
                let cells = cells.iter().map(|cell| match &cell.to {
                    Some(to) => Line::new().link(to.clone(), cell.text.as_str()),
                    None => Line::from(cell.text.as_str()),
                });
                std::iter::once(Line::new().strong(title.as_str())).chain(cells).collect()
            })
            .collect();
        self.table(out, &head, &rows);
    }

    /// Running text, in one line.
    fn line(&self, text: &Line) -> String {
        let mut out = String::new();
        self.inlines(&mut out, text, true);
        // A line break in the text would begin a new block or end a row.
        if out.contains('\n') {
            out = out.split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
        }
        out.trim().to_owned()
    }

    fn inlines(&self, out: &mut String, text: &Line, first: bool) {
        for (index, inline) in text.0.iter().enumerate() {
            match inline {
                Inline::Text(text) => out.push_str(&escaped(text, first && index == 0)),
                Inline::Code(code) => out.push_str(&self.code(code)),
                Inline::Strong(inner) => {
                    out.push_str("**");
                    self.inlines(out, inner, false);
                    out.push_str("**");
                }
                Inline::Emphasis(inner) => {
                    out.push('*');
                    self.inlines(out, inner, false);
                    out.push('*');
                }
                Inline::Link { to, text } => {
                    out.push('[');
                    self.inlines(out, text, false);
                    let address = MARKDOWN.address(self.page, to);
                    let _ = write!(out, "]({})", address.replace('(', "%28").replace(')', "%29"));
                }
            }
        }
    }

    /// Code between as many backticks as it takes.
    fn code(&self, code: &str) -> String {
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        if code.is_empty() {
            return String::new();
        }
        let code = if self.in_table { code.replace('|', "\\|") } else { code };
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let space = if code.starts_with('`') || code.ends_with('`') {
            " "
        } else {
            ""
        };
        format!("{fence}{space}{code}{space}{fence}")
    }
}

/// A block of code between fences that don't occur in it.
fn fenced(out: &mut String, language: &str, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{fence}{language}\n{}\n{fence}", text.trim_end());
}

/// Text in which nothing has a meaning as markup. `first` says that it begins a block.
pub fn escaped(text: &str, first: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
            '&' => after.is_alphanumeric() || after == '#',
            // Within a word it is a letter like others.
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
        before = c;
    }
    if first {
        begin(&mut out);
    }
    out
}

/// Takes the meaning from what would make a heading, a list, a quote or a line of the first characters of a block.
fn begin(text: &mut String) {
    let start = text.len() - text.trim_start().len();
    let bare = &text[start..];
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let at = match bare.as_bytes().first() {
        Some(b'#' | b'>' | b'+' | b'-' | b'=') => Some(start),
        Some(_) if digits > 0 && matches!(bare.as_bytes().get(digits), Some(b'.' | b')')) => Some(start + digits),
        _ => None,
    };
    if let Some(at) = at {
        text.insert(at, '\\');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manual::prose;

    fn writer() -> Writer<'static> {
        Writer {
            page: "index",
            in_table: false,
        }
    }

    #[test]
    fn escaped_text_reads_as_it_is() {
        for text in [
            "# no heading",
            "1. no list",
            "- nor this",
            "a *b* _c_ d_e_f `g` [h](i) <b>j</b> &amp; &#42; \\ | ~~k~~ ![l](m)",
            "<!-- not hidden -->",
            "2) x",
            "> y",
            "=== z",
            "*",
            "_",
            "https://example.org/a_b",
            "a\\",
        ] {
            let line = Line::from(text);
            assert_eq!(prose::line(&writer().line(&line)).plain(), text, "{}", writer().line(&line));
        }
    }

    #[test]
    fn code_reads_as_it_is() {
        for code in ["a | b", "`", "``a`", "a`b", "<b>", "\\"] {
            let line = Line::new().text("x ").code(code);
            assert_eq!(prose::line(&writer().line(&line)), line);
            let table = Block::Table {
                head: vec!["h".into()],
                rows: vec![vec![line.clone()]],
            };
            let mut text = String::new();
            writer().block(&mut text, &table);
            let blocks = prose::blocks(&text, 2);
            let [Block::Table { rows, .. }] = blocks.as_slice() else {
                panic!("{text}");
            };
            assert_eq!(rows[0][0], line, "{text}");
        }
    }

    #[test]
    fn blocks_are_read_back() {
        let text =
            "Words.\n\n1. one\n\n   ```toml\n   a = 1\n   ```\n2. two\n\n> quote\n\n## Heading\n\n- a\n- b\n\n```\nx\n```\n";
        let blocks = prose::blocks(text, 1);
        let mut again = String::new();
        writer().blocks(&mut again, &blocks, "");
        assert_eq!(format!("{:?}", prose::blocks(&again, 1)), format!("{blocks:?}"), "{again}");
    }
}
