//! All interleavings of two threads, and many of three, with all that the memory model lets them see, checked with loom:
//!
//! ```text
//! cargo test -p halt --test models --target-dir target/loom --config 'build.rustflags=["--cfg","loom"]'
//! ```
#![cfg(loom)]

use halt::{Arena, Atom, AtomicU64, Error, Word};
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

/// State, a few atoms, a word of the bitmap for each semispace, and the two of them.
const WORDS: usize = 192;

/// Runs the model in all its interleavings.
fn check(model: impl Fn(Arc<Arena<'static>>) + Send + Sync + 'static) {
    check_up_to(None, model);
}

/// Runs the model in its interleavings with so many preemptions at most.
fn check_up_to(preemptions: Option<usize>, model: impl Fn(Arc<Arena<'static>>) + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 10_000;
    builder.check(move || {
        // Threads of a model outlive the borrow of anything else. What is leaked is some kilobytes for each interleaving.
        let words: Box<[AtomicU64]> = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
        model(Arc::new(Arena::new(Box::leak(words), 2).expect("enough words")));
    });
}

fn number(word: Word) -> i64 {
    word.as_small().expect("a small integer")
}

#[test]
fn a_reader_sees_whole_values() {
    check(|arena| {
        let atom = arena.create(Word::EMPTY_LIST).expect("a slot");
        let writer = {
            let arena = arena.clone();
            thread::spawn(move || {
                let value = arena.list(&[Word::from(3), Word::from(4)]).expect("room");
                arena.swap(atom, value).expect("alive");
            })
        };
        let value = arena.load(atom).expect("alive");
        assert!(arena.is_value(value));
        if value != Word::EMPTY_LIST {
            assert_eq!((arena.first(value), arena.count(value)), (Ok(Word::from(3)), Ok(2)));
            let rest = arena.rest(value).expect("a list");
            assert_eq!(
                (arena.first(rest), arena.rest(rest)),
                (Ok(Word::from(4)), Ok(Word::EMPTY_LIST))
            );
        }
        writer.join().expect("no panic");
    });
}

/// Who guesses the word of an object that isn't in any atom yet sees the whole object or none.
#[test]
fn a_guessed_word_is_refused_or_whole() {
    check(|arena| {
        let first = arena.integer(i64::MIN).expect("room");
        let writer = {
            let arena = arena.clone();
            thread::spawn(move || arena.integer(i64::MAX).expect("room"))
        };
        // The object after the first, which has two words.
        let guess = Word::from_bits(first.bits() + (2 << 2));
        match arena.as_integer(guess) {
            Ok(value) => assert_eq!(value, i64::MAX),
            Err(error) => assert_eq!(error, Error::BadWord),
        }
        assert_eq!(writer.join().expect("no panic"), guess);
    });
}

#[test]
fn compare_and_swap_loses_no_increment() {
    fn increment(arena: &Arena<'_>, atom: Atom) {
        let mut expected = arena.load(atom).expect("alive");
        loop {
            let new = Word::small(number(expected) + 1).expect("small");
            let witnessed = arena.compare_and_swap(atom, expected, new).expect("alive");
            if witnessed == expected {
                return;
            }
            expected = witnessed;
        }
    }
    // Three threads have too many interleavings for all of them.
    check_up_to(Some(3), |arena| {
        let atom = arena.create(Word::from(0)).expect("a slot");
        let others = [0, 1].map(|_| {
            let arena = arena.clone();
            thread::spawn(move || increment(&arena, atom))
        });
        increment(&arena, atom);
        for other in others {
            other.join().expect("no panic");
        }
        assert_eq!(arena.load(atom), Ok(Word::from(3)));
    });
}

#[test]
fn each_claims_words_of_its_own() {
    check(|arena| {
        let other = {
            let arena = arena.clone();
            thread::spawn(move || arena.bytes(b"other").expect("room"))
        };
        let one = arena.bytes(b"one").expect("room");
        let other = other.join().expect("no panic");
        assert_ne!(one, other);
        let mut bytes = [0; 5];
        assert_eq!((arena.copy_bytes(other, &mut bytes), &bytes), (Ok(5), b"other"));
        assert_eq!((arena.copy_bytes(one, &mut bytes), &bytes[..3]), (Ok(3), &b"one"[..]));
        assert_eq!(arena.statistics().used, 4);
    });
}

#[test]
fn each_gets_a_slot_of_its_own() {
    check(|arena| {
        let other = {
            let arena = arena.clone();
            thread::spawn(move || arena.create(Word::from(1)).expect("a slot"))
        };
        let one = arena.create(Word::from(2)).expect("a slot");
        let other = other.join().expect("no panic");
        assert_eq!((arena.load(one), arena.load(other)), (Ok(Word::from(2)), Ok(Word::from(1))));
        assert_eq!(arena.create(Word::NIL), Err(Error::TableFull));
        assert_eq!(arena.statistics().atoms, 2);
    });
}

#[test]
fn one_of_two_drops() {
    check(|arena| {
        let atom = arena.create(Word::from(1)).expect("a slot");
        let kept = arena.create(Word::from(2)).expect("a slot");
        let other = {
            let arena = arena.clone();
            thread::spawn(move || arena.drop_atom(atom).is_ok())
        };
        let mine = arena.drop_atom(atom).is_ok();
        assert!(mine ^ other.join().expect("no panic"));
        let mut arena = Arc::try_unwrap(arena).expect("the only one");
        assert_eq!(arena.recycle(), 1);
        assert_eq!(arena.load(atom), Err(Error::StaleAtom));
        assert_eq!(arena.load(kept), Ok(Word::from(2)));
        let new = arena.create(Word::from(3)).expect("the slot that was dropped");
        assert_eq!(
            (arena.load(new), arena.create(Word::NIL)),
            (Ok(Word::from(3)), Err(Error::TableFull))
        );
    });
}

/// An exchange that races with a drop takes place before it or not at all, and never in the slot's next atom.
#[test]
fn an_exchange_never_reaches_the_next_atom() {
    check(|arena| {
        let atom = arena.create(Word::from(1)).expect("a slot");
        let other = {
            let arena = arena.clone();
            thread::spawn(move || arena.compare_and_swap(atom, Word::from(1), Word::from(9)))
        };
        arena.drop_atom(atom).expect("alive");
        let new = arena.create(Word::from(1)).expect("the other slot");
        assert!(matches!(other.join().expect("no panic"), Ok(word) if word == Word::from(1)) || arena.load(atom).is_err());
        assert_eq!(arena.load(new), Ok(Word::from(1)));
        let mut arena = Arc::try_unwrap(arena).expect("the only one");
        arena.recycle();
        let again = arena.create(Word::from(1)).expect("the slot that was dropped");
        assert_eq!(arena.load(again), Ok(Word::from(1)));
    });
}

#[test]
fn fork_copies_one_of_the_values() {
    check(|arena| {
        let atom = arena.create(Word::from(1)).expect("a slot");
        let other = {
            let arena = arena.clone();
            thread::spawn(move || arena.swap(atom, Word::from(2)))
        };
        let fork = arena.fork(atom).expect("a slot");
        other.join().expect("no panic").expect("alive");
        let copied = number(arena.load(fork).expect("alive"));
        assert!(copied == 1 || copied == 2);
        arena.swap(fork, Word::from(5)).expect("alive");
        assert_eq!(arena.load(atom), Ok(Word::from(2)));
    });
}
