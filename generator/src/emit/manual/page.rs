//! What a manual consists of: chapters of pages, pages of blocks. A kind of spec states its chapters in this form; how they look is the
//! business of the renderers.

/// A part of the manual: an instruction set, the targets.
#[derive(Debug, Clone, Default)]
pub struct Chapter {
    /// `raya`, `Targets`.
    pub title: String,
    /// What a reader finds in it.
    pub summary: Line,
    /// Its main pages, the first of which is the one that the chapter begins with. Shown on each of its pages.
    pub menu: Vec<MenuEntry>,
    /// All of its pages.
    pub pages: Vec<Page>,
}

/// A page in the menu of its chapter.
#[derive(Debug, Clone)]
pub struct MenuEntry {
    /// One or two words.
    pub title: String,
    /// Its path.
    pub path: String,
    /// What it tells, as a sentence.
    pub doc: String,
}

impl Chapter {
    /// Adds a page and its entry in the menu.
    pub fn main_page(&mut self, title: &str, doc: &str, page: Page) {
        self.menu.push(MenuEntry {
            title: title.to_owned(),
            path: page.path.clone(),
            doc: doc.to_owned(),
        });
        self.pages.push(page);
    }
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Below the folder of the manual, without an extension: `sets/raya/op/iadd`. One that ends in `index` is the first of its folder.
    pub path: String,
    /// Its heading: `iadd`.
    pub title: String,
    /// Whether the title is a name as it stands in code.
    pub is_name: bool,
    /// What stands below the heading: `op of raya, version 1`. May be empty.
    pub kind: String,
    /// The pages above it, outermost first, below the start page.
    pub trail: Vec<(String, String)>,
    /// What stands on it.
    pub blocks: Vec<Block>,
    /// What the search finds on it.
    pub entries: Vec<Entry>,
    /// The title and path of the page before it, where pages have an order.
    pub previous: Option<(String, String)>,
    /// The page after it.
    pub next: Option<(String, String)>,
    /// Root-relative paths of the specs that it depends on.
    pub sources: Vec<String>,
}

impl Page {
    /// A page without blocks.
    pub fn new(path: impl Into<String>, title: impl Into<String>, sources: &[String]) -> Self {
        Page {
            path: path.into(),
            title: title.into(),
            sources: sources.to_vec(),
            ..Page::default()
        }
    }

    /// Adds a block.
    pub fn add(&mut self, block: Block) -> &mut Self {
        self.blocks.push(block);
        self
    }

    /// Adds several blocks.
    pub fn extend(&mut self, blocks: impl IntoIterator<Item = Block>) -> &mut Self {
        self.blocks.extend(blocks);
        self
    }

    /// Adds a heading below that of the page; `level` is 2 or more.
    pub fn heading(&mut self, level: u8, text: impl Into<Line>) -> &mut Self {
        let text = text.into();
        let anchor = anchor(&text.plain());
        self.add(Block::Heading { level, anchor, text })
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: impl Into<Line>) -> &mut Self {
        self.add(Block::Paragraph(text.into()))
    }
}

/// Something that the search finds.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// `iadd`.
    pub name: String,
    /// What it is: `op`, `trap`.
    pub kind: String,
    /// Where it belongs: `raya`. May be empty.
    pub of: String,
    /// A sentence about it, without markup.
    pub doc: String,
    /// Other words by which someone may look for it.
    pub words: Vec<String>,
    /// The place on its page; none for the page as a whole.
    pub anchor: Option<String>,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Block {
    /// A heading, to which links may lead.
    Heading {
        /// 2 to 6; 1 is that of the page.
        level: u8,
        /// Its name in links, as [`anchor`] makes it from the text.
        anchor: String,
        /// Its text.
        text: Line,
    },
    /// Running text.
    Paragraph(Line),
    /// A list.
    List {
        /// Whether the items are numbered.
        ordered: bool,
        /// What stands in each.
        items: Vec<Vec<Block>>,
    },
    /// Something quoted, or set apart by its first words.
    Quote(Vec<Block>),
    /// Text whose spaces matter.
    Code {
        /// `toml`, `rust`; empty for none.
        language: String,
        /// The lines.
        text: String,
    },
    /// Rows and columns.
    Table {
        /// Titles of the columns.
        head: Vec<Line>,
        /// As many cells in each as there are columns.
        rows: Vec<Vec<Line>>,
    },
    /// Names and values.
    Facts(Vec<(String, Line)>),
    /// A tree, each line with its depth.
    Outline(Vec<(usize, Line)>),
    /// What a reader must not miss.
    Note {
        /// One or two words: `Deprecated`.
        title: String,
        /// The rest.
        text: Vec<Block>,
    },
    /// Links with a sentence each.
    Cards(Vec<Card>),
    /// A stack before and after.
    Stack(StackPicture),
    /// Bytes or bits in a row.
    Layout(Vec<LayoutCell>),
    /// A coloured table of short links.
    Grid(Grid),
}

