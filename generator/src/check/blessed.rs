//! Rules of releases: what was blessed stays as it is.
//!
//! They compare entries of all kinds, which only the [pipeline](crate::pipeline) can collect: it calls [`run`].

use std::collections::BTreeMap;

use crate::check::{Rule, locate};
use crate::compatibility::entry::{Entry, Weights};
use crate::compatibility::verdict::VERSION;
use crate::compatibility::{Difference, FactChange, Happened, Moves, compare};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::blessed::{Blessed, BlessedSpec};
use crate::model::item::{Item, Weight};
use crate::source::{SourceMap, Span};

const NUMBER: Rule = Rule {
    code: "L1021",
    summary: "a number that was released stays the same",
    page: include_str!("pages/L1021.md"),
    check: None,
};

const REUSED: Rule = Rule {
    code: "L1022",
    summary: "a number that was released stands for nothing else",
    page: include_str!("pages/L1022.md"),
    check: None,
};

const SHAPE: Rule = Rule {
    code: "L1023",
    summary: "a shape that was released stays the same",
    page: include_str!("pages/L1023.md"),
    check: None,
};

const EFFECT: Rule = Rule {
    code: "L1024",
    summary: "what was released promises no less",
    page: include_str!("pages/L1024.md"),
    check: None,
};

const REMOVED: Rule = Rule {
    code: "L1025",
    summary: "an entry that was released stays, under its name",
    page: include_str!("pages/L1025.md"),
    check: None,
};

const SPEC: Rule = Rule {
    code: "L1026",
    summary: "a spec that was released stays",
    page: include_str!("pages/L1026.md"),
    check: None,
};

const EMPTY: Rule = Rule {
    code: "L1027",
    summary: "what records a release records something",
    page: include_str!("pages/L1027.md"),
    check: None,
};

/// What the checker demands, by code. All of them are found in one pass: see [`run`].
pub const RULES: &[Rule] = &[NUMBER, REUSED, SHAPE, EFFECT, REMOVED, SPEC, EMPTY];

/// Holds the entries of all kinds against what was blessed of them. The model must be complete: what could not be read would look as
/// if it had been removed.
pub fn run(items: &[Item], model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let blessed = model.part::<Blessed>();
    let weights = Weights::of_items(items);
    let known: Known<'_> = items
        .iter()
        .map(|item| ((item.owner.as_deref(), item.table, item.name.as_str()), item))
        .collect();
    for spec in &blessed.specs {
        let owner = spec.owner.as_deref();
        if spec.entries.is_empty() {
            diagnostics.push(
                Diagnostic::error(EMPTY.code, "this file is to record a release, and records nothing")
                    .at(spec.span, "")
                    .note("whatever was released could change unseen")
                    .help("restore it from version control; to forget the release, delete the file and run `cargo lathe bless`"),
            );
            continue;
        }
        let after: Vec<Entry<'_>> = items
            .iter()
            .filter(|item| item.owner.as_deref() == owner && !item.is_internal)
            .map(Entry::released)
            .collect();
        if let (Some(owner), true) = (owner, after.is_empty()) {
            diagnostics.push(
                Diagnostic::error(SPEC.code, format!("`{owner}` was released, and there is no such spec any more"))
                    .at(spec.span, "it was blessed here")
                    .note("those who use the release have nothing to use any more")
                    .help(
                        "restore its files; if it was never really released, or is to end, run `cargo lathe bless --breaking`, which deletes this \
                         file",
                    ),
            );
            continue;
        }
        let before = entries(spec, &weights);
        for difference in compare(before, after) {
            judge(&difference, &known, sources, diagnostics);
        }
    }
}

/// What was blessed of a spec, in the form that is compared.
pub fn entries<'a>(spec: &'a BlessedSpec, weights: &Weights<'_>) -> Vec<Entry<'a>> {
    spec.entries
        .iter()
        .map(|entry| Entry::of_blessed(spec, entry, weights))
        .collect()
}

/// Items by owner, table and name.
type Known<'a> = BTreeMap<(Option<&'a str>, &'a str, &'a str), &'a Item>;

