//! Finds what changed between two states of the specs.
//!
//! The comparison is the same in both directions: what one of them calls added the other calls removed, and old and new change places.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Difference, FactChange, Happened, Moves, Reuse};
use super::entry::{DOC, Entry, EntryFact};
use super::verdict;
use crate::model::item::{Addition, Freedom, Weight};
use crate::source::Span;

type Key<'a> = (Option<&'a str>, &'a str, &'a str);

/// Compares two states. Entries are in the order of the newer one, those that are no longer there behind the rest of their spec.
pub fn compare<'a>(before: Vec<Entry<'a>>, after: Vec<Entry<'a>>) -> Vec<Difference<'a>> {
    let key = |entry: &Entry<'a>| -> Key<'a> { (entry.owner, entry.table, entry.name) };
    let numbers = numbers(&before);
    let known: BTreeSet<Key<'a>> = before.iter().map(key).collect();
    let owners: Vec<Option<&str>> = owners(before.iter().chain(&after));
    let mut old: BTreeMap<Key<'a>, Entry<'a>> = BTreeMap::new();
    let mut order: Vec<Key<'a>> = Vec::new();
    for entry in before {
        if let Slot::Vacant(slot) = old.entry(key(&entry)) {
            order.push(*slot.key());
            slot.insert(entry);
        }
    }
    let mut pairs: Vec<(Option<Entry<'a>>, Option<Entry<'a>>)> = Vec::new();
    for entry in after {
        pairs.push((old.remove(&key(&entry)), Some(entry)));
    }
    pair_renamed(&mut pairs, &mut old);
    pairs.extend(
        order
            .iter()
            .filter_map(|key| old.remove(key))
            .map(|entry| (Some(entry), None)),
    );
    let renames: Renames<'a> = pairs
        .iter()
        .filter_map(|(before, after)| Some((before.as_ref()?, after.as_ref()?)))
        .filter(|(before, after)| before.name != after.name)
        .map(|(before, after)| ((before.owner, before.name), after.name))
        .collect();
    let mut differences: Vec<Difference<'a>> = pairs
        .into_iter()
        .filter_map(|(before, after)| difference(before, after, &numbers, &known, &renames))
        .collect();
    let owner = |difference: &Difference<'a>| {
        let owner = difference.entry().and_then(|entry| entry.owner);
        owners.iter().position(|known| *known == owner)
    };
    differences.sort_by_key(owner);
    differences
}

/// The owners of all entries, in the order of their first appearance.
fn owners<'a, 'e>(entries: impl Iterator<Item = &'e Entry<'a>>) -> Vec<Option<&'a str>>
where
    'a: 'e,
{
    let mut owners = Vec::new();
    for entry in entries {
        if owners.last() != Some(&entry.owner) && !owners.contains(&entry.owner) {
            owners.push(entry.owner);
        }
    }
    owners
}

/// Which entry had a number: by owner, table, key and value. Not for tables that stand once, which have a number to themselves, nor
/// for parts, which have theirs within their entry.
type Numbers<'a> = BTreeMap<(Option<&'a str>, &'a str, &'a str, &'a str), (&'a str, Option<Span>)>;

fn numbers<'a>(before: &[Entry<'a>]) -> Numbers<'a> {
    let mut numbers = BTreeMap::new();
    for entry in before.iter().filter(|entry| !entry.name.is_empty()) {
        for fact in own_numbers(entry) {
            numbers
                .entry((entry.owner, entry.table, fact.key, fact.value))
                .or_insert((entry.name, fact.span));
        }
    }
    numbers
}

fn own_numbers<'a, 'e>(entry: &'e Entry<'a>) -> impl Iterator<Item = &'e EntryFact<'a>> {
    entry
        .facts
        .iter()
        .filter(|fact| fact.weight == Weight::Number && fact.part.is_empty() && !fact.value.is_empty())
}

