//! Feature flags: what can be switched on, what that switches on with it, and what can't stand beside it.

use std::collections::BTreeMap;

use crate::syntax::Spanned;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::circle;
use super::item::{Freedom, Item, Weight};
use super::names::{self, Names, Place, Use};
use super::schema;
use super::target::Targets;
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics, Page};
use crate::model::Model;
use crate::source::Span;
use crate::syntax::{Document, Entry};

/// The feature flags of the specs.
#[derive(Debug, Default)]
pub struct Features {
    /// In order of their names.
    pub features: Arena<Feature>,
    /// The names of those that have errors: naming one is no further error.
    pub broken: Vec<String>,
    /// Where their specs name features and targets.
    pub uses: Vec<Use>,
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

/// A file of features.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is the schema of a file; entries are read one by one")]
struct RawFile {
    /// What the file describes: `"feature"`.
    #[schemars(extend("const" = "feature"))]
    kind: String,
    /// Nothing reads it: features need no name above them.
    name: Option<String>,
    /// The feature flags, each a table `[feature.json]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    feature: BTreeMap<String, RawFeature>,
}

/// A feature flag: `[feature.json]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawFeature {
    /// What it brings.
    doc: Spanned<String>,
    /// Whether it is on unless switched off.
    default: bool,
    /// Features that it switches on: names of `[feature.…]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    implies: Vec<Spanned<String>>,
    /// Features that can't be on together with it: names of `[feature.…]`.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    conflicts: Vec<Spanned<String>>,
    /// Names of the targets on which it exists; all if not stated.
    #[serde(default)]
    #[schemars(extend("x-lathe-names" = ["target"]))]
    targets: Vec<Spanned<String>>,
}

/// The most features that there can be.
const MOST_FEATURES: usize = 200;

/// The most members of a circle that are labelled.
const MOST_SHOWN: usize = 8;

/// What resolving features reports.
pub const PAGES: &[Page] = &[Page {
    code: "L0801",
    summary: "a feature must not imply itself by way of others",
    page: include_str!("pages/L0801.md"),
}];

/// Loads the features of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut entries = Vec::new();
    for document in documents {
        document.expect_keys(&["kind", "name", "feature"], diagnostics);
        entries.extend(document.entries("feature", diagnostics));
    }
    if let Some(surplus) = entries.get(MOST_FEATURES) {
        diagnostics.push(
            Diagnostic::error("L0109", format!("there are {} features", entries.len()))
                .at(
                    surplus.span(),
                    format!("this is one more than the {MOST_FEATURES} that there can be"),
                )
                .note("rules hold features against each other, and no one can test the combinations of that many"),
        );
        entries.truncate(MOST_FEATURES);
    }
    let mut known: Names<Feature> = Names::new("feature");
    let mut raws: Vec<(Entry<'_>, RawFeature)> = Vec::new();
    let mut broken: Vec<String> = Vec::new();
    for entry in names::without_duplicates("feature", entries, diagnostics) {
        if !names::check_name("a feature", entry.name(), entry.span(), false, diagnostics) {
            continue;
        }
        match entry.read(diagnostics) {
            Some(raw) => raws.push((entry, raw)),
            None => {
                known.define_broken(entry.name());
                broken.push(entry.name().to_owned());
            }
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
    let mut uses: Vec<Use> = Vec::new();
    for (entry, raw) in &raws {
        let mut resolve = |texts: &[Spanned<String>]| -> Vec<Id<Feature>> {
            let places = texts.iter().map(|text| Place::value(entry.document, text));
            places.filter_map(|place| known.resolve(&place, diagnostics)).collect()
        };
        let (implies, conflicts) = (resolve(&raw.implies), resolve(&raw.conflicts));
        for text in &raw.targets {
            let place = Place::value(entry.document, text);
            if targets.contains(text.get_ref()) {
                uses.push(Use {
                    span: place.name_span(),
                    table: "target",
                    owner: None,
                    name: text.get_ref().clone(),
                });
            } else if !model.part::<Targets>().broken.contains(text.get_ref()) {
                diagnostics.push(
                    place
                        .unknown("L0110", "target", targets.iter().map(String::as_str))
                        .unless_incomplete(),
                );
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
    cut_circles(&mut features, diagnostics);
    uses.extend(known.uses(None));
    model.insert(Features {
        uses,
        broken,
        features: features.into_iter().collect(),
    });
}

/// Reports circles of implications, once each, and takes the implication that closes it from one feature of each.
fn cut_circles(features: &mut [Feature], diagnostics: &mut Diagnostics) {
    let implied: Vec<Vec<usize>> = features
        .iter()
        .map(|feature| feature.implies.iter().map(|id| id.index()).collect())
        .collect();
    for circle in circle::circles(&implied) {
        let Some((closing, position)) = circle.last().copied() else {
            continue;
        };
        let first = implied[closing][position];
        let shown = circle.iter().take(MOST_SHOWN);
        let chain: Vec<String> = shown
            .clone()
            .map(|(index, _)| format!("`{}`", features[*index].name))
            .collect();
        let dots = if circle.len() > MOST_SHOWN { " implies …" } else { "" };
        let mut diagnostic = Diagnostic::error("L0801", format!("the feature `{}` implies itself", features[first].name))
            .note(format!(
                "{}{dots} implies `{}`",
                chain.join(" implies "),
                features[first].name
            ))
            .help("remove one of the implications; features that are always on together are one feature");
        for (index, _) in shown {
            diagnostic = diagnostic.at(features[*index].span, "part of the circle");
        }
        diagnostics.push(diagnostic);
        features[closing].implies.retain(|id| id.index() != first);
    }
}

/// The JSON Schema of a file.
pub fn schema() -> Schema {
    schema::of::<RawFile>()
}

/// Where the specs name features and targets.
pub fn uses(model: &Model) -> &[Use] {
    &model.part::<Features>().uses
}

/// The features in the form that every tool reads.
pub fn items(model: &Model) -> Vec<Item> {
    let features = &model.part::<Features>().features;
    let list = |ids: &[Id<Feature>]| {
        let mut names: Vec<&str> = ids.iter().map(|id| features[*id].name.as_str()).collect();
        names.sort_unstable();
        names.join(", ")
    };
    let item = |feature: &Feature| {
        let mut targets: Vec<&str> = feature.targets.iter().map(String::as_str).collect();
        targets.sort_unstable();
        Item::new("feature", None, &feature.name, &feature.doc, feature.span)
            .free(
                Weight::Effect,
                "default",
                feature.default.to_string(),
                Freedom::Down(&["false", "true"]),
            )
            .free(Weight::Effect, "implies", list(&feature.implies), Freedom::Gain)
            .free(Weight::Effect, "conflicts", list(&feature.conflicts), Freedom::Lose)
            .free(Weight::Effect, "targets", targets.join(", "), Freedom::GainOrAll)
    };
    features.iter().map(item).collect()
}
