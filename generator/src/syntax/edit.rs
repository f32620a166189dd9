//! Makes edits of a file that leave everything else in it as it is: a key more in a table, an element more or less in an array.
//!
//! Where the text is laid out in a way that leaves the place of an edit in doubt there is none: a suggestion is then made in words.

use std::sync::Arc;

use super::tree::{bare, span};
use super::{Table, Value, ValueKind, tree_of};
use crate::diagnostic::Edit;
use crate::source::{FileId, SourceMap, Span};

/// A file, its tree, and the edits that can be made of it.
#[derive(Debug, Clone)]
pub struct Ground<'a> {
    file: FileId,
    text: &'a str,
    root: Arc<Table>,
}

impl<'a> Ground<'a> {
    /// The file in which a span is.
    pub fn of(sources: &'a SourceMap, place: Span) -> Ground<'a> {
        Ground {
            file: place.file,
            text: sources.files.get(place.file.0 as usize).map_or("", |source| &source.text),
            root: tree_of(sources, place.file),
        }
    }

    /// The value at a path of keys.
    fn value(&self, path: &[&str]) -> Option<&Value> {
        let (last, tables) = path.split_last()?;
        Some(self.table(tables)?.get(last)?.1)
    }

    fn table(&self, path: &[&str]) -> Option<&Table> {
        let mut table = &*self.root;
        for key in path {
            let (_, value) = table.get(key)?;
            let ValueKind::Table(inner) = &value.kind else {
                return None;
            };
            table = inner;
        }
        Some(table)
    }

    fn raw(&self, value: &Value) -> &'a str {
        self.text
            .get(value.span.start as usize..value.span.end as usize)
            .unwrap_or_default()
    }

    /// A key more in the table at `path`, which must have a header of its own; at its place in `order`. `value` is TOML.
    pub fn add_key(&self, path: &[&str], key: &str, value: &str, order: &[&str]) -> Option<Edit> {
        let table = self.table(path)?;
        if table.get(key).is_some() {
            return None;
        }
        let header = match self.value(path) {
            Some(header) => Some(header.span.end).filter(|_| self.has_header(header))?,
            None => 0,
        };
        insert_key(self.file, self.text, table, header, key, value, order)
    }

    /// Whether a table has a header `[…]` on a line of its own.
    fn has_header(&self, table: &Value) -> bool {
        let start = table.span.start as usize;
        let line_start = self
            .text
            .get(..start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        self.raw(table).starts_with('[')
            && self
                .text
                .get(line_start..start)
                .is_some_and(|before| before.trim().is_empty())
    }

    /// An element more at the end of the array at `path`, which is made where there is none. `element` is TOML.
    pub fn add_element(&self, path: &[&str], element: &str, order: &[&str]) -> Option<Edit> {
        let (last, table) = path.split_last()?;
        let Some(array) = self.value(path) else {
            return self.add_key(table, last, &format!("[{element}]"), order);
        };
        let ValueKind::Array(elements) = &array.kind else {
            return None;
        };
        let raw = self.raw(array);
        let Some(end) = elements.last().map(|last| last.span.end) else {
            let is_empty = raw
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))?
                .trim()
                .is_empty();
            return is_empty.then(|| Edit::new(array.span, format!("[{element}]")));
        };
        if !raw.starts_with('[') || end >= array.span.end {
            return None;
        }
        if let Some(edit) = self.add_line(array, elements, element) {
            return Some(edit);
        }
        Some(Edit::new(
            Span {
                file: self.file,
                start: end,
                end,
            },
            format!(", {element}"),
        ))
    }

    /// An element more in an array that has each of them on a line of its own, with a comma behind the last one.
    fn add_line(&self, array: &Value, elements: &[Value], element: &str) -> Option<Edit> {
        let raw = self.raw(array);
        let starts: Vec<usize> = elements
            .iter()
            .map(|element| (element.span.start - array.span.start) as usize)
            .collect();
        let indent = |start: &usize| raw.get(..*start)?.rsplit_once('\n').map(|(_, indent)| indent);
        if !starts
            .iter()
            .all(|start| indent(start).is_some_and(|indent| indent.trim().is_empty()))
        {
            return None;
        }
        let last = elements.last()?;
        let behind = raw.get((last.span.end - array.span.start) as usize..)?;
        let line_end = behind.find('\n')?;
        let line = behind.get(..line_end)?.trim_end_matches('\r');
        if !line.trim_start().starts_with(',') {
            return None;
        }
        let at = last.span.end as usize + line.len();
        let newline = if behind.get(line.len()..)?.starts_with('\r') {
            "\r\n"
        } else {
            "\n"
        };
        Some(Edit::new(
            span(self.file, at..at),
            format!("{newline}{}{element},", indent(starts.last()?)?),
        ))
    }

    /// The element of an array at a span away, with one of the commas beside it.
    pub fn remove_element(&self, element: Span) -> Option<Edit> {
        self.root
            .entries
            .iter()
            .find_map(|(_, value)| without(self.text, value, element))
    }

    /// The elements of the array at `path` in another order: that of the numbers that they are.
    pub fn sort_integers(&self, path: &[&str]) -> Vec<Edit> {
        let Some(array) = self.value(path) else {
            return Vec::new();
        };
        // A comment belongs to the number beside it, and would not go with it.
        let ValueKind::Array(elements) = &array.kind else {
            return Vec::new();
        };
        if self.raw(array).contains('#') {
            return Vec::new();
        }
        let mut sorted: Vec<(i64, &str)> = Vec::new();
        for element in elements {
            match &element.kind {
                ValueKind::Integer(Ok(number)) => sorted.push((*number, self.raw(element))),
                _ => return Vec::new(),
            }
        }
        sorted.sort_unstable();
        elements
            .iter()
            .zip(sorted)
            .filter(|(element, (_, text))| self.raw(element) != *text)
            .map(|(element, (_, text))| Edit::new(element.span, text))
            .collect()
    }
}

