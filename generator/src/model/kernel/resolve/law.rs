//! Resolves a law: what is given, and the form of its steps and expectations.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::kernel::law::meaning::WORDS;
use crate::model::kernel::law::steps;
use crate::model::kernel::law::{CASES, Given, GivenType, Law, MOST_CASES, MOST_DECISIONS, MOST_IN_LIST, Text};
use crate::model::kernel::raw::RawLaw;
use crate::model::names::{self, Place, number};
use crate::source::Span;
use crate::syntax::tree::span;
use crate::syntax::{Entry, Spanned};

/// What can be given, for messages.
const FORMS: &str = "`0..=9`, `[1..=9; 2..=5]`, `rights`, `rights<page>`, `call`, `value`";

/// The law of an entry.
pub(super) fn resolve(entry: &Entry<'_>, raw: RawLaw, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Law> {
    let document = entry.document;
    let cases = match &raw.cases {
        Some(cases) => number(document, cases, "number of cases", 1..=MOST_CASES, diagnostics),
        None => Some(CASES),
    };
    let seed = match &raw.seed {
        Some(seed) => number(document, seed, "seed", 0..=i64::MAX, diagnostics),
        None => Some(1),
    };
    let given = given(entry, &raw.given, scope, diagnostics);
    let text = |text: &Spanned<String>| Text {
        text: text.get_ref().clone(),
        span: span(document.file, text.span()),
    };
    let steps: Vec<Text> = raw.steps.iter().map(text).collect();
    let expect: Vec<Text> = raw.expect.iter().map(text).collect();
    let mut well_formed = true;
    for (parsed, place) in steps.iter().zip(&raw.steps) {
        if let Err(fault) = steps::parse(&parsed.text) {
            let at = place_of(entry, place, fault.span.map(|span| span.byte_range()));
            well_formed = false;
            diagnostics.push(
                Diagnostic::error(
                    "L1303",
                    format!("a step of law `{}` is no step: {}", entry.name(), fault.problem),
                )
                .at(at, "")
                .note("a step is a call, perhaps with a name for its result: `page = page_allocate(4)?`")
                .help("write it like that; `other.` before the call lets the second process make it"),
            );
        }
    }
    for (parsed, place) in expect.iter().zip(&raw.expect) {
        if let Err(error) = syn::parse_str::<syn::Expr>(&parsed.text) {
            let at = place_of(entry, place, Some(error.span().byte_range()));
            well_formed = false;
            diagnostics.push(
                Diagnostic::error(
                    "L1303",
                    format!("an expectation of law `{}` isn't Rust: {error}", entry.name()),
                )
                .at(at, "")
                .help("write an expression that is true or false: `after == before`"),
            );
        }
    }
    for (what, texts) in [("steps", &steps), ("expect", &expect)] {
        if texts.is_empty() {
            well_formed = false;
            diagnostics.push(
                Diagnostic::error(
                    "L1303",
                    format!("law `{}` can't be tried: its `{what}` are empty", entry.name()),
                )
                .at(entry.span(), "")
                .help("say what is done, and what must hold afterwards"),
            );
        }
    }
    Some(Law {
        name: entry.name().to_owned(),
        doc: raw.doc.into_inner(),
        cases: cases?,
        seed: seed?,
        given: given?,
        steps,
        expect,
        observer: raw.observer.as_ref().map(text),
        span: entry.span(),
    })
    .filter(|_| well_formed)
}

/// A part of a text, or all of it.
fn place_of(entry: &Entry<'_>, text: &Spanned<String>, range: Option<Range<usize>>) -> Span {
    let range = range.filter(|range| !range.is_empty() && range.end <= text.get_ref().len());
    match range {
        Some(range) => Place::part(entry.document, text, range).span,
        None => span(entry.document.file, text.span()),
    }
}

fn given(
    entry: &Entry<'_>,
    stated: &BTreeMap<Spanned<String>, Spanned<String>>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Given>> {
    let mut all = Some(Vec::new());
    let mut in_order: Vec<_> = stated.iter().collect();
    in_order.sort_by_key(|(name, _)| name.span().start);
    for (name, text) in in_order {
        let at = span(entry.document.file, name.span());
        let is_name = names::check_name("what a law is given", name.get_ref(), at, false, diagnostics);
        if WORDS.contains(&name.get_ref().as_str()) {
            diagnostics.push(
                Diagnostic::error("L1303", format!("`{}` means something in every law", name.get_ref()))
                    .at(at, "")
                    .help("choose another name"),
            );
            all = None;
        }
        match (given_type(entry, text, scope, diagnostics), &mut all) {
            (Some(of), Some(all)) if is_name => all.push(Given {
                name: name.get_ref().clone(),
                of,
                text: text.get_ref().trim().to_owned(),
                span: at,
            }),
            _ => all = None,
        }
    }
    all
}

fn given_type(entry: &Entry<'_>, text: &Spanned<String>, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<GivenType> {
    let whole = text.get_ref().trim();
    match whole {
        "rights" => return Some(GivenType::Rights(None)),
        "call" => return Some(GivenType::Call),
        "value" => return Some(GivenType::Value),
        _ => {}
    }
    if let Some(name) = whole.strip_prefix("rights<").and_then(|rest| rest.strip_suffix('>')) {
        let start = name.as_ptr() as usize - text.get_ref().as_ptr() as usize;
        let place = Place::part(entry.document, text, start..start + name.len());
        let object = scope.object_names.resolve(&place, diagnostics)?;
        return Some(GivenType::Rights(Some(object)));
    }
    let list = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let found = match list {
        Some(list) => list.split_once(';').and_then(|(values, lengths)| {
            let ((least, most), (shortest, longest)) = (range(values)?, range(lengths)?);
            (longest <= MOST_IN_LIST).then_some(GivenType::Numbers {
                least,
                most,
                shortest,
                longest,
            })
        }),
        None => range(whole).map(|(least, most)| GivenType::Number { least, most }),
    };
    if found.is_none() {
        diagnostics.push(
            Diagnostic::error("L1303", format!("`{whole}` is nothing that can be given"))
                .at(span(entry.document.file, text.span()), "")
                .note(format!("what can be given is {FORMS}"))
                .help(format!(
                    "write one of these; a range ends with its last number, a list has at most {MOST_IN_LIST} and a law looks at \
                     most at {MOST_DECISIONS} decisions"
                )),
        );
    }
    found
}

/// `1..=9`: the least and the most.
fn range(text: &str) -> Option<(u64, u64)> {
    let (least, most) = text.split_once("..=")?;
    let number = |text: &str| text.trim().replace('_', "").parse().ok();
    let (least, most) = (number(least)?, number(most)?);
    (least <= most && most < u64::MAX).then_some((least, most))
}
