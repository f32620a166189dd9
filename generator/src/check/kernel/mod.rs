//! Rules of kernels.

mod calls;
mod docs;
mod handlers;
mod laws;
mod methods;
mod names;
mod numbers;

use super::Rule;
use crate::model::Model;
use crate::model::kernel::{Kernel, Kernels};

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[
    docs::DOCS,
    numbers::UNIQUE,
    numbers::GROUPS,
    numbers::STATUSES,
    calls::RIGHTS,
    calls::FREE,
    calls::ARGUMENTS,
    calls::BUDGETS,
    handlers::MISSING,
    handlers::SIGNATURE,
    names::NEEDED,
    names::UNUSED,
    laws::STEPS,
    laws::DENIED,
    laws::OBSERVER,
];

fn kernels(model: &Model) -> &[Kernel] {
    &model.part::<Kernels>().kernels
}
