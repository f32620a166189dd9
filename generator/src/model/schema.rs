//! JSON Schemas of spec files, from the types that they are read into, so that parser and schema are one fact.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// What the name of an entry looks like; see [`super::names::is_plain`].
pub const NAME: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

/// A key for lathe's own language server, as are the next two; other readers pass over them: the tables of the entries that a field
/// names. Fields state these keys as literals, since their attributes take no constants; a test compares them.
pub const NAMES: &str = "x-lathe-names";

/// Words that a field may hold beside these names.
pub const WORDS: &str = "x-lathe-words";

/// The mark behind which the name stands.
pub const AFTER: &str = "x-lathe-after";

/// What stands among the tables where a function of the runtime is named.
pub const FUNCTION: &str = "function";

/// The schema of a file.
///
/// Draft 7, and without references between its parts: editors know both of the older draft and of plain nesting, and few of more.
pub fn of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    plain(&mut schema);
    // The name of a Rust type says nothing to those who write specs.
    schema.remove("title");
    schema
}

/// Takes away what a TOML file can't hold or doesn't care about: null, and the widths of numbers in Rust.
fn plain(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice != &json!({ "type": "null" }));
        if let [Value::Object(one)] = choices.as_slice() {
            let one = one.clone();
            schema.remove("anyOf");
            for (key, value) in one {
                // What a field says of itself stands before what its type says.
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        // Lines of a doc comment end where the source is too narrow; only empty ones divide anything.
        let paragraphs: Vec<String> = description
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "))
            .collect();
        *description = paragraphs.join("\n\n");
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    schema.remove("format");
    transform_subschemas(&mut plain, schema);
}

/// The words of a table.
pub fn words<V>(table: &[(&'static str, V)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}

/// One of these words, as an element of a list.
pub fn one_of(words: Vec<&'static str>) -> Value {
    json!({ "type": "string", "enum": words })
}

/// One of these words, or what fits the pattern.
pub fn any_of(words: Vec<&'static str>, pattern: &str) -> Value {
    json!([{ "enum": words }, { "pattern": pattern }])
}

/// What the names in a table look like.
pub fn names() -> Value {
    json!({ "pattern": NAME, "maxLength": 64 })
}

/// What the names in a table look like where dots may divide them: `heap.write`.
pub fn dotted_names() -> Value {
    json!({ "pattern": r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*$" })
}

/// What the names of types, variants and errors look like: `EvictionPolicy`.
pub fn camel_names() -> Value {
    json!({ "pattern": "^[A-Z][A-Za-z0-9]*$", "maxLength": 64 })
}

/// What the names of constants look like: `MAX_KEY`.
pub fn constant_names() -> Value {
    json!({ "pattern": "^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", "maxLength": 64 })
}

/// Deserializes a text or a table. (An untagged enum would lose the spans.)
macro_rules! text_or_table {
    ($name:ident, $expected:literal, $text:expr, $table:ty, $wrap:expr) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        Ok($text(text.to_owned()))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        let table = <$table as serde::Deserialize>::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                        Ok($wrap(table))
                    }
                }
                deserializer.deserialize_any(Visitor)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let table = generator.subschema_for::<$table>();
                schemars::json_schema!({ "anyOf": [{ "type": "string" }, table] })
            }
        }
    };
}
pub(in crate::model) use text_or_table;
