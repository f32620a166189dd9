//! What a build of the façade refuses: features that exclude each other, and features of targets that it isn't built for.

use std::collections::BTreeSet;

use crate::emit::rust;
use crate::model::Model;
use crate::model::module::Module;
use crate::model::target::Targets;
use crate::suggest;

/// The guards, each a condition and what the compiler says where it holds; empty where the specs state neither conflicts nor targets.
pub fn text(model: &Model, modules: &[&Module]) -> String {
    let targets = &model.part::<Targets>().targets;
    let mut guards = BTreeSet::new();
    for module in modules {
        for backend in &module.backends {
            let feature = module.feature_of(backend);
            let on = format!("feature = {}", rust::literal(&feature));
            for other in &backend.conflicts {
                // Either of the two may say so.
                let (one, two) = if feature < *other {
                    (&feature, other)
                } else {
                    (other, &feature)
                };
                guards.insert(guard(
                    &format!("feature = {}, feature = {}", rust::literal(one), rust::literal(two)),
                    &format!("the features `{one}` and `{two}` exclude each other: turn one of them off"),
                ));
            }
            if !backend.targets.is_empty() {
                let known = targets.iter().filter(|target| backend.targets.contains(&target.name));
                let places: BTreeSet<String> = known
                    .map(|target| format!("target_arch = {}", rust::literal(&target.arch)))
                    .collect();
                let places: Vec<String> = places.into_iter().collect();
                guards.insert(guard(
                    &format!("{on}, not(any({}))", places.join(", ")),
                    &format!(
                        "the feature `{feature}` exists only on {}: turn it off",
                        suggest::list(backend.targets.iter().map(String::as_str))
                    ),
                ));
            }
        }
    }
    guards.into_iter().collect()
}

fn guard(all: &str, message: &str) -> String {
    format!("#[cfg(all({all}))]\ncompile_error!({});\n", rust::literal(message))
}
