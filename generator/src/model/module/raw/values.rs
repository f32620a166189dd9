//! Values that may be written in more than one way.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// A value of a field or constant.
#[derive(Debug, Clone, PartialEq)]
pub enum RawValue {
    /// `true`
    Bool(bool),
    /// `10_000`
    Integer(i64),
    /// `0.75`
    Float(f64),
    /// `"Lru"`
    Text(String),
    /// `[]`
    Empty,
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = RawValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, a text, `true`, `false` or `[]`")
            }

            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<RawValue, E> {
                Ok(RawValue::Bool(value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<RawValue, E> {
                Ok(RawValue::Integer(value))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<RawValue, E> {
                Ok(RawValue::Float(value))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawValue, E> {
                Ok(RawValue::Text(text.to_owned()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut elements: A) -> Result<RawValue, A::Error> {
                match elements.next_element::<serde::de::IgnoredAny>()? {
                    None => Ok(RawValue::Empty),
                    Some(_) => Err(serde::de::Error::custom("a list can only be empty here: `[]`")),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for RawValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "number", "string", "array"] })
    }
}

/// What stands behind a capability of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawSupport {
    /// `"approx(buffered)"`
    Text(String),
    /// `1`
    Number(i64),
}

impl<'de> Deserialize<'de> for RawSupport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = RawSupport;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`\"exact\"`, `\"approx(…)\"`, `\"none\"` or a number; a name with a dot stands in quotes")
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<RawSupport, E> {
                Ok(RawSupport::Number(number))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawSupport, E> {
                Ok(RawSupport::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for RawSupport {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawSupport".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "pattern": r"^(exact|none|approx\([^()]+\))$" }] })
    }
}
