//! What makes serde stop, and where in the tree that is.

use std::fmt;

use serde::de;

use crate::source::Span;
use crate::syntax::tree::{Key, Value};

/// A part of the tree, by its address: the tree doesn't move while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(pub(super) *const Value);

impl Node {
    pub(super) fn of(value: &Value) -> Node {
        Node(std::ptr::from_ref(value))
    }

    /// Keys live in the same vectors as values, so their addresses differ from those of all values.
    pub(super) fn of_key(key: &Key) -> Node {
        Node(std::ptr::from_ref(key).cast())
    }
}

/// Where a fault is.
pub(super) type At = Option<(Node, Span)>;

/// What made serde stop.
#[derive(Debug)]
pub(super) enum Fault {
    Unknown {
        name: String,
        expected: &'static [&'static str],
        place: At,
    },
    Missing {
        name: &'static str,
        place: At,
    },
    Type {
        message: String,
        place: At,
    },
}

impl Fault {
    /// Adds the place of a value, unless a place is known.
    pub(super) fn at(mut self, value: &Value) -> Self {
        let (Fault::Missing { place, .. } | Fault::Type { place, .. } | Fault::Unknown { place, .. }) = &mut self;
        place.get_or_insert((Node::of(value), value.span));
        self
    }

    /// Adds the place of a key.
    pub(super) fn at_key(mut self, key: &Key) -> Self {
        let (Fault::Missing { place, .. } | Fault::Type { place, .. } | Fault::Unknown { place, .. }) = &mut self;
        place.get_or_insert((Node::of_key(key), key.span));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unknown { name, .. } => write!(f, "unknown key `{name}`"),
            Fault::Missing { name, .. } => write!(f, "`{name}` is missing"),
            Fault::Type { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Type {
            message: message.to_string(),
            place: None,
        }
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::custom(format!("expected {}", plain(&expected.to_string())))
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Fault::custom(format!("expected {}, found {unexpected}", plain(&expected.to_string())))
    }

    fn unknown_field(name: &str, expected: &'static [&'static str]) -> Self {
        Fault::Unknown {
            name: name.to_owned(),
            expected,
            place: None,
        }
    }

    fn missing_field(name: &'static str) -> Self {
        Fault::Missing { name, place: None }
    }
}

/// serde's names of types in the words of TOML.
fn plain(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "a text",
        "a boolean" | "bool" => "`true` or `false`",
        "a sequence" => "an array",
        "a map" => "a table",
        "i64" | "u64" | "u32" | "i32" | "u16" | "u8" => "an integer",
        "f64" => "a number",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}
