//! Tests that run anywhere: hosted, and in a booted kernel, with the same transcript on every machine.

use core::fmt::{self, Write};

use crate::arena::Arena;
use crate::atoms::Atom;
use crate::error::Error;
use crate::scalar::Type;
use crate::sync::AtomicU64;
use crate::word::Word;

/// Each runs in an arena of its own and comes to a figure.
type Case = (&'static str, fn(&mut Arena<'_>) -> Result<u64, Error>, u64);

const WORDS: usize = 1024;
const ATOMS: u32 = 8;

const CASES: &[Case] = &[
    ("words of boxed integers", boxed_integers, 6),
    ("sum of a list", sum_of_list, 4950),
    ("elements of a vector that was pushed, set and cut", vector, 60_777),
    ("entries of a map after removals", map, 18_042),
    ("hash of a nested value", nested_hash, 9_824_495_532_819_500_712),
    ("encoded form, written back", encoded, 18_213),
    ("malformed forms refused", malformed, 8),
    ("words of the arena that malformed forms took", malformed_words, 0),
    ("forged words refused", forged, 6),
    ("load, swap and compare-and-swap", exchange, 321),
    ("stale handles refused", stale, 5),
    ("atoms until the table is full", full_table, 8),
    ("fork parts ways", fork, 4_104),
    ("words that a collection copied and reclaimed", collection, 11_000_043),
    ("words from before a collection refused", before_collection, 2),
    ("pushes in an arena that collects when it is full", churn, 2_000),
    ("sum over the image", image, 18_365_173_411_312_390_209),
];

/// Runs all tests, writes a line for each, and returns how many failed. It needs 8 KiB of stack for the arena, and some for itself.
///
/// # Errors
/// Those of `out`.
pub fn self_tests(out: &mut dyn Write) -> Result<u32, fmt::Error> {
    let mut memory = [const { AtomicU64::new(0) }; WORDS];
    let mut failed = 0;
    for (name, run, expected) in CASES {
        memory.iter_mut().for_each(|word| *word.get_mut() = 0);
        let result = Arena::new(&mut memory, ATOMS).and_then(|mut arena| {
            let figure = run(&mut arena)?;
            arena.verify()?;
            Ok(figure)
        });
        match result {
            Ok(figure) if figure == *expected => writeln!(out, "halt: {name}: {figure}")?,
            Ok(figure) => {
                failed += 1;
                writeln!(out, "halt: {name}: {figure}, not {expected}")?;
            }
            Err(error) => {
                failed += 1;
                writeln!(out, "halt: {name}: {error}")?;
            }
        }
    }
    writeln!(out, "halt: {} tests, {failed} failed", CASES.len())?;
    Ok(failed)
}

fn boxed_integers(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let values = [0, -1, (1 << 61) - 1, 1 << 61, i64::MAX, i64::MIN];
    for value in values {
        let word = arena.integer(value)?;
        if arena.as_integer(word)? != value {
            return Ok(0);
        }
    }
    Ok(arena.statistics().used)
}

fn sum(arena: &Arena<'_>, collection: Word) -> Result<u64, Error> {
    arena
        .parts(collection)?
        .try_fold(0, |sum: u64, part| Ok(sum.wrapping_add_signed(arena.as_integer(part)?)))
}

fn sum_of_list(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let mut list = Word::EMPTY_LIST;
    for number in 0..100 {
        list = arena.cons(number.into(), list)?;
    }
    sum(arena, list)
}

/// A vector of so many numbers, by pushes; each time the arena is full, what isn't needed is collected.
fn pushed(arena: &mut Arena<'_>, count: i32) -> Result<Word, Error> {
    let mut roots = [Word::EMPTY_VECTOR];
    for number in 0..count {
        let next = match arena.vector_push(roots[0], number.into()) {
            Err(Error::Exhausted) => {
                arena.collect(&mut roots)?;
                arena.vector_push(roots[0], number.into())?
            }
            other => other?,
        };
        roots = [next];
    }
    Ok(roots[0])
}

fn vector(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let grown = pushed(arena, 100)?;
    arena.collect(&mut [])?;
    if arena.is_value(grown) {
        return Ok(0);
    }
    let grown = pushed(arena, 70)?;
    let mut roots = [grown];
    arena.collect(&mut roots)?;
    let cut = arena.vector_truncate(roots[0], 60)?;
    let set = arena.vector_set(cut, 33, (33 - 1770 + 777).into())?;
    Ok(arena.count(set)? as u64 * 1000 + sum(arena, set)?)
}

fn map(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let mut map = Word::EMPTY_MAP;
    let mut roots = [map];
    for key in 0..20 {
        map = arena.map_insert(roots[0], key.into(), (key * 2).into())?;
        roots = [map];
        arena.collect(&mut roots)?;
    }
    let name = arena.bytes(b"name")?;
    map = arena.map_insert(roots[0], name, 42.into())?;
    for key in [3, 7, 19] {
        map = arena.map_remove(map, key.into())?;
    }
    let same_name = arena.bytes(b"name")?;
    let found = arena.map_get(map, same_name)?.unwrap_or(Word::NIL);
    Ok(arena.count(map)? as u64 * 1000 + arena.as_integer(found)? as u64)
}

/// `[nil, {"key": (1, 2^63 - 1), 7: true}, []]`
const NESTED: &[u8] = &[
    0, 4, 3, b'k', b'e', b'y', 3, 2, 3, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5, 2, 3, 14, 2, 7, 2, 6, 0, 6, 3,
];

