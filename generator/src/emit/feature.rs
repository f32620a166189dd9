//! Emits the facts crate of feature flags, `generated/features/facts`.

pub mod manual;

use std::fmt::Write;

use super::crate_builder::CrateBuilder;
use super::{Emitter, Tree, provenance, rust};
use crate::arena::Id;
use crate::model::feature::{Feature, Features};
use crate::model::{Model, item};

/// The output families of features.
pub const EMITTERS: &[Emitter] = &[Emitter {
    name: "feature facts",
    emit,
}];

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let features = model.part::<Features>();
    if features.features.is_empty() {
        return Ok(());
    }
    let mut sources: Vec<String> = features.features.iter().map(|feature| feature.file.clone()).collect();
    sources.sort();
    sources.dedup();
    let mut builder = CrateBuilder::new(
        "generated/features/facts",
        "feature-facts",
        "Facts of feature flags: what they bring, imply and exclude",
    );
    builder.file("src/lib.rs", root(features)?, &sources);
    builder.file("src/feature.rs", enumeration(features)?, &sources);
    let words = features.features.len().div_ceil(64);
    builder.file(
        "src/set.rs",
        include_str!("text/feature_set.rs").replace("WORD_COUNT", &words.to_string()),
        &sources,
    );
    builder.file("tests/features.rs", include_str!("text/feature_tests.rs").to_owned(), &[]);
    builder.finish(tree)
}

fn root(features: &Features) -> anyhow::Result<String> {
    let mut docs =
        "Facts of feature flags.\n\nA [`Feature`] is something that can be switched on. It may switch on others and exclude \
                    others; a [`FeatureSet`] follows both.\n"
            .to_owned();
    if let Some(feature) = features.features.iter().find(|feature| !feature.implies.is_empty()) {
        let implied = features.features[feature.implies[0]].name.as_str();
        writeln!(
            docs,
            "\n```\nuse feature_facts::{{Feature, FeatureSet}};\n\nlet asked = FeatureSet::EMPTY.with(Feature::{});\n\
             assert!(asked.closure().contains(Feature::{}));\nassert!(asked.check().is_ok());\n```",
            rust::variant(&feature.name),
            rust::variant(implied)
        )?;
    }
    Ok(format!(
        "{}#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\nmod feature;\nmod set;\n\npub use feature::Feature;\npub use \
         set::{{Conflict, FeatureSet}};\n",
        rust::module_doc_lines(&docs)
    ))
}

fn enumeration(features: &Features) -> anyhow::Result<String> {
    let all = &features.features;
    let names = |ids: &[Id<Feature>]| {
        ids.iter()
            .map(|id| format!("`{}`", all[*id].name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = rust::module_doc_lines("The features, each with what it brings, implies and excludes.");
    text.push_str("\nuse core::fmt;\n\n/// Something that can be switched on.\n");
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Feature {\n");
    for feature in all {
        let mut docs = feature.doc.trim().to_owned();
        for (lead, ids) in [("Implies", &feature.implies), ("Excludes", &feature.conflicts)] {
            if !ids.is_empty() {
                write!(docs, " {lead} {}.", names(ids))?;
            }
        }
        write!(
            docs,
            "\n\n{}",
            provenance::line(&item::key("feature", &feature.name), &feature.file)
        )?;
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(text, "    {},", rust::variant(&feature.name))?;
    }
    text.push_str("}\n\nimpl Feature {\n    /// Every feature, by name.\n    pub const ALL: &'static [Feature] = &[\n");
    text.push_str(&rust::wrapped(
        8,
        all.iter().map(|feature| format!("Feature::{}", rust::variant(&feature.name))),
    ));
    text.push_str("    ];\n");
    let list = |ids: &[Id<Feature>]| {
        let items: Vec<String> = ids
            .iter()
            .map(|id| format!("Feature::{}", rust::variant(&all[*id].name)))
            .collect();
        format!("&[{}]", items.join(", "))
    };
    let excluded = |of: &Feature| -> Vec<Id<Feature>> {
        // A conflict counts for both, whichever of them states it.
        all.iter_with_ids()
            .filter(|(id, other)| {
                of.conflicts.contains(id) || other.conflicts.iter().any(|conflict| all[*conflict].name == of.name)
            })
            .map(|(id, _)| id)
            .collect()
    };
    let arms = |value: &dyn Fn(&Feature) -> String| -> String {
        all.iter()
            .map(|feature| {
                format!(
                    "            Feature::{} => {},\n",
                    rust::variant(&feature.name),
                    value(feature)
                )
            })
            .collect()
    };
    let strings = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| rust::literal(item)).collect();
        format!("&[{}]", items.join(", "))
    };
    for (doc, name, result, arms) in [
        (
            "The name in specs.",
            "name",
            "&'static str",
            arms(&|feature| rust::literal(&feature.name)),
        ),
        (
            "What it brings.",
            "doc",
            "&'static str",
            arms(&|feature| rust::literal(&feature.doc.split_whitespace().collect::<Vec<_>>().join(" "))),
        ),
        (
            "Whether it is on unless switched off.",
            "is_default",
            "bool",
            arms(&|feature| feature.default.to_string()),
        ),
        (
            "The features that it switches on itself; [`FeatureSet::closure`](crate::FeatureSet::closure) follows these further.",
            "implies",
            "&'static [Feature]",
            arms(&|feature| list(&feature.implies)),
        ),
        (
            "The features that can't be on together with it.",
            "conflicts",
            "&'static [Feature]",
            arms(&|feature| list(&excluded(feature))),
        ),
        (
            "The targets on which it exists, by their names; empty for all.",
            "targets",
            "&'static [&'static str]",
            arms(&|feature| strings(&feature.targets)),
        ),
    ] {
        writeln!(
            text,
            "\n    /// {doc}\n    pub const fn {name}(self) -> {result} {{\n        match self {{\n{arms}        }}\n    }}"
        )?;
    }
    text.push_str(include_str!("text/feature_methods.rs"));
    Ok(text)
}
