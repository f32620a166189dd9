//! The collector: what is reached survives as it was, what isn't is reclaimed to the word, and words from before are refused.
#![cfg(not(loom))]

mod common;

use common::{Model, in_arena, model};
use halt::{Arena, Collection, Error, Word, atomic_words};
use proptest::prelude::*;

proptest! {
    #![proptest_config(common::config(128))]

    /// Each value lives in an atom or a root; between any two a collection takes place, and garbage is made all along.
    #[test]
    fn what_is_reached_survives(models in prop::collection::vec(model(), 1..8), garbage in model()) {
        in_arena(1 << 16, 8, |arena| {
            let capacity = arena.statistics().capacity;
            let mut held = Vec::new();
            let mut roots = Vec::new();
            for (index, model) in models.iter().enumerate() {
                let word = model.build(arena).unwrap();
                if index % 2 == 0 { held.push((arena.create(word).unwrap(), model)) } else { roots.push(word) }
                let used = arena.statistics().used;
                let live = arena.collect(&mut roots).unwrap().copied;
                prop_assert_eq!(arena.statistics().used, live);
                garbage.build(arena).unwrap();
                let dead = arena.statistics().used - live;
                prop_assert_eq!(arena.collect(&mut roots).map(|done| (done.copied, done.reclaimed)), Ok((live, dead)));
                prop_assert!(live <= used);
                prop_assert_eq!(arena.verify(), Ok(()));
            }
            for (atom, model) in held {
                prop_assert_eq!(&Model::of(arena, arena.load(atom).unwrap()), model);
            }
            for (root, model) in roots.iter().zip(models.iter().skip(1).step_by(2)) {
                prop_assert_eq!(&Model::of(arena, *root), model);
            }
            prop_assert_eq!(arena.statistics().capacity, capacity);
            Ok(())
        })?;
    }

    /// The bytes of an arena, copied elsewhere, are the same arena.
    #[test]
    fn an_image_is_independent_of_its_place(models in prop::collection::vec(model(), 1..5), collect in any::<bool>()) {
        let mut memory = vec![0; 1 << 16];
        let mut arena = Arena::new(atomic_words(&mut memory), 8).unwrap();
        let atoms: Vec<_> = models.iter().map(|model| { let word = model.build(&arena).unwrap(); arena.create(word).unwrap() }).collect();
        if collect {
            arena.collect(&mut []).unwrap();
        }
        let (words, statistics) = (atoms.iter().map(|&atom| arena.load(atom).unwrap()).collect::<Vec<_>>(), arena.statistics());
        let mut elsewhere = vec![u64::MAX; memory.len() + 1];
        elsewhere[1..].copy_from_slice(&memory);
        memory.fill(u64::MAX);
        let mut copy = Arena::attach(atomic_words(&mut elsewhere[1..])).unwrap();
        prop_assert_eq!(copy.statistics(), statistics);
        for ((&atom, word), model) in atoms.iter().zip(words).zip(&models) {
            prop_assert_eq!(copy.load(atom), Ok(word));
            prop_assert_eq!(&Model::of(&copy, word), model);
        }
        copy.collect(&mut []).unwrap();
        for (&atom, model) in atoms.iter().zip(&models) {
            prop_assert_eq!(&Model::of(&copy, copy.load(atom).unwrap()), model);
        }
    }

    /// An image that was damaged is refused, or is another arena: never a panic, a loop or a word out of place.
    #[test]
    fn a_damaged_image_harms_nobody(model in model(), damage in prop::collection::vec((any::<prop::sample::Index>(), 0..64u32), 1..4)) {
        let mut memory = vec![0; 1024];
        let mut arena = Arena::new(atomic_words(&mut memory), 2).unwrap();
        let mut bytes = Vec::new();
        model.encode(&mut bytes);
        let Ok(word) = arena.store(&bytes) else { return Ok(()) };
        let atom = arena.create(word).unwrap();
        for (at, bit) in damage {
            *at.get_mut(&mut memory) ^= 1 << bit;
        }
        if let Ok(mut arena) = Arena::attach(atomic_words(&mut memory)) {
            if let Ok(word) = arena.load(atom) {
                prop_assert!(arena.is_value(word));
                let _ = arena.encoded_length(word, 1 << 20);
                let _ = arena.map_insert(word, Word::NIL, Word::NIL);
                let _ = arena.vector_push(word, Word::NIL);
            }
            prop_assert!(arena.collect(&mut []).is_ok());
        }
    }
}

