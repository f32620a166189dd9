//! What every entry of the specs looks like to tools that don't care about its kind: its name, its place, and its facts as text.
//!
//! Listing, explaining, comparing two revisions, blessing a release, hover and go-to-definition read entries in this form, so that a
//! new kind of spec has all of them as soon as it can state its items.

use std::borrow::Cow;

pub use super::freedom::{Addition, Freedom};
use crate::source::{SourceMap, Span};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The table that it stands in: `op`, `type`, `feature`; the kind of spec for a file that is one entry as a whole: `target`.
    pub table: &'static str,
    /// Whether its file is this one entry as a whole.
    pub is_file: bool,
    /// The spec that it is a part of: `raya`; none where the kind has no name above its entries.
    pub owner: Option<String>,
    /// `iadd`.
    pub name: String,
    /// What it is, in the words of the spec.
    pub doc: String,
    /// The name in its entry.
    pub span: Span,
    /// What the entry says, in the order in which a reader wants to know it.
    pub facts: Vec<Fact>,
    /// Whether it serves the specs and their tests alone (a fixture of examples), so that nothing outside can depend on it.
    pub is_internal: bool,
}

/// Something that an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The key in the entry: `code`.
    pub key: &'static str,
    /// The part of the key's value that it is about, where that is a list of named things: the field `params` of `fields`. Empty for
    /// the value as a whole.
    pub part: String,
    /// The value in a canonical form: two entries that mean the same have the same text. Empty where the entry doesn't say it.
    pub value: String,
    /// What depends on it.
    pub weight: Weight,
    /// How it may change after a release.
    pub freedom: Freedom,
    /// Whether the part may be new after a release.
    pub addition: Addition,
    /// Where the part stands.
    pub span: Option<Span>,
}

impl Fact {
    /// `code`, `fields.params`.
    pub fn name(&self) -> Cow<'static, str> {
        if self.part.is_empty() {
            Cow::Borrowed(self.key)
        } else {
            Cow::Owned(format!("{}.{}", self.key, self.part))
        }
    }
}

/// What depends on a fact, and thus what a change of it means for those who use a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A number that stands in files: an opcode, the code of a type.
    Number,
    /// How something is written down or what it takes and gives: operands, inputs, fields.
    Shape,
    /// What it does beyond that: effects, traps, control, cost.
    Effect,
    /// How the result is computed: `expr`, `sem`.
    Meaning,
    /// What is said about it.
    Docs,
}

impl Weight {
    /// Every weight with its name.
    pub const ALL: &'static [(&'static str, Weight)] = &[
        ("number", Weight::Number),
        ("shape", Weight::Shape),
        ("effect", Weight::Effect),
        ("meaning", Weight::Meaning),
        ("docs", Weight::Docs),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, weight)| *weight == self)
            .map_or("?", |(name, _)| name)
    }
}

impl Item {
    /// An item without facts.
    pub fn new(table: &'static str, owner: Option<&str>, name: &str, doc: &str, span: Span) -> Self {
        Item {
            table,
            is_file: false,
            owner: owner.map(str::to_owned),
            name: name.to_owned(),
            doc: doc.trim().to_owned(),
            span,
            facts: Vec::new(),
            is_internal: false,
        }
    }

    /// Marks an item that is its file as a whole.
    pub fn whole_file(mut self) -> Self {
        self.is_file = true;
        self
    }

    /// Marks an item that nothing outside the specs can depend on.
    pub fn internal(mut self) -> Self {
        self.is_internal = true;
        self
    }

    /// Adds a fact, which stays as it is once it was released.
    pub fn fact(self, weight: Weight, key: &'static str, value: impl Into<String>) -> Self {
        self.free(weight, key, value, Freedom::None)
    }

    /// Adds a fact that may change in one way after a release.
    pub fn free(mut self, weight: Weight, key: &'static str, value: impl Into<String>, freedom: Freedom) -> Self {
        self.facts.push(Fact {
            key,
            part: String::new(),
            value: value.into(),
            weight,
            freedom,
            addition: Addition::Fits,
            span: None,
        });
        self
    }

    /// Adds a fact about a part of the key's value, which stands at `span`.
    pub fn part(mut self, weight: Weight, key: &'static str, part: &str, value: impl Into<String>, span: Span) -> Self {
        self.facts.push(Fact {
            key,
            part: part.to_owned(),
            value: value.into(),
            weight,
            freedom: Freedom::None,
            addition: Addition::Breaks,
            span: Some(span),
        });
        self
    }

    /// Says of the part added last how it may change, and whether it may be new, after a release.
    pub fn may(mut self, freedom: Freedom, addition: Addition) -> Self {
        if let Some(fact) = self.facts.last_mut() {
            (fact.freedom, fact.addition) = (freedom, addition);
        }
        self
    }

    /// What it is called among all items: `raya.op.iadd`, `feature.json`.
    pub fn path(&self) -> String {
        let parts = [self.owner.as_deref().unwrap_or_default(), self.table, &self.name];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(".")
    }

    /// How its entry begins in the spec, as provenance lines quote it: `[op.iadd]`, `[effect."heap.write"]`.
    pub fn key(&self) -> String {
        if self.is_file {
            file_key(self.table, &self.name)
        } else {
            key(self.table, &self.name)
        }
    }

    /// The file that it stands in, root-relative.
    pub fn file<'a>(&self, sources: &'a SourceMap) -> &'a str {
        &sources.file(self.span.file).path
    }

    /// The value of a fact that is about its key as a whole.
    pub fn value(&self, key: &str) -> Option<&str> {
        let fact = self.facts.iter().find(|fact| fact.key == key && fact.part.is_empty())?;
        Some(&fact.value)
    }
}

/// How a file that is one entry as a whole is quoted: `target aarch64`.
pub fn file_key(kind: &str, name: &str) -> String {
    format!("{kind} {name}")
}

/// How an entry of a table begins: `[op.iadd]`; the table alone for `[module]`.
pub fn key(table: &str, name: &str) -> String {
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    match name {
        "" => format!("[{table}]"),
        name if plain(name) => format!("[{table}.{name}]"),
        name => format!("[{table}.\"{name}\"]"),
    }
}

/// The first sentence of what an entry says about itself.
pub fn sentence(doc: &str) -> String {
    let words = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = words.match_indices(". ").map(|(at, _)| at + 1);
    // `e.g. this` is no end of a sentence: the next one begins with a capital letter.
    let mut end = end.filter(|at| words[*at..].trim_start().starts_with(|next: char| !next.is_lowercase()));
    match end.next() {
        Some(at) => words[..at].to_owned(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_is_shown() {
        let cases = [
            (
                "Adds two integers; the sum wraps. More of it.",
                "Adds two integers; the sum wraps.",
            ),
            ("One\nline", "One line"),
            ("Uses e.g. this. That too.", "Uses e.g. this."),
            ("", ""),
        ];
        for (doc, expected) in cases {
            assert_eq!(sentence(doc), expected);
        }
    }
}
