//! What the emitted code counts on is there, and what is there is of use.

use super::kernels;
use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::kernel::Kernel;
use crate::model::kernel::call::GATE_ERRORS;
use crate::source::SourceMap;

pub(super) const NEEDED: Rule = Rule {
    code: "L1331",
    summary: "what the emitted code counts on is stated",
    page: include_str!("../pages/L1331.md"),
    check: Some(needed),
};

pub(super) const UNUSED: Rule = Rule {
    code: "L1332",
    summary: "every error is returned by a call, and every group has one",
    page: include_str!("../pages/L1332.md"),
    check: Some(unused),
};

/// What `result` takes an unknown status for.
const UNKNOWN: &str = "bad_state";

fn needed(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model).iter().filter(|kernel| !kernel.has_broken) {
        for (table, name, why) in missing(kernel) {
            diagnostics.push(
                Diagnostic::error(NEEDED.code, format!("the kernel `{}` lacks `[{table}.{name}]`", kernel.name))
                    .at(kernel.span, "")
                    .note(format!("{why} counts on it"))
                    .help(format!("add a table `[{table}.{name}]`")),
            );
        }
    }
}

/// The table, the name, and who counts on it.
fn missing(kernel: &Kernel) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut missing = Vec::new();
    let errors = GATE_ERRORS.iter().chain([&UNKNOWN]);
    missing.extend(
        errors
            .filter(|name| kernel.error(name).is_none())
            .map(|name| ("error", *name, "the gate")),
    );
    let has_right = |name: &str| kernel.rights.iter().any(|right| right.name == name);
    let rights = ["read", "write", "execute"].into_iter().filter(|name| !has_right(name));
    missing.extend(rights.map(|name| ("right", name, "the set of rights that a mapping can have")));
    let has_limit = |name: &str| kernel.limits.iter().any(|limit| limit.name == name);
    let limits = [
        ("first_epoch", "the handle of an initial capability"),
        ("message_words", "the stub of a call that returns a message"),
    ];
    missing.extend(
        limits
            .into_iter()
            .filter(|(name, _)| !has_limit(name))
            .map(|(name, why)| ("limit", name, why)),
    );
    missing
}

fn unused(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        for (id, error) in kernel.errors.iter_with_ids() {
            let by_gate = GATE_ERRORS.contains(&error.name.as_str()) || error.name == UNKNOWN;
            if !by_gate && !kernel.calls.iter().any(|call| call.errors.contains(&id)) {
                diagnostics.push(
                    Diagnostic::warning(UNUSED.code, format!("no call returns the error `{}`", error.name))
                        .at(error.span, "")
                        .help("name it in the `errors` of the calls that return it, or remove it"),
                );
            }
        }
        for (id, group) in kernel.groups.iter_with_ids() {
            if kernel.calls_of(id).next().is_none() {
                diagnostics.push(
                    Diagnostic::warning(UNUSED.code, format!("no call belongs to the group `{}`", group.name))
                        .at(group.span, "")
                        .help("remove it, or name it in the `group` of a call"),
                );
            }
        }
    }
}