/// A key more in a table whose header ends at `header`.
pub(super) fn insert_key(
    file: FileId,
    text: &str,
    table: &Table,
    header: u32,
    key: &str,
    value: &str,
    order: &[&str],
) -> Option<Edit> {
    let rank = |name: &str| order.iter().position(|field| *field == name);
    let own = rank(key)?;
    let before = table.entries.iter().filter(|(name, value)| {
        rank(&name.name).is_some_and(|rank| rank < own) && name.span.start >= header && is_inside(text, name.span, value)
    });
    let after = before
        .max_by_key(|(_, value)| value.span.end)
        .map(|(_, value)| value.span.end as usize);
    let line = format!("{} = {value}", bare(key));
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let Some(after) = after.or((header > 0).then_some(header as usize)) else {
        // The first key of a file.
        return Some(Edit::new(span(file, 0..0), format!("{line}{newline}")));
    };
    let rest = text.get(after..)?;
    let end = rest.find('\n').map_or(text.len(), |at| after + at);
    let end = if text.get(..end)?.ends_with('\r') { end - 1 } else { end };
    let between = text.get(after..end)?.trim_start();
    // Behind a value on the same line there can only be a comment.
    (between.is_empty() || between.starts_with('#')).then(|| Edit::new(span(file, end..end), format!("{newline}{line}")))
}

/// Whether a value stands behind its key, and not under a header of its own.
fn is_inside(text: &str, key: Span, value: &Value) -> bool {
    let raw = text
        .get(value.span.start as usize..value.span.end as usize)
        .unwrap_or_default();
    let behind = key.end <= value.span.start;
    match &value.kind {
        ValueKind::Table(_) => behind && raw.starts_with('{'),
        ValueKind::Array(_) => behind && raw.starts_with('[') && raw.ends_with(']') && !raw.starts_with("[["),
        _ => behind,
    }
}

/// An element of an array somewhere in a value away.
pub(crate) fn without(text: &str, value: &Value, element: Span) -> Option<Edit> {
    match &value.kind {
        ValueKind::Table(table) => table.entries.iter().find_map(|(_, value)| without(text, value, element)),
        ValueKind::Array(elements) => match elements.iter().position(|found| found.span == element) {
            Some(at) => remove(text, elements, at, element),
            None => elements.iter().find_map(|value| without(text, value, element)),
        },
        _ => None,
    }
}

