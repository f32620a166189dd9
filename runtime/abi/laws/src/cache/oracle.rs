//! Laws that compare with an oracle: expiry, and what goes when there is no room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use abi_facts::cache::{Backend, CacheConfig, EvictionPolicy};
use abi_facts::clock::{Clock, ManualClock};

use super::Fixture;
use super::history::{self, Bounds, Operation, Size, failed, key, value};
use super::model::Model;
use crate::{Law, Violation};

/// At the deadline of an entry and after it no value is given; before it, the value that was put last. A clock that jumps back makes
/// no older value return.
pub fn no_stale<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let bounds = Bounds {
        keys: 12,
        longest_value: 40,
        longest: 60,
    };
    history::every(law, bounds, |case, history| {
        let default_ttl = (case % 4 != 0).then(|| Duration::from_millis(u64::from(case % 4) * 700));
        let clock = Arc::new(ManualClock::new());
        let cache: B = fixture
            .open(&fixture.roomy(default_ttl), clock.clone())
            .map_err(|violation| violation.text)?;
        let mut puts: BTreeMap<u8, Timed> = BTreeMap::new();
        for (place, operation) in history.iter().enumerate() {
            let now = clock.now();
            let found = match *operation {
                Operation::Get(number) => Some((number, cache.get(&key(number)).map(|value| value.to_vec()))),
                Operation::Contains(number) => {
                    let known = puts.get(&number).map(|timed| timed.value.clone()).unwrap_or_default();
                    Some((number, cache.contains(&key(number)).then_some(known)))
                }
                Operation::Delete(number) => {
                    let timed = puts.remove(&number);
                    let (found, must) = (
                        cache.delete(&key(number)),
                        timed.as_ref().is_some_and(|timed| timed.is_due(now)),
                    );
                    let may = timed.is_some_and(|timed| !timed.is_over(now));
                    if found != must && found != may {
                        return Err(format!("operation {place}, {operation:?}, at {now:?} gives {found}"));
                    }
                    None
                }
                Operation::Put(number, size) => {
                    cache
                        .put(&key(number), &value(place, size))
                        .map_err(|error| failed(place, error))?;
                    puts.insert(number, Timed::new(value(place, size), default_ttl, now));
                    None
                }
                Operation::PutWithTtl(number, size, ttl) => {
                    cache
                        .put_with_ttl(&key(number), &value(place, size), ttl)
                        .map_err(|error| failed(place, error))?;
                    puts.insert(number, Timed::new(value(place, size), ttl, now));
                    None
                }
                Operation::Clear => {
                    cache.clear();
                    puts.clear();
                    None
                }
                Operation::Maintain => {
                    cache.maintain();
                    None
                }
                Operation::Advance(by) => {
                    clock.advance(by);
                    None
                }
                Operation::Jump(to) => {
                    clock.set(to);
                    None
                }
            };
            if let Some((number, found)) = found {
                let timed = puts.get(&number);
                let allowed = match (&found, timed) {
                    (Some(found), Some(timed)) => *found == timed.value && !timed.is_over(now),
                    (Some(_), None) => false,
                    (None, timed) => !timed.is_some_and(|timed| timed.is_due(now)),
                };
                if !allowed {
                    return Err(format!(
                        "operation {place}, {operation:?}, at {now:?} gives {found:?}; put was {timed:?}"
                    ));
                }
            }
            puts.values_mut().for_each(|timed| timed.see(clock.now()));
        }
        Ok(())
    })
}

#[derive(Debug)]
struct Timed {
    value: Vec<u8>,
    deadline: Option<Duration>,
    // Once the clock stood at the deadline, the entry may have been dropped, wherever the clock stands later.
    was_over: bool,
}

impl Timed {
    fn new(value: Vec<u8>, ttl: Option<Duration>, now: Duration) -> Self {
        let deadline = ttl.and_then(|ttl| now.checked_add(ttl));
        Timed {
            value,
            deadline,
            was_over: deadline.is_some_and(|deadline| now >= deadline),
        }
    }

