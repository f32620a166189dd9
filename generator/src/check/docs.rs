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
