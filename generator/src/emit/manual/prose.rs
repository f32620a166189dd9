//! Reads prose of the specs and of the pages of diagnostics, which is Markdown, into blocks.
//!
//! HTML in it is text like any other. A link leads only where a page can lead: to an address with `http` or `https`; of others only the
//! words are kept.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::page::{Block, Destination, Inline, Line, anchor};

/// The blocks of a text. Headings begin at `level`.
pub fn blocks(text: &str, level: u8) -> Vec<Block> {
    let mut reader = Reader {
        level,
        ..Reader::default()
    };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.event(event);
    }
    reader.close_paragraph();
    let mut open = std::mem::take(&mut reader.open);
    open.drain(..).next().map_or_else(Vec::new, |container| container.blocks)
}

/// A text as one line: the paragraphs of it, one behind the other.
pub fn line(text: &str) -> Line {
    let paragraphs = blocks(text, 2).into_iter().filter_map(|block| match block {
        Block::Paragraph(line) | Block::Heading { text: line, .. } => Some(line),
        Block::Code { text, .. } => Some(Line::new().code(text.split_whitespace().collect::<Vec<_>>().join(" "))),
        _ => None,
    });
    Line::joined(paragraphs, " ")
}

/// The first sentence of a text, without markup.
pub fn first_sentence(text: &str) -> String {
    let plain = line(text).plain();
    let end = plain.find(". ").map_or(plain.len(), |at| at + 1);
    plain.get(..end).unwrap_or_default().to_owned()
}

/// What is open while blocks are read: the page itself, a list, an item, a quote.
#[derive(Default)]
struct Container {
    blocks: Vec<Block>,
    items: Vec<Vec<Block>>,
    ordered: bool,
}

#[derive(Default)]
struct Reader {
    level: u8,
    /// Outermost first.
    open: Vec<Container>,
    /// The line being read, with the emphases and links open in it.
    lines: Vec<Line>,
    /// Where the open links lead.
    links: Vec<Option<Destination>>,
    /// The code block being read: language and text.
    code: Option<(String, String)>,
    /// The table being read: rows of cells, the head first.
    table: Vec<Vec<Line>>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.push(Inline::Text(text.into_string())),
            },
            Event::Code(text) => self.push(Inline::Code(text.into_string())),
            Event::SoftBreak | Event::HardBreak => self.push(Inline::Text(" ".to_owned())),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => {
                self.close_paragraph();
                self.lines.push(Line::new());
            }
            Tag::BlockQuote(_) | Tag::Item => {
                self.close_paragraph();
                self.container();
                self.open.push(Container::default());
            }
            Tag::List(first) => {
                self.close_paragraph();
                self.container();
                self.open.push(Container {
                    ordered: first.is_some(),
                    ..Container::default()
                });
            }
            Tag::CodeBlock(kind) => {
                self.close_paragraph();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.split([',', ' ']).next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::Table(_) => self.table.clear(),
            Tag::TableHead | Tag::TableRow => self.table.push(Vec::new()),
            Tag::TableCell | Tag::Emphasis | Tag::Strong => self.lines.push(Line::new()),
            Tag::Link { dest_url, .. } => {
                let is_web = dest_url.starts_with("https://") || dest_url.starts_with("http://");
                self.links.push(is_web.then(|| Destination::Web(dest_url.into_string())));
                self.lines.push(Line::new());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.close_paragraph(),
            TagEnd::Heading(level) => {
                let text = self.lines.pop().unwrap_or_default();
                let level = self.level.saturating_add(level as u8 - 1).min(6);
                let anchor = anchor(&text.plain());
                self.container().blocks.push(Block::Heading { level, anchor, text });
            }
            TagEnd::BlockQuote(_) => {
                self.close_paragraph();
                let inner = self.open.pop().unwrap_or_default();
                self.container().blocks.push(Block::Quote(inner.blocks));
            }
            TagEnd::Item => {
                self.close_paragraph();
                let inner = self.open.pop().unwrap_or_default();
                self.container().items.push(inner.blocks);
            }
            TagEnd::List(_) => {
                let Container { items, ordered, .. } = self.open.pop().unwrap_or_default();
                self.container().blocks.push(Block::List { ordered, items });
            }
            TagEnd::CodeBlock => {
                let (language, text) = self.code.take().unwrap_or_default();
                self.container().blocks.push(Block::Code { language, text });
            }
            TagEnd::TableCell => {
                let cell = self.lines.pop().unwrap_or_default();
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let mut rows = std::mem::take(&mut self.table);
                let head = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
                self.container().blocks.push(Block::Table { head, rows });
            }
            TagEnd::Emphasis => {
                let line = self.lines.pop().unwrap_or_default();
                self.push(Inline::Emphasis(line));
            }
            TagEnd::Strong => {
                let line = self.lines.pop().unwrap_or_default();
                self.push(Inline::Strong(line));
            }
            TagEnd::Link => {
                let text = self.lines.pop().unwrap_or_default();
                match self.links.pop().flatten() {
                    Some(to) => self.push(Inline::Link { to, text }),
                    None => text.0.into_iter().for_each(|inline| self.push(inline)),
                }
            }
            _ => {}
        }
    }

    /// Adds to the line being read; begins one where text stands directly in an item.
    fn push(&mut self, inline: Inline) {
        if self.lines.is_empty() {
            self.lines.push(Line::new());
        }
        let Some(line) = self.lines.last_mut() else { return };
        match (line.0.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => line.0.push(inline),
        }
    }

    fn close_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let line = Line(lines.into_iter().flat_map(|line| line.0).collect());
        if !line.is_empty() {
            self.container().blocks.push(Block::Paragraph(line));
        }
    }

    fn container(&mut self) -> &mut Container {
        if self.open.is_empty() {
            self.open.push(Container::default());
        }
        let last = self.open.len() - 1;
        &mut self.open[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_text_and_links_lead_only_to_the_web() {
        let line = line("A <script>alert(1)</script> [x](javascript:alert(1)) and [y](https://example.org/) of `code`.");
        let web = Destination::Web("https://example.org/".to_owned());
        let expected = Line::new()
            .text("A <script>alert(1)</script> x and ")
            .link(web, "y")
            .text(" of ")
            .code("code")
            .text(".");
        assert_eq!(line, expected);
    }

    #[test]
    fn items_hold_blocks() {
        let blocks = blocks("1. one\n2. two\n\n   ```toml\n   a = 1\n   ```\n\n# End\n", 3);
        let [Block::List { ordered: true, items }, Block::Heading { level: 3, anchor, .. }] = blocks.as_slice() else {
            panic!("{blocks:#?}");
        };
        assert_eq!(items.len(), 2);
        assert!(
            matches!(items[1].as_slice(), [Block::Paragraph(_), Block::Code { language, text }]
            if language == "toml" && text == "a = 1\n")
        );
        assert_eq!(anchor, "end");
    }

    #[test]
    fn no_text_panics() {
        for text in [
            "",
            "*",
            "[",
            "> - 1. `",
            "| a |\n|---|\n| `|` |",
            "<!--",
            "\u{0}",
            "- - - x",
            "[a]: b",
            "***a*",
        ] {
            let _ = blocks(text, 6);
            let _ = first_sentence(text);
        }
    }
}
