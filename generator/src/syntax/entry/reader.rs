//! The deserializer behind [`super::Entry::read`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::{Fault, Node};
use crate::source::Span;
use crate::syntax::tree::{Key, Table, Value, ValueKind};

/// The most amendments for one entry. An entry with more mistakes is reported up to here.
const MOST_AMENDMENTS: usize = 100;

/// Something wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A key that the type doesn't have.
    Unknown {
        name: String,
        span: Span,
        expected: &'static [&'static str],
    },
    /// A key that the type demands.
    Missing { name: &'static str, span: Span },
    /// A value of another type.
    Type { message: String, span: Span },
}

/// Reads a value; `name` is where a key is missing if the value itself is a `[table]`.
pub(super) fn read<T: DeserializeOwned>(value: &Value, name: Span) -> (Option<T>, Vec<Mistake>) {
    let amendments = RefCell::new(Amendments::default());
    let mut mistakes = Vec::new();
    for _ in 0..MOST_AMENDMENTS {
        let reader = Reader {
            value,
            amendments: &amendments,
        };
        let fault = match T::deserialize(reader) {
            Ok(result) => return (Some(result), mistakes),
            Err(fault) => fault,
        };
        let mut amendments = amendments.borrow_mut();
        match fault {
            Fault::Unknown {
                name,
                expected,
                place: Some((node, span)),
            } => {
                if !amendments.skipped.insert(node) {
                    break;
                }
                mistakes.push(Mistake::Unknown { name, span, expected });
            }
            Fault::Missing {
                name: field,
                place: Some((node, span)),
            } => {
                if !amendments.supplied.entry(node).or_default().insert(field) {
                    break;
                }
                // What a stand-in lacks is no mistake of the spec.
                if !amendments.replaced.contains(&node) {
                    let is_entry = std::ptr::eq(value, node.0);
                    mistakes.push(Mistake::Missing {
                        name: field,
                        span: if is_entry { name } else { span },
                    });
                }
            }
            Fault::Type {
                message,
                place: Some((node, span)),
            } => {
                mistakes.push(Mistake::Type { message, span });
                if !amendments.replaced.insert(node) {
                    mistakes.pop();
                    break;
                }
            }
            // A stand-in was refused: there is nothing further to find out.
            Fault::Unknown { .. } | Fault::Missing { .. } => break,
            Fault::Type { message, place: None } => {
                if mistakes.is_empty() {
                    mistakes.push(Mistake::Type {
                        message,
                        span: value.span,
                    });
                }
                break;
            }
        }
    }
    (None, mistakes)
}

/// What is to be done differently than the text says.
#[derive(Debug, Default)]
struct Amendments {
    /// Keys that are passed over.
    skipped: BTreeSet<Node>,
    /// Fields that are added to a table.
    supplied: BTreeMap<Node, BTreeSet<&'static str>>,
    /// Values that a stand-in replaces.
    replaced: BTreeSet<Node>,
}

/// Reads a value of the tree.
#[derive(Clone, Copy)]
struct Reader<'de> {
    value: &'de Value,
    amendments: &'de RefCell<Amendments>,
}

impl<'de> Reader<'de> {
    fn is_replaced(&self) -> bool {
        self.amendments.borrow().replaced.contains(&Node::of(self.value))
    }

    fn supplied(&self) -> Vec<&'static str> {
        let amendments = self.amendments.borrow();
        amendments
            .supplied
            .get(&Node::of(self.value))
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    fn table(&self, table: &'de Table) -> Fields<'de> {
        Fields {
            entries: table.entries.iter(),
            value: None,
            supplied: self.supplied().into_iter(),
            amendments: self.amendments,
        }
    }

    /// Adds the place to a fault; one about a type also says what was found.
    fn blame(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Type { message, place: None } if message.starts_with("expected") && !message.contains("found") => {
                Fault::Type {
                    message: format!("{message}, found {}", self.value.describe()),
                    place: Some((Node::of(self.value), self.value.span)),
                }
            }
            other => other.at(self.value),
        }
    }

    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.value.kind {
            ValueKind::String(text) => visitor.visit_borrowed_str(text),
            ValueKind::Integer(Ok(number)) => visitor.visit_i64(*number),
            ValueKind::Integer(Err(text)) => Err(de::Error::custom(match text.as_str() {
                "0x" | "0o" | "0b" => format!("`{text}` is no number: digits are missing behind it"),
                _ => format!(
                    "the integer {text} is out of range: integers of TOML end at 9223372036854775807; a greater value of a type stands as a text, \"{text}\""
                ),
            })),
            ValueKind::Float(number) => visitor.visit_f64(*number),
            ValueKind::Boolean(truth) => visitor.visit_bool(*truth),
            ValueKind::Datetime => Err(de::Error::custom("no spec has a use for dates and times")),
            ValueKind::Array(items) => visitor.visit_seq(Items {
                items: items.iter(),
                amendments: self.amendments,
            }),
            ValueKind::Table(table) => visitor.visit_map(self.table(table)),
        };
        result.map_err(|fault| self.blame(fault))
    }
}

