//! Judges doc texts, which become the documentation of emitted items.

use crate::diagnostic::{Diagnostic, Edit};
use crate::source::{SourceMap, Span};

/// A warning or an error about a doc text, if there is something to say. `place` finds the text where that is possible, or else the entry.
pub(in crate::check) fn fault_of_doc(
    sources: &SourceMap,
    code: &'static str,
    what: &str,
    doc: &str,
    place: impl FnOnce() -> Span,
) -> Option<Diagnostic> {
    let doc = doc.trim();
    if doc.is_empty() {
        return Some(
            Diagnostic::error(code, format!("{what} has an empty `doc`"))
                .at(place(), "")
                .note("it becomes the documentation of an emitted item, which the compiler demands")
                .help("say in a sentence what it is"),
        );
    }
    if let Some(fault) = fault_of_text(doc) {
        let (problem, note, help) = fault;
        return Some(
            Diagnostic::error(code, format!("the `doc` of {what} {problem}"))
                .at(place(), "")
                .note(note)
                .help(help),
        );
    }
    if doc.ends_with(['.', '!', '?', ')', '"', '`']) {
        return None;
    }
    let place = place();
    Some(
        Diagnostic::warning(code, format!("the `doc` of {what} doesn't end like a sentence"))
            .at(place, "")
            .help("end it with a period")
            .fix(Vec::from_iter(period(sources, doc, place)), "end it with a period"),
    )
}

/// What the compiler would refuse in a text, why, and what to do instead.
fn fault_of_text(doc: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let turns = |letter: char| matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if doc.contains(turns) {
        return Some((
            "holds a character that turns the direction of the text around it",
            "such characters can't be seen, and the compiler refuses them in documentation",
            "delete it",
        ));
    }
    let fences = doc.lines().map(str::trim_start).filter(|line| line.starts_with("```"));
    // Every other one closes what the one before it has opened.
    let mut opening = fences.step_by(2);
    if opening.any(|fence| fence.trim_matches('`').trim().is_empty()) {
        return Some((
            "begins a block of code without saying in which language it is",
            "it would be taken for Rust, and run as a test of the emitted crate",
            "write ```text, or the name of the language, on the first line of the block",
        ));
    }
    None
}

/// The edit that ends a text with a period, if the place is that of the text and the text ends with a word.
fn period(sources: &SourceMap, doc: &str, place: Span) -> Option<Edit> {
    let raw = sources.text(place);
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quotes| raw.starts_with(quotes))?;
    let text = raw.strip_suffix(quotes)?.trim_end();
    let is_whole = text.strip_prefix(quotes).is_some_and(|text| text.trim_start() == doc);
    let is_word = is_whole && text.ends_with(char::is_alphanumeric);
    let end = place.start + u32::try_from(text.len()).ok()?;
    let behind = Span {
        start: end,
        end,
        ..place
    };
    is_word.then(|| Edit::new(behind, "."))
}
