//! Blessed files: the numbers, shapes and effects of the last release, as `lathe bless` recorded them.
//!
//! ```toml
//! kind = "blessed"
//! name = "raya"
//!
//! [single]
//! encoding = { prefix = "0xff", endian = "little" }
//!
//! [entry.op]
//! iadd = { code = "0x20", in = "a: i32, b: i32", out = "i32", control = "next" }
//!
//! [entry.record]
//! line = { fields = { offset = "u32", line = "u32" } }
//! ```
//!
//! `[entry.op]` holds what the spec calls `[op.…]`, and `[single]` the tables that stand once. A file without a name is about the kinds that have no name
//! above their entries: targets, features. Values are those of [`Fact::value`](super::item::Fact::value).

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};

use super::names;
use super::schema;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::source::Span;
use crate::syntax::{Document, Key, Value, ValueKind};

/// What `kind =` says in these files.
pub const KIND: &str = "blessed";

/// The table of entries without a name: `[encoding]`, `[module]`.
pub const SINGLE: &str = "single";

/// The tables of entries with a name: `[op.iadd]`.
pub const ENTRY: &str = "entry";

/// Everything that was blessed.
#[derive(Debug, Default)]
pub struct Blessed {
    /// In the order of the paths of their files.
    pub specs: Vec<BlessedSpec>,
}

/// What was blessed of one spec.
#[derive(Debug)]
pub struct BlessedSpec {
    /// `raya`; none for the kinds that have no name above their entries.
    pub owner: Option<String>,
    /// The file, root-relative.
    pub file: String,
    /// Its `name`, or its `kind` where it has none.
    pub span: Span,
    /// In the order of the file.
    pub entries: Vec<BlessedEntry>,
}

/// An entry of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlessedEntry {
    /// `op`.
    pub table: String,
    /// `iadd`; empty for a table that stands once.
    pub name: String,
    /// The name in the blessed file.
    pub span: Span,
    /// What it said.
    pub facts: Vec<BlessedFact>,
}

/// What an entry said when it was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlessedFact {
    /// `code`, `fields`.
    pub key: String,
    /// `params`; empty for the key as a whole.
    pub part: String,
    /// In canonical form.
    pub value: String,
    /// The value in the blessed file.
    pub span: Span,
}

/// Loads the blessed files.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut blessed = Blessed::default();
    for document in documents {
        let owner = document.name.as_ref().map(|(name, _)| name.clone());
        let span = document.name.as_ref().map_or(document.kind_span, |(_, span)| *span);
        document.expect_keys(&["kind", "name", SINGLE, ENTRY], diagnostics);
        let mut entries: Vec<BlessedEntry> = Vec::new();
        if let Some((key, value)) = document.table().get(SINGLE) {
            for (key, value) in tables(key, value, diagnostics) {
                entries.extend(BlessedEntry::read(&key.name, "", key, value, diagnostics));
            }
        }
        if let Some((key, value)) = document.table().get(ENTRY) {
            for (table, value) in tables(key, value, diagnostics) {
                for (key, value) in tables(table, value, diagnostics) {
                    entries.extend(BlessedEntry::read(&table.name, &key.name, key, value, diagnostics));
                }
            }
        }
        match blessed.specs.iter().find(|first| first.owner == owner) {
            Some(first) => {
                let what = owner.as_deref().unwrap_or("without a name");
                diagnostics.push(names::duplicate("blessed spec", what, span, first.span));
            }
            None => blessed.specs.push(BlessedSpec {
                owner,
                file: document.path.clone(),
                span,
                entries,
            }),
        }
    }
    model.insert(blessed);
}

/// What a table holds.
fn tables<'a>(key: &Key, value: &'a Value, diagnostics: &mut Diagnostics) -> &'a [(Key, Value)] {
    match &value.kind {
        ValueKind::Table(inner) => &inner.entries,
        _ => {
            diagnostics.push(wrong(value, "a table", &key.name));
            &[]
        }
    }
}

impl BlessedEntry {
    fn read(table: &str, name: &str, key: &Key, value: &Value, diagnostics: &mut Diagnostics) -> Option<BlessedEntry> {
        let ValueKind::Table(facts) = &value.kind else {
            diagnostics.push(wrong(value, "a table of facts", &key.name));
            return None;
        };
        let mut entry = BlessedEntry {
            table: table.to_owned(),
            name: name.to_owned(),
            span: key.span,
            facts: Vec::new(),
        };
        for (key, value) in &facts.entries {
            match &value.kind {
                ValueKind::Table(parts) => {
                    for (part, value) in &parts.entries {
                        entry.read_fact(&key.name, &part.name, value, diagnostics);
                    }
                }
                _ => entry.read_fact(&key.name, "", value, diagnostics),
            }
        }
        Some(entry)
    }

    fn read_fact(&mut self, key: &str, part: &str, value: &Value, diagnostics: &mut Diagnostics) {
        match &value.kind {
            ValueKind::String(text) => self.facts.push(BlessedFact {
                key: key.to_owned(),
                part: part.to_owned(),
                value: text.clone(),
                span: value.span,
            }),
            _ => diagnostics.push(wrong(value, "a text", if part.is_empty() { key } else { part })),
        }
    }
}

fn wrong(value: &Value, expected: &str, key: &str) -> Diagnostic {
    Diagnostic::error("L0106", format!("`{key}` must be {expected}, but is {}", value.describe()))
        .at(value.span, format!("expected {expected}"))
        .note("lathe writes blessed files; nobody has to write them by hand")
        .help("restore the file from version control")
}

/// A file of kind `blessed`, for its schema. It is read with the place of each value, in [`load`].
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct RawFile {
    /// `"blessed"`: the numbers, shapes and effects of the last release. `lathe bless` writes these files.
    #[schemars(extend("const" = "blessed"))]
    kind: String,
    /// The spec that was released; absent for the kinds that have no name above their entries, targets and features.
    name: Option<String>,
    /// The tables of the spec that stand once, such as `module`, with what they said.
    #[serde(default)]
    single: BTreeMap<String, RawFacts>,
    /// The other tables of the spec, such as `op`, with their entries and what these said.
    #[serde(default)]
    entry: BTreeMap<String, BTreeMap<String, RawFacts>>,
}

/// What an entry said: by key.
type RawFacts = BTreeMap<String, RawFact>;

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum RawFact {
    /// The value in canonical form.
    Value(String),
    /// The values of its parts: the fields of a record, by name.
    Parts(BTreeMap<String, String>),
}

/// The JSON Schema of blessed files.
pub fn schema() -> Schema {
    schema::of::<RawFile>()
}
