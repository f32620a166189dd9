//! Atoms: what each operation does, what it refuses, and that a refusal changes nothing.
#![cfg(not(loom))]

mod common;

use common::in_arena;
use halt::{Arena, Atom, Error, Word, atomic_words};

#[test]
fn load_swap_and_compare_and_swap() {
    in_arena(1024, 4, |arena| {
        let atom = arena.create(1.into()).unwrap();
        assert_eq!(arena.load(atom), Ok(1.into()));
        assert_eq!(arena.swap(atom, 2.into()), Ok(1.into()));
        assert_eq!(arena.compare_and_swap(atom, 1.into(), 3.into()), Ok(2.into()));
        assert_eq!(arena.load(atom), Ok(2.into()));
        assert_eq!(arena.compare_and_swap(atom, 2.into(), 3.into()), Ok(2.into()));
        assert_eq!(arena.load(atom), Ok(3.into()));
    });
}

/// For who keeps account of which atoms live, as a kernel does by capabilities: the same, without a look at the epoch.
#[test]
fn atoms_by_their_place() {
    in_arena(1024, 4, |arena| {
        let atom = arena.create(1.into()).unwrap();
        let place = atom.place();
        assert_eq!(arena.load_at(place), Ok(1.into()));
        assert_eq!(arena.swap_at(place, 2.into()), Ok(1.into()));
        assert_eq!(arena.compare_and_swap_at(place, 1.into(), 3.into()), Ok(2.into()));
        assert_eq!(arena.compare_and_swap_at(place, 2.into(), 3.into()), Ok(2.into()));
        assert_eq!(arena.load(atom), Ok(3.into()));
        let bad = Word::from_bits(3);
        assert_eq!(
            (arena.swap_at(place, bad), arena.compare_and_swap_at(place, 3.into(), bad)),
            (Err(Error::BadWord), Err(Error::BadWord))
        );
        assert_eq!(
            (
                arena.load_at(4),
                arena.swap_at(4, 1.into()),
                arena.compare_and_swap_at(u32::MAX, 1.into(), 1.into())
            ),
            (Err(Error::StaleAtom), Err(Error::StaleAtom), Err(Error::StaleAtom))
        );
        // What is put into a place without an atom is nobody's: the next atom there has its own word, and a collection copies nothing.
        let value = arena.bytes(b"nobody's").unwrap();
        arena.swap_at(3, value).unwrap();
        assert_eq!(arena.collect(&mut []).map(|done| done.copied), Ok(0));
        let others = [4, 5, 6].map(|number| arena.create(number.into()).unwrap());
        assert_eq!(others.map(|atom| arena.load(atom).unwrap()), [4.into(), 5.into(), 6.into()]);
        assert_eq!(arena.verify(), Ok(()));
    });
}

#[test]
fn identity_is_compared_not_value() {
    in_arena(1024, 4, |arena| {
        let (one, twin) = (arena.bytes(b"same").unwrap(), arena.bytes(b"same").unwrap());
        assert_eq!(arena.equal(one, twin), Ok(true));
        let atom = arena.create(one).unwrap();
        assert_eq!(arena.compare_and_swap(atom, twin, Word::NIL), Ok(one));
        assert_eq!(arena.load(atom), Ok(one));
        assert_eq!(arena.compare_and_swap(atom, one, Word::NIL), Ok(one));
        assert_eq!(arena.load(atom), Ok(Word::NIL));
    });
}

#[test]
fn no_atom_takes_a_word_that_is_no_value() {
    in_arena(1024, 4, |arena| {
        let atom = arena.create(7.into()).unwrap();
        let value = arena.list(&[1.into(), 2.into()]).unwrap();
        let inside = Word::from_bits(value.bits() - (1 << 2));
        for bad in [
            Word::from_bits(3),
            Word::from_bits(7 << 2 | 1),
            Word::from_bits(u64::MAX),
            Word::from_bits(2),
            inside,
        ] {
            assert!(!arena.is_value(bad), "{bad:?}");
            assert_eq!(arena.create(bad), Err(Error::BadWord));
            assert_eq!(arena.swap(atom, bad), Err(Error::BadWord));
            assert_eq!(arena.compare_and_swap(atom, 7.into(), bad), Err(Error::BadWord));
            assert_eq!(arena.compare_and_swap(atom, bad, 8.into()), Ok(7.into()));
        }
        assert_eq!(arena.load(atom), Ok(7.into()));
        assert_eq!(arena.statistics().atoms, 1);
    });
}

#[test]
fn stale_and_forged_handles() {
    in_arena(1024, 2, |arena| {
        let atom = arena.create(1.into()).unwrap();
        let other = arena.create(2.into()).unwrap();
        arena.drop_atom(atom).unwrap();
        for handle in [
            atom,
            Atom::from_bits(0),
            Atom::from_bits(u64::MAX),
            Atom::from_bits(other.bits() + 1),
            Atom::from_bits(other.bits() + (1 << 32)),
        ] {
            assert_eq!(arena.load(handle), Err(Error::StaleAtom));
            assert_eq!(arena.swap(handle, 3.into()), Err(Error::StaleAtom));
            assert_eq!(arena.compare_and_swap(handle, 1.into(), 3.into()), Err(Error::StaleAtom));
            assert_eq!(arena.drop_atom(handle), Err(Error::StaleAtom));
            assert_eq!(arena.fork(handle), Err(Error::StaleAtom));
            assert_eq!(arena.fork_all(&[other, handle], &mut [atom; 2]), Err(Error::StaleAtom));
        }
        // The slot is taken until it is recycled; then its new atom has another epoch.
        assert_eq!(arena.create(4.into()), Err(Error::TableFull));
        assert_eq!(arena.recycle(), 1);
        let new = arena.create(4.into()).unwrap();
        assert_ne!(new, atom);
        assert_eq!(new.bits() as u32, atom.bits() as u32);
        assert_eq!(arena.load(atom), Err(Error::StaleAtom));
        assert_eq!((arena.load(new), arena.load(other)), (Ok(4.into()), Ok(2.into())));
    });
}