    fn is_over(&self, now: Duration) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    // Whether it has to be there.
    fn is_due(&self, now: Duration) -> bool {
        !self.was_over && !self.is_over(now)
    }

    fn see(&mut self, now: Duration) {
        self.was_over |= self.is_over(now);
    }
}

/// Only what must go goes, and it is what the policy says, entry for entry.
pub fn evicts_exact<B: Backend>(law: &Law, fixture: &Fixture, policy: EvictionPolicy) -> Result<(), Violation> {
    let bounds = Bounds {
        keys: 14,
        longest_value: 120,
        longest: 80,
    };
    history::every(law, bounds, |case, history| {
        let max_entries = 1 + case % 8;
        // Every other time the memory is what is short.
        let max_memory_bytes = if case % 2 == 0 {
            1 << 20
        } else {
            1_024 + u64::from(case % 5) * 100
        };
        let config = fixture.config(max_entries, max_memory_bytes, policy);
        match policy {
            EvictionPolicy::Any | EvictionPolicy::Random => follows_need::<B>(fixture, &config, bounds, history),
            _ => follows_model::<B>(fixture, &config, bounds, history),
        }
    })?;
    if policy == EvictionPolicy::Random {
        is_uniform::<B>(law, fixture)
    } else {
        Ok(())
    }
}

fn follows_model<B: Backend>(
    fixture: &Fixture,
    config: &CacheConfig,
    bounds: Bounds,
    history: &[Operation],
) -> Result<(), String> {
    let clock = Arc::new(ManualClock::new());
    let cache: B = fixture.open(config, clock.clone()).map_err(|violation| violation.text)?;
    let mut model = Model::new(config);
    for (place, operation) in history.iter().enumerate() {
        let now = clock.now();
        let same = match *operation {
            Operation::Get(number) => cache.get(&key(number)).map(|value| value.to_vec()) == model.get(&key(number), now),
            Operation::Contains(number) => cache.contains(&key(number)) == model.contains(&key(number), now),
            Operation::Delete(number) => cache.delete(&key(number)) == model.delete(&key(number), now),
            Operation::Put(number, size) => {
                cache
                    .put(&key(number), &value(place, size))
                    .map_err(|error| failed(place, error))?;
                model.put(&key(number), &value(place, size), None);
                true
            }
            Operation::PutWithTtl(number, size, ttl) => {
                cache
                    .put_with_ttl(&key(number), &value(place, size), ttl)
                    .map_err(|error| failed(place, error))?;
                model.put(&key(number), &value(place, size), ttl.and_then(|ttl| now.checked_add(ttl)));
                true
            }
            Operation::Clear => {
                cache.clear();
                model.clear();
                true
            }
            Operation::Maintain => {
                cache.maintain();
                model.maintain(now);
                true
            }
            Operation::Advance(by) => {
                clock.advance(by);
                true
            }
            Operation::Jump(to) => {
                clock.set(to);
                true
            }
        };
        if !same {
            return Err(format!(
                "operation {place}, {operation:?}, gives something else than the policy in {config:?} does"
            ));
        }
        let now = clock.now();
        for number in 0..bounds.keys {
            if cache.contains(&key(number)) != model.contains(&key(number), now) {
                let (wrong, right) = if model.contains(&key(number), now) {
                    ("gone", "here")
                } else {
                    ("here", "gone")
                };
                return Err(format!(
                    "after operation {place} key {number} is {wrong} and should be {right}, by {config:?}"
                ));
            }
        }
        let stats = cache.stats();
        let found = (stats.entries, stats.memory_used, stats.evictions, stats.expired);
        let expected = (model.len(), model.bytes(), model.evictions, model.expired);
        if found != expected {
            let counted = "entries, bytes, evictions and expired entries";
            return Err(format!(
                "after operation {place} it counts {found:?} {counted} instead of {expected:?}"
            ));
        }
    }
    Ok(())
}

