//! The order of keys, read from the JSON Schema of a kind: its properties stand as the fields of the types that specs are read into.

use serde_json::Value;

use crate::registry::KINDS;

/// The schema of a file, or none for a file of no kind.
pub struct Layout {
    schema: Value,
}

/// The part of a schema that is about one table or array.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    schema: Option<&'a Value>,
}

impl Layout {
    /// The layout of a kind.
    pub fn of(kind: &str) -> Layout {
        let kind = KINDS.iter().find(|row| row.name == kind);
        Layout {
            schema: kind.map_or(Value::Null, |kind| (kind.schema)().to_value()),
        }
    }

    /// The part about the whole file.
    pub fn root(&self) -> Part<'_> {
        Part {
            schema: Some(&self.schema),
        }
    }
}

impl<'a> Part<'a> {
    /// The schema itself, or that of the alternatives which has a key; alternatives are texts beside tables.
    fn with(self, key: &str) -> Option<&'a Value> {
        let schema = self.schema?;
        let alternatives = ["anyOf", "oneOf"].into_iter().find_map(|name| schema.get(name)?.as_array());
        match alternatives {
            Some(alternatives) => alternatives.iter().find(|schema| schema.get(key).is_some()),
            None => Some(schema),
        }
    }

    /// Where a key stands among those of its table; unknown ones stand last.
    pub fn rank(self, key: &str) -> usize {
        let properties = self
            .with("properties")
            .and_then(|schema| schema.get("properties")?.as_object());
        let rank = properties.and_then(|properties| properties.keys().position(|name| name == key));
        rank.unwrap_or(usize::MAX)
    }

    /// The part about the value of a key.
    pub fn key(self, key: &str) -> Part<'a> {
        let properties = self.with("properties").and_then(|schema| schema.get("properties"));
        let stated = properties.and_then(|properties| properties.get(key));
        let any = || self.with("additionalProperties")?.get("additionalProperties");
        Part {
            schema: stated.or_else(any),
        }
    }

    /// The part about the elements of an array.
    pub fn element(self) -> Part<'a> {
        Part {
            schema: self.with("items").and_then(|schema| schema.get("items")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_as_the_types_declare_them() {
        let layout = Layout::of("instruction-set");
        let root = layout.root();
        assert!(root.rank("kind") < root.rank("name") && root.rank("name") < root.rank("doc"));
        let op = root.key("op").key("iadd");
        assert!(op.rank("code") < op.rank("group") && op.rank("golden") < op.rank("examples"));
        let example = op.key("examples").element();
        assert!(example.rank("given") < example.rank("gives") && example.rank("strange") == usize::MAX);
        let golden = op.key("golden");
        assert!(golden.rank("operands") < golden.rank("bytes"));
        let field = root.key("record").key("module").key("fields").element();
        assert!(field.rank("name") < field.rank("doc"));
        let level = Layout::of("target");
        assert!(level.root().key("level").element().rank("doc") < usize::MAX);
        assert_eq!(Layout::of("").root().rank("kind"), usize::MAX);
    }
}
