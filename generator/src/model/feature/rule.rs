//! Rules of features: what is demanded of several of them together.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Feature, names_of};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::item::{Freedom, Item, Weight};
use crate::model::names::{self, Names, Place};
use crate::source::Span;
use crate::syntax::{Document, Spanned};

/// One demand.
#[derive(Debug, Clone)]
pub struct FeatureRule {
    /// `one_backend`.
    pub name: String,
    /// Why.
    pub doc: String,
    /// The feature without which nothing is demanded.
    pub when: Option<Id<Feature>>,
    /// The features of which one is demanded.
    pub of: Vec<Id<Feature>>,
    /// Whether no second one may be on beside it.
    pub exactly: bool,
    /// The entry.
    pub span: Span,
}

/// A rule: `[rule.one_backend]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    /// Why one of them has to be on.
    doc: Spanned<String>,
    /// The feature without which nothing is demanded; the rule holds always if not stated.
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    when: Option<Spanned<String>>,
    /// Features of which one or more have to be on: names of `[feature.…]`.
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    at_least_one: Option<Vec<Spanned<String>>>,
    /// Features of which one and no other has to be on: names of `[feature.…]`.
    #[schemars(extend("x-lathe-names" = ["feature"]))]
    exactly_one: Option<Vec<Spanned<String>>>,
}

/// The most rules of a model, and the most features that one of them names: what is to be solved stays small.
const MOST: usize = 50;

/// Loads the rules of files whose features can name each other.
pub(super) fn load(documents: &[&Document], known: &Names<Feature>, diagnostics: &mut Diagnostics) -> Vec<FeatureRule> {
    let entries = documents
        .iter()
        .flat_map(|document| document.entries("rule", diagnostics))
        .collect();
    let mut rules: Vec<FeatureRule> = Vec::new();
    let mut entries = names::without_duplicates("rule", entries, diagnostics);
    if let Some(surplus) = entries.get(MOST) {
        diagnostics.push(too_many(&format!("there are {} rules", entries.len()), surplus.span()));
        entries.truncate(MOST);
    }
    for entry in entries {
        if !names::check_name("a rule", entry.name(), entry.span(), false, diagnostics) {
            continue;
        }
        let Some(raw) = entry.read::<RawRule>(diagnostics) else {
            continue;
        };
        let mut resolve = |text: &Spanned<String>| known.resolve(&Place::value(entry.document, text), diagnostics);
        let when = raw.when.as_ref().map(&mut resolve);
        let (names, exactly) = match (&raw.at_least_one, &raw.exactly_one) {
            (Some(names), None) if !names.is_empty() => (names, false),
            (None, Some(names)) if !names.is_empty() => (names, true),
            (at_least, exactly) => {
                diagnostics.push(nothing(entry.name(), entry.span(), at_least.is_some() && exactly.is_some()));
                continue;
            }
        };
        if names.len() > MOST {
            diagnostics.push(too_many(&format!("a rule of {} features", names.len()), entry.span()));
            continue;
        }
        let of: Vec<Option<Id<Feature>>> = names.iter().map(resolve).collect();
        // A rule that lacks what it names would demand something else.
        if let (Some(of), Some(when)) = (of.into_iter().collect(), when.map_or(Some(None), |when| when.map(Some))) {
            rules.push(FeatureRule {
                name: entry.name().to_owned(),
                doc: raw.doc.get_ref().clone(),
                when,
                of,
                exactly,
                span: entry.span(),
            });
        }
    }
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    rules
}

fn too_many(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error("L0109", format!("{what} can't be judged"))
        .at(span, format!("more than {MOST}"))
        .help("state fewer, or make a model of its own of a part of the features, in a file with a `name`")
}

fn nothing(rule: &str, span: Span, both: bool) -> Diagnostic {
    let (problem, help) = if both {
        ("demands two things", "make two rules of it")
    } else {
        (
            "demands nothing",
            "name features with `at_least_one = [..]` or with `exactly_one = [..]`",
        )
    };
    Diagnostic::error("L0802", format!("the rule `{rule}` {problem}"))
        .at(span, "")
        .help(help)
}

impl FeatureRule {
    /// The rule in the form that every tool reads.
    pub(super) fn item(&self, owner: Option<&str>, features: &Arena<Feature>) -> Item {
        let when = self.when.map(|id| features[id].name.clone()).unwrap_or_default();
        let names = names_of(&self.of, features);
        let (at_least_one, exactly_one) = if self.exactly {
            (String::new(), names)
        } else {
            (names, String::new())
        };
        Item::new("rule", owner, &self.name, &self.doc, self.span)
            .fact(Weight::Effect, "when", when)
            .free(Weight::Effect, "at_least_one", at_least_one, Freedom::Gain)
            .fact(Weight::Effect, "exactly_one", exactly_one)
    }
}