#[test]
fn garbage_is_counted_to_the_word() {
    in_arena(1 << 12, 4, |arena| {
        // A list of three: nine words. Bytes of nine: three words. A vector of 33: two leaves of 33 and 2 words, a node of 3, a root of 2.
        let kept = arena.list(&[1.into(), 2.into(), 3.into()]).unwrap();
        arena.bytes(b"ninebytes").unwrap();
        arena.vector(&[Word::NIL; 33]).unwrap();
        arena.integer(i64::MIN).unwrap();
        assert_eq!(arena.statistics().used, 9 + 3 + 40 + 2);
        arena.create(kept).unwrap();
        let done = arena.collect(&mut []).unwrap();
        assert_eq!(
            done,
            Collection {
                roots: 1,
                objects: 3,
                copied: 9,
                reclaimed: 45
            }
        );
        let statistics = arena.statistics();
        assert_eq!(
            (statistics.used, statistics.allocated, statistics.copied, statistics.reclaimed),
            (9, 54, 9, 45)
        );
    });
}

#[test]
fn words_kept_across_a_collection_are_refused() {
    in_arena(1 << 12, 4, |arena| {
        let old = arena.bytes(b"kept").unwrap();
        let atom = arena.create(old).unwrap();
        for _ in 0..4 {
            arena.collect(&mut []).unwrap();
            assert_eq!(arena.type_of(old), Err(Error::BadWord));
            assert_eq!(arena.swap(atom, old), Err(Error::BadWord));
            let now = arena.load(atom).unwrap();
            assert_ne!(now, old);
            // Nor does an exchange take place that expects the old word.
            assert_eq!(arena.compare_and_swap(atom, old, Word::NIL), Ok(now));
            assert_eq!(arena.load(atom), Ok(now));
        }
    });
}

#[test]
fn a_bad_root_changes_nothing() {
    in_arena(1 << 12, 4, |arena| {
        let word = arena.bytes(b"kept").unwrap();
        let before = arena.statistics();
        let mut roots = [word, Word::from_bits(3)];
        assert_eq!(arena.collect(&mut roots), Err(Error::BadWord));
        assert_eq!((roots[0], arena.statistics()), (word, before));
        assert!(arena.is_value(word));
    });
}

/// A queue that goes on for ever in an arena that holds a few of its states.
#[test]
fn an_arena_is_enough_for_ever() {
    in_arena(1 << 11, 1, |arena| {
        let atom = arena.create(Word::EMPTY_VECTOR).unwrap();
        let mut collections = 0;
        for turn in 0..20_000 {
            let queue = arena.load(atom).unwrap();
            let next = if arena.count(queue).unwrap() == 40 {
                Ok(Word::EMPTY_VECTOR)
            } else {
                arena.vector_push(queue, turn.into())
            };
            match next {
                Ok(next) => {
                    arena.swap(atom, next).unwrap();
                }
                Err(error) => {
                    assert_eq!(error, Error::Exhausted);
                    assert!(arena.collect(&mut []).unwrap().reclaimed > 0);
                    collections += 1;
                }
            }
        }
        let statistics = arena.statistics();
        assert_eq!(statistics.collections, collections);
        assert_eq!(statistics.allocated, statistics.reclaimed + statistics.used);
        assert!(statistics.allocated > 100 * statistics.capacity);
    });
}

/// The copy takes no stack: a list of many cells, and values nested as deeply as may be.
#[test]
fn long_and_deep_values_survive() {
    in_arena(1 << 18, 1, |arena| {
        let mut list = Word::EMPTY_LIST;
        let mut nested = Word::NIL;
        for turn in 0..30_000 {
            list = arena.cons(turn.into(), list).unwrap();
            nested = if turn % 31 == 0 {
                Word::NIL
            } else {
                arena.vector(&[nested]).unwrap()
            };
            if turn % 1000 == 0 {
                let mut roots = [list, nested];
                arena.collect(&mut roots).unwrap();
                [list, nested] = roots;
            }
        }
        assert_eq!(arena.count(list), Ok(30_000));
        assert!(
            arena
                .parts(list)
                .unwrap()
                .map(|part| arena.as_integer(part).unwrap())
                .eq((0..30_000).rev())
        );
        assert_eq!(arena.verify(), Ok(()));
    });
}