fn judge(difference: &Difference<'_>, known: &Known<'_>, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    if let Some(after) = &difference.after
        && let Some(item) = known.get(&(after.owner, after.table, after.name))
    {
        if let Some(reuse) = &difference.reuses {
            let what = after.what();
            let taken = place(sources, item, &reuse.key, None);
            let mut diagnostic = Diagnostic::error(
                REUSED.code,
                format!(
                    "{what} has {} {}, which was released as that of `{}`",
                    reuse.key, reuse.value, reuse.former
                ),
            )
            .at(taken, "taken again here")
            .at(
                reuse.span.unwrap_or(after.span),
                format!("`{}` was released with it", reuse.former),
            )
            .note(format!("files of the release mean `{}` by it", reuse.former))
            .help(format!(
                "give {what} a {} that was never released, and leave that of `{}` alone for good",
                reuse.key, reuse.former
            ));
            let own = difference.facts.iter().find(|change| change.key == reuse.key);
            if let Some(own) = own.filter(|own| is_restorable(sources, taken, own)) {
                diagnostic = diagnostic.suggest(taken, &own.old, RESTORE);
            }
            let former = known.get(&(after.owner, after.table, reuse.former.as_str()));
            let former = former.map(|former| place(sources, former, &reuse.key, None));
            // That two entries have one number has been said, with the code that one of them is to take.
            if !former.is_some_and(|former| are_reported(diagnostics, taken, former)) {
                diagnostics.push(diagnostic);
            }
        }
        for change in difference.facts.iter().filter(|change| change.moves == Moves::Major) {
            let is_known = difference.reuses.as_ref().is_some_and(|reuse| reuse.key == change.key);
            if !(is_known && change.weight == Weight::Number) {
                let before = difference.before.as_ref();
                diagnostics.push(changed(change, after, before.map(|before| before.span), item, sources));
            }
        }
    }
    if matches!(difference.happened, Happened::Removed | Happened::Renamed)
        && let Some(before) = &difference.before
    {
        let diagnostic = match &difference.after {
            Some(after) => renamed(before, after, sources, diagnostics),
            None => removed(before),
        };
        diagnostics.push(diagnostic);
    }
}

/// What a number, a shape or an effect says now, and what was released.
fn changed(change: &FactChange, after: &Entry<'_>, blessed: Option<Span>, item: &Item, sources: &SourceMap) -> Diagnostic {
    let what = after.what();
    let name = change.name();
    let (old, new) = (format!("`{}`", change.old), format!("`{}`", change.new));
    let is_part = !change.part.is_empty();
    let message = match (change.old.as_str(), change.new.as_str()) {
        ("", _) if is_part => format!("{what} was released without `{name}`, and now has it: {new}"),
        (_, "") if is_part => format!("{what} was released with `{name}`: {old}, and has it no longer"),
        ("", _) => format!("{what} was released without `{name}`, which is {new} now"),
        (_, "") => format!("`{name}` of {what} was released as {old}, and is not stated any more"),
        _ => format!("`{name}` of {what} was released as {old}, and is {new} now"),
    };
    let (code, note) = match change.weight {
        Weight::Number if change.key == VERSION => (NUMBER.code, "machines of the release refuse files of another version"),
        Weight::Number => (
            NUMBER.code,
            "files of the release hold the old number, and would mean something else",
        ),
        Weight::Shape => (SHAPE.code, "files and code of the release are written in the old shape"),
        _ => (EFFECT.code, "what uses the release relies on it"),
    };
    let restore = match change.old.as_str() {
        "" => format!("take {new} away again"),
        _ => format!("restore {old}"),
    };
    let retire = match change.weight {
        Weight::Number => "",
        _ if item.value("deprecated").is_some() => ", or deprecate the entry as it was and add a new one",
        _ => ", or leave the entry as it was and add a new one",
    };
    let otherwise = match change.key.as_str() {
        VERSION => "if the new version is meant, `cargo lathe bless --breaking` records it",
        _ => OTHERWISE,
    };
    let released = match change.old.as_str() {
        "" => "released without it".to_owned(),
        _ => format!("released as {old}"),
    };
    let place = place(sources, item, &change.key, change.new_span);
    let diagnostic = Diagnostic::error(code, message)
        .at(place, "")
        .at(change.old_span.or(blessed).unwrap_or(after.span), released)
        .note(note)
        .help(format!("{restore}{retire}; {otherwise}"));
    if is_restorable(sources, place, change) {
        return diagnostic.suggest(place, &change.old, RESTORE);
    }
    diagnostic
}