/// An element away, with one of the commas beside it; nothing where a comment would go with it, or a table with a header.
fn remove(text: &str, elements: &[Value], at: usize, element: Span) -> Option<Edit> {
    if matches!(elements.get(at)?.kind, ValueKind::Table(_)) {
        return None;
    }
    let range = match (
        at.checked_sub(1).and_then(|before| elements.get(before)),
        elements.get(at + 1),
    ) {
        (Some(before), _) => before.span.end as usize..element.end as usize,
        (None, Some(after)) => element.start as usize..after.span.start as usize,
        (None, None) => return None,
    };
    let own = element.start as usize..element.end as usize;
    let trivia = [text.get(range.start..own.start), text.get(own.end..range.end)];
    let has_comment = trivia.into_iter().flatten().any(|trivia| trivia.contains('#'));
    (!has_comment).then(|| Edit::new(span(element.file, range), ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn sources(text: &str) -> SourceMap {
        let mut sources = SourceMap::default();
        sources.files.push(SourceFile {
            path: "spec/a.toml".to_owned(),
            text: text.to_owned(),
        });
        sources
    }

    const PLACE: Span = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };

    fn applied(text: &str, make: impl Fn(&Ground<'_>) -> Option<Edit>) -> Option<String> {
        let sources = sources(text);
        let edit = make(&Ground::of(&sources, PLACE))?;
        let mut text = text.to_owned();
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
        Some(text)
    }

    #[test]
    fn keys_are_added_at_their_place() {
        let order = ["code", "group", "doc", "traps"];
        let cases = [
            (
                "[op.a]\ncode = 1 # one\ndoc = \"\"\n",
                Some("[op.a]\ncode = 1 # one\ngroup = 2\ndoc = \"\"\n"),
            ),
            (
                "[op.a] # first\r\ndoc = 1\r\n",
                Some("[op.a] # first\r\ngroup = 2\r\ndoc = 1\r\n"),
            ),
            ("[op.a]", Some("[op.a]\ngroup = 2")),
            ("[op.a]\ncode = [\n  1,\n]\n", Some("[op.a]\ncode = [\n  1,\n]\ngroup = 2\n")),
            (
                "[op.a]\n[op.a.code]\nx = 1\n",
                Some("[op.a]\ngroup = 2\n[op.a.code]\nx = 1\n"),
            ),
            ("[op]\na = { code = 1 }\n", None),
            ("[op.a]\ngroup = 1\n", None),
            ("op.a.code = 1\n", None),
        ];
        for (text, expected) in cases {
            let found = applied(text, |ground| ground.add_key(&["op", "a"], "group", "2", &order));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        let file = applied("# head\nname = 1\n", |ground| {
            ground.add_key(&[], "kind", "2", &["kind", "name"])
        });
        assert_eq!(file.as_deref(), Some("kind = 2\n# head\nname = 1\n"));
    }

    #[test]
    fn elements_come_and_go() {
        let path = ["op", "a", "traps"];
        let cases = [
            ("[op.a]\ntraps = [\"x\"]\n", "[op.a]\ntraps = [\"x\", \"y\"]\n"),
            ("[op.a]\ntraps = [ ]\n", "[op.a]\ntraps = [\"y\"]\n"),
            (
                "[op.a]\ntraps = [\n  \"x\", # why\n]\n",
                "[op.a]\ntraps = [\n  \"x\", # why\n  \"y\",\n]\n",
            ),
            (
                "[op.a]\ntraps = [\n  \"x\" # why\n]\n",
                "[op.a]\ntraps = [\n  \"x\", \"y\" # why\n]\n",
            ),
            (
                "[op.a]\ntraps = [\n  1, 2,\n  \"x\",\n]\n",
                "[op.a]\ntraps = [\n  1, 2,\n  \"x\", \"y\",\n]\n",
            ),
            ("[op.a]\n", "[op.a]\ntraps = [\"y\"]\n"),
        ];
        for (text, expected) in cases {
            let found = applied(text, |ground| ground.add_element(&path, "\"y\"", &["traps"]));
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        let cases = [
            ("[op.a]\ntraps = [1, 2, 3]", 0, Some("[op.a]\ntraps = [2, 3]")),
            ("[op.a]\ntraps = [1, 2, 3]", 2, Some("[op.a]\ntraps = [1, 2]")),
            ("[op.a]\ntraps = [1]", 0, None),
            ("[op.a]\ntraps = [1, # one\n 2]", 1, None),
        ];
        for (text, at, expected) in cases {
            let found = applied(text, |ground| {
                let ValueKind::Array(elements) = &ground.value(&path)?.kind else {
                    return None;
                };
                ground.remove_element(elements[at].span)
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_sorted_where_they_stand() {
        let text = "a = [\n  3,\n  0x1, 2,\n]\n";
        let sources = sources(text);
        let edits = Ground::of(&sources, PLACE).sort_integers(&["a"]);
        let replaced: Vec<(&str, &str)> = edits
            .iter()
            .map(|edit| (sources.text(edit.span), edit.replacement.as_str()))
            .collect();
        assert_eq!(replaced, [("3", "0x1"), ("0x1", "2"), ("2", "3")]);
        let sources = self::sources("a = [\n  3, # three\n  2,\n]\n");
        assert_eq!(Ground::of(&sources, PLACE).sort_integers(&["a"]), []);
    }
}
