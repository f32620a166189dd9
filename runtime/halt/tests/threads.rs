//! Several threads on one arena: no reader sees half a value, no exchange is lost.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, RwLock};
use std::thread;

use halt::{Arena, Error, Word, atomic_words};

const TURNS: i32 = 4_000;

/// A vector whose first element is the sum of the others.
fn checked(arena: &Arena<'_>, writer: i32, turn: i32) -> Result<Word, Error> {
    let numbers = [writer, turn, writer ^ turn, turn.wrapping_mul(31) % 1000];
    let sum: i64 = numbers.iter().map(|&number| i64::from(number)).sum();
    let mut elements = vec![Word::small(sum).expect("small")];
    elements.extend(numbers.map(Word::from));
    let text = arena.bytes(&sum.to_le_bytes())?;
    elements.push(text);
    arena.vector(&elements)
}

fn assert_whole(arena: &Arena<'_>, word: Word) {
    let parts: Vec<Word> = arena.parts(word).expect("a vector").collect();
    let [sum, numbers @ .., text] = &parts[..] else {
        panic!("{} parts", parts.len())
    };
    let expected: i64 = numbers
        .iter()
        .map(|&number| arena.as_integer(number).expect("an integer"))
        .sum();
    assert_eq!((numbers.len(), arena.as_integer(*sum)), (4, Ok(expected)));
    let mut bytes = [0; 8];
    assert_eq!(arena.copy_bytes(*text, &mut bytes), Ok(8));
    assert_eq!(i64::from_le_bytes(bytes), expected);
}

/// Writers and readers share the arena behind a lock for reading; who finds it exhausted takes the lock for writing, and collects.
#[test]
fn no_reader_sees_a_torn_value() {
    let mut memory = vec![0; 1 << 14];
    let arena = Arena::new(atomic_words(&mut memory), 4).expect("enough words");
    let atom = arena.create(checked(&arena, 0, 0).expect("room")).expect("a slot");
    let arena = RwLock::new(arena);
    let (start, done) = (Barrier::new(6), AtomicBool::new(false));
    thread::scope(|scope| {
        let writers: Vec<_> = (1..=3)
            .map(|writer| {
                let (arena, start) = (&arena, &start);
                scope.spawn(move || {
                    start.wait();
                    for turn in 0..TURNS {
                        loop {
                            let shared = arena.read().expect("no panic");
                            match checked(&shared, writer, turn) {
                                Ok(word) => {
                                    assert_whole(&shared, shared.swap(atom, word).expect("alive"));
                                    break;
                                }
                                Err(error) => assert_eq!(error, Error::Exhausted),
                            }
                            drop(shared);
                            arena.write().expect("no panic").collect(&mut []).expect("no roots");
                        }
                    }
                })
            })
            .collect();
        for _ in 0..3 {
            scope.spawn(|| {
                start.wait();
                let mut reads = 0;
                while reads < TURNS || !done.load(Ordering::Relaxed) {
                    let shared = arena.read().expect("no panic");
                    assert_whole(&shared, shared.load(atom).expect("alive"));
                    reads += 1;
                }
            });
        }
        for writer in writers {
            writer.join().expect("a writer");
        }
        done.store(true, Ordering::Relaxed);
    });
    let mut arena = arena.into_inner().expect("no panic");
    assert!(arena.statistics().collections > 10);
    assert_eq!(arena.verify(), Ok(()));
}

/// Increments by compare-and-swap from several threads: each that succeeds counts once, and each value is witnessed by one winner.
#[test]
fn compare_and_swap_counts_every_increment() {
    let mut memory = vec![0; 1 << 10];
    let arena = Arena::new(atomic_words(&mut memory), 1).expect("enough words");
    let atom = arena.create(0.into()).expect("a slot");
    let mut won: Vec<i64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut won = Vec::new();
                    let mut expected = arena.load(atom).expect("alive");
                    while won.len() < TURNS as usize {
                        let count = expected.as_small().expect("small");
                        let witnessed = arena
                            .compare_and_swap(atom, expected, Word::small(count + 1).expect("small"))
                            .expect("alive");
                        if witnessed == expected {
                            won.push(count);
                            expected = Word::small(count + 1).expect("small");
                        } else {
                            assert!(witnessed.as_small() > Some(count));
                            expected = witnessed;
                        }
                    }
                    won
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a thread"))
            .collect()
    });
    won.sort_unstable();
    assert!(won.into_iter().eq(0..4 * i64::from(TURNS)));
}

/// Atoms come and go in all threads: no slot is given out twice, and a value claimed by one thread is never another's.
#[test]
fn slots_and_words_have_one_owner() {
    let mut memory = vec![0; 1 << 15];
    let arena = RwLock::new(Arena::new(atomic_words(&mut memory), 64).expect("enough words"));
    thread::scope(|scope| {
        for owner in 0..4 {
            let arena = &arena;
            scope.spawn(move || {
                for turn in 0..TURNS / 4 {
                    let shared = arena.read().expect("no panic");
                    let made = shared.bytes(&[owner; 24]).and_then(|word| shared.create(word));
                    let Ok(atom) = made else {
                        drop(shared);
                        let mut alone = arena.write().expect("no panic");
                        alone.collect(&mut []).expect("no roots");
                        continue;
                    };
                    thread::yield_now();
                    let fork = shared.fork(atom).unwrap_or(atom);
                    let mut bytes = [0; 24];
                    shared
                        .copy_bytes(shared.load(fork).expect("alive"), &mut bytes)
                        .expect("bytes");
                    assert_eq!(bytes, [owner; 24], "{turn}");
                    shared.drop_atom(atom).expect("alive");
                    if fork != atom {
                        shared.drop_atom(fork).expect("alive");
                    }
                    assert_eq!(shared.load(atom), Err(Error::StaleAtom));
                }
            });
        }
    });
    let mut arena = arena.into_inner().expect("no panic");
    assert_eq!(arena.statistics().atoms, 0);
    assert_eq!(arena.verify(), Ok(()));
}
