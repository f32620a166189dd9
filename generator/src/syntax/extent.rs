//! Finds how far an entry reaches in its file, for whatever shows the whole of it.

use super::tree::{Table, Value, ValueKind};
use super::tree_of;
use crate::source::{SourceMap, Span};

/// The text of the entry whose name stands at `name`: from the beginning of its first line to the end of its last. Comments and empty
/// lines at its end belong to the entry below it. Where the file has no such entry, it is the line of the name.
pub fn extent(sources: &SourceMap, name: Span) -> Span {
    let Some(file) = sources.files.get(name.file.0 as usize) else {
        return name;
    };
    let text = file.text.as_str();
    let tree = tree_of(sources, name.file);
    let start = line_start(text, name.start as usize);
    let end = match find(&tree, name) {
        Some(value) if is_header(text, value) => end_of_table(text, &tree, start),
        Some(value) => last_byte(value),
        None => name.end as usize,
    };
    Span {
        file: name.file,
        start: u32::try_from(start).unwrap_or(name.start),
        end: u32::try_from(line_end(text, end.max(start))).unwrap_or(name.end),
    }
}

/// The value whose key, or whose own header, stands at a place.
fn find(table: &Table, at: Span) -> Option<&Value> {
    table.entries.iter().find_map(|(key, value)| {
        let covers = |span: Span| span.start <= at.start && at.start < span.end.max(span.start + 1);
        let inner = match &value.kind {
            ValueKind::Table(inner) => find(inner, at),
            _ => None,
        };
        inner.or_else(|| (covers(key.span) || covers(value.span)).then_some(value))
    })
}

/// Whether a table was opened by a header: `[op.iadd]`.
fn is_header(text: &str, value: &Value) -> bool {
    let is_table = matches!(value.kind, ValueKind::Table(_));
    is_table && text.as_bytes().get(value.span.start as usize) == Some(&b'[')
}

/// Where the table ends whose header stands in the line from `start`: before the next header that opens no table within it.
fn end_of_table(text: &str, tree: &Table, start: usize) -> usize {
    let header = |at: usize| text.get(at..line_end(text, at)).unwrap_or_default().trim();
    let inner = format!("{}.", header(start).split(']').next().unwrap_or_default());
    let mut starts = Vec::new();
    headers(text, tree, &mut starts);
    starts.sort_unstable();
    let next = starts.into_iter().find(|at| *at > start && !header(*at).starts_with(&inner));
    let mut end = next.map_or(text.len(), |next| line_start(text, next));
    // What stands directly above the next header is about that one.
    while let Some(before) = text.get(..end).map(str::trim_end) {
        let last = line_start(text, before.len());
        if last <= start || !before.get(last..).unwrap_or_default().trim_start().starts_with('#') {
            end = before.len();
            break;
        }
        end = last;
    }
    end
}

fn headers(text: &str, table: &Table, starts: &mut Vec<usize>) {
    for (_, value) in &table.entries {
        headers_of(text, value, starts);
    }
}

fn headers_of(text: &str, value: &Value, starts: &mut Vec<usize>) {
    match &value.kind {
        ValueKind::Table(inner) => {
            if is_header(text, value) {
                starts.push(value.span.start as usize);
            }
            headers(text, inner, starts);
        }
        ValueKind::Array(items) => items.iter().for_each(|item| headers_of(text, item, starts)),
        _ => {}
    }
}

/// The end of the last value in a value.
fn last_byte(value: &Value) -> usize {
    let inner = match &value.kind {
        ValueKind::Table(table) => table.entries.iter().map(|(_, value)| last_byte(value)).max(),
        _ => None,
    };
    inner.unwrap_or(0).max(value.span.end as usize)
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile};

    fn entry(text: &str, name: &str) -> String {
        let mut sources = SourceMap::default();
        sources.files.push(SourceFile {
            path: "spec/a.toml".to_owned(),
            text: text.to_owned(),
        });
        let start = text.find(name).expect("the name is there") as u32;
        let name = Span {
            file: FileId(0),
            start,
            end: start + name.len() as u32,
        };
        sources.text(extent(&sources, name)).to_owned()
    }

    #[test]
    fn entries_end_before_the_comment_of_the_next() {
        let text = "kind = \"a\"\n\n# One.\n[op.one]\ncode = 1\n# Inside.\ncost = 2\n\n# Two.\n[op.two]\ntext = '''\n[op.no]\n'''\n\n[op.three]\n";
        assert_eq!(entry(text, "one"), "[op.one]\ncode = 1\n# Inside.\ncost = 2");
        assert_eq!(entry(text, "two"), "[op.two]\ntext = '''\n[op.no]\n'''");
        assert_eq!(entry(text, "three"), "[op.three]");
    }

    #[test]
    fn tables_within_belong_to_the_entry() {
        let text = "[module]\nmagic = \"A\"\n\n[module.flag.x]\nbit = 0\n\n[record.a]\nfields = []\n";
        assert_eq!(entry(text, "module"), "[module]\nmagic = \"A\"\n\n[module.flag.x]\nbit = 0");
        assert_eq!(entry(text, "x]"), "[module.flag.x]\nbit = 0");
    }

    #[test]
    fn entries_without_a_header_are_their_lines() {
        let text = "[op]\none = { code = 1 }\ntwo.code = 2\ntwo.list = [\n  1,\n]\n";
        assert_eq!(entry(text, "one"), "one = { code = 1 }");
        assert_eq!(entry(text, "two"), "two.code = 2\ntwo.list = [\n  1,\n]");
        assert_eq!(entry("broken = [\n", "broken"), "broken = [");
    }
}
