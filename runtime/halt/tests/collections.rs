//! Vectors and maps against `Vec` and `BTreeMap`: after every change, and the old versions too.
#![cfg(not(loom))]

mod common;

use std::collections::BTreeMap;

use common::in_arena;
use halt::{Arena, Error, Word};
use proptest::prelude::*;

const WORDS: usize = 1 << 18;

#[derive(Clone, Debug)]
enum OnVector {
    Push(i32),
    PushMany(u16),
    Set(prop::sample::Index, i32),
    Truncate(prop::sample::Index),
    Pop,
}

fn on_vector() -> impl Strategy<Value = OnVector> {
    prop_oneof![
        4 => any::<i32>().prop_map(OnVector::Push),
        2 => (0..1100u16).prop_map(OnVector::PushMany),
        2 => (any::<prop::sample::Index>(), any::<i32>()).prop_map(|(at, value)| OnVector::Set(at, value)),
        1 => any::<prop::sample::Index>().prop_map(OnVector::Truncate),
        1 => Just(OnVector::Pop),
    ]
}

fn elements(arena: &Arena<'_>, word: Word) -> Vec<i64> {
    arena
        .parts(word)
        .unwrap()
        .map(|part| arena.as_integer(part).unwrap())
        .collect()
}

fn integers(values: &[i64]) -> Vec<Word> {
    values.iter().map(|&value| Word::small(value).unwrap()).collect()
}

#[derive(Clone, Debug)]
enum OnMap {
    Insert(i64, i32),
    Remove(i64),
    Collect,
}

/// Keys of which many share a hash: see `colliding_keys`.
fn on_map(keys: Vec<i64>) -> impl Strategy<Value = OnMap> {
    let key = prop_oneof![2 => prop::sample::select(keys), 1 => 0..40i64, 1 => any::<i64>()].boxed();
    prop_oneof![
        6 => (key.clone(), any::<i32>()).prop_map(|(key, value)| OnMap::Insert(key, value)),
        4 => key.prop_map(OnMap::Remove),
        1 => Just(OnMap::Collect),
    ]
}

/// Integers whose hashes agree in all the 32 bits that maps use, and others that agree in the first 20.
fn colliding_keys() -> Vec<i64> {
    in_arena(1024, 0, |arena| {
        let mut hashed: Vec<(u32, i64)> = (0..400_000)
            .map(|key| (arena.hash(Word::small(key).unwrap()).unwrap() as u32, key))
            .collect();
        hashed.sort_unstable();
        let same: Vec<i64> = hashed
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .flat_map(|pair| [pair[0].1, pair[1].1])
            .collect();
        assert!(same.len() >= 8, "{same:?}");
        let near = hashed
            .windows(2)
            .filter(|pair| pair[0].0 >> 12 == pair[1].0 >> 12)
            .flat_map(|pair| [pair[0].1, pair[1].1]);
        same.iter().copied().take(16).chain(near.take(16)).collect()
    })
}

