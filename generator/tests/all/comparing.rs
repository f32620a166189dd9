//! Properties of the comparison of two states of the specs, over states that are made at random from the tiny machine: a state doesn't
//! differ from itself, and what one direction calls added the other calls removed.

use std::path::Path;

use lathe::compatibility::{Difference, Entry, Happened, Moves, compare};
use lathe::model::item::{Item, Weight};
use lathe::pipeline::{self, Options};
use lathe::registry;

/// Numbers that look random and are the same in each run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

fn items() -> Vec<Item> {
    let loaded = pipeline::load(Path::new("tests/bases/tiny-machine"), &Options::default());
    registry::items(&loaded.model)
}

/// A state in which some entries are gone, new, renamed or moved, and some facts are others.
fn changed(items: &[Item], numbers: &mut Numbers) -> Vec<Item> {
    let mut state = Vec::new();
    for item in items {
        if numbers.one_in(12) {
            continue;
        }
        let mut item = item.clone();
        if numbers.one_in(12) && !item.name.is_empty() {
            item.name = format!("{}_{}", item.name, numbers.below(3));
        }
        if numbers.one_in(10) {
            item.doc = format!("Number {}.", numbers.below(5));
        }
        let donor = &items[numbers.below(items.len())];
        for fact in &mut item.facts {
            if numbers.one_in(20) {
                fact.value = match donor.facts.first() {
                    Some(other) if numbers.one_in(2) => other.value.clone(),
                    _ => String::new(),
                };
            }
        }
        if numbers.one_in(8) && !item.facts.is_empty() {
            let (one, other) = (numbers.below(item.facts.len()), numbers.below(item.facts.len()));
            item.facts.swap(one, other);
        }
        if numbers.one_in(8) {
            item.facts.retain(|fact| fact.part.is_empty() || !numbers.one_in(3));
        }
        state.push(item);
    }
    if numbers.one_in(3) {
        state.reverse();
    }
    state
}

fn entries(items: &[Item]) -> Vec<Entry<'_>> {
    items.iter().map(Entry::of_item).collect()
}

/// What a difference says, without what it follows from it; in the other direction if `mirrored`.
fn told(differences: &[Difference<'_>], mirrored: bool) -> Vec<String> {
    let mut told: Vec<String> = differences
        .iter()
        .map(|difference| {
            let path = |entry: &Option<Entry<'_>>| entry.as_ref().map(|entry| format!("{:?} {}", entry.owner, entry.path()));
            let mut sides = [path(&difference.before), path(&difference.after)];
            let happened = match difference.happened {
                Happened::Added if mirrored => Happened::Removed,
                Happened::Removed if mirrored => Happened::Added,
                happened => happened,
            };
            let mut facts: Vec<String> = difference
                .facts
                .iter()
                .map(|fact| {
                    let mut values = [&fact.old, &fact.new];
                    if mirrored {
                        values.reverse();
                    }
                    format!("{}: {values:?} {:?}", fact.name(), fact.weight)
                })
                .collect();
            facts.sort();
            if mirrored {
                sides.reverse();
            }
            format!("{happened:?} {sides:?} {facts:#?}")
        })
        .collect();
    told.sort();
    told
}

#[test]
fn a_state_does_not_differ_from_itself() {
    let items = items();
    for seed in 0..200 {
        let state = changed(&items, &mut Numbers(seed));
        let differences = compare(entries(&state), entries(&state));
        assert!(differences.is_empty(), "seed {seed}: {differences:#?}");
        let mut reversed = state.clone();
        reversed.reverse();
        let differences = compare(entries(&state), entries(&reversed));
        assert!(
            differences.is_empty(),
            "the order of entries says nothing; seed {seed}: {differences:#?}"
        );
    }
}

#[test]
fn both_directions_tell_the_same() {
    let items = items();
    let mut found = [0; 4];
    for seed in 0..200 {
        let mut numbers = Numbers(seed);
        let (one, other) = (changed(&items, &mut numbers), changed(&items, &mut numbers));
        let there = compare(entries(&one), entries(&other));
        let back = compare(entries(&other), entries(&one));
        assert_eq!(told(&there, false), told(&back, true), "seed {seed}");
        for difference in &there {
            found[difference.happened as usize] += 1;
        }
    }
    assert!(
        found.iter().all(|number| *number > 50),
        "every kind of difference was met: {found:?}"
    );
}

#[test]
fn every_difference_moves_a_version_and_says_why() {
    let items = items();
    for seed in 0..200 {
        let mut numbers = Numbers(seed);
        let (one, other) = (changed(&items, &mut numbers), changed(&items, &mut numbers));
        for difference in compare(entries(&one), entries(&other)) {
            assert!(!difference.reason().is_empty(), "{difference:#?}");
            let gone = matches!(difference.happened, Happened::Removed | Happened::Renamed);
            let internal = difference.entry().is_some_and(|entry| entry.is_internal);
            assert!(!gone || internal || difference.moves() == Moves::Major, "{difference:#?}");
            let number = |weight| difference.facts.iter().any(|fact| fact.weight == weight);
            assert!(
                !number(Weight::Number) || difference.moves() >= Moves::Minor,
                "{difference:#?}"
            );
        }
    }
}