/// Replaced values answer with a stand-in of the type that is asked for; all others with what they are.
macro_rules! scalars {
    ($($method:ident => $stand_in:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            if self.is_replaced() {
                return $stand_in(self, visitor);
            }
            self.any(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    scalars! {
        deserialize_any => |_: Self, visitor: V| visitor.visit_str("");
        deserialize_bool => |_: Self, visitor: V| visitor.visit_bool(false);
        deserialize_i64 => |_: Self, visitor: V| visitor.visit_i64(0);
        deserialize_u64 => |_: Self, visitor: V| visitor.visit_u64(0);
        deserialize_u32 => |_: Self, visitor: V| visitor.visit_u32(0);
        deserialize_f64 => |_: Self, visitor: V| visitor.visit_f64(0.0);
        deserialize_str => |_: Self, visitor: V| visitor.visit_str("");
        deserialize_string => |_: Self, visitor: V| visitor.visit_str("");
        deserialize_seq => |reader: Self, visitor: V| visitor.visit_seq(Items { items: [].iter(), amendments: reader.amendments });
        deserialize_map => |reader: Self, visitor: V| visitor.visit_map(Fields::empty(reader.amendments, reader.supplied()));
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_replaced() {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if serde_spanned::de::is_spanned(name) {
            let range = self.value.span.start as usize..self.value.span.end as usize;
            return visitor.visit_map(serde_spanned::de::SpannedDeserializer::new(self, range));
        }
        if self.is_replaced() {
            let fields = Fields::empty(self.amendments, self.supplied());
            return visitor.visit_map(fields).map_err(|fault| fault.at(self.value));
        }
        match &self.value.kind {
            ValueKind::Table(table) => visitor.visit_map(self.table(table)).map_err(|fault| self.blame(fault)),
            _ => Err(self.blame(de::Error::custom("expected a table"))),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

impl<'de> de::IntoDeserializer<'de, Fault> for Reader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The items of an array.
struct Items<'de> {
    items: std::slice::Iter<'de, Value>,
    amendments: &'de RefCell<Amendments>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.items.next() else {
            return Ok(None);
        };
        let reader = Reader {
            value,
            amendments: self.amendments,
        };
        seed.deserialize(reader).map(Some)
    }
}

/// The fields of a table, then those that are supplied.
struct Fields<'de> {
    entries: std::slice::Iter<'de, (Key, Value)>,
    value: Option<&'de Value>,
    supplied: std::vec::IntoIter<&'static str>,
    amendments: &'de RefCell<Amendments>,
}

impl<'de> Fields<'de> {
    fn empty(amendments: &'de RefCell<Amendments>, supplied: Vec<&'static str>) -> Self {
        Fields {
            entries: [].iter(),
            value: None,
            supplied: supplied.into_iter(),
            amendments,
        }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for (key, value) in self.entries.by_ref() {
            if self.amendments.borrow().skipped.contains(&Node::of_key(key)) {
                continue;
            }
            self.value = Some(value);
            return seed
                .deserialize(KeyReader { key })
                .map(Some)
                .map_err(|fault| fault.at_key(key));
        }
        self.value = None;
        match self.supplied.next() {
            Some(name) => seed.deserialize(StrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.value.take() {
            Some(value) => seed.deserialize(Reader {
                value,
                amendments: self.amendments,
            }),
            None => seed.deserialize(StandIn),
        }
    }
}

/// Reads a key, with its span where the type asks for that.
#[derive(Clone, Copy)]
struct KeyReader<'de> {
    key: &'de Key,
}

impl<'de> Deserializer<'de> for KeyReader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(&self.key.name)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if serde_spanned::de::is_spanned(name) {
            let range = self.key.span.start as usize..self.key.span.end as usize;
            return visitor.visit_map(serde_spanned::de::SpannedDeserializer::new(self, range));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> de::IntoDeserializer<'de, Fault> for KeyReader<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Answers with the simplest value of the type that is asked for.
#[derive(Clone, Copy)]
struct StandIn;

impl<'de> Deserializer<'de> for StandIn {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str("")
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(false)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_i64(0)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u64(0)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(0.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_none()
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(de::value::SeqDeserializer::<_, Fault>::new(std::iter::empty::<StandIn>()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(de::value::MapDeserializer::<_, Fault>::new(std::iter::empty::<(
            StandIn,
            StandIn,
        )>()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if serde_spanned::de::is_spanned(name) {
            return visitor.visit_map(serde_spanned::de::SpannedDeserializer::new(self, 0..0));
        }
        let all = fields.iter().map(|field| (*field, StandIn));
        visitor.visit_map(de::value::MapDeserializer::<_, Fault>::new(all))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u128 f32 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct enum identifier ignored_any
    }
}

impl de::IntoDeserializer<'_, Fault> for StandIn {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
