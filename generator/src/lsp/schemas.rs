//! Finds fields in the schemas of the kinds, for what they say of themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::registry::KINDS;

/// The schemas of all kinds.
pub struct Schemas {
    by_kind: BTreeMap<&'static str, Value>,
}

impl Schemas {
    /// Makes them from the types of the model.
    pub fn new() -> Self {
        let schema = |kind: &crate::registry::SpecKind| (kind.name, (kind.schema)().to_value());
        Schemas {
            by_kind: KINDS.iter().map(schema).collect(),
        }
    }

    /// The names of the kinds, each with what it describes.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.iter().map(|kind| (kind.name, kind.summary))
    }

    /// What the schema of a kind says of the value at a path of keys: `op`, `iadd`, `code`.
    pub fn field<'a>(&'a self, kind: &str, path: &[impl AsRef<str>]) -> Option<&'a Value> {
        let mut schema = self.by_kind.get(kind)?;
        for key in path {
            let table = table(schema)?;
            let property = table.get("properties").and_then(|properties| properties.get(key.as_ref()));
            schema = property.or_else(|| table.get("additionalProperties").filter(|inner| inner.is_object()))?;
        }
        Some(schema)
    }

    /// The keys of the table at a path, in the order of the type, each with its schema and whether it is required.
    pub fn keys<'a>(&'a self, kind: &str, path: &[impl AsRef<str>]) -> Vec<(&'a str, &'a Value, bool)> {
        let Some(table) = self.field(kind, path).and_then(table) else {
            return Vec::new();
        };
        let required: Vec<&str> = texts(table.get("required"));
        let properties = table.get("properties").and_then(Value::as_object);
        let key = |(name, schema): (&'a String, &'a Value)| (name.as_str(), schema, required.contains(&name.as_str()));
        properties.into_iter().flatten().map(key).collect()
    }
}

/// The schema of the table that a schema allows: itself, that of its items, or one of several choices.
fn table(schema: &Value) -> Option<&Value> {
    if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() {
        return Some(schema);
    }
    if let Some(items) = schema.get("items") {
        return table(items);
    }
    schema.get("anyOf").and_then(Value::as_array)?.iter().find_map(table)
}

/// The schema of the values in an array, or of the value itself.
pub fn item(schema: &Value) -> &Value {
    schema.get("items").unwrap_or(schema)
}

/// The words that a schema allows.
pub fn words(schema: &Value) -> Vec<&str> {
    let schema = item(schema);
    let own = texts(schema.get("enum"));
    let constant = schema.get("const").and_then(Value::as_str);
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let of_choices = choices.into_iter().flatten().flat_map(|choice| texts(choice.get("enum")));
    own.into_iter().chain(constant).chain(of_choices).collect()
}

/// What a schema says of itself.
pub fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

/// What a value looks like, in a few words.
pub fn shape(schema: &Value) -> String {
    let of = schema.get("type").and_then(Value::as_str).unwrap_or("any");
    match of {
        "array" => format!("array of {}", shape(item(schema))),
        "string" => "text".to_owned(),
        "object" => "table".to_owned(),
        "any" if schema.get("anyOf").is_some() => "text or table".to_owned(),
        other => other.to_owned(),
    }
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_paths() {
        let schemas = Schemas::new();
        let found = |path: &[&str]| schemas.field("instruction-set", path).map(description).unwrap_or_default();
        assert!(found(&["op", "iadd", "code"]).starts_with("Its number"));
        assert!(found(&["record", "function", "fields", "max"]).starts_with("The largest count"));
        assert!(found(&["op", "iadd", "golden", "bytes"]).starts_with("Hexadecimal"));
        assert_eq!(found(&["op", "iadd", "cod"]), "");
        assert_eq!(found(&["op", "iadd", "code", "x"]), "");
        let control = schemas
            .field("instruction-set", &["op", "x", "control"])
            .expect("it is there");
        assert!(words(control).contains(&"branch"));
        let keys = schemas.keys("target", &["level"]);
        assert_eq!(
            keys.first().map(|(name, _, required)| (*name, *required)),
            Some(("name", true))
        );
    }
}
