//! Values against a model of the standard library: what is built is what is read, whichever way it was built.
#![cfg(not(loom))]

mod common;

use std::cmp::Ordering;

use common::{Model, in_arena, model};
use halt::{Arena, Error, MAX_DEPTH, Type, Word};
use proptest::prelude::*;

const WORDS: usize = 1 << 16;

fn encoded(arena: &Arena<'_>, word: Word) -> Vec<u8> {
    let mut bytes = vec![0; arena.encoded_length(word, usize::MAX).unwrap()];
    assert_eq!(arena.read_value(word, &mut bytes), Ok(bytes.len()));
    bytes
}

proptest! {
    #![proptest_config(common::config(256))]

    #[test]
    fn built_is_read(model in model()) {
        in_arena(WORDS, 0, |arena| {
            let word = model.build(arena).unwrap();
            prop_assert_eq!(Model::of(arena, word), model);
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }

    #[test]
    fn stored_is_built(model in model()) {
        in_arena(WORDS, 0, |arena| {
            let built = model.build(arena).unwrap();
            let mut bytes = Vec::new();
            model.encode(&mut bytes);
            let stored = arena.store(&bytes).unwrap();
            prop_assert!(arena.equal(built, stored).unwrap());
            prop_assert_eq!(arena.hash(built), arena.hash(stored));
            prop_assert_eq!(encoded(arena, built), encoded(arena, stored));
            prop_assert_eq!(encoded(arena, built).len(), bytes.len());
            let canonical = encoded(arena, built);
            let again = arena.store(&canonical).unwrap();
            prop_assert_eq!(Model::of(arena, again), model);
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }

    #[test]
    fn equality_and_order_are_those_of_values(one in model(), other in model(), third in model()) {
        in_arena(WORDS, 0, |arena| {
            let words = [&one, &other, &third].map(|model| model.build(arena).unwrap());
            let [left, right, last] = words;
            prop_assert_eq!(arena.equal(left, right).unwrap(), one == other);
            prop_assert_eq!(encoded(arena, left) == encoded(arena, right), one == other);
            prop_assert_eq!(arena.compare(left, right).unwrap(), arena.compare(right, left).unwrap().reverse());
            if let (Ordering::Less | Ordering::Equal, Ordering::Less | Ordering::Equal) =
                (arena.compare(left, right).unwrap(), arena.compare(right, last).unwrap())
            {
                prop_assert_ne!(arena.compare(left, last).unwrap(), Ordering::Greater);
            }
            Ok(())
        })?;
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(prop_oneof![6 => 0..8u8, 1 => any::<u8>()], 0..60)) {
        in_arena(2048, 0, |arena| {
            let before = arena.statistics();
            match arena.store(&bytes) {
                Ok(word) => prop_assert_eq!(Model::of(arena, word).build(arena).map(|built| arena.equal(built, word)), Ok(Ok(true))),
                Err(_) => prop_assert_eq!(arena.statistics(), before),
            }
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }

    #[test]
    fn a_damaged_form_changes_nothing(model in model(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        in_arena(4096, 0, |arena| {
            let mut bytes = Vec::new();
            model.encode(&mut bytes);
            *at.get_mut(&mut bytes) = byte;
            let before = arena.statistics();
            if arena.store(&bytes).is_err() {
                prop_assert_eq!(arena.statistics(), before);
            }
            prop_assert_eq!(arena.verify(), Ok(()));
            Ok(())
        })?;
    }

    #[test]
    fn forged_words_are_refused(model in model(), bits in any::<u64>(), near in 0..64u64) {
        in_arena(WORDS, 0, |arena| {
            let word = model.build(arena).unwrap();
            for forged in [Word::from_bits(bits), Word::from_bits(word.bits() ^ 1 << near), Word::from_bits(word.bits().wrapping_add(near << 2))] {
                match arena.type_of(forged) {
                    Ok(_) => { Model::of(arena, forged); }
                    Err(error) => {
                        prop_assert_eq!(error, Error::BadWord);
                        prop_assert_eq!(arena.cons(forged, Word::EMPTY_LIST), Err(Error::BadWord));
                        prop_assert_eq!(arena.map_get(Word::EMPTY_MAP, forged), Err(Error::BadWord));
                        prop_assert_eq!(arena.compare(word, forged), Err(Error::BadWord));
                    }
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn numbers_are_inline_up_to_62_bits() {
    in_arena(1024, 0, |arena| {
        for (value, words) in [
            (0, 0),
            (-1, 0),
            ((1 << 61) - 1, 0),
            (1 << 61, 2),
            (-(1 << 61), 0),
            (-(1 << 61) - 1, 2),
            (i64::MAX, 2),
            (i64::MIN, 2),
        ] {
            let before = arena.statistics().used;
            let word = arena.integer(value).unwrap();
            assert_eq!(arena.as_integer(word), Ok(value));
            assert_eq!(arena.statistics().used - before, words, "{value}");
        }
    });
}

#[test]
fn order_goes_by_type_then_count_then_parts() {
    in_arena(4096, 0, |arena| {
        let words = [
            Word::NIL,
            Word::FALSE,
            Word::TRUE,
            arena.integer(i64::MIN).unwrap(),
            Word::from(-1),
            Word::from(0),
            arena.integer(i64::MAX).unwrap(),
            Word::EMPTY_BYTES,
            arena.bytes(&[0]).unwrap(),
            arena.bytes(&[0, 0]).unwrap(),
            arena.bytes(b"abcdefgh\x01").unwrap(),
            arena.bytes(b"b").unwrap(),
            Word::EMPTY_LIST,
            arena.list(&[Word::from(5)]).unwrap(),
            arena.list(&[Word::from(1), Word::from(1)]).unwrap(),
            arena.list(&[Word::from(1), Word::EMPTY_LIST]).unwrap(),
            Word::EMPTY_VECTOR,
            arena.vector(&[Word::from(5)]).unwrap(),
            Word::EMPTY_MAP,
            arena.map(&[(Word::from(5), Word::NIL)]).unwrap(),
        ];
        for (left, one) in words.iter().enumerate() {
            for (right, other) in words.iter().enumerate() {
                assert_eq!(arena.compare(*one, *other), Ok(left.cmp(&right)), "{left} {right}");
            }
        }
    });
}

#[test]
fn nesting_is_limited_whichever_way_it_is_built() {
    in_arena(4096, 0, |arena| {
        let mut word = Word::NIL;
        let mut bytes = vec![0];
        for _ in 0..MAX_DEPTH {
            word = arena.list(&[word]).unwrap();
            bytes.extend([5, 1]);
        }
        assert_eq!(encoded(arena, word), bytes);
        let deepest = arena.store(&bytes).unwrap();
        assert_eq!(arena.equal(word, deepest), Ok(true));
        let before = arena.statistics();
        assert_eq!(arena.list(&[word]), Err(Error::TooDeep));
        assert_eq!(arena.vector(&[word]), Err(Error::TooDeep));
        assert_eq!(arena.vector_push(Word::EMPTY_VECTOR, word), Err(Error::TooDeep));
        assert_eq!(arena.map(&[(Word::NIL, word)]), Err(Error::TooDeep));
        assert_eq!(arena.cons(word, Word::EMPTY_LIST), Err(Error::TooDeep));
        bytes.extend([6, 1]);
        assert_eq!(arena.store(&bytes), Err(Error::TooDeep));
        assert_eq!(arena.statistics(), before);
        // A long list isn't deep.
        let mut long = Word::EMPTY_LIST;
        for _ in 0..500 {
            long = arena.cons(Word::NIL, long).unwrap();
        }
        assert_eq!(arena.count(long), Ok(500));
        assert_eq!(encoded(arena, long).len(), 503);
    });
}

#[test]
fn malformed_forms() {
    in_arena(4096, 0, |arena| {
        let cases: &[(&[u8], Error)] = &[
            (&[], Error::Malformed),
            (&[8], Error::Malformed),
            (&[0, 0], Error::Malformed),
            (&[3], Error::Malformed),
            (&[3, 0x80], Error::Malformed),
            (&[3, 0x80, 0x00], Error::Malformed),
            (
                &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
                Error::Malformed,
            ),
            (&[4, 1], Error::Malformed),
            (&[4, 0xff, 0xff, 0xff, 0xff, 0x0f], Error::Malformed),
            (&[5, 1], Error::Malformed),
            (&[0, 5, 2], Error::Malformed),
            (&[0, 7, 1], Error::Malformed),
            (&[0, 1, 0, 2, 7, 2], Error::Malformed),
            (
                &[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                Error::Malformed,
            ),
        ];
        for (bytes, error) in cases {
            assert_eq!(arena.store(bytes), Err(*error), "{bytes:?}");
        }
        assert_eq!(arena.store_from(3, |_| None), Err(Error::Malformed));
        assert_eq!(arena.statistics().used, 0);
    });
}

#[test]
fn a_value_that_does_not_fit_is_refused_whole() {
    in_arena(1024, 0, |arena| {
        let capacity = arena.statistics().capacity as usize;
        let mut bytes = vec![4, 0x80, 0x40];
        bytes.extend(std::iter::repeat_n(7, 8192));
        assert!(8192 / 8 > capacity);
        assert_eq!(arena.store(&bytes), Err(Error::Exhausted));
        // As many constants as there are words: the stack overflows, or the list.
        assert_eq!(arena.store(&vec![0; capacity + 1]), Err(Error::Exhausted));
        let mut list = vec![0; capacity];
        list.extend([5, capacity as u8 | 0x80, (capacity >> 7) as u8]);
        assert_eq!(arena.store(&list), Err(Error::Exhausted));
        assert_eq!(arena.statistics().used, 0);
        let word = arena.store(&[4, 2, 1, 2]).unwrap();
        let mut short = [9; 3];
        assert_eq!(arena.read_value(word, &mut short), Err(Error::TooLarge));
        assert_eq!(short, [9; 3]);
        assert_eq!(arena.copy_bytes(word, &mut short[..1]), Err(Error::TooLarge));
        assert_eq!(arena.type_of(word), Ok(Type::Bytes));
    });
}

/// What is nested in both is passed over when it is the same word: as a tree this has 2^30 parts.
#[test]
fn what_is_shared_is_compared_once() {
    in_arena(4096, 0, |arena| {
        let mut shared = Word::from(1);
        for _ in 0..30 {
            shared = arena.list(&[shared, shared]).unwrap();
        }
        let (one, other) = (
            arena.list(&[shared, 1.into()]).unwrap(),
            arena.list(&[shared, 2.into()]).unwrap(),
        );
        assert_eq!(arena.compare(one, other), Ok(Ordering::Less));
        assert_eq!(arena.encoded_length(shared, 1000), Err(Error::TooLarge));
    });
}

/// A collection is as deep as what it holds now, not as what it once held.
#[test]
fn depth_goes_down_again() {
    in_arena(1 << 14, 0, |arena| {
        let mut deep = Word::NIL;
        for _ in 0..MAX_DEPTH - 1 {
            deep = arena.vector(&[deep]).unwrap();
        }
        let elements = [Word::NIL; 40];
        let mut vector = arena.vector(&elements).unwrap();
        let mut map = arena
            .map(&(0..40).map(|key| (key.into(), Word::NIL)).collect::<Vec<_>>())
            .unwrap();
        for at in [3, 39] {
            vector = arena.vector_set(vector, at, deep).unwrap();
            map = arena.map_insert(map, (at as i32).into(), deep).unwrap();
        }
        assert_eq!(
            (arena.list(&[vector]), arena.list(&[map])),
            (Err(Error::TooDeep), Err(Error::TooDeep))
        );
        let cut = arena.vector_truncate(vector, 39).unwrap();
        assert_eq!(arena.list(&[cut]), Err(Error::TooDeep));
        for at in [3, 39] {
            vector = arena.vector_set(vector, at, Word::NIL).unwrap();
            map = if at == 3 {
                arena.map_insert(map, 3.into(), Word::NIL).unwrap()
            } else {
                arena.map_remove(map, 39.into()).unwrap()
            };
            assert_eq!(arena.verify(), Ok(()));
            assert_eq!(
                (arena.list(&[vector]).is_ok(), arena.list(&[map]).is_ok()),
                (at == 39, at == 39)
            );
        }
        assert!(arena.vector_truncate(cut, 3).is_ok_and(|cut| arena.list(&[cut]).is_ok()));
    });
}
