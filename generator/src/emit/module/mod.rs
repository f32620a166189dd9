//! Emits the crates of packages: the facts of their modules, the façade, and what tests and measures these.

pub mod bench;
pub mod c;
pub mod conformance;
pub mod docs;
pub mod facade;
pub mod facts;
pub mod instances;
mod manifest;
pub mod manual;
pub mod rust_types;

use std::collections::BTreeSet;

use super::{Emitter, Tree};
use crate::arena::Id;
use crate::model::Model;
use crate::model::module::{Module, Modules};
use crate::model::package::{Capability, Package, Packages};

/// The output families of modules.
pub const EMITTERS: &[Emitter] = &[
    facts::EMITTER,
    facade::EMITTER,
    conformance::EMITTER,
    c::EMITTER,
    bench::EMITTER,
];

/// Emits something for each package that has modules.
pub fn each_package(
    model: &Model,
    tree: &mut Tree,
    emit: impl Fn(&Package, &[&Module], &mut Tree) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for (id, package) in model.part::<Packages>().packages.iter_with_ids() {
        let modules: Vec<&Module> = model
            .part::<Modules>()
            .modules
            .iter()
            .filter(|module| module.package == id)
            .collect();
        if !modules.is_empty() {
            emit(package, &modules, tree)?;
        }
    }
    Ok(())
}

/// The specs that what is emitted for some modules of a package depends on.
pub fn sources<'a>(package: &Package, modules: impl IntoIterator<Item = &'a &'a Module>) -> Vec<String> {
    let files = modules.into_iter().map(|module| module.file.clone());
    let mut sources: Vec<String> = files.chain([package.file.clone()]).collect();
    sources.sort();
    sources.dedup();
    sources
}

/// `use` lines in the order of rustfmt.
fn sorted_imports(lines: &str) -> String {
    let mut statements: Vec<&str> = lines.split_inclusive(";\n").collect();
    statements.sort_unstable();
    statements.concat()
}

/// The capabilities that a module names anywhere, in the order of the registry.
pub fn capabilities<'a>(package: &'a Package, module: &Module) -> Vec<&'a Capability> {
    let mut used: BTreeSet<Id<Capability>> = BTreeSet::new();
    for backend in &module.backends {
        used.extend(backend.support.keys().map(|value| value.capability));
    }
    for of in &module.types {
        if let crate::model::module::TypeKind::Struct(fields) = &of.kind {
            used.extend(fields.iter().filter_map(|field| field.needs));
        }
    }
    for function in &module.functions {
        used.extend(function.needs.iter().map(|need| need.capability));
    }
    for law in &module.laws {
        used.extend(law.needs.iter().map(|need| need.capability));
    }
    used.into_iter().map(|id| &package.capabilities[id]).collect()
}
