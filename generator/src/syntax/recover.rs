//! Finds the entries of a file whose TOML is broken, so that only they are lost.
//!
//! The parser recovers too, but goes on in the middle of what it didn't understand, and gives values that nobody wrote. Here a broken file
//! is cut where a line begins a table, and a broken table where a line begins a key. Each piece is parsed by itself: a bracket that is
//! missing in one of them is no mistake of the next, and is reported where the piece ends. What is broken is then blanked out, with
//! whatever belongs to the same entry.

use std::ops::Range;

use toml::de::DeTable;

/// A mistake of the TOML of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// What is wrong, in the words of the parser.
    pub message: String,
    /// Where.
    pub range: Range<usize>,
}

/// A file without its broken entries.
#[derive(Debug)]
pub(super) struct Recovered {
    /// The text, with spaces in place of what is broken.
    pub text: String,
    /// The first mistake of each broken piece, in order.
    pub broken: Vec<Broken>,
    /// Whether keys above all tables are broken: then nobody knows what the file is about.
    pub head: bool,
}

/// The most pieces that are taken together because a value may go on behind a line that looks like a key.
const LONGEST_VALUE: usize = 40;

/// What stands in place of an entry for keys above all tables.
const HEAD: &[&str] = &[""];

/// Leaves out what is broken. Nothing is, if only the pieces contradict each other: a key that stands twice, say.
pub(super) fn recover(text: &str) -> Recovered {
    let tables = cut(text, 0..text.len(), begins_table);
    let mut broken = Vec::new();
    let mut entries: Vec<Vec<&str>> = Vec::new();
    let mut head = false;
    for table in &tables {
        let found = mistakes(text, table.clone());
        if !found.is_empty() {
            entries.push(entry(&text[table.clone()]));
            head |= entries.last().is_some_and(|entry| entry == HEAD);
        }
        broken.extend(found);
    }
    let mut bytes = text.as_bytes().to_vec();
    for table in tables {
        let own = entry(&text[table.clone()]);
        if entries.iter().any(|entry| own.starts_with(entry)) {
            let blanked = bytes[table].iter_mut().filter(|byte| **byte != b'\n');
            blanked.for_each(|byte| *byte = b' ');
        }
    }
    Recovered {
        // Only whole lines were blanked.
        text: String::from_utf8(bytes).unwrap_or_default(),
        broken,
        head,
    }
}

/// The first mistake of each piece of a table.
fn mistakes(text: &str, table: Range<usize>) -> Vec<Broken> {
    if fault(text, table.clone()).is_none() {
        return Vec::new();
    }
    let pieces = cut(text, table, begins_key);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let Some(fault) = fault(text, piece.clone()) else {
            at += 1;
            continue;
        };
        // A text of several lines may have some that look like keys.
        let longer = (at + 1..pieces.len()).take(LONGEST_VALUE);
        match longer
            .into_iter()
            .find(|last| self::fault(text, piece.start..pieces[*last].end).is_none())
        {
            Some(last) => at = last + 1,
            None => {
                found.push(fault);
                at += 1;
            }
        }
    }
    found
}

/// The first mistake of a piece. That a key stands twice is none of its syntax.
fn fault(text: &str, range: Range<usize>) -> Option<Broken> {
    let start = range.start;
    let piece = text.get(range)?;
    let (_, errors) = DeTable::parse_recoverable(piece);
    let error = errors.iter().find(|error| error.message() != "duplicate key")?;
    // The end of a piece is that of its last word: there something is missing.
    let end = piece.trim_end().len();
    let range = error.span().unwrap_or(end..end);
    Some(Broken {
        message: error.message().lines().next().unwrap_or_default().to_owned(),
        range: start + range.start.min(end)..start + range.end.min(end).max(range.start.min(end)),
    })
}

/// Cuts a range before each line outside of texts of several lines with which something begins.
fn cut(text: &str, range: Range<usize>, begins: fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    let mut at = range.start;
    let mut open: Option<&str> = None;
    for line in text.get(range.clone()).unwrap_or_default().split_inclusive('\n') {
        if open.is_none() && at > start && begins(line) {
            pieces.push(start..at);
            start = at;
        }
        open = open_behind(line, open);
        at += line.len();
    }
    pieces.push(start..range.end);
    pieces
}

/// The quotes of a text of several lines that goes on behind a line.
fn open_behind<'q>(line: &str, mut open: Option<&'q str>) -> Option<&'q str> {
    let mut rest = line;
    loop {
        if let Some(quotes) = open {
            let Some(end) = rest.find(quotes) else { return open };
            let is_escaped = quotes.starts_with('"') && rest[..end].ends_with('\\');
            rest = &rest[end + if is_escaped { 1 } else { quotes.len() }..];
            open = open.filter(|_| is_escaped);
            continue;
        }
        rest = &rest[rest.find(['"', '\'', '#'])?..];
        if let Some(quotes) = [r#"""""#, "'''"].into_iter().find(|quotes| rest.starts_with(quotes)) {
            rest = &rest[quotes.len()..];
            open = Some(quotes);
        } else if rest.starts_with('#') {
            return None;
        } else {
            rest = behind_text(rest);
        }
    }
}

