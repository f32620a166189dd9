//! Feature flags: what can be switched on, what that switches on with it, and what can't stand beside it.

use serde::Deserialize;
use serde_spanned::Spanned;

use super::names::{self, Names, Place};
use super::target::Targets;
use crate::arena::{Arena, Id};
use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::source::Span;
use crate::syntax::{Document, Entry};

/// The feature flags of the specs.
#[derive(Debug, Default)]
pub struct Features {
    /// In order of their names.
    pub features: Arena<Feature>,
}

/// One feature flag.
#[derive(Debug, Clone)]
pub struct Feature {
    /// `json`.
    pub name: String,
    /// What it brings.
    pub doc: String,
    /// Whether it is on unless switched off.
    pub default: bool,
    /// Features that it switches on.
    pub implies: Vec<Id<Feature>>,
    /// Features that can't be on together with it.
    pub conflicts: Vec<Id<Feature>>,
    /// Targets (by name) on which it exists; empty for all.
    pub targets: Vec<String>,
    /// The spec file, root-relative.
    pub file: String,
    /// The entry.
    pub span: Span,
}

/// `[feature.json]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFeature {
    /// What it brings.
    doc: Spanned<String>,
    /// Whether it is on unless switched off.
    default: bool,
    /// Features that it switches on.
    #[serde(default)]
    implies: Vec<Spanned<String>>,
    /// Features that can't be on together with it.
    #[serde(default)]
    conflicts: Vec<Spanned<String>>,
    /// Targets on which it exists; all if empty.
    #[serde(default)]
    targets: Vec<Spanned<String>>,
}

/// What resolving features reports.
pub const RULES: &[Rule] = &[Rule {
    code: "L0801",
    summary: "a feature must not imply itself by way of others",
    page: include_str!("pages/L0801.md"),
    check: None,
}];

/// Loads the features of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut entries = Vec::new();
    for document in documents {
        document.expect_keys(&["kind", "name", "feature"], diagnostics);
        entries.extend(document.entries("feature", diagnostics));
    }
    let mut known: Names<Feature> = Names::new("feature");
    let mut raws: Vec<(Entry<'_>, RawFeature)> = Vec::new();
    for entry in names::without_duplicates("feature", entries, diagnostics) {
        if !names::check_name("a feature", entry.name(), entry.span(), false, diagnostics) {
            continue;
        }
        match entry.read(diagnostics) {
            Some(raw) => raws.push((entry, raw)),
            None => known.define_broken(entry.name()),
        }
    }
    raws.sort_by(|(a, _), (b, _)| a.name().cmp(b.name()));
    for (index, (entry, _)) in raws.iter().enumerate() {
        known.define(entry.name(), Id::new(index));
    }
    let targets: Vec<String> = model
        .part::<Targets>()
        .targets
        .iter()
        .map(|target| target.name.clone())
        .collect();
    let mut features: Vec<Feature> = Vec::new();
    for (entry, raw) in &raws {
        let mut resolve = |texts: &[Spanned<String>]| -> Vec<Id<Feature>> {
            let places = texts.iter().map(|text| Place::value(entry.document, text));
            places.filter_map(|place| known.resolve(&place, diagnostics)).collect()
        };
        let (implies, conflicts) = (resolve(&raw.implies), resolve(&raw.conflicts));
        for text in &raw.targets {
            if !targets.contains(text.get_ref()) {
                let place = Place::value(entry.document, text);
                diagnostics.push(place.unknown("L0110", "target", targets.iter().map(String::as_str)));
            }
        }
        features.push(Feature {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            default: raw.default,
            implies,
            conflicts,
            targets: raw.targets.iter().map(|target| target.get_ref().clone()).collect(),
            file: entry.document.path.clone(),
            span: entry.span(),
        });
    }
    cut_cycles(&mut features, diagnostics);
    model.insert(Features {
        features: features.into_iter().collect(),
    });
}

/// Reports circles of implications, once each, and takes the implication that closes it from one feature of each.
fn cut_cycles(features: &mut [Feature], diagnostics: &mut Diagnostics) {
    loop {
        let mut finished = vec![false; features.len()];
        let circle = (0..features.len()).find_map(|start| find_circle(start, features, &mut finished));
        let Some(circle) = circle else { return };
        let (Some(first), Some(last)) = (circle.first(), circle.last()) else {
            return;
        };
        let (first, last) = (*first, *last);
        let chain: Vec<String> = circle
            .iter()
            .chain([&first])
            .map(|index| format!("`{}`", features[*index].name))
            .collect();
        let mut diagnostic = Diagnostic::error("L0801", format!("the feature `{}` implies itself", features[first].name))
            .note(chain.join(" implies "))
            .help("remove one of the implications; features that are always on together are one feature");
        for index in &circle {
            diagnostic = diagnostic.at(features[*index].span, "part of the circle");
        }
        diagnostics.push(diagnostic);
        features[last].implies.retain(|implied| implied.index() != first);
    }
}

/// The features of a circle that `start` leads to. Follows a chain with a list of its own, so that a long one can't exhaust the stack.
fn find_circle(start: usize, features: &[Feature], finished: &mut [bool]) -> Option<Vec<usize>> {
    let mut path: Vec<(usize, usize)> = vec![(start, 0)];
    while let Some((feature, next)) = path.pop() {
        if finished[feature] {
            continue;
        }
        let Some(implied) = features[feature].implies.get(next).map(|id| id.index()) else {
            finished[feature] = true;
            continue;
        };
        path.push((feature, next + 1));
        if let Some(position) = path.iter().position(|(index, _)| *index == implied) {
            return Some(path[position..].iter().map(|(index, _)| *index).collect());
        }
        path.push((implied, 0));
    }
    None
}

/// The number of features.
pub fn count(model: &Model) -> usize {
    model.part::<Features>().features.len()
}
