//! Judges doc texts, which become the documentation of emitted items.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A warning or an error about a doc text, if there is something to say.
pub(in crate::check) fn fault_of_doc(code: &'static str, what: &str, doc: &str, place: Span) -> Option<Diagnostic> {
    let doc = doc.trim();
    if doc.is_empty() {
        return Some(
            Diagnostic::error(code, format!("{what} has an empty `doc`"))
                .at(place, "")
                .note("it becomes the documentation of an emitted item, which the compiler demands")
                .help("say in a sentence what it is"),
        );
    }
    if doc.ends_with(['.', '!', '?', ')', '"', '`']) {
        return None;
    }
    Some(
        Diagnostic::warning(code, format!("the `doc` of {what} doesn't end like a sentence"))
            .at(place, "")
            .help("end it with a period"),
    )
}

/// The diagnostic with its primary label elsewhere.
pub(in crate::check) fn moved(mut diagnostic: Diagnostic, place: Span) -> Diagnostic {
    if let Some(label) = diagnostic.labels.first_mut() {
        label.span = place;
    }
    diagnostic
}
