//! Rules of features.

mod judge;

use std::collections::BTreeSet;

use super::docs::fault_of_doc;
use super::{Rule, locate, text};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::feature::{Feature, FeatureRule, Features};
use crate::model::module::Modules;
use crate::source::{SourceMap, Span};
use crate::suggest;

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[
    NAMES,
    DOCS,
    DEAD,
    DEFAULTS,
    IMPLIED_TARGETS,
    VOID,
    FORCED,
    REDUNDANT,
    TOO_HARD,
    TARGETS,
];

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

/// Features can be on. Found together with all that is said of a model as a whole.
const DEAD: Rule = Rule {
    code: "L0823",
    summary: "a feature is on in some valid configuration",
    page: include_str!("pages/L0823.md"),
    check: Some(judge::judge),
};

/// Defaults can be on together.
const DEFAULTS: Rule = Rule {
    code: "L0824",
    summary: "what is on by default is a valid configuration",
    page: include_str!("pages/L0824.md"),
    check: None,
};

/// What is implied exists there.
const IMPLIED_TARGETS: Rule = Rule {
    code: "L0825",
    summary: "a feature implies only features that exist on all of its targets",
    page: include_str!("pages/L0825.md"),
    check: Some(implied_targets),
};

/// Something is valid.
const VOID: Rule = Rule {
    code: "L0826",
    summary: "a feature model has a valid configuration, on every target",
    page: include_str!("pages/L0826.md"),
    check: None,
};

/// What can be chosen can be left.
const FORCED: Rule = Rule {
    code: "L0827",
    summary: "a feature that is on in every valid configuration is said to be",
    page: include_str!("pages/L0827.md"),
    check: None,
};

/// Every statement says something.
const REDUNDANT: Rule = Rule {
    code: "L0828",
    summary: "no statement about features follows from the others",
    page: include_str!("pages/L0828.md"),
    check: None,
};

/// What is demanded can be decided.
const TOO_HARD: Rule = Rule {
    code: "L0829",
    summary: "a feature model can be judged within bounds",
    page: include_str!("pages/L0829.md"),
    check: None,
};

/// Lists of targets say something.
const TARGETS: Rule = Rule {
    code: "L0830",
    summary: "a list of targets names one",
    page: include_str!("pages/L0830.md"),
    check: Some(targets),
};

/// The features that can name each other, and their rules.
fn groups(model: &Model) -> impl Iterator<Item = (&Arena<Feature>, &[FeatureRule])> {
    let all = model.part::<Features>();
    let named = all.named.iter().map(|named| (&named.features, named.rules.as_slice()));
    [(&all.features, all.rules.as_slice())].into_iter().chain(named)
}

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
    let each = groups(model).flat_map(|(features, _)| features.iter_with_ids().map(move |(id, feature)| (features, id, feature)));
    for (features, id, feature) in each {
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
    for (features, rules) in groups(model) {
        let features = features
            .iter()
            .map(|feature| ("feature", &feature.name, &feature.doc, feature.span));
        let rules = rules.iter().map(|rule| ("rule", &rule.name, &rule.doc, rule.span));
        for (table, name, doc, span) in features.chain(rules) {
            let place = || locate::value(sources, span, &[table.into(), name.as_str().into(), "doc".into()]);
            diagnostics_of_doc(sources, &format!("{table} `{name}`"), doc, place, diagnostics);
        }
    }
}

fn diagnostics_of_doc(sources: &SourceMap, what: &str, doc: &str, place: impl FnOnce() -> Span, diagnostics: &mut Diagnostics) {
    if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, what, doc, place) {
        diagnostics.push(diagnostic);
    }
}

fn implied_targets(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let each = groups(model).flat_map(|(features, _)| features.iter().map(move |feature| (features, feature)));
    for (features, feature) in each {
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

/// Reports lists of targets without any: they look like *nowhere*, and mean *everywhere*.
fn targets(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let features = groups(model).flat_map(|(features, _)| features);
    let features = features.map(|of| ("feature", &of.name, &of.targets, of.span));
    let backends = model.part::<Modules>().modules.iter().flat_map(|module| &module.backends);
    let backends = backends.map(|of| ("backend", &of.name, &of.targets, of.span));
    for (table, name, targets, span) in features.chain(backends) {
        let path = [table.into(), name.as_str().into(), "targets".into()];
        // One with names that aren't known is empty here too.
        let at = locate::value(sources, span, &path);
        let written: String = sources.text(at).chars().filter(|c| !c.is_whitespace()).collect();
        if targets.is_empty() && written == "[]" {
            diagnostics.push(
                Diagnostic::error(TARGETS.code, format!("the {table} `{name}` names no target"))
                    .at(at, "")
                    .note("without `targets` it exists on all of them")
                    .help("remove the key, or name a target"),
            );
        }
    }
}
