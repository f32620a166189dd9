//! The feature models of a workspace, from every kind of spec that has features.

use super::Model;
use super::feature::{Feature, FeatureRule, Features};
use crate::arena::Arena;
use crate::features::{FeatureModel, Flag, Says};

/// All models: the features of the workspace, if it has any, then those with a name. A kind of spec that has features adds them here.
pub fn all(model: &Model) -> Vec<FeatureModel> {
    let features = model.part::<Features>();
    let named = features.named.iter();
    let named = named.map(|named| of(Some(&named.name), &named.features, &named.rules));
    let mut models = vec![of(None, &features.features, &features.rules)];
    models.extend(named);
    models.retain(|model| !model.flags.is_empty());
    models
}

/// The model of a kind `feature`.
fn of(name: Option<&str>, features: &Arena<Feature>, rules: &[FeatureRule]) -> FeatureModel {
    let mut model = FeatureModel::new(name);
    for feature in features {
        model.flag(Flag {
            name: feature.name.clone(),
            doc: feature.doc.clone(),
            default: feature.default,
            targets: feature.targets.clone(),
            span: feature.span,
        });
    }
    for (id, feature) in features.iter_with_ids() {
        for (implied, span) in feature.implies.iter().zip(&feature.implies_at) {
            model.state(Says::Implies(id.index(), implied.index()), *span);
        }
        for (other, span) in feature.conflicts.iter().zip(&feature.conflicts_at) {
            model.state(Says::Excludes(id.index(), other.index()), *span);
        }
    }
    for rule in rules {
        let says = Says::OneOf {
            rule: rule.name.clone(),
            when: rule.when.map(|id| id.index()),
            of: rule.of.iter().map(|id| id.index()).collect(),
            exactly: rule.exactly,
        };
        model.state(says, rule.span);
    }
    model
}
