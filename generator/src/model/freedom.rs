//! How facts may change after a release without breaking what was built on it.
//!
//! A fact states its freedom where it is stated itself, in the `items` of its kind. Without one every change breaks.

/// In which way a fact may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freedom {
    /// In none.
    None,
    /// A list may gain elements: the triples that a target covers.
    Gain,
    /// A list may gain elements, and none stand for all: the targets on which a feature exists.
    GainOrAll,
    /// A list may lose elements: the traps of an op.
    Lose,
    /// A number may rise: the width of atomic operations.
    Rise,
    /// A number may fall: the cost of an op.
    Fall,
    /// It may be stated where it was not: `pure`.
    Set,
    /// It may no longer be stated: the feature that an op needs.
    Unset,
    /// It may move down this list: access to the context.
    Down(&'static [&'static str]),
    /// The names before the colons may change, and nothing else: the inputs of an op.
    Names,
    /// The limit in `(at most 100)` may rise, and nothing else may change: the fields of a record.
    Limit,
}

/// Whether a part of a fact may be new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// It may not, and the order of the parts matters: fields of a record.
    Breaks,
    /// It may, and the order of the parts says nothing: variants of a union.
    Fits,
    /// It may, and the order of the parts matters: levels of a target.
    FitsInOrder,
    /// It may together with a new entry, without which it is not there: a field and its flag. The order of the parts matters.
    FitsWith {
        /// The table of that entry: `module.flag`.
        table: &'static str,
        /// Its name: `debug`.
        name: String,
    },
}

impl Addition {
    /// Whether the order of the parts matters.
    pub fn is_ordered(&self) -> bool {
        *self != Addition::Fits
    }
}

impl Freedom {
    /// Whether a fact with this freedom may change from `old` to `new`.
    pub fn allows(self, old: &str, new: &str) -> bool {
        match self {
            Freedom::None => false,
            Freedom::Gain => contains_all(new, old),
            Freedom::GainOrAll => new.is_empty() || (!old.is_empty() && contains_all(new, old)),
            Freedom::Lose => contains_all(old, new),
            Freedom::Rise => numbers(old, new).is_some_and(|(old, new)| new >= old),
            Freedom::Fall => numbers(old, new).is_some_and(|(old, new)| new <= old),
            Freedom::Set => old.is_empty(),
            Freedom::Unset => new.is_empty(),
            Freedom::Down(words) => {
                let position = |text| words.iter().position(|word| *word == text);
                position(old).zip(position(new)).is_some_and(|(old, new)| old <= new)
            }
            Freedom::Names => types(old) == types(new),
            Freedom::Limit => match (limit(old), limit(new)) {
                (Some((old_rest, old)), Some((new_rest, new))) => old_rest == new_rest && new >= old,
                _ => false,
            },
        }
    }
}

/// The elements of a list in canonical form.
fn elements(list: &str) -> impl Iterator<Item = &str> {
    list.split(", ").filter(|element| !element.is_empty())
}

fn contains_all(list: &str, part: &str) -> bool {
    elements(part).all(|wanted| elements(list).any(|element| element == wanted))
}

fn numbers(old: &str, new: &str) -> Option<(u64, u64)> {
    old.parse().ok().zip(new.parse().ok())
}

/// `a: i32, b: array(T)` without the names. Commas within parentheses belong to a type, which has no colon.
fn types(inputs: &str) -> Vec<&str> {
    elements(inputs)
        .map(|input| input.split_once(": ").map_or(input, |(_, of)| of))
        .collect()
}

/// A shape in its parts before and after the number of `(at most 100)`, and that number. Of a list of texts there are two limits: the
/// inner one belongs to the rest.
fn limit(shape: &str) -> Option<((&str, &str), u64)> {
    const WORDS: &str = "(at most ";
    let start = shape.rfind(WORDS)? + WORDS.len();
    let length = shape.get(start..)?.find(')')?;
    let number = shape.get(start..start + length)?.parse().ok()?;
    Some(((&shape[..start], &shape[start + length..]), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_freedom_allows_one_direction() {
        const ACCESS: Freedom = Freedom::Down(&["mutable", "shared", ""]);
        for (freedom, old, new) in [
            (Freedom::Gain, "a", "a, b"),
            (Freedom::Gain, "", "a"),
            (Freedom::GainOrAll, "a", "a, b"),
            (Freedom::GainOrAll, "a", ""),
            (Freedom::Lose, "a, b", "b"),
            (Freedom::Lose, "a", ""),
            (Freedom::Rise, "9", "10"),
            (Freedom::Fall, "10", "9"),
            (Freedom::Set, "", "true"),
            (Freedom::Unset, "json", ""),
            (ACCESS, "mutable", "shared"),
            (ACCESS, "shared", ""),
            (Freedom::Limit, "list<local> (at most 9)", "list<local> (at most 10)"),
            (Freedom::Limit, "string (at most 9) if debug", "string (at most 10) if debug"),
        ] {
            assert!(freedom.allows(old, new), "{freedom:?}: {old:?} → {new:?}");
            assert!(!freedom.allows(new, old), "{freedom:?}: {new:?} → {old:?}");
            assert!(!Freedom::None.allows(old, new));
        }
        assert!(Freedom::Names.allows("a: i32, b: params(f, argc)", "x: i32, b: params(f, argc)"));
    }

    #[test]
    fn nothing_else_is_allowed() {
        for (freedom, old, new) in [
            (Freedom::Gain, "a, b", "a, c"),
            (Freedom::Lose, "a", "b"),
            (Freedom::Lose, "a, b", "ab"),
            (Freedom::GainOrAll, "", "a"),
            (Freedom::Rise, "", "10"),
            (Freedom::Fall, "10", "-1"),
            (Freedom::Set, "json", "true"),
            (Freedom::Unset, "json", "reflection"),
            (Freedom::Down(&["a", "b"]), "a", "c"),
            (Freedom::Names, "a: i32", "a: f64"),
            (Freedom::Names, "a: i32", "a: i32, b: i32"),
            (Freedom::Limit, "u8", "u16"),
            (Freedom::Limit, "string (at most 9)", "code (at most 9)"),
            (Freedom::Limit, "string (at most 9)", "string (at most 9) if debug"),
            (
                Freedom::Limit,
                "list<string (at most 9)> (at most 5)",
                "list<string (at most 10)> (at most 5)",
            ),
        ] {
            assert!(!freedom.allows(old, new), "{freedom:?}: {old:?} → {new:?}");
        }
    }
}