/// A link with a sentence.
#[derive(Debug, Clone)]
pub struct Card {
    /// What the link says.
    pub title: Line,
    /// Where it leads.
    pub to: Destination,
    /// The sentence.
    pub text: Line,
}

/// A stack before and after an op, each from the bottom to the top.
#[derive(Debug, Clone, Default)]
pub struct StackPicture {
    /// What it takes.
    pub before: Vec<StackCell>,
    /// What it leaves.
    pub after: Vec<StackCell>,
    /// The same in one line, for those who don't see it: `…, a: i32 → …, i32`.
    pub caption: String,
}

/// A value on a stack, or several.
#[derive(Debug, Clone)]
pub struct StackCell {
    /// `a`; empty where values have no names.
    pub name: String,
    /// `i32`.
    pub of: String,
    /// Where that is explained.
    pub to: Option<Destination>,
    /// Whether it stands for any number of values.
    pub many: bool,
}

/// A field in a row of bytes or bits.
#[derive(Debug, Clone, Default)]
pub struct LayoutCell {
    /// Where it begins, as the ruler says it: `4`, `15-12`.
    pub place: String,
    /// `opcode`.
    pub name: String,
    /// `u8`, `u32 little-endian`; may be empty.
    pub of: String,
    /// What stands there, or an example of it: `2A 00 00 00`. May be empty.
    pub value: String,
    /// How wide it is drawn; none where its length varies.
    pub bits: Option<u32>,
}

/// A coloured table of short links.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// What the table shows, for those who don't see it.
    pub caption: String,
    /// Titles of the columns.
    pub columns: Vec<String>,
    /// Titles of the rows, and the cells.
    pub rows: Vec<(String, Vec<GridCell>)>,
    /// What the colours mean, by their numbers.
    pub legend: Vec<(Line, usize)>,
}

/// A cell of a grid.
#[derive(Debug, Clone, Default)]
pub struct GridCell {
    /// Empty for a place that is free.
    pub text: String,
    /// What a pointer over it is told.
    pub title: String,
    /// Where it leads.
    pub to: Option<Destination>,
    /// The number of its colour.
    pub colour: Option<usize>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A page of the manual, or a place on it.
    Page {
        /// Its path.
        path: String,
        /// The anchor of a heading.
        anchor: Option<String>,
    },
    /// A file or folder of the workspace, root-relative.
    File(String),
    /// Elsewhere: an address with its protocol.
    Web(String),
}

impl Destination {
    /// A page.
    pub fn page(path: impl Into<String>) -> Self {
        Destination::Page {
            path: path.into(),
            anchor: None,
        }
    }

    /// The section of a page whose heading is `name`.
    pub fn section(path: impl Into<String>, name: &str) -> Self {
        Destination::Page {
            path: path.into(),
            anchor: Some(anchor(name)),
        }
    }
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Plain text: no markup in it has a meaning.
    Text(String),
    /// As it stands in code.
    Code(String),
    /// Stressed.
    Strong(Line),
    /// Less so.
    Emphasis(Line),
    /// A link.
    Link {
        /// Where it leads.
        to: Destination,
        /// What it says.
        text: Line,
    },
}

/// Running text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Inline>);

impl Line {
    /// Nothing yet.
    pub fn new() -> Self {
        Line::default()
    }

    /// Adds plain text.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Text(text.into()));
        self
    }

    /// Adds code.
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Code(text.into()));
        self
    }

    /// Adds a link.
    pub fn link(mut self, to: Destination, text: impl Into<Line>) -> Self {
        self.0.push(Inline::Link { to, text: text.into() });
        self
    }

    /// Adds a link that says a name as it stands in code.
    pub fn code_link(self, to: Destination, text: impl Into<String>) -> Self {
        self.link(to, Line::new().code(text))
    }

    /// Adds stressed text.
    pub fn strong(mut self, text: impl Into<Line>) -> Self {
        self.0.push(Inline::Strong(text.into()));
        self
    }

    /// Adds another line.
    pub fn then(mut self, other: Line) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Lines with a text between each two.
    pub fn joined(lines: impl IntoIterator<Item = Line>, between: &str) -> Self {
        let mut sum = Line::new();
        for line in lines {
            if !sum.0.is_empty() {
                sum = sum.text(between);
            }
            sum = sum.then(line);
        }
        sum
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without markup.
    pub fn plain(&self) -> String {
        let mut plain = String::new();
        self.plain_into(&mut plain);
        plain
    }

    fn plain_into(&self, plain: &mut String) {
        for inline in &self.0 {
            match inline {
                Inline::Text(text) | Inline::Code(text) => plain.push_str(text),
                Inline::Strong(line) | Inline::Emphasis(line) => line.plain_into(plain),
                Inline::Link { text, .. } => text.plain_into(plain),
            }
        }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Line::new().text(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Line::new().text(text)
    }
}

/// The anchor of a heading, as common renderers of Markdown make it from the text: lower case, hyphens for spaces, no punctuation.
pub fn anchor(text: &str) -> String {
    let kept = |c: char| match c {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    };
    text.trim().to_lowercase().chars().filter_map(kept).collect()
}
