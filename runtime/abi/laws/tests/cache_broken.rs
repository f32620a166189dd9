//! Each law of the cache holds for an honest cache and rejects those that break it.

use abi_facts::cache::{Backend, CacheBackend, EvictionPolicy};
use abi_laws::cache::broken::{self, Broken, Fault, Honest};
use abi_laws::cache::survives_panic;
use abi_laws::cache::{
    Fixture, accounting, capacity, evicts_exact, hit_ratio, isolation, keeps_used, no_stale, read_your_write, refusal,
};
use abi_laws::{Law, Violation};

/// The laws with fewer cases than the spec asks for.
fn broken_laws<B: Backend>() -> Vec<String> {
    let fixture = Fixture::new(CacheBackend::Exact);
    let law = |id, cases, ops| Law {
        id,
        cases,
        seed: 1,
        tolerance: 0.03,
        ops,
    };
    let plain: &[(&str, u32)] = &[
        ("get", 6),
        ("put", 4),
        ("delete", 1),
        ("contains", 1),
        ("clear", 1),
        ("maintain", 1),
    ];
    let timed: &[(&str, u32)] = &[
        ("get", 6),
        ("put", 3),
        ("put_with_ttl", 3),
        ("delete", 1),
        ("contains", 1),
        ("maintain", 1),
        ("advance", 4),
        ("jump", 1),
    ];
    let mut broken = Vec::new();
    let mut try_law = |name: &str, result: Result<(), Violation>| {
        if let Err(violation) = result {
            println!("{name}: {violation}");
            broken.push(name.to_owned());
        }
    };
    try_law(
        "read_your_write",
        read_your_write::<B>(&law("read_your_write", 100, plain), &fixture),
    );
    try_law("capacity", capacity::<B>(&law("capacity", 300, plain), &fixture));
    try_law("refusal", refusal::<B>(&law("refusal", 1, &[]), &fixture));
    try_law(
        "survives_panic",
        survives_panic::<B>(&law("survives_panic", 1, &[]), &fixture),
    );
    try_law("no_stale", no_stale::<B>(&law("no_stale", 300, timed), &fixture));
    try_law("accounting", accounting::<B>(&law("accounting", 2_000, &[]), &fixture));
    try_law("isolation", isolation::<B>(&law("isolation", 2_000, &[]), &fixture));
    for &policy in EvictionPolicy::ALL {
        let name = format!("evicts_exact.{}", policy.name());
        try_law(&name, evicts_exact::<B>(&law("evicts_exact", 400, timed), &fixture, policy));
    }
    try_law(
        "keeps_used.Any",
        keeps_used::<B>(&law("keeps_used", 16, &[]), &fixture, EvictionPolicy::Any),
    );
    broken
}

#[track_caller]
fn check<F: Fault>(expected: &[&str]) {
    assert_eq!(
        broken_laws::<Broken<F>>(),
        expected,
        "of a cache with the fault {:?}",
        F::KIND
    );
}

#[test]
fn an_honest_cache_breaks_none() {
    check::<Honest>(&[]);
}

#[test]
fn the_wrong_entry_goes() {
    check::<broken::WrongVictim>(&["evicts_exact.Lru"]);
}

#[test]
fn chance_that_always_says_the_same() {
    check::<broken::NotRandom>(&["evicts_exact.Random"]);
}

#[test]
fn a_value_after_its_time() {
    check::<broken::Stale>(&["no_stale", "evicts_exact.Lru", "evicts_exact.Lfu", "evicts_exact.Fifo"]);
}

#[test]
fn an_older_value_comes_to_light() {
    check::<broken::Undead>(&["no_stale", "evicts_exact.Lru", "evicts_exact.Lfu", "evicts_exact.Fifo"]);
}

#[test]
fn counts_that_threads_lose() {
    check::<broken::Racing>(&["accounting"]);
}

#[test]
fn no_limit() {
    check::<broken::Unbounded>(&[
        "capacity",
        "evicts_exact.Any",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "evicts_exact.Random",
        "keeps_used.Any",
    ]);
}

#[test]
fn keys_that_count_nothing() {
    check::<broken::ValuesOnly>(&[
        "capacity",
        "accounting",
        "evicts_exact.Any",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "evicts_exact.Random",
    ]);
}

#[test]
fn a_place_that_is_written_over() {
    check::<broken::Borrowed>(&[
        "read_your_write",
        "no_stale",
        "isolation",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "keeps_used.Any",
    ]);
}

#[test]
fn the_value_of_another_key() {
    check::<broken::Confused>(&[
        "read_your_write",
        "capacity",
        "no_stale",
        "accounting",
        "isolation",
        "evicts_exact.Any",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "evicts_exact.Random",
        "keeps_used.Any",
    ]);
}

#[test]
fn a_poisoned_lock() {
    check::<broken::Poisonable>(&["survives_panic"]);
}

#[test]
fn a_put_that_is_dropped_in_silence() {
    check::<broken::Silent>(&["refusal"]);
}

#[test]
fn more_goes_than_must() {
    check::<broken::Overeager>(&[
        "evicts_exact.Any",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "evicts_exact.Random",
    ]);
}

#[test]
fn what_is_used_goes_first() {
    check::<broken::ForgetsUsed>(&["keeps_used.Any"]);
}

/// A cache that fails at every call is rejected by every law, without a panic and without an end of memory.
#[test]
fn a_cache_that_fails_at_every_call() {
    let laws = [
        "read_your_write",
        "capacity",
        "refusal",
        "survives_panic",
        "no_stale",
        "accounting",
        "isolation",
        "evicts_exact.Any",
        "evicts_exact.Lru",
        "evicts_exact.Lfu",
        "evicts_exact.Fifo",
        "evicts_exact.Random",
        "keeps_used.Any",
    ];
    assert_eq!(broken_laws::<broken::AlwaysFails>(), laws);
}

/// Uses few enough for the oracle, and more than enough to see the difference.
#[test]
fn a_hit_ratio_of_another_policy() {
    let law = Law {
        id: "hit_ratio",
        cases: 3_000,
        seed: 1,
        tolerance: 0.03,
        ops: &[],
    };
    let fixture = Fixture::new(CacheBackend::Exact);
    hit_ratio::<Broken<Honest>>(&law, &fixture, EvictionPolicy::Lru).expect("an honest cache serves what the oracle serves");
    let violation = hit_ratio::<Broken<broken::WrongVictim>>(&law, &fixture, EvictionPolicy::Lru);
    assert!(violation.is_err_and(|violation| violation.text.contains("policy Lru")));
}
