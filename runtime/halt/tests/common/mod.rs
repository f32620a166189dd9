//! Values as the standard library has them, to hold the arena to.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;

use halt::{Arena, Error, Type, Word, atomic_words};
use proptest::prelude::*;

/// So many cases; what fails is printed, and kept nowhere.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Runs something in an arena of so many words.
pub fn in_arena<T>(words: usize, atoms: u32, run: impl FnOnce(&mut Arena<'_>) -> T) -> T {
    let mut memory = vec![u64::MAX; words];
    run(&mut Arena::new(atomic_words(&mut memory), atoms).expect("enough words"))
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    Nil,
    Boolean(bool),
    Integer(i64),
    Bytes(Vec<u8>),
    List(Vec<Model>),
    Vector(Vec<Model>),
    Map(BTreeMap<Model, Model>),
}

impl Model {
    pub fn build(&self, arena: &Arena<'_>) -> Result<Word, Error> {
        match self {
            Self::Nil => Ok(Word::NIL),
            Self::Boolean(value) => Ok(Word::boolean(*value)),
            Self::Integer(value) => arena.integer(*value),
            Self::Bytes(bytes) => arena.bytes(bytes),
            Self::List(parts) => arena.list(&build_all(parts, arena)?),
            Self::Vector(parts) => arena.vector(&build_all(parts, arena)?),
            Self::Map(entries) => {
                let entries: Result<Vec<_>, _> = entries
                    .iter()
                    .map(|(key, value)| Ok((key.build(arena)?, value.build(arena)?)))
                    .collect();
                arena.map(&entries?)
            }
        }
    }

    pub fn of(arena: &Arena<'_>, word: Word) -> Self {
        let parts = || arena.parts(word).expect("a collection").map(|part| Self::of(arena, part));
        match arena.type_of(word).expect("a value") {
            Type::Nil => Self::Nil,
            Type::Boolean => Self::Boolean(word == Word::TRUE),
            Type::Integer => Self::Integer(arena.as_integer(word).unwrap()),
            Type::Bytes => {
                let mut bytes = vec![0; arena.count(word).unwrap()];
                arena.copy_bytes(word, &mut bytes).unwrap();
                Self::Bytes(bytes)
            }
            Type::List => Self::List(parts().collect()),
            Type::Vector => Self::Vector(parts().collect()),
            Type::Map => {
                let parts: Vec<_> = parts().collect();
                Self::Map(parts.chunks(2).map(|entry| (entry[0].clone(), entry[1].clone())).collect())
            }
        }
    }

    /// The encoded form, written independently of the arena; maps in the order of the model, which isn't the canonical one.
    pub fn encode(&self, into: &mut Vec<u8>) {
        fn number(into: &mut Vec<u8>, mut number: u64) {
            while number >= 128 {
                into.push(number as u8 | 128);
                number >>= 7;
            }
            into.push(number as u8);
        }
        match self {
            Self::Nil => into.push(0),
            Self::Boolean(value) => into.push(1 + u8::from(*value)),
            Self::Integer(value) => {
                into.push(3);
                number(
                    into,
                    if *value < 0 {
                        !(*value as u64) << 1 | 1
                    } else {
                        (*value as u64) << 1
                    },
                );
            }
            Self::Bytes(bytes) => {
                into.push(4);
                number(into, bytes.len() as u64);
                into.extend(bytes);
            }
            Self::List(parts) | Self::Vector(parts) => {
                parts.iter().for_each(|part| part.encode(into));
                into.push(if matches!(self, Self::List(_)) { 5 } else { 6 });
                number(into, parts.len() as u64);
            }
            Self::Map(entries) => {
                for (key, value) in entries {
                    key.encode(into);
                    value.encode(into);
                }
                into.push(7);
                number(into, entries.len() as u64);
            }
        }
    }
}

fn build_all(parts: &[Model], arena: &Arena<'_>) -> Result<Vec<Word>, Error> {
    parts.iter().map(|part| part.build(arena)).collect()
}

pub fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -20..20i64, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(1i64 << 61), 1 => Just((1i64 << 61) - 1)]
}

/// Any value: small ones more often, nested up to four deep.
pub fn model() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        1 => Just(Model::Nil),
        1 => any::<bool>().prop_map(Model::Boolean),
        3 => integer().prop_map(Model::Integer),
        2 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Model::Bytes),
    ];
    leaf.prop_recursive(4, 80, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Model::List),
            prop::collection::vec(inner.clone(), 0..40).prop_map(Model::Vector),
            prop::collection::btree_map(inner.clone(), inner, 0..12).prop_map(Model::Map),
        ]
    })
}
