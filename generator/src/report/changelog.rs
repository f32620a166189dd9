//! A changelog section in Markdown, ready to paste.

use std::fmt::Write as _;

use crate::compatibility::entry::{DOC, Entry};
use crate::compatibility::{Difference, FactChange, Group, Happened, Moves};
use crate::model::item::{Weight, sentence};

/// The chapters of a section, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chapter {
    Breaking,
    Added,
    Changed,
    Deprecated,
    Documentation,
}

const CHAPTERS: &[(Chapter, &str)] = &[
    (Chapter::Breaking, "Breaking"),
    (Chapter::Added, "Added"),
    (Chapter::Changed, "Changed"),
    (Chapter::Deprecated, "Deprecated"),
    (Chapter::Documentation, "Documentation"),
];

/// The section; empty if nothing changed.
pub fn text(groups: &[Group<'_, '_>]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let mut text = "## Unreleased\n".to_owned();
    for group in groups {
        let _ = write!(text, "\n### {}: {} version\n", group.name, group.moves.name());
        for (chapter, title) in CHAPTERS {
            let mut lines = Vec::new();
            let mut only_docs = Vec::new();
            for difference in &group.differences {
                collect(difference, *chapter, &mut lines, &mut only_docs);
            }
            if !only_docs.is_empty() {
                lines.push(format!("Reworded: {}.", only_docs.join(", ")));
            }
            if !lines.is_empty() {
                let _ = write!(text, "\n**{title}**\n\n");
                for line in lines {
                    let _ = writeln!(text, "- {line}");
                }
            }
        }
    }
    text
}

/// The lines of a difference that belong to a chapter.
fn collect(difference: &Difference<'_>, chapter: Chapter, lines: &mut Vec<String>, only_docs: &mut Vec<String>) {
    let Some(entry) = difference.entry() else { return };
    let what = what(entry);
    let whole = match difference.happened {
        Happened::Added if entry.is_internal => None,
        Happened::Removed if entry.is_internal => None,
        Happened::Added => Some((Chapter::Added, added(entry, &what))),
        Happened::Removed => Some((Chapter::Breaking, format!("{what} is gone."))),
        Happened::Renamed => {
            let old = difference.before.as_ref().map(self::what).unwrap_or_default();
            Some((Chapter::Breaking, format!("{old} is called {} now.", code(entry.name))))
        }
        Happened::Changed => None,
    };
    lines.extend(whole.filter(|(of, _)| *of == chapter).map(|(_, line)| line));
    if chapter == Chapter::Breaking
        && let Some(reuse) = &difference.reuses
    {
        let number = code(&reuse.value);
        lines.push(format!("{what} takes {} {number} from {}.", reuse.key, code(&reuse.former)));
    }
    let facts: Vec<&FactChange> = difference.facts.iter().filter(|fact| chapter_of(fact) == chapter).collect();
    if facts.is_empty() {
        return;
    }
    match chapter {
        Chapter::Documentation => only_docs.push(what),
        Chapter::Deprecated => {
            let advice = facts.iter().map(|fact| one_line(&fact.new)).collect::<Vec<_>>().join(" ");
            lines.push(format!("{what}: {advice}"));
        }
        _ => {
            let changes: Vec<String> = facts.iter().map(|fact| change(fact)).collect();
            lines.push(format!("{what}: {}.", changes.join("; ")));
        }
    }
}

fn chapter_of(fact: &FactChange) -> Chapter {
    match (fact.moves, fact.weight) {
        (Moves::Major, _) => Chapter::Breaking,
        (_, Weight::Docs) if fact.key == "deprecated" && !fact.new.is_empty() => Chapter::Deprecated,
        (_, Weight::Docs) => Chapter::Documentation,
        _ => Chapter::Changed,
    }
}

fn added(entry: &Entry<'_>, what: &str) -> String {
    let number = entry
        .facts
        .iter()
        .find(|fact| fact.weight == Weight::Number && fact.part.is_empty())
        .map(|fact| format!(" ({})", code(fact.value)))
        .unwrap_or_default();
    let doc = entry.fact(DOC, "").map(|doc| sentence(doc.value)).unwrap_or_default();
    match doc.as_str() {
        "" => format!("{what}{number}."),
        doc => format!("{what}{number}: {doc}"),
    }
}

/// ``traps `a` → `a, b` ``.
fn change(fact: &FactChange) -> String {
    let name = fact.name().replace('.', " ");
    match (fact.old.as_str(), fact.new.as_str()) {
        ("", new) => format!("{name} {}, new", code(new)),
        (old, "") => format!("{name} {}, no longer", code(old)),
        (old, new) => format!("{name} {} → {}", code(old), code(new)),
    }
}

/// ``Op `iadd` ``.
fn what(entry: &Entry<'_>) -> String {
    match entry.name {
        "" => code(&format!("[{}]", entry.table)),
        name => {
            let mut table = entry.table.replace('.', " ");
            if let Some(first) = table.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{table} {}", code(name))
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as code, with as many backticks around it as keep those within it from ending it.
fn code(text: &str) -> String {
    let text = one_line(text);
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}
