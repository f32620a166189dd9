//! Says in the documentation of what is emitted which entry of the specs it came from, and reads that back.
//!
//! The line is the only record of it: whatever shows an emitted place at its entry, or an entry's emitted places, finds them by it.

use std::collections::BTreeMap;

use super::Tree;
use crate::model::item::Item;
use crate::source::SourceMap;

/// The line for an entry. `place` is its file, or the common folder (ending in `/`) of the files where it may stand.
pub fn line(key: &str, place: &str) -> String {
    format!("Spec: `{key}` in `{place}`.")
}

/// An item in an emitted file that says which entry it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The line that says it, from 1.
    pub line: u32,
    /// `[op.iadd]`.
    pub key: String,
    /// The spec file, or its folder ending in `/`.
    pub place: String,
    /// The line of the item itself, from 1, and its text without indentation: a line of code, or the heading of a section of a page.
    /// None where the whole file is meant.
    pub item: Option<(u32, String)>,
    /// The first and the last line of everything that came from the entry: from the comment to the end of the item, or the whole file.
    pub lines: (u32, u32),
}

impl Origin {
    /// Whether it names this item.
    pub fn is_of(&self, item: &Item, sources: &SourceMap) -> bool {
        let file = item.file(sources);
        self.key == item.key() && (self.place == file || (self.place.ends_with('/') && file.starts_with(&self.place)))
    }
}

/// Which entries the items of all emitted files came from.
#[derive(Debug, Clone, Default)]
pub struct Index {
    files: BTreeMap<String, Vec<Origin>>,
}

impl Index {
    /// Reads the lines in all files of a tree.
    pub fn of(tree: &Tree) -> Index {
        let files = tree.files().iter().map(|(path, file)| (path.clone(), origins(&file.text)));
        Index {
            files: files.filter(|(_, origins)| !origins.is_empty()).collect(),
        }
    }

    /// Reads the lines in one file.
    pub fn of_file(path: &str, text: &str) -> Index {
        Index {
            files: BTreeMap::from([(path.to_owned(), origins(text))]),
        }
    }

    /// The emitted places that came from an item: path and origin, in order of the paths.
    pub fn places<'a>(&'a self, item: &'a Item, sources: &'a SourceMap) -> impl Iterator<Item = (&'a str, &'a Origin)> {
        self.files
            .iter()
            .flat_map(|(path, origins)| origins.iter().map(move |origin| (path.as_str(), origin)))
            .filter(|(_, origin)| origin.is_of(item, sources))
    }

    /// The nearest origin at or above a line of an emitted file.
    pub fn above(&self, path: &str, line: u32) -> Option<&Origin> {
        let origins = self.files.get(path)?;
        origins.iter().rev().find(|origin| origin.line <= line)
    }

    /// The origin of a line of an emitted file: that of the item that it belongs to, or else that of the whole file.
    pub fn at(&self, path: &str, line: u32) -> Option<&Origin> {
        let holds = |origin: &&Origin| origin.lines.0 <= line && line <= origin.lines.1;
        self.in_file(path).iter().filter(holds).max_by_key(|origin| origin.lines.0)
    }

    /// The origins in an emitted file, in order.
    pub fn in_file(&self, path: &str) -> &[Origin] {
        self.files.get(path).map_or(&[], Vec::as_slice)
    }
}

/// The origins in one file, in order.
pub fn origins(text: &str) -> Vec<Origin> {
    if !text.contains("Spec: ") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let read = |(index, text): (usize, &&str)| -> Option<Origin> {
        let (key, place) = stated(text)?;
        let is_code = text.trim_start().starts_with("//");
        let (item, lines_of_it) = match item_below(&lines, index) {
            Some(at) => (Some(at), (comment_above(&lines, index), end_of(&lines, at))),
            None if is_code => (None, (0, lines.len() - 1)),
            None => section(&lines, index),
        };
        Some(Origin {
            line: number(index),
            key,
            place,
            item: item.map(|at| (number(at), without_tags(lines[at].trim()))),
            lines: (number(lines_of_it.0), number(lines_of_it.1)),
        })
    };
    lines.iter().enumerate().filter_map(read).collect()
}

/// The key and the place that a line states: in code, in Markdown, or in HTML.
fn stated(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once("Spec: ")?;
    if let Some(rest) = rest.strip_prefix('`') {
        let (key, rest) = rest.split_once("` in `")?;
        let (place, _) = rest.split_once('`')?;
        return Some((key.to_owned(), place.to_owned()));
    }
    let (key, rest) = rest.strip_prefix("<code>")?.split_once("</code> in <code>")?;
    let (place, _) = rest.split_once("</code>")?;
    Some((unescaped(key), unescaped(place)))
}

