//! One entry of a spec, deserialized from its own spanned subtree.
//!
//! serde stops at the first mistake. An entry is therefore read again after each mistake, with that mistake amended — an unknown key
//! skipped, a missing one supplied, a value of a wrong type replaced by a stand-in — until reading succeeds. Then all mistakes are
//! reported; the entry is given back only if there were none.

mod fault;
mod reader;

use reader::Mistake;
use serde::de::DeserializeOwned;

use super::tree::{Key, Value, ValueKind};
use super::{Document, Span, edit, fields};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::suggest::{is_certain, list, similar};

/// An entry: `[op.iadd]`.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The file that it stands in.
    pub document: &'a Document,
    /// How messages name it: `` `[op.iadd]` ``.
    pub what: String,
    /// Its name.
    pub key: &'a Key,
    /// Its content.
    pub value: &'a Value,
}

impl<'a> Entry<'a> {
    /// The name.
    pub fn name(&self) -> &'a str {
        &self.key.name
    }

    /// Where the name stands.
    pub fn span(&self) -> Span {
        self.key.span
    }

    /// The span of a value in the entry.
    pub fn at<T>(&self, value: &crate::syntax::Spanned<T>) -> Span {
        super::tree::span(self.document.file, value.span())
    }

    /// The line of the name, from 1.
    pub fn line(&self) -> u32 {
        self.document.line(self.key.span.start)
    }

    /// Deserializes the entry. Everything that is wrong with its keys and types is reported; then there is no result.
    pub fn read<T: DeserializeOwned>(&self, diagnostics: &mut Diagnostics) -> Option<T> {
        self.read_knowing(&|_| None, diagnostics)
    }

    /// [`Entry::read`], where `known` says as TOML what a missing key certainly is, if that can be said.
    pub fn read_knowing<T: DeserializeOwned>(
        &self,
        known: &dyn Fn(&str) -> Option<String>,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        let amended = self.read_amended(known, diagnostics)?;
        amended.mistakes.is_empty().then_some(amended.value)
    }

    /// Deserializes the entry. Everything that is wrong with its keys and types is reported; then the result has stand-ins for what
    /// is missing or of a wrong type. `None` where even that is impossible.
    pub fn read_amended<T: DeserializeOwned>(
        &self,
        known: &dyn Fn(&str) -> Option<String>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Amended<T>> {
        let (value, mistakes) = reader::read(self.value, self.key.span);
        // A key with a mistake in its name isn't missing.
        let meant: Vec<&str> = mistakes
            .iter()
            .filter_map(|mistake| match mistake {
                Mistake::Unknown { name, expected, .. } => similar(name, expected.iter().copied()),
                _ => None,
            })
            .collect();
        let what = &self.what;
        let mut places = Vec::new();
        for mistake in &mistakes {
            diagnostics.push(match mistake {
                Mistake::Unknown { name, span, expected } => {
                    places.push(*span);
                    unknown_key(name, *span, what, expected)
                }
                Mistake::Missing { name, span } => {
                    places.push(*span);
                    if meant.contains(name) {
                        continue;
                    }
                    let diagnostic = Diagnostic::error("L0105", format!("{what} lacks `{name}`"))
                        .at(*span, format!("`{name}` is missing here"))
                        .help(format!("add `{name} = …`"));
                    // What a table in the entry lacks is not what the entry lacks.
                    let known = known(name).filter(|_| *span == self.key.span);
                    let edit = known.and_then(|value| self.insert(name, &value, fields::<T>()));
                    match edit {
                        Some(edit) => diagnostic.fix(vec![edit], "add what it can only be"),
                        None => diagnostic,
                    }
                }
                Mistake::Type { message, span } => {
                    places.push(*span);
                    Diagnostic::error("L0106", format!("a value in {what} has the wrong type: {message}")).at(*span, message)
                }
            });
        }
        value.map(|value| Amended { value, mistakes: places })
    }
}

impl Entry<'_> {
    /// A key more in the entry, at its place in `order`. `value` is TOML.
    fn insert(&self, key: &str, value: &str, order: &[&str]) -> Option<Edit> {
        let ValueKind::Table(table) = &self.value.kind else {
            return None;
        };
        let text = &self.document.text;
        let header = self.value.span;
        let has_header = text.get(header.start as usize..).is_some_and(|text| text.starts_with('['));
        has_header.then(|| edit::insert_key(self.document.file, text, table, header.end, key, value, order))?
    }
}

/// An entry that was read, with stand-ins for what was wrong.
#[derive(Debug, Clone)]
pub struct Amended<T> {
    /// The entry.
    pub value: T,
    /// Where mistakes were reported; empty if there is no stand-in.
    pub mistakes: Vec<Span>,
}

/// A key that nothing reads.
pub(super) fn unknown_key(name: &str, span: Span, what: &str, expected: &[&str]) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("L0104", format!("unknown key `{name}` in {what}")).at(span, "nothing reads this key");
    if let Some(close) = similar(name, expected.iter().copied()) {
        let certain = is_certain(name, close, expected.iter().copied());
        let text = "a key with a similar name exists";
        diagnostic = diagnostic.suggestion(vec![Edit::new(span, close)], text, Applicability::of(certain));
    }
    diagnostic.note(format!("the keys are {}", list(expected.iter().copied())))
}
