//! Who objects are counted for, and limits on what is claimed.

use std::collections::BTreeMap;

use halt::{Arena, Error, Word, atomic_words};

fn count(arena: &mut Arena<'_>) -> BTreeMap<u16, u64> {
    let mut words = BTreeMap::new();
    let collection = arena
        .collect_counting(&mut [], |owner, more| *words.entry(owner).or_default() += more)
        .expect("there are no roots");
    assert_eq!(
        words.values().sum::<u64>(),
        collection.copied,
        "every word that survives is somebody's"
    );
    words
}

#[test]
fn what_survives_is_counted_for_whoever_made_it() {
    let mut memory = [0; 4096];
    let mut arena = Arena::new(atomic_words(&mut memory), 4).expect("there is room");
    arena.set_owner(u16::MAX);
    let theirs = arena.bytes(&[7; 80]).expect("there is room");
    arena.set_owner(3);
    let ours = arena.vector(&[theirs, 1.into(), 2.into()]).expect("there is room");
    arena.bytes(&[9; 800]).expect("there is room");
    let atom = arena.create(ours).expect("there is an atom");
    // Ten words and their header; a vector of a root with one leaf of three.
    let expected = BTreeMap::from([(3, 2 + 4), (u16::MAX, 11)]);
    assert_eq!(count(&mut arena), expected);
    assert_eq!(count(&mut arena), expected, "a collection keeps the owners");
    assert_eq!(arena.verify(), Ok(()));

    // Who takes over a part takes over nobody's words.
    arena.set_owner(4);
    let part = arena.vector_get(arena.load(atom).expect("it lives"), 0).expect("an element");
    arena.swap(atom, part).expect("it lives");
    assert_eq!(count(&mut arena), BTreeMap::from([(u16::MAX, 11)]));
    arena.swap(atom, Word::NIL).expect("it lives");
    assert_eq!(count(&mut arena), BTreeMap::new());
}

#[test]
fn owners_change_nothing_about_values() {
    let mut memory = [0; 4096];
    let mut arena = Arena::new(atomic_words(&mut memory), 4).expect("there is room");
    let one = arena.vector(&[1.into(), 2.into()]).expect("there is room");
    arena.set_owner(9);
    let other = arena.vector(&[1.into(), 2.into()]).expect("there is room");
    assert_eq!(arena.equal(one, other), Ok(true));
    assert_eq!(arena.hash(one), arena.hash(other));
}

#[test]
fn a_limit_holds_until_the_next_collection() {
    let mut memory = [0; 4096];
    let mut arena = Arena::new(atomic_words(&mut memory), 4).expect("there is room");
    arena.set_limit(11);
    let before = arena.used();
    assert_eq!(arena.bytes(&[7; 81]), Err(Error::Exhausted));
    assert_eq!(arena.used(), before);
    arena.bytes(&[7; 80]).expect("just as much as may be");
    assert_eq!(arena.used(), before + 11);
    assert_eq!(arena.bytes(&[7; 8]), Err(Error::Exhausted));
    arena.collect(&mut []).expect("there are no roots");
    arena.bytes(&[7; 800]).expect("the limit is gone");
}
