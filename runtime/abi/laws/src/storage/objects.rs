//! Laws on objects: put, got, listed, copied, deleted.

use std::collections::BTreeMap;

use abi_facts::storage::{Backend, StorageError};
use fastrand::Rng;

use super::fixture::{Fixture, data, demand, done, keys};
use crate::{Law, Violation};

/// None of them is a directory of another, so that all backends can have all of them.
const KEYS: [&str; 8] = ["a", "b/c", "b/d", "b c", "b-c", "d/e/f", "d/e/g.txt", "ä/日本.bin"];

/// Every call answers as a map would.
pub fn read_your_write<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    for case in 0..law.cases {
        let mut random = Rng::with_seed(law.seed << 32 | u64::from(case));
        let backend = fixture.open::<B>()?;
        let mut map: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        let mut history: Vec<String> = Vec::new();
        // Histories grow from case to case, so that the first that fails is among the shortest.
        for _ in 0..(case + 1) * 4 {
            let (key, other) = (random.choice(KEYS).unwrap_or("a"), random.choice(KEYS).unwrap_or("a"));
            let operation = operation(law, &mut random);
            history.push(format!("{operation} {key:?} {other:?}"));
            step(&backend, &mut map, operation, key, other, &mut random)
                .map_err(|problem| Violation::new(format!("{problem}\n  after: {}", history.join("\n         "))))?;
        }
        let bytes = map.values().map(|value| value.len() as u64).sum::<u64>();
        let stats = done("stats", backend.stats())?;
        demand((stats.objects, stats.bytes) == (map.len() as u64, bytes), || {
            format!("{} objects of {bytes} bytes are there, and `stats` is {stats:?}", map.len())
        })?;
    }
    Ok(())
}

fn step<'a, B: Backend>(
    backend: &B,
    map: &mut BTreeMap<&'a str, Vec<u8>>,
    operation: &str,
    key: &'a str,
    other: &'a str,
    random: &mut Rng,
) -> Result<(), Violation> {
    let absent = Err(StorageError::NotFound { key: key.to_owned() });
    match operation {
        "put" => {
            let size = random.choice([0, 1, 100, 70_000]).unwrap_or(0);
            let value: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(size).collect();
            done("put", backend.put(key, &value))?;
            map.insert(key, value);
        }
        "get" => {
            let got = data(backend, key)?;
            demand(got.as_ref() == map.get(key), || {
                format!("`get` gives {}, and the map {}", size(got.as_ref()), size(map.get(key)))
            })?;
        }
        "head" => {
            let got = backend.head(key).map(|info| (info.entry.key, info.entry.bytes));
            let expected = map.get(key).map_or(absent, |value| Ok((key.to_owned(), value.len() as u64)));
            demand(got == expected, || {
                format!("`head` gives {got:?}, and {expected:?} was expected")
            })?;
        }
        "exists" => {
            let got = backend.exists(key);
            demand(got == Ok(map.contains_key(key)), || {
                format!("`exists` gives {got:?}, and the map {}", map.contains_key(key))
            })?;
        }
        "delete" => {
            let got = backend.delete(key);
            let was = map.remove(key).is_some();
            demand(got == Ok(was), || format!("`delete` gives {got:?}, and the map {was}"))?;
        }
        "copy" => {
            let got = backend.copy(key, other);
            let value = map.get(key).cloned();
            let expected = if value.is_some() {
                Ok(())
            } else {
                absent.map(|_: (String, u64)| ())
            };
            demand(got == expected, || {
                format!("`copy` gives {got:?}, and {expected:?} was expected")
            })?;
            map.extend(value.map(|value| (other, value)));
        }
        _ => {
            let got = done("list", backend.list(""))?;
            let got: Vec<(&str, u64)> = got.iter().map(|entry| (entry.key.as_str(), entry.bytes)).collect();
            let expected: Vec<(&str, u64)> = map.iter().map(|(key, value)| (*key, value.len() as u64)).collect();
            demand(got == expected, || format!("`list` gives {got:?}, and the map {expected:?}"))?;
        }
    }
    Ok(())
}

fn size(value: Option<&Vec<u8>>) -> String {
    value.map_or("nothing".to_owned(), |value| format!("{} bytes", value.len()))
}

