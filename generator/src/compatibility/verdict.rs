//! Says which part of the version a change moves.

use super::difference::{Difference, FactChange, Happened, Moves};
use super::entry::Entry;
use crate::model::item::{Item, Weight};

/// The key under which a set states the version that its files carry.
pub const VERSION: &str = "version";

/// The verdict on what happened to an entry, apart from its facts, and why.
pub(super) fn of_entry(happened: Happened, is_internal: bool) -> (Moves, &'static str) {
    if is_internal {
        return (Moves::Patch, "only the specs use it");
    }
    match happened {
        Happened::Added => (Moves::Minor, "it is new"),
        Happened::Removed => (Moves::Major, "what uses it has nothing to use any more"),
        Happened::Renamed => (Moves::Major, "its old name is gone"),
        Happened::Changed => (Moves::Patch, ""),
    }
}

/// The verdict on a changed fact, and why.
pub(super) fn of_fact(fact: &FactChange) -> (Moves, &'static str) {
    match fact.weight {
        Weight::Docs if fact.key == "deprecated" && !fact.new.is_empty() => (Moves::Minor, "it is to be used no longer"),
        Weight::Docs => (Moves::Patch, "only what is said about it changed"),
        Weight::Meaning if fact.key == "waits" && fact.new.is_empty() => (Moves::Minor, "it works now"),
        Weight::Meaning if fact.key == "waits" && fact.old.is_empty() => (Moves::Major, "it works no longer"),
        Weight::Meaning => (Moves::Patch, "its examples say whether its results are the same"),
        _ if fact.is_free => (Moves::Minor, "whoever relied on it still can"),
        Weight::Number => (Moves::Major, "files that hold the number mean something else"),
        Weight::Shape => (Moves::Major, "files and code are written in the old shape"),
        Weight::Effect => (Moves::Major, "it promises less than before"),
    }
}

impl Difference<'_> {
    /// The part of the version that has to move because of this entry.
    pub fn moves(&self) -> Moves {
        let facts = self.facts.iter().map(|fact| fact.moves);
        let reused = self.reuses.as_ref().map(|_| Moves::Major);
        facts.chain(reused).fold(self.entry_moves, Moves::max)
    }

    /// Why, in words about the gravest change.
    pub fn reason(&self) -> String {
        let moves = self.moves();
        if let Some(reuse) = &self.reuses {
            return format!("{} {} was that of `{}`", reuse.key, reuse.value, reuse.former);
        }
        if self.entry_moves == moves && !self.entry_reason.is_empty() {
            return self.entry_reason.to_owned();
        }
        let fact = self.facts.iter().find(|fact| fact.moves == moves);
        fact.map(|fact| fact.reason.to_owned()).unwrap_or_default()
    }
}

/// The differences of one spec.
#[derive(Debug)]
pub struct Group<'d, 'a> {
    /// `raya`; `features` where the kind has no name above its entries.
    pub name: String,
    /// In the order of the comparison.
    pub differences: Vec<&'d Difference<'a>>,
    /// The part of the version that has to move.
    pub moves: Moves,
    /// Why: what the gravest difference is about, and how many more there are like it.
    pub reason: String,
}

impl Group<'_, '_> {
    /// The entry that states the version of the module files, where files mean something else now and the version was not raised: readers
    /// tell files apart by it.
    pub fn stale_version<'i>(&self, items: &'i [Item]) -> Option<(&'i Item, &'i str)> {
        let of_files = |fact: &FactChange| fact.moves == Moves::Major && fact.weight <= Weight::Shape && fact.key != VERSION;
        let mut differences = self.differences.iter();
        let is_broken = differences.any(|difference| difference.after.is_none() || difference.facts.iter().any(of_files));
        let mut facts = self.differences.iter().flat_map(|difference| &difference.facts);
        let number = |text: &str| text.parse::<u64>().unwrap_or_default();
        if !is_broken || facts.any(|fact| fact.key == VERSION && number(&fact.new) > number(&fact.old)) {
            return None;
        }
        let of_spec = |item: &&Item| item.owner.as_deref() == Some(&self.name);
        let mut items = items.iter().filter(of_spec);
        items.find_map(|item| Some((item, item.value(VERSION)?)))
    }
}

/// The differences by spec.
pub fn groups<'d, 'a>(differences: &'d [Difference<'a>]) -> Vec<Group<'d, 'a>> {
    let mut groups: Vec<Group<'d, 'a>> = Vec::new();
    for difference in differences {
        let Some(entry) = difference.entry() else { continue };
        let name = entry.owner.map_or_else(|| format!("{}s", entry.table), str::to_owned);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.differences.push(difference),
            None => groups.push(Group {
                name,
                differences: vec![difference],
                moves: Moves::Patch,
                reason: String::new(),
            }),
        }
    }
    for group in &mut groups {
        let moves = |difference: &&&Difference<'a>| difference.moves();
        group.moves = group
            .differences
            .iter()
            .map(|difference| difference.moves())
            .fold(Moves::Patch, Moves::max);
        let mut gravest = group.differences.iter().filter(|difference| moves(difference) == group.moves);
        let Some(first) = gravest.next() else { continue };
        let more = match gravest.count() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let path = first.entry().map(Entry::path).unwrap_or_default();
        group.reason = format!("{path}: {}{more}", first.reason());
    }
    groups
}
