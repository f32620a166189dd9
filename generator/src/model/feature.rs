//! Feature flags: what can be switched on, what that switches on with it, and what can't stand beside it.
//!
//! Files without a name above their entries state the features of the workspace: those that ops name, and that come out as a crate. Files
//! with one name state a model of their own, whose names are apart from all others.

mod rule;

use std::collections::BTreeMap;

pub use rule::FeatureRule;

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
    /// Those of the workspace, in order of their names.
    pub features: Arena<Feature>,
    /// What the workspace demands of combinations.
    pub rules: Vec<FeatureRule>,
    /// The names of those of the workspace that have errors: naming one is no further error.
    pub broken: Vec<String>,
    /// Models with a name, in order of these.
    pub named: Vec<NamedFeatures>,
    /// Where the specs of all of them name features and targets.
    pub uses: Vec<Use>,
}

/// Features whose names are apart from those of the workspace.
#[derive(Debug)]
pub struct NamedFeatures {
    /// `abi`.
    pub name: String,
    /// In order of their names.
    pub features: Arena<Feature>,
    /// What is demanded of combinations.
    pub rules: Vec<FeatureRule>,
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
    /// Where each of them is named.
    pub implies_at: Vec<Span>,
    /// Features that can't be on together with it.
    pub conflicts: Vec<Id<Feature>>,
    /// Where each of them is named.
    pub conflicts_at: Vec<Span>,
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
    /// The name of a model of its own; without one these are the features of the workspace, which ops name.
    name: Option<String>,
    /// The feature flags, each a table `[feature.json]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    feature: BTreeMap<String, RawFeature>,
    /// What is demanded of combinations, each a table `[rule.one_backend]`.
    #[schemars(default, extend("propertyNames" = schema::names()))]
    rule: BTreeMap<String, rule::RawRule>,
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

/// The most features that a model can have.
const MOST_FEATURES: usize = crate::features::MOST_FLAGS;

/// The most members of a circle that are labelled.
const MOST_SHOWN: usize = 8;

/// What resolving features reports.
pub const PAGES: &[Page] = &[
    Page {
        code: "L0801",
        summary: "a feature must not imply itself by way of others",
        page: include_str!("pages/L0801.md"),
    },
    Page {
        code: "L0802",
        summary: "a rule of features demands one thing of at least one of them",
        page: include_str!("pages/L0802.md"),
    },
];

/// Loads the features of the specs.
pub fn load(documents: &[&Document], model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut groups: BTreeMap<Option<&str>, Vec<&Document>> = BTreeMap::from([(None, Vec::new())]);
    for document in documents {
        document.expect_keys(&["kind", "name", "feature", "rule"], diagnostics);
        match &document.name {
            Some((name, span)) if !names::check_name("a feature model", name, *span, false, diagnostics) => {}
            name => groups
                .entry(name.as_ref().map(|(name, _)| name.as_str()))
                .or_default()
                .push(document),
        }
    }
    let mut all = Features::default();
    for (name, documents) in groups {
        let group = load_group(&documents, model, diagnostics);
        all.uses.extend(group.targets);
        all.uses.extend(group.known.uses(name));
        match name {
            None => (all.features, all.rules, all.broken) = (group.features, group.rules, group.broken),
            Some(name) => all.named.push(NamedFeatures {
                name: name.to_owned(),
                features: group.features,
                rules: group.rules,
            }),
        }
    }
    model.insert(all);
}

/// Features that can name each other.
struct Group {
    features: Arena<Feature>,
    rules: Vec<FeatureRule>,
    broken: Vec<String>,
    known: Names<Feature>,
    /// Where they name targets.
    targets: Vec<Use>,
}

fn load_group(documents: &[&Document], model: &Model, diagnostics: &mut Diagnostics) -> Group {
    let mut entries = Vec::new();
    for document in documents {
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
    let mut features: Vec<Feature> = Vec::new();
    let mut targets: Vec<Use> = Vec::new();
    for (entry, raw) in &raws {
        let mut resolve = |texts: &[Spanned<String>]| -> (Vec<Id<Feature>>, Vec<Span>) {
            let places = texts.iter().map(|text| Place::value(entry.document, text));
            places
                .filter_map(|place| Some((known.resolve(&place, diagnostics)?, place.span)))
                .unzip()
        };
        let (implies, implies_at) = resolve(&raw.implies);
        let (conflicts, conflicts_at) = resolve(&raw.conflicts);
        targets.extend(resolve_targets(entry.document, &raw.targets, model, diagnostics));
        features.push(Feature {
            name: entry.name().to_owned(),
            doc: raw.doc.get_ref().clone(),
            default: raw.default,
            implies,
            implies_at,
            conflicts,
            conflicts_at,
            targets: raw.targets.iter().map(|target| target.get_ref().clone()).collect(),
            file: entry.document.path.clone(),
            span: entry.span(),
        });
    }
    cut_circles(&mut features, diagnostics);
    let rules = rule::load(documents, &known, diagnostics);
    Group {
        features: features.into_iter().collect(),
        rules,
        broken,
        known,
        targets,
    }
}

/// Where a list names targets; those that don't exist are reported.
fn resolve_targets(document: &Document, texts: &[Spanned<String>], model: &Model, diagnostics: &mut Diagnostics) -> Vec<Use> {
    let targets = model.part::<Targets>();
    let mut uses = Vec::new();
    for text in texts {
        let place = Place::value(document, text);
        if targets.targets.iter().any(|target| target.name == *text.get_ref()) {
            uses.push(Use {
                span: place.name_span(),
                table: "target",
                owner: None,
                name: text.get_ref().clone(),
            });
        } else if !targets.broken.contains(text.get_ref()) {
            let known = targets.targets.iter().map(|target| target.name.as_str());
            diagnostics.push(place.unknown("L0110", "target", known).unless_incomplete());
        }
    }
    uses
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
        let feature = &mut features[closing];
        let kept = feature
            .implies
            .iter()
            .zip(&feature.implies_at)
            .filter(|(id, _)| id.index() != first);
        (feature.implies, feature.implies_at) = kept.map(|(id, span)| (*id, *span)).unzip();
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
    let all = model.part::<Features>();
    let named = all
        .named
        .iter()
        .map(|named| (Some(named.name.as_str()), &named.features, &named.rules));
    let groups = [(None, &all.features, &all.rules)].into_iter().chain(named);
    groups
        .flat_map(|(owner, features, rules)| {
            let rules = rules.iter().map(move |rule| rule.item(owner, features));
            features
                .iter()
                .map(move |feature| item(owner, feature, features))
                .chain(rules)
        })
        .collect()
}

/// Names in the order of the alphabet, which means the same in any order.
fn names_of(ids: &[Id<Feature>], features: &Arena<Feature>) -> String {
    let mut names: Vec<&str> = ids.iter().map(|id| features[*id].name.as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}

fn item(owner: Option<&str>, feature: &Feature, features: &Arena<Feature>) -> Item {
    let mut targets: Vec<&str> = feature.targets.iter().map(String::as_str).collect();
    targets.sort_unstable();
    Item::new("feature", owner, &feature.name, &feature.doc, feature.span)
        .free(
            Weight::Effect,
            "default",
            feature.default.to_string(),
            Freedom::Down(&["false", "true"]),
        )
        .free(Weight::Effect, "implies", names_of(&feature.implies, features), Freedom::Gain)
        .free(
            Weight::Effect,
            "conflicts",
            names_of(&feature.conflicts, features),
            Freedom::Lose,
        )
        .free(Weight::Effect, "targets", targets.join(", "), Freedom::GainOrAll)
}