/// What stands behind a text that ends on its line; nothing if it doesn't end.
fn behind_text(text: &str) -> &str {
    let quote = if text.starts_with('"') { '"' } else { '\'' };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

/// Whether a line is the header of a table, though its last bracket may be missing.
fn begins_table(line: &str) -> bool {
    let Some(inner) = line.trim_start().strip_prefix('[') else {
        return false;
    };
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let inner = inner.split('#').next().unwrap_or_default().trim();
    let name = inner.trim_end_matches(']').trim();
    !name.is_empty() && name.chars().all(|c| is_of_key(c) || c == ' ') && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// Whether a line begins a key.
fn begins_key(line: &str) -> bool {
    match line.split_once('=') {
        Some((key, _)) => !key.starts_with(' ') && !key.trim().is_empty() && key.trim_end().chars().all(is_of_key),
        None => false,
    }
}

fn is_of_key(c: char) -> bool {
    c.is_alphanumeric() || "_-.\"'".contains(c)
}

/// The entry that a piece belongs to: the first two parts of the name of its table, `op` and `iadd` of `[op.iadd.golden]`.
fn entry(piece: &str) -> Vec<&str> {
    let line = piece.lines().next().unwrap_or_default();
    if !begins_table(line) {
        // What stands above all tables belongs to none of them.
        return HEAD.to_vec();
    }
    let line = line.split('#').next().unwrap_or_default();
    let name = line.trim().trim_start_matches('[').trim_end_matches(']');
    name.split('.')
        .map(|part| part.trim().trim_matches(['"', '\'']))
        .take(2)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file, with the text at that place, and what is left of it.
    fn check(text: &str, expected: &[(&str, &str)], left: &[&str]) {
        let recovered = recover(text);
        let found: Vec<(&str, &str)> = recovered
            .broken
            .iter()
            .map(|broken| (broken.message.as_str(), &text[broken.range.clone()]))
            .collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(recovered.text.len(), text.len());
        let lines: Vec<&str> = recovered.text.lines().filter(|line| !line.trim().is_empty()).collect();
        assert_eq!(lines, left, "{text}");
    }

    const ARRAY: &str = "unclosed array, expected `]`";

    #[test]
    fn a_missing_bracket_loses_one_entry() {
        let text = "kind = \"k\"\n[op.a]\nin = [\"x\", \"y\"\nout = [\"z\"]\n[op.b]\ncode = 1\n";
        check(text, &[(ARRAY, "")], &["kind = \"k\"", "[op.b]", "code = 1"]);
        let text = "[op.a\nin = [\"x\"]\n[op.b]\ncode = 1\n";
        check(text, &[("unclosed table, expected `]`", "")], &["[op.b]", "code = 1"]);
    }

    #[test]
    fn each_broken_key_is_reported_and_tables_within_the_entry_are_lost_with_it() {
        let text = "[op.a]\ncode =\nin = [\"x\"\n[op.a.golden]\nbytes = \"00\"\n[encoding]\nprefix = 1\n";
        let value = "string values must be quoted, expected literal string";
        check(text, &[(value, ""), (ARRAY, "")], &["[encoding]", "prefix = 1"]);
    }

    #[test]
    fn a_text_of_several_lines_is_one_piece() {
        let doc = "doc = \"\"\"\n[not.a.table]\nkey = 1 \\\"\"\" \"\n[nor.this]\n\"\"\"";
        let text = format!("[op.a]\n{doc}\nin = [1\n[op.b]\n{doc}\n");
        let left: Vec<&str> = "[op.b]\n".lines().chain(doc.lines()).collect();
        check(&text, &[(ARRAY, "")], &left);
    }

    #[test]
    fn quotes_and_comments_open_nothing() {
        let text = "[op.a]\nx = 'a\"\"\"' # it's \"\"\"\ny = [\n[op.b] # [\nz = \"\\\"'''\"\n";
        check(text, &[(ARRAY, "")], &["[op.b] # [", "z = \"\\\"'''\""]);
    }

    #[test]
    fn what_is_broken_above_all_tables_is_told() {
        let recovered = recover("kind = \"k\nname = \"n\"\n[op.a]\ncode = 1\n");
        assert!(recovered.head);
        assert_eq!(recovered.broken.len(), 1);
        assert!(!recover("kind = \"k\"\n[op.a]\ncode =\n").head);
    }

    #[test]
    fn a_key_that_stands_twice_is_not_broken() {
        check("[op.a]\nx = 1\nx = 2\n", &[], &["[op.a]", "x = 1", "x = 2"]);
    }
}