// For policies that leave the choice open: an entry goes only where the limits would be broken if it stayed, and never the new one.
fn follows_need<B: Backend>(
    fixture: &Fixture,
    config: &CacheConfig,
    bounds: Bounds,
    history: &[Operation],
) -> Result<(), String> {
    let cache: B = fixture.open_still(config).map_err(|violation| violation.text)?;
    let mut held: BTreeMap<u8, Size> = BTreeMap::new();
    for (place, operation) in history.iter().enumerate() {
        let mut put = None;
        match *operation {
            Operation::Get(number) => drop(cache.get(&key(number))),
            Operation::Put(number, size) | Operation::PutWithTtl(number, size, _) => {
                cache
                    .put(&key(number), &value(place, size))
                    .map_err(|error| failed(place, error))?;
                held.insert(number, size);
                put = Some(number);
            }
            Operation::Delete(number) => {
                cache.delete(&key(number));
                held.remove(&number);
            }
            Operation::Clear => {
                cache.clear();
                held.clear();
            }
            _ => {}
        }
        let there: BTreeSet<u8> = (0..bounds.keys).filter(|&number| cache.contains(&key(number))).collect();
        if let Some(stray) = there.iter().find(|number| !held.contains_key(number)) {
            return Err(format!(
                "after operation {place} key {stray} is here, though it was deleted or gone"
            ));
        }
        let gone: Vec<u8> = held.keys().copied().filter(|number| !there.contains(number)).collect();
        if put.is_some_and(|number| gone.contains(&number)) {
            return Err(format!("operation {place}, {operation:?}, puts an entry that goes at once"));
        }
        let footprint = |number: u8, size: Size| B::footprint(key(number).len() as u64, size.into());
        let bytes: u64 = there.iter().map(|&number| footprint(number, held[&number])).sum();
        let fits = |entries: usize, bytes: u64| entries <= config.max_entries as usize && bytes <= config.max_memory_bytes;
        if !fits(there.len(), bytes) {
            return Err(format!(
                "after operation {place} there are {} entries of {bytes} bytes, too many for {config:?}",
                there.len()
            ));
        }
        // The entry that went last must have been one for which there was no room.
        if !gone.is_empty()
            && gone
                .iter()
                .all(|&number| fits(there.len() + 1, bytes + footprint(number, held[&number])))
        {
            return Err(format!(
                "after operation {place} keys {gone:?} are gone though there was room, by {config:?}"
            ));
        }
        held.retain(|number, _| there.contains(number));
    }
    Ok(())
}

// Of eight entries each goes about as often as any other: within five standard deviations.
fn is_uniform<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const ENTRIES: u8 = 8;
    let rounds = law.cases.clamp(1_000, 10_000);
    let cache: B = fixture.open_still(&fixture.config(ENTRIES.into(), 1 << 20, EvictionPolicy::Random))?;
    let mut gone = [0_u32; ENTRIES as usize];
    for round in 0..rounds {
        cache.clear();
        let put = (0..=ENTRIES).try_for_each(|number| cache.put(&[number], b"value"));
        put.map_err(|error| Violation::new(failed(round as usize, error)))?;
        let victim = (0..ENTRIES).find(|&number| !cache.contains(&[number]));
        let Some(victim) = victim else {
            return Err(Violation::new("of nine entries none goes where there is room for eight"));
        };
        gone[usize::from(victim)] += 1;
    }
    let probability = 1.0 / f64::from(ENTRIES);
    let expected = f64::from(rounds) * probability;
    let deviation = (expected * (1.0 - probability)).sqrt();
    match gone
        .iter()
        .position(|&times| (f64::from(times) - expected).abs() > 5.0 * deviation)
    {
        Some(place) => Err(Violation::new(format!(
            "of {rounds} random evictions among eight entries, entry {place} went {} times; about {expected:.0} is right: {gone:?}",
            gone[place]
        ))),
        None => Ok(()),
    }
}
