//! `lathe check --fix`: applies the suggestions that a machine may apply, as edits of the text that leave everything else as it is.
//!
//! Each round applies what the diagnostics of the round before suggest, then everything is parsed and checked anew; a suggestion that
//! makes nothing better is left out. At the end there are never more errors than before, and fewer problems in all: valid specs stay
//! valid, and a second run finds nothing to do. Nothing is written here: see [`crate::write::replace_spec`].

mod edits;

use edits::Batch;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Suggestion};
use crate::pipeline::{self, Loaded};
use crate::source::SourceMap;

/// How often specs are checked at most. Each round takes one check; more are needed only where a suggestion has to be found that does
/// harm beside others.
const MOST_CHECKS: usize = 200;

/// Specs and what was done to them.
pub struct Fixed {
    /// The specs after the last round, with what is still wrong in them.
    pub loaded: Loaded,
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// The files that changed, in order of their paths.
    pub changed: Vec<Changed>,
}

/// A suggestion that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The file, root-relative.
    pub path: String,
    /// The line of its first edit, from 1, at the time when it was applied.
    pub line: u32,
    /// The code of the diagnostic.
    pub code: &'static str,
    /// The sentence of the diagnostic.
    pub message: String,
    /// What was done, as the suggestion says it.
    pub text: String,
}

/// A file that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its root-relative path.
    pub path: String,
    /// What it said.
    pub old: String,
    /// What it says now.
    pub new: String,
}

/// A suggestion and the diagnostic that made it.
struct Offer {
    code: &'static str,
    message: String,
    suggestion: Suggestion,
}

/// Specs that were checked, and how much is wrong with them.
struct State {
    loaded: Loaded,
    badness: Badness,
}

/// How much is wrong, graver things first: what could not even be loaded hides what the rules would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Badness {
    loading: usize,
    errors: usize,
    all: usize,
}

/// What a round may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Load an entry that could not be loaded, though the rules may then find more wrong with it than was known: later rounds may mend
    /// that.
    Reveal,
    /// Nothing that makes errors more.
    Careful,
}

impl Badness {
    /// Whether specs with this are better than specs with `before`, in a way that can't go on for ever.
    fn improves(self, before: Badness, mode: Mode) -> bool {
        self < before && (mode == Mode::Reveal || self.errors <= before.errors)
    }
}

/// Applies whatever is safe until nothing is left; `diagnostics` are those of reading.
pub fn fix(sources: SourceMap, diagnostics: Diagnostics) -> Fixed {
    let originals: Vec<String> = sources.files.iter().map(|file| file.text.clone()).collect();
    let mut checks = MOST_CHECKS;
    let mut state = check(sources, &diagnostics);
    let mut applied = Vec::new();
    loop {
        let revealed = settle(&state, Mode::Reveal, &diagnostics, &mut checks);
        let revealed = revealed.filter(|(next, _)| next.badness.errors <= state.badness.errors);
        let Some((next, more)) = revealed.or_else(|| settle(&state, Mode::Careful, &diagnostics, &mut checks)) else {
            break;
        };
        state = next;
        applied.extend(more);
    }
    let files = state.loaded.sources.files.iter().zip(originals);
    let changed = files
        .filter(|(file, old)| file.text != *old)
        .map(|(file, old)| Changed {
            path: file.path.clone(),
            old,
            new: file.text.clone(),
        })
        .collect();
    Fixed {
        loaded: state.loaded,
        applied,
        changed,
    }
}

/// Rounds until nothing is left that a mode allows; the specs then and what was applied, or nothing if that was nothing.
fn settle(start: &State, mode: Mode, reading: &Diagnostics, checks: &mut usize) -> Option<(State, Vec<Applied>)> {
    let mut reached: Option<State> = None;
    let mut applied = Vec::new();
    loop {
        let state = reached.as_ref().unwrap_or(start);
        let offers = offers(state);
        let batch = Batch::without_overlaps(offers.iter().map(|offer| &offer.suggestion));
        let Some((next, kept)) = round(state, &batch, mode, reading, checks) else {
            return reached.map(|reached| (reached, applied));
        };
        applied.extend(kept.iter().map(|at| describe(state, &offers[*at])));
        reached = Some(next);
    }
}

