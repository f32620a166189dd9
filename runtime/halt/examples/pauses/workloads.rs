//! Work that makes garbage, and what collecting it took.

use std::fmt::Write;
use std::time::{Duration, Instant};

use halt::{Arena, Atom, Error, Word, atomic_words};

/// One pause: words copied, and how long it took.
pub struct Pause {
    pub copied: u64,
    pub time: Duration,
}

/// What a workload did.
pub struct Run {
    pub name: &'static str,
    /// Words of a semispace.
    pub capacity: u64,
    pub operations: u64,
    pub allocated: u64,
    /// Words that live after the last collection.
    pub live: u64,
    pub pauses: Vec<Pause>,
    /// Without the pauses.
    pub work: Duration,
}

/// Everything that runs: a name, the words of the arenas to try, how many operations, and the state's next version.
struct Workload {
    name: &'static str,
    arenas: &'static [usize],
    operations: u64,
    prepare: fn(&mut Arena<'_>) -> Result<Word, Error>,
    next: fn(&Arena<'_>, Word, u64) -> Result<Word, Error>,
}

const WORKLOADS: [Workload; 4] = [
    Workload {
        name: "queue of 100 in a vector",
        arenas: &[1 << 13, 1 << 16, 1 << 19],
        operations: 200_000,
        prepare: |_| Ok(Word::EMPTY_VECTOR),
        next: |arena, queue, turn| {
            if arena.count(queue)? == 100 {
                Ok(Word::EMPTY_VECTOR)
            } else {
                arena.vector_push(queue, Word::from(turn as i32))
            }
        },
    },
    Workload {
        name: "one element of a vector of 100 000",
        arenas: &[1 << 18, 1 << 19, 1 << 21],
        operations: 200_000,
        prepare: |arena| arena.vector(&vec![Word::NIL; 100_000]),
        next: |arena, vector, turn| arena.vector_set(vector, scattered(turn) as usize % 100_000, Word::from(turn as i32)),
    },
    Workload {
        name: "one entry of a map of 10 000",
        arenas: &[1 << 17, 1 << 18, 1 << 20],
        operations: 100_000,
        prepare: |arena| {
            // Keys, each with nil, then the map of them: built at once.
            let mut encoded = Vec::new();
            for key in 0..10_000u32 {
                encoded.push(3);
                encoded.extend(number(key * 2));
                encoded.push(0);
            }
            encoded.push(7);
            encoded.extend(number(10_000));
            arena.store(&encoded)
        },
        next: |arena, map, turn| arena.map_insert(map, Word::from((scattered(turn) % 10_000) as i32), Word::from(turn as i32)),
    },
    Workload {
        name: "list that grows to 1000 and is dropped",
        arenas: &[1 << 13, 1 << 16, 1 << 19],
        operations: 200_000,
        prepare: |_| Ok(Word::EMPTY_LIST),
        next: |arena, list, turn| {
            arena.cons(
                Word::from(turn as i32),
                if turn.is_multiple_of(1000) { Word::EMPTY_LIST } else { list },
            )
        },
    },
];

/// A number as the encoded form has it.
fn number(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// Spreads the turns over everything, the same way in each run.
fn scattered(turn: u64) -> u64 {
    turn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40
}

/// Runs all workloads, each in each of its arenas.
pub fn run_all() -> Vec<Run> {
    let sizes = WORKLOADS
        .iter()
        .flat_map(|workload| workload.arenas.iter().map(move |&words| (workload, words)));
    sizes
        .map(|(workload, words)| run(workload, words).expect("the arena is large enough"))
        .collect()
}

fn run(workload: &Workload, words: usize) -> Result<Run, Error> {
    let mut memory = vec![0; words];
    let mut arena = Arena::new(atomic_words(&mut memory), 16)?;
    let state = (workload.prepare)(&mut arena)?;
    let atom = arena.create(state)?;
    let mut pauses = Vec::new();
    let start = Instant::now();
    for turn in 0..workload.operations {
        match step(workload, &arena, atom, turn) {
            Err(Error::Exhausted) => {
                let start = Instant::now();
                let copied = arena.collect(&mut [])?.copied;
                pauses.push(Pause {
                    copied,
                    time: start.elapsed(),
                });
                step(workload, &arena, atom, turn)?;
            }
            other => other?,
        }
    }
    let work = start.elapsed().saturating_sub(pauses.iter().map(|pause| pause.time).sum());
    let statistics = arena.statistics();
    let live = arena.collect(&mut [])?.copied;
    let (capacity, allocated) = (statistics.capacity, statistics.allocated);
    Ok(Run {
        name: workload.name,
        capacity,
        operations: workload.operations,
        allocated,
        live,
        pauses,
        work,
    })
}

fn step(workload: &Workload, arena: &Arena<'_>, atom: Atom, turn: u64) -> Result<(), Error> {
    let next = (workload.next)(arena, arena.load(atom)?, turn)?;
    arena.swap(atom, next).map(drop)
}

/// The counts, which are the same in every run and on every machine.
pub fn counts(runs: &[Run]) -> String {
    let mut table = String::from(
        "| workload | capacity | live | allocated by one operation | collections | copied for each word allocated | longest pause |\n",
    );
    table.push_str("|---|---|---|---|---|---|---|\n");
    for run in runs {
        let copied: u64 = run.pauses.iter().map(|pause| pause.copied).sum();
        let longest = run.pauses.iter().map(|pause| pause.copied).max().unwrap_or(0);
        let each = run.allocated as f64 / run.operations as f64;
        let (name, share) = (run.name, copied as f64 / run.allocated as f64);
        let (capacity, live, collections) = (run.capacity, run.live, run.pauses.len());
        writeln!(
            table,
            "| {name} | {capacity} | {live} | {each:.1} | {collections} | {share:.3} | {longest} |"
        )
        .expect("a string");
    }
    table
}
