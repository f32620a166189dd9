//! What a comparison finds: an entry that is different, and what follows from that for the version.

use super::entry::Entry;
use crate::model::item::Weight;
use crate::source::Span;

/// What is different about one entry.
#[derive(Debug, Clone)]
pub struct Difference<'a> {
    /// The entry in the older state; none if it was added.
    pub before: Option<Entry<'a>>,
    /// The entry in the newer state; none if it was removed.
    pub after: Option<Entry<'a>>,
    /// What happened to it as a whole.
    pub happened: Happened,
    /// Facts that differ, in the order of the entry. Empty for one that was added or removed.
    pub facts: Vec<FactChange>,
    /// The number of another entry of the older state that it took.
    pub reuses: Option<Reuse>,
    /// What follows from what happened to the entry as a whole, and why.
    pub(super) entry_moves: Moves,
    pub(super) entry_reason: &'static str,
}

/// What happened to an entry as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another name, and the numbers that it had.
    Renamed,
    /// It is there in both states.
    Changed,
}

/// A fact that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// `fields`.
    pub key: String,
    /// `params`; empty for the key as a whole.
    pub part: String,
    /// Empty where it was not stated.
    pub old: String,
    /// Empty where it is no longer stated.
    pub new: String,
    /// What depends on it.
    pub weight: Weight,
    /// Whether what was built on the old value works with the new one.
    pub is_free: bool,
    /// The part of the version that has to move because of it.
    pub moves: Moves,
    /// Why.
    pub reason: &'static str,
    /// Where the old value stands, if that is known.
    pub old_span: Option<Span>,
    /// Where the new value stands, if that is known.
    pub new_span: Option<Span>,
}

/// A number that stood for another entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reuse {
    /// `code`.
    pub key: String,
    /// `0x20`.
    pub value: String,
    /// The entry that had it.
    pub former: String,
    /// Where that was stated, if that is known.
    pub span: Option<Span>,
}

/// The part of a version that has to move: `1.2.3` to `2.0.0`, `1.3.0` or `1.2.4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moves {
    /// Nothing that anyone builds on is different.
    Patch,
    /// There is more than before.
    Minor,
    /// What was built on the older state may break.
    Major,
}

impl Moves {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Moves::Patch => "patch",
            Moves::Minor => "minor",
            Moves::Major => "major",
        }
    }
}

impl FactChange {
    /// `code`, `fields.params`.
    pub fn name(&self) -> String {
        match self.part.as_str() {
            "" => self.key.clone(),
            part => format!("{}.{part}", self.key),
        }
    }
}

impl<'a> Difference<'a> {
    /// The entry in its newest state.
    pub fn entry(&self) -> Option<&Entry<'a>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Its old name, if it has another one now.
    pub fn old_name(&self) -> Option<&'a str> {
        match self.happened {
            Happened::Renamed => self.before.as_ref().map(|before| before.name),
            _ => None,
        }
    }
}
