//! Laws on limits, threads and stores that fail.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use abi_facts::storage::{Backend, StorageConfig, StorageError};
use fastrand::Rng;

use super::fixture::{Fixture, data, demand, done, keys};
use crate::{Law, Violation};

/// Readers see whole values only, whoever writes.
pub fn concurrent_puts<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const WRITERS: u8 = 3;
    let backend = fixture.open::<B>()?;
    // Each has a size of its own, so that a mixture shows.
    let value = |writer: u8| vec![writer; 40_000 + 10_000 * usize::from(writer)];
    done("put", backend.put("shared/value", &value(0)))?;
    let write = |writer: u8| (0..law.cases).try_for_each(|_| done("put", backend.put("shared/value", &value(writer))));
    let read = || {
        (0..law.cases).try_for_each(|_| {
            let got = data(&backend, "shared/value")?.unwrap_or_default();
            let whole = (0..WRITERS).any(|writer| got == value(writer));
            demand(whole, || {
                format!(
                    "a reader sees {} bytes that nobody has put so, the first of them {:?}",
                    got.len(),
                    got.first()
                )
            })
        })
    };
    thread::scope(|scope| {
        let mut threads: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        threads.push(scope.spawn(read));
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Violation::new("a thread panicked"))))
    })?;
    read()?;
    let left = keys(&backend, "")?;
    demand(left == ["shared/value"], || {
        format!("{left:?} is left of values under one key")
    })
}

/// Of those who delete at the same time one is told that it was there.
pub fn delete_once<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const THREADS: usize = 4;
    let backend = fixture.open::<B>()?;
    for case in 0..law.cases {
        let key = format!("once/{case}");
        done("put", backend.put(&key, b"1"))?;
        let barrier = Barrier::new(THREADS);
        let told = thread::scope(|scope| {
            let delete = || {
                barrier.wait();
                backend.delete(&key)
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(delete)).collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .collect::<Vec<_>>()
        });
        let was = told.iter().filter(|result| **result == Ok(true)).count();
        let not = told.iter().filter(|result| **result == Ok(false)).count();
        demand((was, not) == (1, THREADS - 1), || {
            format!("{THREADS} threads that delete `{key}` are told {told:?}")
        })?;
    }
    Ok(())
}

/// One byte too many is refused.
pub fn limits<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open_with::<B>(&StorageConfig {
        max_object_bytes: 1_000,
        ..fixture.config()
    })?;
    done("put", backend.put("a", &[1; 1_000]))?;
    let result = backend.put("a", &[2; 1_001]);
    demand(
        result
            == Err(StorageError::TooLarge {
                bytes: 1_001,
                limit: 1_000,
            }),
        || format!("1,001 bytes of 1,000 give {result:?}"),
    )?;
    let got = data(&backend, "a")?;
    demand(got == Some(vec![1; 1_000]), || {
        "a value that was too large has replaced one that wasn't".to_owned()
    })?;
    done("put", backend.put("b", &[]))?;
    let got = data(&backend, "b")?;
    demand(got == Some(Vec::new()), || format!("an object without data is {got:?}"))
}

