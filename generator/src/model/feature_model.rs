//! The feature models of a workspace, from every kind of spec that has features.

use super::Model;
use super::feature::{Feature, FeatureRule, Features};
use super::module::{Module, Modules};
use super::package::{Matrix, Package, Packages, Row};
use crate::arena::Arena;
use crate::features::demand::{Always, Demand};
use crate::features::{FeatureModel, Flag, Says};

/// All models: the features of the workspace, if it has any, then those with a name, then those of packages.
pub fn all(model: &Model) -> Vec<FeatureModel> {
    let features = model.part::<Features>();
    let named = features.named.iter();
    let named = named.map(|named| of(Some(&named.name), &named.features, &named.rules));
    let mut models = vec![of(None, &features.features, &features.rules)];
    models.extend(named);
    let modules = &model.part::<Modules>().modules;
    models.extend(model.part::<Packages>().packages.iter_with_ids().map(|(id, package)| {
        let own: Vec<&Module> = modules.iter().filter(|module| module.package == id).collect();
        of_package(package, &own)
    }));
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

/// The Cargo features of a package: one for each module, and one for each backend, which implies that of its module.
fn of_package(package: &Package, modules: &[&Module]) -> FeatureModel {
    let mut model = FeatureModel::new(Some(&package.name));
    model.demand = demand(&package.matrix);
    for module in modules {
        let first_sentence = module.doc.lines().next().unwrap_or_default().to_owned();
        let umbrella = model.flag(Flag {
            name: module.name.clone(),
            doc: first_sentence,
            default: module.backends.iter().any(|backend| backend.default),
            targets: Vec::new(),
            span: module.span,
        });
        for backend in &module.backends {
            let flag = model.flag(Flag {
                name: module.feature_of(backend),
                doc: backend.doc.clone(),
                default: backend.default,
                targets: backend.targets.clone(),
                span: backend.span,
            });
            model.state(Says::Implies(flag, umbrella), backend.span);
        }
    }
    for module in modules {
        for backend in &module.backends {
            let Some(flag) = model.find(&module.feature_of(backend)) else {
                continue;
            };
            let known = |model: &FeatureModel, names: &[String]| -> Vec<usize> {
                names.iter().filter_map(|name| model.find(name)).collect()
            };
            for implied in known(&model, &backend.implies) {
                model.state(Says::Implies(flag, implied), backend.span);
            }
            for other in known(&model, &backend.conflicts) {
                model.state(Says::Excludes(flag, other), backend.span);
            }
        }
    }
    model
}

/// What a package asks of its covering array.
fn demand(matrix: &Matrix) -> Demand {
    let has = |row: Row| matrix.always.contains(&row);
    Demand {
        strength: usize::try_from(matrix.strength).unwrap_or(2),
        seed: matrix.seed,
        always: Always {
            none: has(Row::None),
            default: has(Row::Default),
            all: has(Row::All),
        },
        budget: usize::try_from(matrix.budget).ok(),
    }
}
