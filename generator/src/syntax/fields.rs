//! The keys of a type that entries are read into, in the order in which it declares them.

use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The keys of `T` in the order of its fields; none if `T` is no struct.
pub fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Question) {
        Err(Answer::Fields(fields)) => fields,
        _ => &[],
    }
}

/// Asked for a struct, it answers with the names of its fields and reads nothing.
struct Question;

/// What serde is told instead of a value.
#[derive(Debug)]
enum Answer {
    /// The fields of the struct that was asked for.
    Fields(&'static [&'static str]),
    /// Something else was asked for.
    NoStruct,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no value is read here")
    }
}

impl std::error::Error for Answer {}

impl serde::de::Error for Answer {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Answer::NoStruct
    }
}

impl<'de> Deserializer<'de> for Question {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer::custom(""))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer::Fields(fields))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only its fields are asked for")]
    struct Entry {
        second: String,
        r#in: Vec<u8>,
    }

    #[test]
    fn fields_come_in_their_order() {
        assert_eq!(fields::<Entry>(), ["second", "in"]);
        assert!(fields::<String>().is_empty() && fields::<Vec<Entry>>().is_empty());
    }
}