proptest! {
    #![proptest_config(common::config(64))]

    #[test]
    fn vectors(operations in prop::collection::vec(on_vector(), 1..20)) {
        in_arena(WORDS, 0, |arena| {
            let mut model: Vec<i64> = Vec::new();
            let mut word = Word::EMPTY_VECTOR;
            for operation in operations {
                let (before, was) = (word, model.clone());
                match operation {
                    OnVector::Push(value) => {
                        model.push(value.into());
                        word = arena.vector_push(word, value.into()).unwrap();
                    }
                    OnVector::PushMany(count) => {
                        // A vector that was made at once goes on like one that grew.
                        model.extend(0..i64::from(count));
                        word = arena.vector(&integers(&model)).unwrap();
                    }
                    OnVector::Set(at, value) if !model.is_empty() => {
                        let at = at.index(model.len());
                        model[at] = value.into();
                        word = arena.vector_set(word, at, value.into()).unwrap();
                    }
                    OnVector::Truncate(at) if !model.is_empty() => {
                        let at = at.index(model.len());
                        model.truncate(at);
                        word = arena.vector_truncate(word, at).unwrap();
                    }
                    OnVector::Pop if !model.is_empty() => {
                        model.pop();
                        word = arena.vector_truncate(word, model.len()).unwrap();
                    }
                    _ => continue,
                }
                prop_assert_eq!(elements(arena, word), &model[..]);
                prop_assert_eq!(elements(arena, before), was);
                prop_assert_eq!(arena.count(word), Ok(model.len()));
                for index in [0, model.len() / 2, model.len().saturating_sub(1), model.len()] {
                    let expected = model.get(index).map(|&value| Word::small(value).unwrap()).ok_or(Error::OutOfRange);
                    prop_assert_eq!(arena.vector_get(word, index), expected);
                }
                prop_assert_eq!(arena.vector_set(word, model.len(), Word::NIL), Err(Error::OutOfRange));
                prop_assert_eq!(arena.vector_truncate(word, model.len() + 1), Err(Error::OutOfRange));
                let made = arena.vector(&integers(&model)).unwrap();
                prop_assert_eq!(arena.equal(made, word), Ok(true));
                let mut roots = [word];
                arena.collect(&mut roots).unwrap();
                [word] = roots;
            }
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }

    #[test]
    fn maps(operations in prop::collection::vec(on_map(colliding_keys()), 1..200)) {
        in_arena(WORDS, 0, |arena| {
            let mut model: BTreeMap<i64, i32> = BTreeMap::new();
            let mut word = Word::EMPTY_MAP;
            for operation in operations {
                let (before, was) = (word, model.len());
                let key = match operation {
                    OnMap::Insert(key, value) => {
                        model.insert(key, value);
                        let key_word = arena.integer(key).unwrap();
                        word = arena.map_insert(word, key_word, value.into()).unwrap();
                        key
                    }
                    OnMap::Remove(key) => {
                        model.remove(&key);
                        let key_word = arena.integer(key).unwrap();
                        word = arena.map_remove(word, key_word).unwrap();
                        key
                    }
                    OnMap::Collect => {
                        let mut roots = [word];
                        arena.collect(&mut roots).unwrap();
                        [word] = roots;
                        prop_assert_eq!(arena.verify(), Ok(()));
                        continue;
                    }
                };
                let key_word = arena.integer(key).unwrap();
                prop_assert_eq!(arena.map_get(word, key_word), Ok(model.get(&key).map(|&value| value.into())));
                prop_assert_eq!(arena.count(word), Ok(model.len()));
                prop_assert_eq!(arena.count(before), Ok(was));
            }
            let entries: Vec<Word> = arena.parts(word).unwrap().collect();
            let read: BTreeMap<i64, i32> =
                entries.chunks(2).map(|entry| (arena.as_integer(entry[0]).unwrap(), entry[1].as_small().unwrap() as i32)).collect();
            prop_assert_eq!(entries.len(), 2 * model.len());
            prop_assert_eq!(&read, &model);
            // The shape follows from the entries: made in another order, or all at once, the map is the same.
            let mut entries: Vec<(Word, Word)> =
                model.iter().rev().map(|(&key, &value)| (arena.integer(key).unwrap(), value.into())).collect();
            entries.rotate_left(model.len() / 3);
            let other = arena.map(&entries).unwrap();
            prop_assert_eq!(arena.equal(word, other), Ok(true));
            let mut bytes = vec![0; 1 << 16];
            let length = arena.read_value(word, &mut bytes).unwrap();
            let stored = arena.store(&bytes[..length]).unwrap();
            prop_assert_eq!(arena.equal(word, stored), Ok(true));
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }
}

#[test]
fn keys_of_one_hash_are_told_apart() {
    let keys = colliding_keys();
    in_arena(WORDS, 0, |arena| {
        let mut map = Word::EMPTY_MAP;
        for (value, &key) in (0..).zip(&keys) {
            map = arena.map_insert(map, Word::small(key).unwrap(), Word::from(value)).unwrap();
        }
        for (value, &key) in keys.iter().enumerate().rev() {
            let key = Word::small(key).unwrap();
            // Some keys are there twice: the later value counts.
            if let Some(found) = arena.map_get(map, key).unwrap() {
                assert!(found.as_small().unwrap() >= value as i64);
            }
            map = arena.map_remove(map, key).unwrap();
            assert_eq!(arena.map_get(map, key), Ok(None));
        }
        assert_eq!(map, Word::EMPTY_MAP);
    });
}

#[test]
fn collections_are_keys() {
    in_arena(WORDS, 0, |arena| {
        let list = |numbers: &[i32], arena: &Arena<'_>| {
            arena
                .list(&numbers.iter().map(|&number| number.into()).collect::<Vec<_>>())
                .unwrap()
        };
        let inner = arena.map(&[(list(&[1, 2], arena), Word::TRUE)]).unwrap();
        let map = arena
            .map(&[
                (inner, Word::from(1)),
                (Word::NIL, Word::from(2)),
                (list(&[], arena), Word::from(3)),
            ])
            .unwrap();
        let same = arena.map(&[(list(&[1, 2], arena), Word::TRUE)]).unwrap();
        let other = arena.map(&[(list(&[1, 3], arena), Word::TRUE)]).unwrap();
        assert_eq!(arena.map_get(map, same), Ok(Some(Word::from(1))));
        assert_eq!(arena.map_get(map, other), Ok(None));
        assert_eq!(arena.map_get(map, Word::EMPTY_LIST), Ok(Some(Word::from(3))));
        assert_eq!(arena.map_get(map, Word::EMPTY_VECTOR), Ok(None));
    });
}

#[test]
fn what_does_not_fit_changes_nothing() {
    in_arena(700, 0, |arena| {
        let mut vector = Word::EMPTY_VECTOR;
        let mut map = Word::EMPTY_MAP;
        let mut pushed = 0;
        loop {
            let used = arena.statistics().used;
            match arena.vector_push(vector, pushed.into()) {
                Ok(new) => (vector, pushed) = (new, pushed + 1),
                Err(error) => {
                    assert_eq!((error, arena.statistics().used), (Error::Exhausted, used));
                    break;
                }
            }
            let used = arena.statistics().used;
            match arena.map_insert(map, pushed.into(), Word::NIL) {
                Ok(new) => map = new,
                Err(error) => {
                    assert_eq!((error, arena.statistics().used), (Error::Exhausted, used));
                    break;
                }
            }
        }
        assert_eq!(arena.count(vector), Ok(pushed as usize));
        assert_eq!(arena.list(&[Word::NIL; 1000]), Err(Error::Exhausted));
        assert_eq!(arena.verify(), Ok(()));
    });
}
