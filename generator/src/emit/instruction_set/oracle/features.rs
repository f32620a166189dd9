//! The feature flags that ops of the set need: Cargo features of the oracle, and the module that refuses programs for lack of one.

use std::collections::BTreeSet;

use serde_json::json;

use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::template;
use crate::model::feature::{Feature, Features};
use crate::model::instruction_set::{InstructionSet, Shape};

/// Adds the Cargo features and `src/features.rs`; `false`, and nothing added, if no op needs a feature.
///
/// # Errors
///
/// On a fault of the template.
pub fn files(set: &InstructionSet, features: &Features, builder: &mut CrateBuilder, facts: &str) -> anyhow::Result<bool> {
    let Some((functions, code)) = functions_with_code(set) else {
        return Ok(false);
    };
    let needed: BTreeSet<&str> = set.ops.iter().filter_map(|op| op.feature.as_deref()).collect();
    if needed.is_empty() {
        return Ok(false);
    }
    let all = with_implied(features, &needed);
    let names = |ids: &[Id<Feature>]| ids.iter().map(|id| features.features[*id].name.clone()).collect::<Vec<_>>();
    let default: Vec<Id<Feature>> = all.iter().copied().filter(|id| features.features[*id].default).collect();
    let mut sources = sources::of(set, &[sources::FORMAT, sources::OPS]);
    sources.extend(features.features.iter().map(|feature| feature.file.clone()));
    builder.feature("default", &names(&default), &sources);
    for id in &all {
        let feature = &features.features[*id];
        builder.feature(&feature.name, &names(&feature.implies), &sources);
    }
    let example = set.ops.iter().find(|op| op.feature.is_some());
    let data = json!({
        "set": set.name,
        "facts": facts,
        "functions": functions,
        "code": code,
        "features": names(&all),
        "example": example.map(|op| op.name.clone()),
    });
    builder.file(
        "src/features.rs",
        template::render("features", include_str!("text/features.rs.hbs"), &data)?,
        &sources,
    );
    Ok(true)
}

/// The list of the module's record whose items have code, and the name of the field with it.
fn functions_with_code(set: &InstructionSet) -> Option<(String, String)> {
    let records = &set.format.records;
    records[set.format.root].fields.iter().find_map(|field| {
        let Shape::List { element, .. } = &field.shape else {
            return None;
        };
        let Shape::Record(record) = **element else { return None };
        let code = records[record]
            .fields
            .iter()
            .find(|field| matches!(field.shape, Shape::Code { .. }))?;
        Some((field.name.clone(), code.name.clone()))
    })
}

/// The features of these names and all that they imply, in the order of the specs.
fn with_implied(features: &Features, names: &BTreeSet<&str>) -> Vec<Id<Feature>> {
    let mut found: BTreeSet<Id<Feature>> = BTreeSet::new();
    let mut waiting: Vec<Id<Feature>> = features
        .features
        .iter_with_ids()
        .filter(|(_, feature)| names.contains(feature.name.as_str()))
        .map(|(id, _)| id)
        .collect();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(&features.features[id].implies);
        }
    }
    found.into_iter().collect()
}
