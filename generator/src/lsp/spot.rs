//! Finds the key or value of a spec at a byte of its file.

use crate::syntax::{Key, Table, Value, ValueKind};

/// What stands at a byte.
#[derive(Debug, Clone)]
pub struct Spot<'t> {
    /// The keys that lead there: `op`, `iadd`, `code`.
    pub path: Vec<&'t str>,
    /// Where the last of them stands.
    pub key: &'t Key,
    /// The value below it, the innermost one in an array.
    pub value: &'t Value,
    /// Whether the byte is in the key.
    pub on_key: bool,
}

/// The key or value at a byte.
pub fn at(table: &Table, byte: usize) -> Option<Spot<'_>> {
    find(table, byte, &mut Vec::new())
}

fn find<'t>(table: &'t Table, byte: usize, path: &mut Vec<&'t str>) -> Option<Spot<'t>> {
    let covers = |span: crate::source::Span| span.start as usize <= byte && byte <= span.end as usize;
    for (key, value) in &table.entries {
        path.push(&key.name);
        // What is inside is nearer: a table that is opened by a header has that for its own place.
        if let Some(spot) = within(value, byte, path) {
            return Some(spot);
        }
        if covers(key.span) {
            return Some(Spot {
                path: path.clone(),
                key,
                value,
                on_key: true,
            });
        }
        if covers(value.span) && !matches!(value.kind, ValueKind::Table(_)) {
            return Some(Spot {
                path: path.clone(),
                key,
                value: innermost(value, byte),
                on_key: false,
            });
        }
        path.pop();
    }
    None
}

fn within<'t>(value: &'t Value, byte: usize, path: &mut Vec<&'t str>) -> Option<Spot<'t>> {
    match &value.kind {
        ValueKind::Table(inner) => find(inner, byte, path),
        ValueKind::Array(items) => items.iter().find_map(|item| within(item, byte, path)),
        _ => None,
    }
}

/// The item of an array, or of an array in it, at a byte.
fn innermost(value: &Value, byte: usize) -> &Value {
    let ValueKind::Array(items) = &value.kind else {
        return value;
    };
    let covers = |item: &&Value| item.span.start as usize <= byte && byte <= item.span.end as usize;
    items.iter().find(covers).map_or(value, |item| innermost(item, byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile, SourceMap};

    #[test]
    fn keys_and_values_are_found() {
        let text = "kind = \"k\"\n[op.add]\ncode = 0x20\ntraps = [\"one\", \"two\"]\ngolden = { bytes = \"A0\" }\n[[level]]\nname = \"v1\"\n";
        let mut sources = SourceMap::default();
        sources.files.push(SourceFile {
            path: "spec/a.toml".to_owned(),
            text: text.to_owned(),
        });
        let tree = crate::syntax::tree_of(&sources, FileId(0));
        for (word, path, on_key) in [
            ("kind", "kind", true),
            ("add", "op.add", true),
            ("code", "op.add.code", true),
            ("0x20", "op.add.code", false),
            ("two", "op.add.traps", false),
            ("bytes", "op.add.golden.bytes", true),
            ("A0", "op.add.golden.bytes", false),
            ("name", "level.name", true),
        ] {
            let byte = text.find(word).expect("it stands there") + 1;
            let spot = at(&tree, byte).unwrap_or_else(|| panic!("nothing at {word}"));
            assert_eq!((spot.path.join(".").as_str(), spot.on_key), (path, on_key), "{word}");
        }
        assert!(at(&tree, 100_000).is_none());
    }
}