/// Parses, resolves and checks.
fn check(sources: SourceMap, reading: &Diagnostics) -> State {
    let mut loaded = pipeline::resolve(sources, reading.clone());
    let errors = |diagnostics: &Diagnostics| {
        let is_error = |diagnostic: &&crate::diagnostic::Diagnostic| diagnostic.severity == Severity::Error;
        diagnostics.iter().filter(is_error).count()
    };
    let loading = errors(&loaded.diagnostics);
    pipeline::check(&mut loaded);
    // One mistake may be found twice; it is reported and counted once.
    let mut sorted = Diagnostics::default();
    std::mem::take(&mut loaded.diagnostics)
        .sorted()
        .into_iter()
        .for_each(|diagnostic| sorted.push(diagnostic));
    loaded.diagnostics = sorted;
    let badness = Badness {
        loading,
        errors: errors(&loaded.diagnostics),
        all: loaded.diagnostics.iter().count(),
    };
    State { loaded, badness }
}

/// The suggestion of a diagnostic that may be applied: the first one.
fn offer<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Option<&'a Suggestion> {
    diagnostic.suggestions.iter().find(|suggestion| sources.may_apply(suggestion))
}

/// How many of these have a suggestion that may be applied.
pub fn count_offers(diagnostics: &[Diagnostic], sources: &SourceMap) -> usize {
    let offers = diagnostics.iter().filter_map(|diagnostic| offer(diagnostic, sources));
    offers.count()
}

/// The suggestions that may be applied: one for each diagnostic.
fn offers(state: &State) -> Vec<Offer> {
    let diagnostics = state.loaded.diagnostics.iter();
    diagnostics
        .filter_map(|diagnostic| {
            let suggestion = offer(diagnostic, &state.loaded.sources)?;
            Some(Offer {
                code: diagnostic.code,
                message: diagnostic.message.clone(),
                suggestion: suggestion.clone(),
            })
        })
        .collect()
}

/// Applies a batch; what can't be kept is left out. The specs afterwards and what was kept, or nothing if nothing could be.
fn round(state: &State, batch: &Batch<'_>, mode: Mode, reading: &Diagnostics, checks: &mut usize) -> Option<(State, Vec<usize>)> {
    let sources = &state.loaded.sources;
    let mut kept: Vec<usize> = Vec::new();
    let mut best: Option<State> = None;
    // Halves of what failed as a whole wait here, the first one on top.
    let mut waiting: Vec<Vec<usize>> = vec![batch.positions()];
    while let Some(part) = waiting.pop() {
        if part.is_empty() || *checks == 0 {
            continue;
        }
        *checks -= 1;
        let tried: Vec<usize> = kept.iter().chain(&part).copied().collect();
        let next = check(sources.with_texts(&batch.texts(sources, &tried)), reading);
        let before = best.as_ref().map_or(state.badness, |best| best.badness);
        if next.badness.improves(before, mode) {
            kept = tried;
            best = Some(next);
        } else if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            waiting.push(second.to_vec());
            waiting.push(first.to_vec());
        }
    }
    kept.sort_unstable();
    best.map(|best| (best, kept))
}

fn describe(state: &State, offer: &Offer) -> Applied {
    let sources = &state.loaded.sources;
    let first = offer.suggestion.edits.iter().map(|edit| edit.span).min();
    let (path, line) = first.map_or((String::new(), 0), |span| {
        let (line, _) = sources.line_and_column(span.file, span.start);
        (sources.file(span.file).path.clone(), line)
    });
    Applied {
        path,
        line,
        code: offer.code,
        message: offer.message.clone(),
        text: offer.suggestion.text.clone(),
    }
}