/// A text of HTML as it is read.
fn unescaped(text: &str) -> String {
    let escapes = [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    escapes
        .iter()
        .fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// A heading of HTML without its tags; any other line as it is.
fn without_tags(line: &str) -> String {
    if !line.starts_with("<h") {
        return line.to_owned();
    }
    let parts = line
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    unescaped(parts.collect::<String>().trim())
}

/// The heading above a line of a page, and the section that it begins; the whole page where there is none.
fn section(lines: &[&str], index: usize) -> (Option<usize>, (usize, usize)) {
    let last = lines.len() - 1;
    let above = (0..=index).rev().find_map(|at| Some((at, heading(lines[at])?)));
    match above {
        Some((at, level)) => {
            let ends = |line: &str| heading(line).is_some_and(|other| other <= level);
            let next = (index + 1..=last).find(|at| ends(lines[*at]));
            (Some(at), (at, next.map_or(last, |next| next - 1)))
        }
        None => (None, (0, last)),
    }
}

/// The level of a heading of Markdown or HTML; none for any other line.
fn heading(line: &str) -> Option<usize> {
    let marks = line.len() - line.trim_start_matches('#').len();
    if marks > 0 && line[marks..].starts_with(' ') {
        return Some(marks);
    }
    let digit = line.trim_start().strip_prefix("<h")?.chars().next()?.to_digit(10)?;
    (1..=6).contains(&digit).then_some(digit as usize)
}

/// The number of a line, from 1, by its index.
fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// Whether a line is a comment about what stands below it: documentation of an item, or a plain comment above an arm or a row.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") && !line.starts_with("//!")
}

/// The first line of code below a comment that isn't an attribute.
fn item_below(lines: &[&str], index: usize) -> Option<usize> {
    if !is_comment(lines.get(index)?) {
        return None;
    }
    let is_code = |line: &str| !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[");
    (index + 1..lines.len()).find(|at| is_code(lines[*at].trim()))
}

/// The first line of the comment that a line belongs to.
fn comment_above(lines: &[&str], index: usize) -> usize {
    (0..index)
        .rev()
        .take_while(|at| is_comment(lines[*at]))
        .last()
        .unwrap_or(index)
}

/// The last line of the item that begins at a line. Emitted code is formatted: what opens on a line is closed by the next line that
/// is indented likewise and begins with a closing bracket.
fn end_of(lines: &[&str], start: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(lines[start]);
    if lines[start].trim_end().ends_with([';', ',']) {
        return start;
    }
    for (at, line) in lines.iter().enumerate().skip(start + 1) {
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        if indent(line) < own {
            return at - 1;
        }
        // Something may open again on the line that closes the first part: `) -> Result<(), Error> {`.
        if indent(line) == own && (text.ends_with([';', ',']) || text.ends_with('}') || text.ends_with(')')) {
            return at;
        }
    }
    lines.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back() {
        let line = line("[effect.\"heap.read\"]", "spec/raya/");
        let text = format!("//! Docs.\n\n/// Reads.\n/// {line}\n#[inline]\npub fn read() {{}}\n");
        let found = origins(&text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].key.as_str()), (4, "[effect.\"heap.read\"]"));
        assert_eq!(found[0].place, "spec/raya/");
        assert_eq!(found[0].item, Some((6, "pub fn read() {}".to_owned())));
        assert_eq!(found[0].lines, (3, 6));
    }

    #[test]
    fn a_section_of_a_page_belongs_to_its_entry() {
        let found = origins("# Ops\n\n## iadd\n\nAdds.\n\nSpec: `[op.iadd]` in `spec/a.toml`.\n\n## isub\n");
        assert_eq!(found[0].item, Some((3, "## iadd".to_owned())));
        assert_eq!(found[0].lines, (3, 8));
        let found = origins("# iadd\n\nSpec: `[op.iadd]` in `spec/a.toml`.\n\n## Stack\n\nText.\n");
        assert_eq!(found[0].lines, (1, 7));
        let found = origins(
            "<h1>Effects</h1>\n<h2 id=\"a\"><code>heap.read</code></h2>\n<p>Spec: <code>[effect.&quot;heap.read&quot;]</code> in \
             <code>spec/a.toml</code>.</p>\n",
        );
        assert_eq!(found[0].key, "[effect.\"heap.read\"]");
        assert_eq!(found[0].item, Some((2, "heap.read".to_owned())));
    }

    #[test]
    fn an_item_ends_where_it_is_closed() {
        let line = line("[op.iadd]", "spec/a.toml");
        let text = format!(
            "enum A {{\n    /// Adds.\n    /// {line}\n    Iadd = 1,\n    Other,\n}}\n\n/// {line}\nfn add(\n    a: u8,\n) -> u8 \
             {{\n    a\n}}\n\nfn other() {{}}\n"
        );
        let lines: Vec<(u32, u32)> = origins(&text).iter().map(|origin| origin.lines).collect();
        assert_eq!(lines, [(2, 4), (8, 13)]);
    }

    #[test]
    fn a_file_as_a_whole_has_no_item() {
        let found = origins("//! Spec: `[group.integer]` in `spec/raya/`.\n\nuse core::fmt;\n");
        assert_eq!(found[0].item, None);
    }
}