fn nested_hash(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let word = arena.store(NESTED)?;
    arena.hash(word)
}

fn encoded(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let word = arena.store(NESTED)?;
    let mut bytes = [0; 40];
    let length = arena.read_value(word, &mut bytes)?;
    let again = arena.store(&bytes[..length])?;
    if !arena.equal(word, again)? || length != NESTED.len() {
        return Ok(0);
    }
    Ok(bytes.iter().fold(0, |sum: u64, &byte| (sum * 31 + u64::from(byte)) & 0xffff))
}

const MALFORMED: [&[u8]; 8] = [
    &[],
    &[8],
    &[3],
    &[3, 0x80, 0],
    &[4, 9, 1],
    &[0, 5, 2],
    &[1, 0, 1, 0, 7, 2],
    &[0, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
];

fn malformed(arena: &mut Arena<'_>) -> Result<u64, Error> {
    Ok(MALFORMED
        .iter()
        .filter(|bytes| arena.store(bytes) == Err(Error::Malformed))
        .count() as u64)
}

fn malformed_words(arena: &mut Arena<'_>) -> Result<u64, Error> {
    for bytes in MALFORMED {
        let _ = arena.store(bytes);
    }
    Ok(arena.statistics().used)
}

fn forged(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let bits = arena.list(&[1.into(), 2.into()])?.bits();
    let atom = arena.create(Word::NIL)?;
    let words = [3, u64::MAX, 7 << 2 | 1, bits - 4, bits + 4, bits ^ 1 << 32].map(Word::from_bits);
    Ok(words
        .iter()
        .filter(|&&word| arena.swap(atom, word) == Err(Error::BadWord) && arena.type_of(word).is_err())
        .count() as u64)
}

fn exchange(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let atom = arena.create(1.into())?;
    let first = arena.swap(atom, 2.into())?;
    let refused = arena.compare_and_swap(atom, 1.into(), 9.into())?;
    let witnessed = arena.compare_and_swap(atom, refused, 3.into())?;
    let digits = [arena.load(atom)?, witnessed, first];
    digits
        .iter()
        .try_fold(0, |number, &digit| Ok(number * 10 + arena.as_integer(digit)? as u64))
}

fn stale(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let atom = arena.create(1.into())?;
    arena.drop_atom(atom)?;
    arena.recycle();
    arena.create(2.into())?;
    let results = [
        arena.load(atom),
        arena.swap(atom, 3.into()),
        arena.compare_and_swap(atom, 1.into(), 3.into()),
    ];
    let others = [arena.drop_atom(atom).is_err(), arena.fork(atom).is_err()];
    let refused = results.iter().filter(|&&result| result == Err(Error::StaleAtom)).count();
    Ok((refused + others.iter().filter(|&&refused| refused).count()) as u64)
}

fn full_table(arena: &mut Arena<'_>) -> Result<u64, Error> {
    loop {
        match arena.create(Word::NIL) {
            Ok(_) => {}
            Err(Error::TableFull) => return Ok(arena.statistics().atoms),
            Err(error) => return Err(error),
        }
    }
}

fn fork(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let parent = [arena.create(1.into())?, arena.create(100.into())?];
    let mut child = [Atom::from_bits(0); 2];
    arena.fork_all(&parent, &mut child)?;
    arena.swap(parent[0], 3.into())?;
    arena.swap(child[1], 4000.into())?;
    parent
        .iter()
        .chain(&child)
        .try_fold(0, |sum, &atom| Ok(sum + arena.as_integer(arena.load(atom)?)? as u64))
}

fn collection(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let shared = arena.bytes(b"shared by two")?;
    let kept = arena.vector(&[shared, shared, Word::NIL])?;
    arena.vector(&[Word::NIL; 33])?;
    arena.list(&[kept])?;
    let atom = arena.create(kept)?;
    let mut roots = [shared, arena.integer(i64::MAX)?];
    let done = arena.collect(&mut roots)?;
    if arena.as_integer(roots[1])? != i64::MAX || arena.vector_get(arena.load(atom)?, 1)? != roots[0] {
        return Ok(0);
    }
    Ok(done.copied * 1_000_000 + done.reclaimed)
}

fn before_collection(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let old = arena.bytes(b"old")?;
    let atom = arena.create(old)?;
    let mut refused = 0;
    for _ in 0..2 {
        arena.collect(&mut [])?;
        refused += u64::from(arena.type_of(old) == Err(Error::BadWord) && arena.type_of(arena.load(atom)?)? == Type::Bytes);
    }
    Ok(refused)
}

fn churn(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let mut pushes = 0;
    while pushes < 2000 {
        let pushed = pushed(arena, 50)?;
        pushes += arena.count(pushed)? as u64;
        arena.collect(&mut [])?;
    }
    Ok(pushes)
}

/// Folds all words of the arena, so that the image is the same, bit by bit, on every machine.
fn image(arena: &mut Arena<'_>) -> Result<u64, Error> {
    let word = arena.store(NESTED)?;
    arena.create(word)?;
    arena.collect(&mut [])?;
    let load = |word: &AtomicU64| word.load(core::sync::atomic::Ordering::Relaxed);
    Ok(arena
        .words
        .iter()
        .take(arena.layout.words)
        .fold(0, |sum: u64, word| sum.rotate_left(5) ^ load(word)))
}