/// Makes pairs of entries that are no longer there and new ones of the same table that have the same numbers and shapes, or, where a
/// table has no numbers, say the very same. Only where there is no doubt: one of the first and one of the second.
fn pair_renamed<'a>(pairs: &mut [(Option<Entry<'a>>, Option<Entry<'a>>)], old: &mut BTreeMap<Key<'a>, Entry<'a>>) {
    let mut signs: BTreeMap<Sign<'a>, (Vec<Key<'a>>, Vec<usize>)> = BTreeMap::new();
    for (key, entry) in &*old {
        if let Some(sign) = sign(entry) {
            signs.entry(sign).or_default().0.push(*key);
        }
    }
    for (index, pair) in pairs.iter().enumerate() {
        if let (None, Some(entry)) = pair
            && let Some(sign) = sign(entry)
        {
            signs.entry(sign).or_default().1.push(index);
        }
    }
    for (gone, new) in signs.into_values() {
        if let ([gone], [new]) = (gone.as_slice(), new.as_slice()) {
            pairs[*new].0 = old.remove(gone);
        }
    }
}

/// What makes an entry what it is, whatever its name.
type Sign<'a> = (Option<&'a str>, &'a str, Vec<(&'a str, &'a str, &'a str)>);

fn sign<'a>(entry: &Entry<'a>) -> Option<Sign<'a>> {
    let has_number = own_numbers(entry).next().is_some();
    // Another meaning, and what is said about it, don't make something else of a number. Little is said of a feature: only its parts
    // or its documentation tell it from another one.
    let tells = |fact: &&EntryFact<'a>| !fact.value.is_empty() && (!has_number || fact.weight <= Weight::Shape);
    let say = |fact: &EntryFact<'a>| (fact.key, fact.part, fact.value);
    let mut facts: Vec<_> = entry.facts.iter().filter(tells).map(say).collect();
    if !has_number {
        facts.iter().find(|(key, part, _)| !part.is_empty() || *key == DOC)?;
    }
    facts.sort_unstable();
    Some((entry.owner, entry.table, facts))
}

fn difference<'a>(
    before: Option<Entry<'a>>,
    after: Option<Entry<'a>>,
    numbers: &Numbers<'a>,
    known: &BTreeSet<Key<'a>>,
    renames: &Renames<'a>,
) -> Option<Difference<'a>> {
    let (happened, facts) = match (&before, &after) {
        (Some(before), Some(after)) => {
            let happened = if before.name == after.name {
                Happened::Changed
            } else {
                Happened::Renamed
            };
            (happened, facts(before, after, known, renames))
        }
        (None, Some(_)) => (Happened::Added, Vec::new()),
        (Some(_), None) => (Happened::Removed, Vec::new()),
        (None, None) => return None,
    };
    let reuses = after.as_ref().and_then(|after| reuse(before.as_ref(), after, numbers));
    if happened == Happened::Changed && facts.is_empty() {
        return None;
    }
    let is_internal = before.iter().chain(&after).all(|entry| entry.is_internal);
    let (entry_moves, entry_reason) = verdict::of_entry(happened, is_internal);
    Some(Difference {
        before,
        after,
        happened,
        facts,
        reuses,
        entry_moves,
        entry_reason,
    })
}

/// A number of an entry that another one had.
fn reuse(before: Option<&Entry<'_>>, after: &Entry<'_>, numbers: &Numbers<'_>) -> Option<Reuse> {
    if after.name.is_empty() {
        return None;
    }
    own_numbers(after).find_map(|fact| {
        let (former, span) = numbers.get(&(after.owner, after.table, fact.key, fact.value))?;
        let is_its_own = *former == after.name || before.is_some_and(|before| before.name == *former);
        (!is_its_own).then(|| Reuse {
            key: fact.key.to_owned(),
            value: fact.value.to_owned(),
            former: (*former).to_owned(),
            span: *span,
        })
    })
}

