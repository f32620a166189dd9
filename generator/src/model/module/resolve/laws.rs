//! Laws and benchmarks, and what they need of backends.

use super::{Scope, Spelling, collect, in_order, read, trimmed};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::module::law_kind::LAW_KINDS;
use crate::model::module::raw::{RawBench, RawLaw};
use crate::model::module::{Backend, Bench, Law, Level, Need};
use crate::model::names::{Names, Place, number};
use crate::syntax::{Entry, Spanned};

/// How well something can be needed.
const LEVELS: &[(&str, Level)] = &[("exact", Level::Exact), ("approx", Level::Approximate), ("any", Level::Any)];

/// The laws of a module, and their names.
pub(super) fn laws(scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> (Arena<Law>, Names<Law>) {
    let mut names = Names::new("law");
    let entries: Vec<(Entry<'_>, RawLaw)> = read(scope.document, ("law", "a law"), Spelling::Snake, &mut names, diagnostics);
    let mut laws = Vec::new();
    for (entry, raw) in entries {
        match law(scope, &entry, &raw, diagnostics) {
            Some(law) => laws.push((law.name.clone(), law)),
            None => names.define_broken(entry.name()),
        }
    }
    (collect(laws, &mut names), names)
}

fn law(scope: &Scope<'_>, entry: &Entry<'_>, raw: &RawLaw, diagnostics: &mut Diagnostics) -> Option<Law> {
    let document = scope.document;
    let kind = Place::value(document, &raw.kind).word("kind of law", LAW_KINDS, diagnostics);
    let needs: Vec<Need> = raw.needs.iter().filter_map(|text| need(scope, text, diagnostics)).collect();
    let cases = match &raw.cases {
        Some(cases) => number(document, cases, "number of cases", 1..=i64::from(u32::MAX), diagnostics),
        None => Some(1),
    };
    let seed = match &raw.seed {
        Some(seed) => number(document, seed, "seed", 0..=i64::MAX, diagnostics),
        None => Some(1),
    };
    let tolerance = match &raw.tolerance {
        Some(tolerance) => measure(scope, tolerance, "tolerance", 0.0, diagnostics),
        None => Some(0.0),
    };
    let mut operations = Vec::new();
    for (name, weight) in in_order(&raw.ops) {
        if let Some(weight) = number(document, weight, "weight", 1..=1_000_000, diagnostics) {
            operations.push((name.get_ref().clone(), weight));
        }
    }
    Some(Law {
        name: entry.name().to_owned(),
        kind: kind?,
        text: raw.text.get_ref().clone(),
        needs,
        cases: cases?,
        seed: seed?,
        tolerance: tolerance?,
        oracle: raw.oracle.as_ref().map(|oracle| oracle.get_ref().clone()),
        operations,
        span: entry.span(),
    })
}

/// A finite number of at least `least`.
fn measure(scope: &Scope<'_>, value: &Spanned<f64>, what: &str, least: f64, diagnostics: &mut Diagnostics) -> Option<f64> {
    let number = *value.get_ref();
    if number.is_finite() && number >= least {
        return Some(number);
    }
    let span = crate::syntax::tree::span(scope.document.file, value.span());
    diagnostics.push(
        Diagnostic::error("L0109", format!("{what} {number} is out of range"))
            .at(span, format!("must be a finite number of at least {least}"))
            .help(format!("choose a number from {least}")),
    );
    None
}

/// `ttl`, `eviction = approx`: a capability and how well it is needed.
pub(super) fn need(scope: &Scope<'_>, text: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Need> {
    let whole = text.get_ref();
    let (name, level) = match whole.find('=') {
        Some(mark) => (0..mark, Some(trimmed(whole, mark + 1..whole.len()))),
        None => (0..whole.len(), None),
    };
    let place = match level {
        Some(_) => Place::part(scope.document, text, trimmed(whole, name)),
        None => Place::value(scope.document, text),
    };
    let level = match level {
        Some(range) => Place::part(scope.document, text, range).word("level", LEVELS, diagnostics),
        None => Some(Level::Exact),
    };
    let capability = match (place.text.split_once('.'), scope.package) {
        (Some((of, _)), Some(_)) if scope.capabilities.get(of).is_some() => {
            diagnostics.push(
                Diagnostic::error("L1204", format!("`{}` names a variant of a capability", place.text))
                    .at(place.span, "expected a capability as a whole")
                    .note("a law that needs a capability of each variant has one instance for each that the backend can do")
                    .help(format!("write `{of}`")),
            );
            None
        }
        _ => scope.capability(&place, diagnostics),
    }?;
    let is_number = scope
        .package
        .is_some_and(|package| package.capabilities[capability].is_number);
    if is_number {
        diagnostics.push(
            Diagnostic::error("L1204", format!("`{}` is a number, which nothing can need", place.text))
                .at(place.span, "expected a capability that has a level")
                .help("remove it: numbers are for those who read the manual"),
        );
        return None;
    }
    Some(Need {
        capability,
        level: level?,
    })
}

/// The benchmarks of a module.
pub(super) fn benches(scope: &Scope<'_>, backends: &Names<Backend>, diagnostics: &mut Diagnostics) -> Vec<Bench> {
    let document = scope.document;
    let mut names: Names<Bench> = Names::in_table("bench", "benchmark");
    let entries: Vec<(Entry<'_>, RawBench)> = read(document, ("bench", "a benchmark"), Spelling::Snake, &mut names, diagnostics);
    let mut benches = Vec::new();
    for (entry, raw) in entries {
        let backend = backends.resolve(&Place::value(document, &raw.backend), diagnostics);
        let gate = measure(scope, &raw.gate, "gate", 1.0, diagnostics);
        if let (Some(backend), Some(gate)) = (backend, gate) {
            benches.push(Bench {
                name: entry.name().to_owned(),
                doc: raw.doc.into_inner(),
                backend,
                workload: raw.workload.into_inner(),
                gate,
                span: entry.span(),
            });
        }
    }
    benches
}
