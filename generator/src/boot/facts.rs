//! What the specs demand of a boot: its stages, its exit statuses and its budgets.

use std::collections::BTreeMap;

use super::machine::Target;
use crate::model::Model;
use crate::model::kernel::{Budget, Kernels, Numbered};

/// The status of success where no spec says it: `isa-debug-exit` of QEMU makes it of 16. It is never 0, which a triple fault gives.
const SUCCESS: i32 = 33;

/// What is demanded of a boot on a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The exit status of a boot that reached its end.
    pub success: i32,
    /// The stages, in order, as their markers name them.
    pub stages: Vec<String>,
    /// What every other exit status means: the stage that failed, or what went wrong later.
    pub statuses: BTreeMap<i32, String>,
    /// At most so many instructions, by the name of what is measured.
    pub budgets: BTreeMap<String, u64>,
    /// The checks that the conformance programs print, a line for each call and each law.
    pub checks: Vec<String>,
    /// At most so many bytes, by the name of the image: [`image::WHOLE`](super::image::WHOLE) and
    /// [`image::WITHOUT_HALT`](super::image::WITHOUT_HALT).
    pub images: BTreeMap<String, u64>,
}

impl Facts {
    /// What is demanded on a target. A workspace whose specs have no kernel demands the end marker and no status but success.
    pub fn of(model: &Model, target: Target) -> Facts {
        let mut facts = Facts {
            success: SUCCESS,
            ..Facts::default()
        };
        let Some(kernel) = model.part::<Kernels>().kernels.first() else {
            return facts;
        };
        let status = |entry: &Numbered| i32::try_from(entry.number).unwrap_or(i32::MAX);
        for stage in &kernel.stages {
            facts.stages.push(stage.name.clone());
            facts.statuses.insert(status(stage), stage.name.clone());
        }
        for outcome in &kernel.outcomes {
            if outcome.name == "success" {
                facts.success = status(outcome);
            } else {
                facts.statuses.insert(status(outcome), outcome.name.clone());
            }
        }
        let most = |budgets: &[Budget]| {
            let budget = budgets.iter().find(|budget| budget.target == target.name());
            budget.map(|budget| budget.most)
        };
        for call in &kernel.calls {
            facts
                .budgets
                .extend(most(&call.budgets).map(|most| (call.name.clone(), most)));
        }
        let names = kernel.calls.iter().map(|call| call.name.as_str());
        facts.checks = names
            .chain(["unknown_numbers"])
            .map(|name| format!("refuses_{name}"))
            .chain(kernel.laws.iter().map(|law| format!("law_{}", law.name)))
            .collect();
        for measure in &kernel.budgets {
            match (measure.unit, most(&measure.most)) {
                ("instructions", Some(most)) => drop(facts.budgets.insert(measure.name.clone(), most)),
                ("bytes", Some(most)) => drop(facts.images.insert(measure.name.clone(), most)),
                _ => {}
            }
        }
        facts
    }
}
