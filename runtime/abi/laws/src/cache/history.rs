//! Random histories of operations, and the shortest one that breaks a law.

use std::time::Duration;

use abi_facts::cache::CacheError;

use crate::{Law, Violation};

/// One operation. Keys are numbers, which [`key`] turns into bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Get(u8),
    Put(u8, Size),
    PutWithTtl(u8, Size, Option<Duration>),
    Delete(u8),
    Contains(u8),
    Clear,
    Maintain,
    Advance(Duration),
    Jump(Duration),
}

/// The number of bytes of a value.
pub(super) type Size = u16;

/// What a history may contain beside the operations and their weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub keys: u8,
    pub longest_value: Size,
    pub longest: usize,
}

/// The bytes of a key: the first has none, the others are of several lengths and of every byte.
pub(super) fn key(number: u8) -> Vec<u8> {
    match number.checked_sub(1) {
        None => Vec::new(),
        Some(byte) => vec![byte; 1 + usize::from(byte % 5)],
    }
}

/// The value that is put at a place of the history: no two are equal if they have eight bytes or more.
pub(super) fn value(place: usize, size: Size) -> Vec<u8> {
    let place = (place as u64).to_le_bytes();
    (0..usize::from(size))
        .map(|index| if index < place.len() { place[index] } else { index as u8 })
        .collect()
}

/// Tries as many random histories as the law says; `check` gets each with its number and says what is wrong with it.
pub(super) fn every(law: &Law, bounds: Bounds, check: impl Fn(u32, &[Operation]) -> Result<(), String>) -> Result<(), Violation> {
    let mut random = fastrand::Rng::with_seed(law.seed);
    for case in 0..law.cases {
        let length = random.usize(1..=bounds.longest);
        let history = (0..length)
            .map(|_| operation(law, bounds, &mut random))
            .collect::<Result<Vec<_>, _>>()?;
        if let Err(first) = check(case, &history) {
            let (history, what) = shortest(history, first, |history| check(case, history).err());
            let steps: Vec<String> = history.iter().map(|operation| format!("  {operation:?}")).collect();
            let text = format!(
                "law `{}`, case {case} of seed {}: {what}\nafter\n{}",
                law.id,
                law.seed,
                steps.join("\n")
            );
            return Err(Violation::new(text));
        }
    }
    Ok(())
}

// Takes away ever smaller pieces as long as what is left still fails.
fn shortest(
    mut history: Vec<Operation>,
    mut what: String,
    fails: impl Fn(&[Operation]) -> Option<String>,
) -> (Vec<Operation>, String) {
    let mut piece = history.len() / 2;
    while piece > 0 {
        let mut start = 0;
        while start < history.len() {
            let mut shorter = history.clone();
            shorter.drain(start..(start + piece).min(history.len()));
            match fails(&shorter) {
                Some(text) => (history, what) = (shorter, text),
                None => start += piece,
            }
        }
        piece /= 2;
    }
    (history, what)
}

fn operation(law: &Law, bounds: Bounds, random: &mut fastrand::Rng) -> Result<Operation, Violation> {
    let weights = law.ops.iter().map(|&(_, weight)| weight);
    let mut drawn = random.u32(..weights.sum::<u32>().max(1));
    for &(name, weight) in law.ops {
        if drawn < weight {
            return named(name, bounds, random)
                .ok_or_else(|| Violation::new(format!("law `{}` has an operation `{name}`, which the cache hasn't", law.id)));
        }
        drawn -= weight;
    }
    Err(Violation::new(format!(
        "law `{}` needs operations with weights, `ops = {{ get = 6, put = 3 }}`",
        law.id
    )))
}

fn named(name: &str, bounds: Bounds, random: &mut fastrand::Rng) -> Option<Operation> {
    let key = random.u8(..bounds.keys);
    let size = random.u16(..=bounds.longest_value);
    Some(match name {
        "get" => Operation::Get(key),
        "put" => Operation::Put(key, size),
        "put_with_ttl" => Operation::PutWithTtl(key, size, ttl(random)),
        "delete" => Operation::Delete(key),
        "contains" => Operation::Contains(key),
        "clear" => Operation::Clear,
        "maintain" => Operation::Maintain,
        "advance" => Operation::Advance(Duration::from_millis(random.u64(..3_000))),
        "jump" => Operation::Jump(instant(random)),
        _ => return None,
    })
}

// Mostly some milliseconds; now and then none, nothing at all, or more than any clock shows.
fn ttl(random: &mut fastrand::Rng) -> Option<Duration> {
    match random.u8(..10) {
        0 => None,
        1 => Some(Duration::ZERO),
        2 => Some(Duration::from_nanos(1)),
        3 => Some(Duration::MAX),
        4 => Some(Duration::from_nanos(u64::MAX)),
        _ => Some(Duration::from_millis(random.u64(1..4_000))),
    }
}

fn instant(random: &mut fastrand::Rng) -> Duration {
    match random.u8(..4) {
        0 => Duration::ZERO,
        1 => Duration::from_nanos(u64::MAX),
        _ => Duration::from_millis(random.u64(..10_000)),
    }
}

/// What is wrong where an operation failed that had to succeed.
pub(super) fn failed(place: usize, error: CacheError) -> String {
    format!("operation {place} fails: {error}")
}