const RESTORE: &str = "restore the released number";

/// Whether the released value can be put where the new one stands: only numbers are written in the specs as they are compared.
fn is_restorable(sources: &SourceMap, place: Span, change: &FactChange) -> bool {
    let is_number = sources.text(place).starts_with(|first: char| first.is_ascii_digit());
    is_number && change.weight == Weight::Number && !change.old.is_empty()
}

/// Whether something was said about both of two places.
fn are_reported(diagnostics: &Diagnostics, one: Span, other: Span) -> bool {
    let is_about = |diagnostic: &Diagnostic, place| diagnostic.labels.iter().any(|label| label.span == place);
    diagnostics
        .iter()
        .any(|diagnostic| is_about(diagnostic, one) && is_about(diagnostic, other))
}

/// How to break a release on purpose.
const OTHERWISE: &str = "to break the release on purpose, raise the version and run `cargo lathe bless --breaking`";

/// An entry that is no longer there.
fn removed(before: &Entry<'_>) -> Diagnostic {
    let what = before.what();
    Diagnostic::error(REMOVED.code, format!("{what} was released, and is no longer there"))
        .at(before.span, "released here")
        .note("those who use the release have nothing to use any more")
        .help(match before.table {
            "op" => format!("restore the entry, and retire it with `deprecated`; {OTHERWISE}"),
            _ => format!("restore the entry; {OTHERWISE}"),
        })
}

/// An entry with another name. What still calls it by the old one and was reported for that is no further mistake: those reports are
/// taken back.
fn renamed(before: &Entry<'_>, after: &Entry<'_>, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Diagnostic {
    let names_it = |diagnostic: &Diagnostic| {
        let place = diagnostic.labels.first().map(|label| label.span);
        place.is_some_and(|place| sources.text(place).trim_matches(['"', '\'']) == before.name)
    };
    let followers: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| names_it(diagnostic))
        .filter_map(|diagnostic| Some(diagnostic.labels.first()?.span))
        .collect();
    diagnostics.retain(|diagnostic| !names_it(diagnostic));
    let mut diagnostic = Diagnostic::error(
        REMOVED.code,
        format!("{} was released, and is called `{}` now", before.what(), after.name),
    )
    .at(after.span, "its new name")
    .at(before.span, "released under this name");
    if let Some(first) = followers.first() {
        let more = match followers.len() - 1 {
            0 => String::new(),
            1 => ", and in one more place".to_owned(),
            more => format!(", and in {more} more places"),
        };
        diagnostic = diagnostic.at(*first, format!("still called so here{more}"));
    }
    diagnostic = diagnostic
        .note("those who use the release know it by its name")
        .help(format!("restore the name `{}`; {OTHERWISE}", before.name));
    if sources.text(after.span) != after.name {
        return diagnostic;
    }
    let edits = vec![Edit::new(after.span, before.name)];
    // Whoever meant the new name would have used it elsewhere, too.
    let is_certain = !followers.is_empty();
    diagnostic.suggestion(edits, "restore the released name", Applicability::of(is_certain))
}

/// Where an entry says something.
fn place(sources: &SourceMap, item: &Item, key: &str, known: Option<Span>) -> Span {
    if let Some(span) = known {
        return span;
    }
    let tables = item.table.split('.').filter(|_| !item.is_file);
    let names = std::iter::once(item.name.as_str()).filter(|name| !item.is_file && !name.is_empty());
    let path: Vec<locate::Step<'_>> = tables.chain(names).chain([key]).map(locate::Step::Key).collect();
    let value = locate::value(sources, item.span, &path);
    if sources.text(value).contains('\n') {
        // A list of many lines says less than its name.
        return locate::key(sources, item.span, &path);
    }
    value
}