fn operation(law: &Law, random: &mut Rng) -> &'static str {
    const DEFAULT: &[(&str, u32)] = &[("put", 1), ("list", 1)];
    let operations = if law.ops.is_empty() { DEFAULT } else { law.ops };
    let mut at = random.u32(..operations.iter().map(|(_, weight)| weight).sum::<u32>().max(1));
    for (name, weight) in operations {
        match at.checked_sub(*weight) {
            Some(rest) => at = rest,
            None => return name,
        }
    }
    operations[0].0
}

/// `list` filters the keys by the prefix, and sorts them.
pub fn list_is_filter<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    let mut all: Vec<String> = KEYS.iter().map(|key| (*key).to_owned()).collect();
    // `-` is less than `/`, and `0` more: segments and bytes sort differently.
    all.extend(["x/y", "x-y", "x0y", "x/y-z", "x/yz/1", "xy", "z/y/x/w/v"].map(str::to_owned));
    all.extend((0..law.cases).map(|number| format!("many/{}/{number:05}", number % 3)));
    for key in &all {
        done("put", backend.put(key, key.as_bytes()))?;
    }
    all.sort();
    let prefixes = [
        "",
        "x",
        "x/",
        "x/y",
        "x/yz",
        "x/yz/",
        "x-",
        "many",
        "many/",
        "many/1",
        "many/1/0",
        "many/2/0000",
        "b ",
        "ä/",
        "d/e",
        "none",
        "none/",
        "/",
        "x//",
        "../",
        "x/../x",
        "..",
        "many/1/\\",
        "X",
    ];
    for prefix in prefixes {
        let expected: Vec<&String> = all.iter().filter(|key| key.starts_with(prefix)).collect();
        let got = keys(&backend, prefix)?;
        let differs = got.iter().zip(&expected).position(|(left, right)| left != *right);
        demand(got.iter().eq(expected.iter().copied()), || {
            let at = differs.unwrap_or(got.len().min(expected.len()));
            format!(
                "the prefix {prefix:?} gives {} keys of {}; the first that differs is {at}: {:?}, not {:?}",
                got.len(),
                expected.len(),
                got.get(at),
                expected.get(at)
            )
        })?;
    }
    let entries = done("list", backend.list("x/y"))?;
    let wrong = entries
        .iter()
        .find(|entry| entry.bytes != entry.key.len() as u64 || entry.modified_ms == 0);
    demand(wrong.is_none(), || {
        format!("`list` gives {wrong:?}: its size is that of its key, and it was written just now")
    })
}

/// A copy and its source don't know each other.
pub fn copy_is_independent<B: Backend>(_law: &Law, fixture: &Fixture) -> Result<(), Violation> {
    let backend = fixture.open::<B>()?;
    let is = |key: &str, value: Option<&[u8]>| -> Result<(), Violation> {
        let got = data(&backend, key)?;
        demand(got.as_deref() == value, || {
            format!("`{key}` is {got:?}, and {value:?} was expected")
        })
    };
    done("put", backend.put("from", b"one"))?;
    for _ in 0..3 {
        done("copy", backend.copy("from", "to/here"))?;
        is("to/here", Some(b"one"))?;
    }
    done("copy onto itself", backend.copy("from", "from"))?;
    is("from", Some(b"one"))?;
    done("put", backend.put("from", b"two"))?;
    is("to/here", Some(b"one"))?;
    done("put", backend.put("to/here", b"three"))?;
    is("from", Some(b"two"))?;
    done("copy", backend.copy("from", "to/here"))?;
    is("to/here", Some(b"two"))?;
    done("delete", backend.delete("from"))?;
    is("to/here", Some(b"two"))?;
    is("from", None)?;
    for (from, to) in [("from", "to/here"), ("from", "from"), ("none/at/all", "new")] {
        let result = backend.copy(from, to);
        let expected = Err(StorageError::NotFound { key: from.to_owned() });
        demand(result == expected, || {
            format!("copying {from:?}, which isn't there, to {to:?} gives {result:?}")
        })?;
    }
    let left = keys(&backend, "")?;
    demand(left == ["to/here"], || format!("{left:?} is left; `to/here` was expected"))
}
