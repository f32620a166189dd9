//! Rules of features.

use std::collections::BTreeSet;

use super::docs::fault_of_doc;
use super::{Rule, locate, text};
use crate::arena::Id;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::feature::{Feature, Features};
use crate::source::{SourceMap, Span};
use crate::suggest;

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[NAMES, DOCS, DEAD, DEFAULTS, IMPLIED_TARGETS];

/// Names differ in more than underscores.
const NAMES: Rule = Rule {
    code: "L0821",
    summary: "two features differ in more than the underscores of their names",
    page: include_str!("pages/L0821.md"),
    check: Some(names),
};

/// Everything is documented.
const DOCS: Rule = Rule {
    code: "L0822",
    summary: "every `doc` of a feature says something and ends like a sentence",
    page: include_str!("pages/L0822.md"),
    check: Some(docs),
};

/// Features can be on.
const DEAD: Rule = Rule {
    code: "L0823",
    summary: "a feature doesn't conflict with what it implies",
    page: include_str!("pages/L0823.md"),
    check: Some(dead),
};

/// Defaults can be on together.
const DEFAULTS: Rule = Rule {
    code: "L0824",
    summary: "features that are on by default don't conflict",
    page: include_str!("pages/L0824.md"),
    check: Some(defaults),
};

/// What is implied exists there.
const IMPLIED_TARGETS: Rule = Rule {
    code: "L0825",
    summary: "a feature implies only features that exist on all of its targets",
    page: include_str!("pages/L0825.md"),
    check: Some(implied_targets),
};

fn value(sources: &SourceMap, feature: &Feature, key: &str) -> Span {
    locate::value(
        sources,
        feature.span,
        &["feature".into(), feature.name.as_str().into(), key.into()],
    )
}

/// A feature and everything that is on with it.
fn closure(features: &Features, start: Id<Feature>) -> BTreeSet<Id<Feature>> {
    let mut on = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        for implied in &features.features[id].implies {
            if on.insert(*implied) {
                open.push(*implied);
            }
        }
    }
    on
}

/// Two features that exclude each other among those that are on together.
fn conflict(features: &Features, on: &BTreeSet<Id<Feature>>) -> Option<(Id<Feature>, Id<Feature>)> {
    on.iter().find_map(|one| {
        let conflicts = &features.features[*one].conflicts;
        conflicts.iter().find(|other| on.contains(other)).map(|other| (*one, *other))
    })
}

/// Two features that exclude each other and that `feature` would both switch on, so that it can never be on.
pub fn contradiction(features: &Features, feature: Id<Feature>) -> Option<(Id<Feature>, Id<Feature>)> {
    conflict(features, &closure(features, feature))
}

fn names(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = &model.part::<Features>().features;
    for (id, feature) in features.iter_with_ids() {
        let same = |other: &&Feature| text::skeleton(&other.name) == text::skeleton(&feature.name);
        if let Some(first) = features.iter().take(id.index()).find(same) {
            diagnostics.push(
                Diagnostic::error(
                    NAMES.code,
                    format!(
                        "the feature names `{}` and `{}` can't be told apart",
                        first.name, feature.name
                    ),
                )
                .at(feature.span, "")
                .at(first.span, "")
                .help("rename one of them"),
            );
        }
    }
}

fn docs(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for feature in &model.part::<Features>().features {
        let what = format!("feature `{}`", feature.name);
        if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &what, &feature.doc, || value(sources, feature, "doc")) {
            diagnostics.push(diagnostic);
        }
    }
}

fn dead(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = model.part::<Features>();
    for (id, feature) in features.features.iter_with_ids() {
        let Some((one, other)) = contradiction(features, id) else {
            continue;
        };
        // Where what it implies is dead already, that is where to mend it.
        if feature
            .implies
            .iter()
            .any(|implied| contradiction(features, *implied).is_some())
        {
            continue;
        }
        let (one, other) = (&features.features[one], &features.features[other]);
        let mut diagnostic = Diagnostic::error(
            DEAD.code,
            format!(
                "feature `{}` can never be on: it means `{}` and `{}`, which exclude each other",
                feature.name, one.name, other.name
            ),
        )
        .at(feature.span, "");
        diagnostic = diagnostic.at(
            value(sources, one, "conflicts"),
            format!("`{}` excludes `{}`", one.name, other.name),
        );
        diagnostics.push(diagnostic.help("take away the conflict or the implication"));
    }
}

fn defaults(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = model.part::<Features>();
    let alive: Vec<Id<Feature>> = features
        .features
        .iter_with_ids()
        .filter(|(id, feature)| feature.default && contradiction(features, *id).is_none())
        .map(|(id, _)| id)
        .collect();
    for (position, second) in alive.iter().enumerate() {
        for first in &alive[..position] {
            let mut on = closure(features, *first);
            on.extend(closure(features, *second));
            let Some((one, other)) = conflict(features, &on) else {
                continue;
            };
            let (first, second) = (&features.features[*first], &features.features[*second]);
            let (one, other) = (&features.features[one], &features.features[other]);
            diagnostics.push(
                Diagnostic::error(
                    DEFAULTS.code,
                    format!(
                        "features `{}` and `{}` are on by default, but exclude each other",
                        first.name, second.name
                    ),
                )
                .at(value(sources, second, "default"), "")
                .at(value(sources, first, "default"), "")
                .at(
                    value(sources, one, "conflicts"),
                    format!("`{}` excludes `{}`", one.name, other.name),
                )
                .help("leave one of them off by default"),
            );
        }
    }
}

fn implied_targets(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = &model.part::<Features>().features;
    for feature in features {
        for implied in feature.implies.iter().map(|id| &features[*id]) {
            // An empty list stands for all targets.
            if implied.targets.is_empty() {
                continue;
            }
            let missing: Vec<&str> = feature
                .targets
                .iter()
                .filter(|target| !implied.targets.contains(target))
                .map(String::as_str)
                .collect();
            if missing.is_empty() && !feature.targets.is_empty() {
                continue;
            }
            let places = if feature.targets.is_empty() {
                "other targets".to_owned()
            } else {
                suggest::list(missing.iter().copied())
            };
            let path = ["feature".into(), feature.name.as_str().into(), "implies".into()];
            let place = locate::position(sources, feature.span, &path, &implied.name).unwrap_or(feature.span);
            diagnostics.push(
                Diagnostic::error(
                    IMPLIED_TARGETS.code,
                    format!(
                        "feature `{}` implies `{}`, which doesn't exist on {places}",
                        feature.name, implied.name
                    ),
                )
                .at(place, "")
                .at(value(sources, implied, "targets"), "exists only here")
                .help(format!("restrict the `targets` of `{}` likewise", feature.name)),
            );
        }
    }
}
