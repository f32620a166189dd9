//! Rules of packages and modules.

mod backends;
mod c_names;
mod code;
mod config;
mod docs;
mod features;
mod functions;
mod interface;
mod laws;
mod machine_guards;
mod machine_reach;
mod machine_steps;
mod names;
mod package;
mod types;

use super::{Rule, locate};
use crate::model::Model;
use crate::model::module::{Module, Modules};
use crate::model::package::{Package, Packages};
use crate::source::{SourceMap, Span};

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[
    docs::DOCS,
    names::TAKEN,
    names::APART,
    types::RECURSION,
    types::DERIVES,
    types::BORROWS,
    config::DEFAULTS,
    config::NEEDS,
    functions::DISABLED,
    functions::FORM,
    backends::ADAPTERS,
    backends::PRIORITIES,
    interface::ERRORS,
    interface::RANGES,
    laws::FUNCTIONS,
    laws::UNNAMED,
    laws::WORKLOADS,
    machine_steps::DETERMINISM,
    machine_reach::STATES,
    machine_reach::UNUSED,
    features::NAMES,
    laws::VACUOUS,
    package::VERSIONS,
    package::BUDGET,
    package::FOLDERS,
    machine_guards::GUARDS,
    c_names::NAMES,
];

/// All modules with their packages.
fn modules(model: &Model) -> impl Iterator<Item = (&Module, &Package)> {
    let packages = &model.part::<Packages>().packages;
    let modules = model.part::<Modules>().modules.iter();
    modules.map(|module| (module, &packages[module.package]))
}

/// The value of a key of an entry, or the entry where it has no such key.
fn value(sources: &SourceMap, entry: Span, path: &[&str]) -> Span {
    let path: Vec<locate::Step<'_>> = path.iter().map(|step| (*step).into()).collect();
    locate::value(sources, entry, &path)
}

/// Whether an entry has a key.
fn has(sources: &SourceMap, entry: Span, path: &[&str]) -> bool {
    let path: Vec<locate::Step<'_>> = path.iter().map(|step| (*step).into()).collect();
    locate::has(sources, entry, &path)
}