#[test]
fn a_full_table_refuses_and_a_collection_recycles() {
    in_arena(1024, 3, |arena| {
        let atoms = [1, 2, 3].map(|value| arena.create(value.into()).unwrap());
        assert_eq!(arena.create(4.into()), Err(Error::TableFull));
        assert_eq!(arena.fork(atoms[0]), Err(Error::TableFull));
        arena.drop_atom(atoms[1]).unwrap();
        arena.collect(&mut []).unwrap();
        let new = arena.create(5.into()).unwrap();
        assert_eq!(
            [atoms[0], new, atoms[2]].map(|atom| arena.load(atom).unwrap()),
            [1.into(), 5.into(), 3.into()]
        );
        assert_eq!(arena.verify(), Ok(()));
    });
    in_arena(1024, 0, |arena| assert_eq!(arena.create(Word::NIL), Err(Error::TableFull)));
}

/// A process, as halt sees it: the atoms it may change.
#[test]
fn fork_shares_values_and_parts_ways() {
    in_arena(4096, 16, |arena| {
        let shared = arena.vector(&[1.into(), 2.into(), 3.into()]).unwrap();
        let parent = [arena.create(shared).unwrap(), arena.create(10.into()).unwrap()];
        let used = arena.statistics().used;
        let mut child = parent;
        arena.fork_all(&parent, &mut child).unwrap();
        // Nothing is copied but the words of the atoms.
        assert_eq!(arena.statistics().used, used);
        assert_eq!(arena.load(child[0]), Ok(shared));
        let longer = arena.vector_push(arena.load(child[0]).unwrap(), 4.into()).unwrap();
        arena.swap(child[0], longer).unwrap();
        arena.swap(parent[1], 11.into()).unwrap();
        assert_eq!(arena.load(parent[0]), Ok(shared));
        assert_eq!(arena.load(child[0]), Ok(longer));
        assert_eq!((arena.load(parent[1]), arena.load(child[1])), (Ok(11.into()), Ok(10.into())));
        // A collection keeps what is shared once.
        let before = arena.statistics().used;
        arena.collect(&mut []).unwrap();
        assert_eq!(arena.statistics().used, before);
        assert_eq!(arena.count(arena.load(parent[0]).unwrap()), Ok(3));
        assert_eq!(arena.count(arena.load(child[0]).unwrap()), Ok(4));
    });
}

#[test]
fn fork_of_many_is_all_or_nothing() {
    in_arena(1024, 5, |arena| {
        let parent = [1, 2, 3].map(|value| arena.create(value.into()).unwrap());
        let mut child = parent;
        assert_eq!(arena.fork_all(&parent, &mut child), Err(Error::TableFull));
        assert_eq!((child, arena.statistics().atoms), (parent, 3));
        assert_eq!(arena.fork_all(&parent, &mut child[..2]), Err(Error::OutOfRange));
        assert_eq!((child, arena.statistics().atoms), (parent, 3));
        arena.fork_all(&parent[..2], &mut child[..2]).unwrap();
        assert_eq!(child.map(|atom| arena.load(atom).unwrap()), [1.into(), 2.into(), 3.into()]);
        // Slots that were dropped are used when they are needed.
        arena.drop_atom(child[0]).unwrap();
        arena.drop_atom(child[1]).unwrap();
        arena.fork_all(&parent[1..], &mut child[..2]).unwrap();
        assert_eq!(child.map(|atom| arena.load(atom).unwrap()), [2.into(), 3.into(), 3.into()]);
    });
}

#[test]
fn fork_costs_the_same_in_a_full_arena() {
    let cost = |elements: usize| {
        in_arena(1 << 16, 64, |arena| {
            let value = arena.vector(&vec![1.into(); elements]).unwrap();
            let atoms: Vec<Atom> = (0..32).map(|_| arena.create(value).unwrap()).collect();
            let before = arena.statistics();
            let mut child = atoms.clone();
            arena.fork_all(&atoms, &mut child).unwrap();
            let after = arena.statistics();
            assert_eq!(after.atoms - before.atoms, 32);
            after.allocated - before.allocated
        })
    };
    assert_eq!((cost(1), cost(20_000)), (0, 0));
}

#[test]
fn a_slot_without_epochs_left_is_retired() {
    let mut memory = vec![0; 1024];
    let words = atomic_words(&mut memory);
    let atom = Arena::new(&mut *words, 1).unwrap().create(1.into()).unwrap();
    // The epoch of the only atom, near its end.
    words[17].store(u64::from(u32::MAX - 1) << 32 | u64::from(u32::MAX), halt::Ordering::Relaxed);
    let mut arena = Arena::attach(words).unwrap();
    let last = Atom::from_bits(u64::from(u32::MAX - 1) << 32);
    assert_eq!(arena.load(atom), Err(Error::StaleAtom));
    assert_eq!(arena.load(last), Ok(1.into()));
    arena.drop_atom(last).unwrap();
    assert_eq!(arena.recycle(), 0);
    assert_eq!(arena.create(2.into()), Err(Error::TableFull));
    assert_eq!(arena.load(Atom::from_bits(u64::from(u32::MAX) << 32)), Err(Error::StaleAtom));
    assert_eq!(arena.verify(), Ok(()));
}
