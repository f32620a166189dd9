//! The spanned tree of a TOML file. Unlike the tree of the `toml` crate it keeps the order of the file and borrows nothing.

use std::ops::Range;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{FileId, Span};

/// A table, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Keys with their values.
    pub entries: Vec<(Key, Value)>,
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub struct Key {
    /// Without quotes.
    pub name: String,
    /// With quotes, if there are any.
    pub span: Span,
}

/// A value and where it stands; that of a `[table]` is its header.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub enum ValueKind {
    /// A text, without quotes and escapes.
    String(String),
    /// A number; `Err` with its text where it has more than 64 bits.
    Integer(Result<i64, String>),
    /// A number with a point or an exponent.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time, which no spec has a use for.
    Datetime,
    /// Values in brackets, or all `[[table]]`s of one name.
    Array(Vec<Value>),
    /// A table.
    Table(Table),
}

impl Table {
    /// Takes over a tree of the `toml` crate.
    pub(super) fn new(file: FileId, table: &DeTable<'_>) -> Self {
        let mut entries: Vec<(Key, Value)> = table
            .iter()
            .map(|(key, value)| {
                let key = Key {
                    name: key.get_ref().to_string(),
                    span: span(file, key.span()),
                };
                (key, Value::new(file, value))
            })
            .collect();
        entries.sort_by(|(a, _), (b, _)| (a.span.start, &a.name).cmp(&(b.span.start, &b.name)));
        Table { entries }
    }

    /// A key of this name with its value.
    pub fn get(&self, name: &str) -> Option<(&Key, &Value)> {
        let mut entries = self.entries.iter().map(|(key, value)| (key, value));
        entries.find(|(key, _)| key.name == name)
    }
}

impl Value {
    fn new(file: FileId, value: &Spanned<DeValue<'_>>) -> Self {
        let kind = match value.get_ref() {
            DeValue::String(text) => ValueKind::String(text.to_string()),
            DeValue::Integer(number) => {
                ValueKind::Integer(i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| number.to_string()))
            }
            DeValue::Float(number) => ValueKind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => ValueKind::Boolean(*truth),
            DeValue::Datetime(_) => ValueKind::Datetime,
            DeValue::Array(items) => ValueKind::Array(items.iter().map(|item| Value::new(file, item)).collect()),
            DeValue::Table(table) => ValueKind::Table(Table::new(file, table)),
        };
        Value {
            kind,
            span: span(file, value.span()),
        }
    }

    /// What it is, for a sentence: `a text`.
    pub fn describe(&self) -> String {
        match &self.kind {
            ValueKind::String(text) if text.chars().count() <= 40 => format!("the text {text:?}"),
            ValueKind::String(_) => "a text".to_owned(),
            ValueKind::Integer(Ok(number)) => format!("the integer {number}"),
            ValueKind::Integer(Err(text)) => format!("the integer {text}"),
            ValueKind::Float(number) => format!("the number {number:?}"),
            ValueKind::Boolean(truth) => format!("`{truth}`"),
            ValueKind::Datetime => "a date or time".to_owned(),
            ValueKind::Array(_) => "an array".to_owned(),
            ValueKind::Table(_) => "a table".to_owned(),
        }
    }
}

/// A key as it is written in TOML: with quotes if it needs them.
pub(super) fn bare(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { format!("{name:?}") }
}

/// A range of bytes in a file. Files are refused long before they have 2^32 bytes.
pub(crate) fn span(file: FileId, range: Range<usize>) -> Span {
    Span {
        file,
        start: u32::try_from(range.start).unwrap_or(u32::MAX),
        end: u32::try_from(range.end).unwrap_or(u32::MAX),
    }
}