/// The facts that differ, in the order of the newer entry.
fn facts(before: &Entry<'_>, after: &Entry<'_>, known: &BTreeSet<Key<'_>>, renames: &Renames<'_>) -> Vec<FactChange> {
    let old = by_name(before);
    let new = by_name(after);
    let gone = before.facts.iter().filter(|fact| !new.contains_key(&(fact.key, fact.part)));
    let mut changes = Vec::new();
    for fact in after.facts.iter().chain(gone) {
        let name = (fact.key, fact.part);
        let (old, new) = (old.get(&name).copied(), new.get(&name).copied());
        let value = |fact: Option<&EntryFact<'_>>| fact.map(|fact| fact.value.to_owned()).unwrap_or_default();
        let (old_value, new_value) = (value(old), value(new));
        if old_value == new_value || (fact.weight == Weight::Meaning && follows(renames, before.owner, &old_value, &new_value)) {
            continue;
        }
        let is_free = match (old, new) {
            (None, Some(new)) if !new.part.is_empty() => match new.addition {
                Addition::Fits | Addition::FitsInOrder => true,
                Addition::Breaks => false,
                Addition::FitsWith { table, name } => !known.contains(&(after.owner, *table, name.as_str())),
            },
            (_, Some(new)) => new.freedom.allows(&old_value, &new_value),
            (_, None) => false,
        };
        changes.push(change(fact, old_value, new_value, is_free, old, new));
    }
    changes.extend(order(before, after));
    changes
}

/// The new names of entries, by owner and old name.
type Renames<'a> = BTreeMap<(Option<&'a str>, &'a str), &'a str>;

/// Whether a new value is the old one with the new names of entries: a law that calls a renamed op says what it said.
fn follows(renames: &Renames<'_>, owner: Option<&str>, old: &str, new: &str) -> bool {
    if renames.is_empty() {
        return false;
    }
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut followed = String::new();
    let mut rest = old;
    while let Some(start) = rest.find(is_of_word) {
        let (between, word_on) = rest.split_at(start);
        let (word, behind) = word_on.split_at(word_on.find(|letter| !is_of_word(letter)).unwrap_or(word_on.len()));
        followed.push_str(between);
        followed.push_str(renames.get(&(owner, word)).copied().unwrap_or(word));
        rest = behind;
    }
    followed.push_str(rest);
    followed == new
}

fn by_name<'a, 'e>(entry: &'e Entry<'a>) -> BTreeMap<(&'a str, &'a str), &'e EntryFact<'a>> {
    entry.facts.iter().map(|fact| ((fact.key, fact.part), fact)).collect()
}

fn change(
    fact: &EntryFact<'_>,
    old_value: String,
    new_value: String,
    is_free: bool,
    old: Option<&EntryFact<'_>>,
    new: Option<&EntryFact<'_>>,
) -> FactChange {
    let mut change = FactChange {
        key: fact.key.to_owned(),
        part: fact.part.to_owned(),
        old: old_value,
        new: new_value,
        weight: fact.weight,
        is_free,
        moves: Moves::Patch,
        reason: "",
        old_span: old.and_then(|fact| fact.span),
        new_span: new.and_then(|fact| fact.span),
    };
    (change.moves, change.reason) = verdict::of_fact(&change);
    change
}

/// Keys whose parts matter in their order, where the parts that both entries have come in another one.
fn order(before: &Entry<'_>, after: &Entry<'_>) -> Vec<FactChange> {
    let mut keys: Vec<&EntryFact<'_>> = Vec::new();
    for fact in &after.facts {
        if !fact.part.is_empty() && fact.addition.is_ordered() && keys.iter().all(|known| known.key != fact.key) {
            keys.push(fact);
        }
    }
    let mut changes = Vec::new();
    for fact in keys {
        let (old, new) = (parts(before, fact.key), parts(after, fact.key));
        let common = |parts: &[&str], others: &[&str]| -> Vec<String> {
            let others: BTreeSet<&str> = others.iter().copied().collect();
            let both = parts.iter().filter(|part| others.contains(*part));
            both.map(|part| (*part).to_owned()).collect()
        };
        let (old, new) = (common(&old, &new), common(&new, &old));
        if old != new {
            let whole = EntryFact {
                part: "",
                freedom: Freedom::None,
                span: None,
                ..fact.clone()
            };
            changes.push(change(&whole, old.join(", "), new.join(", "), false, None, None));
        }
    }
    changes
}

/// The parts of a key, in order.
fn parts<'a>(entry: &Entry<'a>, key: &str) -> Vec<&'a str> {
    let of_key = entry.facts.iter().filter(|fact| fact.key == key && !fact.part.is_empty());
    of_key.map(|fact| fact.part).collect()
}
