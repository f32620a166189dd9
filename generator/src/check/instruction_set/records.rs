//! Finds records and fields of the module format by the names that have a meaning in every set.

use crate::model::instruction_set::{Field, InstructionSet, Record, Shape};

/// The field of a record with a name.
pub fn field<'a>(record: &'a Record, name: &str) -> Option<&'a Field> {
    record.fields.iter().find(|field| field.name == name)
}

/// Whether a record has a field with a name.
pub fn has(record: &Record, name: &str) -> bool {
    field(record, name).is_some()
}

/// The shape of the items of a list of the module: `functions`.
pub fn element<'a>(set: &'a InstructionSet, list: &str) -> Option<&'a Shape> {
    match &field(&set.format.records[set.format.root], list)?.shape {
        Shape::List { element, .. } => Some(element),
        _ => None,
    }
}

/// The record that a shape is, if it is one.
pub fn record_of<'a>(set: &'a InstructionSet, shape: Option<&Shape>) -> Option<&'a Record> {
    match shape {
        Some(Shape::Record(id)) => Some(&set.format.records[*id]),
        _ => None,
    }
}

/// The record with a name.
pub fn record<'a>(set: &'a InstructionSet, name: &str) -> Option<&'a Record> {
    set.format.records.iter().find(|record| record.name == name)
}
