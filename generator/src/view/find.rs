//! Finds the entry that a name means.

use super::listing;
use crate::model::item::Item;
use crate::suggest;

/// What a name means.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// This entry.
    One(&'a Item),
    /// Any of these.
    Several(Vec<&'a Item>),
    /// None; the path of an entry with a similar name, if there is one.
    None(Option<String>),
}

/// The entry that `name` means: `iadd`, `op.iadd`, `raya.op.iadd`, `[op.iadd]`, `[effect."heap.read"]`, `module`, `0x20`.
///
/// The longest form that fits wins, so that a path is never taken for a name.
pub fn find<'a>(items: &'a [Item], name: &str) -> Found<'a> {
    let wanted = plain(name);
    let code = |item: &Item| listing::code(item).to_owned();
    let forms: [fn(&Item) -> String; 5] = [Item::path, |item| item.key(), in_table, |item| item.name.clone(), code];
    // Case first matters, then not: `TRAP` is found, and `trap` is never mistaken for a `Trap` beside it.
    for fold in [false, true] {
        for form in forms {
            let same = |item: &&Item| {
                let form = plain(&form(item));
                form == wanted || (fold && form.eq_ignore_ascii_case(&wanted))
            };
            let found: Vec<&Item> = if wanted.is_empty() {
                Vec::new()
            } else {
                items.iter().filter(same).collect()
            };
            match found.as_slice() {
                [] => {}
                [one] => return Found::One(one),
                _ => return Found::Several(found),
            }
        }
    }
    Found::None(similar(items, &wanted))
}

/// `op.iadd`: the path without the spec that the entry is a part of.
fn in_table(item: &Item) -> String {
    let parts = [item.table, &item.name];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(".")
}

/// A name without the brackets and quotes of its header.
fn plain(name: &str) -> String {
    let name = name.trim();
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    inner.chars().filter(|character| !matches!(character, '"' | '\'')).collect()
}

/// The path of the entry whose name, with as many parts as were given, is most like it.
fn similar(items: &[Item], wanted: &str) -> Option<String> {
    let forms: [fn(&Item) -> String; 3] = [|item| item.name.clone(), in_table, Item::path];
    let candidate = |form: &fn(&Item) -> String| {
        let names = items
            .iter()
            .map(|item| (form(item), item))
            .filter(|(name, _)| !name.is_empty());
        let names: Vec<(String, &Item)> = names.collect();
        // Only so many names are compared at once; each part of the list has its own best, and the best of these is meant.
        let mut best: Vec<&str> = names
            .chunks(250)
            .filter_map(|part| suggest::similar(wanted, part.iter().map(|(name, _)| name.as_str())))
            .collect();
        if best.len() > 1 {
            best = suggest::similar(wanted, best.iter().copied()).into_iter().collect();
        }
        let name = *best.first()?;
        names.iter().find(|(form, _)| form == name).map(|(_, item)| item.path())
    };
    forms.iter().find_map(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::Weight;
    use crate::source::{FileId, Span};

    fn items() -> Vec<Item> {
        let span = Span {
            file: FileId(0),
            start: 0,
            end: 0,
        };
        [
            ("op", Some("raya"), "iadd"),
            ("op", Some("raya"), "trap"),
            ("group", Some("raya"), "integer"),
            ("operand", Some("raya"), "integer"),
            ("effect", Some("raya"), "heap.read"),
            ("module", Some("raya"), ""),
            ("trap", Some("raya"), "overflow"),
            ("feature", None, "json"),
        ]
        .map(|(table, owner, name)| Item::new(table, owner, name, "", span))
        .map(|item| match item.name.as_str() {
            "iadd" => item.fact(Weight::Number, "code", "0x2a"),
            _ => item,
        })
        .to_vec()
    }

    #[test]
    fn names_are_found_in_every_form() {
        let items = items();
        let cases = [
            ("iadd", "raya.op.iadd"),
            ("op.iadd", "raya.op.iadd"),
            ("raya.op.iadd", "raya.op.iadd"),
            ("[op.iadd]", "raya.op.iadd"),
            (" IADD ", "raya.op.iadd"),
            ("[effect.\"heap.read\"]", "raya.effect.heap.read"),
            ("heap.read", "raya.effect.heap.read"),
            ("[module]", "raya.module"),
            ("group.integer", "raya.group.integer"),
            ("json", "feature.json"),
            ("0x2A", "raya.op.iadd"),
        ];
        for (name, path) in cases {
            match find(&items, name) {
                Found::One(item) => assert_eq!(item.path(), path, "{name}"),
                other => panic!("`{name}` gives {other:?}"),
            }
        }
    }

    #[test]
    fn several_and_similar_names_are_named() {
        let items = items();
        let Found::Several(several) = find(&items, "integer") else {
            panic!("`integer` is two things");
        };
        assert_eq!(several.len(), 2);
        assert_eq!(find(&items, "iad"), Found::None(Some("raya.op.iadd".to_owned())));
        assert_eq!(find(&items, "op.iaddd"), Found::None(Some("raya.op.iadd".to_owned())));
        for none in ["", "[]", "\u{0}", "zzzzzzzz", "]["] {
            assert_eq!(find(&items, none), Found::None(None), "{none:?}");
        }
    }
}