/// A write is refused exactly if it doesn't fit.
pub fn capacity<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    const LIMIT: u64 = 1_000;
    let config = StorageConfig {
        capacity_bytes: Some(LIMIT),
        ..fixture.config()
    };
    let backend = fixture.open_with::<B>(&config)?;
    let mut map: BTreeMap<String, u64> = BTreeMap::new();
    let mut random = Rng::with_seed(law.seed);
    let mut history: Vec<String> = Vec::new();
    for _ in 0..law.cases {
        let key = format!("k{}", random.u8(..4));
        let bytes = random.choice([0, 1, 100, 333, 600, 1_000, 1_001]).unwrap_or(0);
        let used: u64 = map.values().sum();
        let (call, size, result) = match random.u8(..5) {
            0 => {
                done("delete", backend.delete(&key))?;
                history.push(format!("delete {key}"));
                map.remove(&key);
                continue;
            }
            1 if map.contains_key(&key) => {
                let copy = format!("{key}-copy");
                (
                    "copy",
                    map[&key],
                    backend.copy(&key, &copy).and_then(|()| backend.delete(&copy)).map(drop),
                )
            }
            _ => ("put", bytes, backend.put(&key, &vec![7; bytes as usize])),
        };
        // A copy is made beside its source and deleted again, so that it needs room for both and changes nothing.
        let after = if call == "copy" {
            used + size
        } else {
            used - map.get(&key).copied().unwrap_or(0) + size
        };
        let expected = if after > LIMIT {
            Err(StorageError::Full {
                bytes: after,
                limit: LIMIT,
            })
        } else {
            Ok(())
        };
        history.push(format!("{call} {key} {size}"));
        demand(result == expected, || {
            format!(
                "with {map:?} it gives {result:?}; {expected:?} was expected\n  after: {}",
                history.join("\n         ")
            )
        })?;
        if call == "put" && result.is_ok() {
            map.insert(key, size);
        }
    }
    let stats = done("stats", backend.stats())?;
    demand(stats.bytes == map.values().sum::<u64>(), || {
        format!("{map:?} is there, and `stats` is {stats:?}")
    })
}

/// While the store fails, calls do too, and nothing is lost by it.
pub fn failing_store<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = fixture.config();
    let backend = fixture.open_with::<B>(&config)?;
    for (key, value) in [("a", "one"), ("b/c", "two"), ("b/d", "three")] {
        done("put", backend.put(key, value.as_bytes()))?;
    }
    fixture.break_store(&config);
    let results = [
        ("put", backend.put("a", b"lost")),
        ("put of a new key", backend.put("new", b"lost")),
        ("get", backend.get("a").map(drop)),
        ("head", backend.head("a").map(drop)),
        ("exists", backend.exists("a").map(drop)),
        ("delete", backend.delete("b/c").map(drop)),
        ("list", backend.list("").map(drop)),
        ("copy", backend.copy("a", "b/c").map(drop)),
        ("stats", backend.stats().map(drop)),
    ];
    fixture.mend_store(&config);
    for (call, result) in results {
        let failed = matches!(result, Err(StorageError::Failed { .. } | StorageError::Denied { .. }));
        demand(failed, || format!("`{call}` on a store that fails gives {result:?}"))?;
    }
    for (key, value) in [("a", "one"), ("b/c", "two"), ("b/d", "three")] {
        let got = data(&backend, key)?;
        demand(got.as_deref() == Some(value.as_bytes()), || {
            format!("`{key}` was acknowledged as {value:?} and is {got:?} after the failure")
        })?;
    }
    let left = keys(&backend, "")?;
    demand(left == ["a", "b/c", "b/d"], || format!("after the failure {left:?} is there"))?;
    done("put", backend.put("new", b"kept"))
}

/// What was acknowledged is there for other handles.
pub fn outlives_the_handle<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let config = fixture.config();
    let first = fixture.open_with::<B>(&config)?;
    done("put", first.put("a/b", b"one"))?;
    let beside = fixture.open_with::<B>(&config)?;
    let got = data(&beside, "a/b")?;
    demand(got.as_deref() == Some(b"one"), || {
        format!("a second handle sees {got:?} of what the first has put")
    })?;
    done("delete", beside.delete("a/b"))?;
    done("put", first.put("c", b"two"))?;
    drop((first, beside));
    let later = fixture.open_with::<B>(&config)?;
    let listed = keys(&later, "")?;
    demand(listed == ["c"], || format!("a later handle lists {listed:?}; `c` is left"))?;
    let got = data(&later, "c")?;
    demand(got.as_deref() == Some(b"two"), || {
        format!("a later handle sees {got:?} of what was put")
    })
}
