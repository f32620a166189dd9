//! The report of `lathe diff` and `lathe bless`: what changed, entry by entry, and what follows from it.

use std::fmt::Write as _;

use serde::Serialize;

use super::console;
use crate::compatibility::{Difference, FactChange, Group, Happened, Moves};
use crate::model::item::Weight;

/// The width of the column of verbs.
const WIDTH: usize = 12;

/// The most characters of a value that are shown as text. The JSON has all of them.
const LONGEST: usize = 72;

/// For people.
pub fn text(groups: &[Group<'_, '_>]) -> String {
    let mut text = String::new();
    for group in groups {
        let (colour, moves) = (colour(group.moves), group.moves.name());
        let _ = writeln!(
            text,
            "\u{1b}[1m{}\u{1b}[0m: {colour}{moves}\u{1b}[0m ({})",
            group.name, group.reason
        );
        for difference in &group.differences {
            text.push_str(&one(difference));
        }
        text.push('\n');
    }
    text
}

fn one(difference: &Difference<'_>) -> String {
    let path = difference.entry().map(|entry| entry.path()).unwrap_or_default();
    let old = difference
        .before
        .as_ref()
        .filter(|_| difference.happened == Happened::Renamed)
        .map(|before| format!("{} → ", before.path()))
        .unwrap_or_default();
    let colour = colour(difference.moves());
    let mut text = format!("{colour}{:>WIDTH$}\u{1b}[0m {old}{path}\n", verb(difference));
    if let Some(reuse) = &difference.reuses {
        let _ = writeln!(
            text,
            "{:WIDTH$}   {} {} was that of `{}`",
            "", reuse.key, reuse.value, reuse.former
        );
    }
    for fact in &difference.facts {
        let _ = writeln!(text, "{:WIDTH$}   {}", "", line(fact));
    }
    text
}

/// What happened to an entry, in a word; the gravest where several things did.
pub fn verb(difference: &Difference<'_>) -> &'static str {
    match difference.happened {
        Happened::Added => return "added",
        Happened::Removed => return "removed",
        Happened::Renamed => return "renamed",
        Happened::Changed => {}
    }
    match difference.facts.iter().map(|fact| fact.weight).min() {
        Some(Weight::Number) => "renumbered",
        Some(Weight::Shape) => "shape",
        Some(Weight::Effect) => "effect",
        Some(Weight::Meaning) => "meaning",
        _ => "docs",
    }
}

/// `cost: 1 → 5 (major: it promises less than before)`.
fn line(fact: &FactChange) -> String {
    let verdict = match fact.moves {
        Moves::Patch => String::new(),
        moves => format!(" ({}: {})", moves.name(), fact.reason),
    };
    format!(
        "{}: {} → {}{verdict}",
        fact.name(),
        shortened(&fact.old),
        shortened(&fact.new)
    )
}

fn shortened(value: &str) -> String {
    let words = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return "–".to_owned();
    }
    console::shortened(&words, LONGEST)
}

fn colour(moves: Moves) -> &'static str {
    match moves {
        Moves::Major => "\u{1b}[1;31m",
        Moves::Minor => "\u{1b}[1;32m",
        Moves::Patch => "\u{1b}[1;36m",
    }
}

#[derive(Serialize)]
struct DifferenceObject<'a> {
    spec: &'a str,
    item: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_name: Option<&'a str>,
    change: &'static str,
    moves: &'static str,
    reason: String,
    facts: Vec<FactObject<'a>>,
}

#[derive(Serialize)]
struct FactObject<'a> {
    key: String,
    weight: &'static str,
    old: &'a str,
    new: &'a str,
    moves: &'static str,
    reason: &'static str,
}

#[derive(Serialize)]
struct GroupObject<'a> {
    spec: &'a str,
    moves: &'static str,
    reason: &'a str,
}

/// For tools: each difference, and behind those of a spec what follows for its version.
pub fn json(groups: &[Group<'_, '_>]) -> String {
    let mut text = String::new();
    for group in groups {
        for difference in &group.differences {
            let facts = difference.facts.iter().map(|fact| FactObject {
                key: fact.name(),
                weight: fact.weight.name(),
                old: &fact.old,
                new: &fact.new,
                moves: fact.moves.name(),
                reason: fact.reason,
            });
            let object = DifferenceObject {
                spec: &group.name,
                item: difference.entry().map(|entry| entry.path()).unwrap_or_default(),
                old_name: difference.old_name(),
                change: verb(difference),
                moves: difference.moves().name(),
                reason: difference.reason(),
                facts: facts.collect(),
            };
            text.push_str(&super::json::object("change", &object));
        }
        let object = GroupObject {
            spec: &group.name,
            moves: group.moves.name(),
            reason: &group.reason,
        };
        text.push_str(&super::json::object("version", &object));
    }
    text
}
