//! Emits the conformance tests of a package, `generated/<package>/conformance`: each backend against each law that what it can do allows,
//! and the façade against the laws of its preferred backend. Laws that don't apply are ignored tests that say why.

mod facade;

use std::fmt::Write;

use super::instances::{self, Instance};
use super::{docs, each_package, manifest, rust_types, sources};
use crate::emit::{Emitter, Tree, provenance, rust};
use crate::model::module::{Backend, Law, LawKind, Module};
use crate::model::package::Package;
use crate::model::{Model, item};

/// The conformance crates.
pub const EMITTER: Emitter = Emitter {
    name: "module conformance",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    each_package(model, tree, |package, modules, tree| {
        let all = sources(package, modules);
        let folder = rust_types::folder(package, "conformance");
        let mut add = |path: &str, text: &str, sources: &[String]| tree.add(format!("{folder}/{path}"), text, sources);
        add("Cargo.toml", &manifest::conformance(package, modules), &all)?;
        add("src/lib.rs", &table(package, modules)?, &all)?;
        let library = rust_types::crate_name(&format!("{}-conformance", package.name));
        add(
            "tests/table.rs",
            &include_str!("../text/conformance_table.rs").replace("LIBRARY", &library),
            &[],
        )?;
        for module in modules.iter().filter(|module| !module.laws.is_empty()) {
            let own = sources(package, std::slice::from_ref(module));
            add(
                &format!("tests/{}.rs", rust_types::module_name(module)),
                &tests(package, module)?,
                &own,
            )?;
        }
        Ok(())
    })
}

/// `src/lib.rs`: which laws are run for which backend.
fn table(package: &Package, modules: &[&Module]) -> Result<String, std::fmt::Error> {
    let mut out = rust::module_doc_lines(&format!(
        "Which laws hold for which backends of `{0}`.\n\nThe tests of this crate run each of [`ROWS`] that isn't skipped. The laws are written \
         by hand in `runtime/{0}/laws`; what a backend must be able to do for a law to hold stands in the specs.",
        package.name
    ));
    out.push_str(include_str!("../text/conformance_lib.rs"));
    out.push_str("\n/// Every law on every backend, in the order of the specs.\npub static ROWS: &[Row] = &[\n");
    for module in modules {
        for backend in &module.backends {
            for law in &module.laws {
                for instance in instances::of(package, module, backend, law) {
                    let variant = instance.variant.as_ref().map_or("", |(_, variant)| variant.as_str());
                    let skipped = match &instance.missing {
                        Some(missing) => format!("Some({missing:?})"),
                        None => "None".to_owned(),
                    };
                    let arguments: Vec<String> = [&module.name, &backend.name, &law.name, variant]
                        .iter()
                        .map(|text| format!("{text:?}"))
                        .chain([skipped])
                        .collect();
                    out.push_str(&rust::call(4, "", "row", &arguments, ","));
                }
            }
        }
    }
    out.push_str("];\n");
    Ok(out)
}

/// `tests/<module>.rs`: the laws of a module.
fn tests(package: &Package, module: &Module) -> Result<String, std::fmt::Error> {
    let own = rust_types::module_name(module);
    let facts = rust_types::facts_crate(package);
    let laws = rust_types::crate_name(&format!("{}-laws", package.name));
    let mut enums: Vec<String> = module
        .laws
        .iter()
        .filter_map(|law| instances::per(package, law).map(str::to_owned))
        .collect();
    enums.push(rust_types::backend_type(module));
    let mut out = rust::module_doc_lines(&format!(
        "The laws of `{}`: each of its backends obeys those that what it can do allows.\n\nA law that doesn't apply is ignored, with the reason. \
         `cargo test -- --ignored` shows what it would say.",
        module.name
    ));
    out.push_str("\n#![allow(unused_imports, dead_code, reason = \"where no backend is on, there is nothing to try\")]\n");
    write!(
        out,
        "\n{}use {facts}::law::{{Law, Violation}};\nuse {laws}::{own} as laws;\nuse {laws}::{own}::Fixture;\n",
        rust::use_names(&format!("{facts}::{own}"), &enums),
    )?;
    out.push_str("\n#[track_caller]\nfn holds(outcome: Result<(), Violation>) {\n    if let Err(violation) = outcome {\n        panic!(\"{violation}\");\n    }\n}\n");
    for law in &module.laws {
        statement(&mut out, module, law)?;
    }
    for backend in &module.backends {
        write!(
            out,
            "\n{}#[cfg(feature = \"{}\")]\nmod {} {{\n    use super::*;\n    use {} as Subject;\n",
            docs::item(0, module, "backend", &backend.name, &backend.doc),
            module.feature_of(backend),
            rust::module(&backend.name),
            rust_types::adapter_type(package, backend),
        )?;
        laws_of(&mut out, package, module, backend)?;
        out.push_str("}\n");
    }
    if let Some(best) = manifest::best(module) {
        write!(
            out,
            "\n/// The façade, on the backend `{}`: what goes through it obeys the same laws.\n#[cfg(feature = \"{}\")]\nmod facade {{\n    use super::*;\n",
            best.name,
            module.feature_of(best),
        )?;
        out.push_str(&facade::subject(package, module, best));
        laws_of(&mut out, package, module, best)?;
        out.push_str("}\n");
    }
    Ok(out)
}

/// A law as the spec states it, as a constant.
fn statement(out: &mut String, module: &Module, law: &Law) -> std::fmt::Result {
    let kind = match law.kind {
        LawKind::Invariant => "It holds after every operation.",
        LawKind::Oracle => "The backend does what a simple model does.",
        LawKind::Example => "It holds in a stated situation.",
        LawKind::Concurrent => "It holds under threads.",
        LawKind::Bound => "A measured value stays within bounds.",
    };
    let origin = provenance::line(&item::key("law", &law.name), &module.file);
    let doc = format!("{} {kind}\n\n{origin}", law.text.trim());
    let operations: Vec<String> = law
        .operations
        .iter()
        .map(|(name, weight)| format!("({name:?}, {weight})"))
        .collect();
    // As rustfmt lays lists out: in one line of at most 60 columns, or each in its own.
    let together = operations.join(", ");
    let list = match together.chars().count() <= 60 {
        true => format!("&[{together}]"),
        false => {
            let rows: String = operations.iter().map(|row| format!("        {row},\n")).collect();
            format!("&[\n{rows}    ]")
        }
    };
    write!(
        out,
        "\n{}const {}: Law = Law {{\n    id: {:?},\n    cases: {},\n    seed: {},\n    tolerance: {:?},\n    ops: {list},\n}};\n",
        rust::doc_lines(0, &doc),
        rust::constant(&law.name),
        law.name,
        rust::number(u64::from(law.cases)),
        law.seed,
        law.tolerance,
    )
}

/// The tests of one subject.
fn laws_of(out: &mut String, package: &Package, module: &Module, backend: &Backend) -> std::fmt::Result {
    for law in &module.laws {
        for instance in instances::of(package, module, backend, law) {
            test(out, module, backend, law, &instance)?;
        }
    }
    Ok(())
}

fn test(out: &mut String, module: &Module, backend: &Backend, law: &Law, instance: &Instance) -> std::fmt::Result {
    let mut name = law.name.clone();
    let mut arguments = vec![format!("&{}", rust::constant(&law.name)), "&fixture".to_owned()];
    if let Some((of, variant)) = &instance.variant {
        name = format!("{name}_{}", rust::name(variant).trim_start_matches("r#"));
        arguments.push(format!("{of}::{variant}"));
    }
    out.push_str("\n    #[test]\n");
    if let Some(missing) = &instance.missing {
        writeln!(out, "    #[ignore = {missing:?}]")?;
    }
    writeln!(out, "    fn {}() {{", rust::ident(&name))?;
    let function = format!("laws::{}::<Subject>", rust::name(&law.name));
    writeln!(
        out,
        "        let fixture = Fixture::new({}::{});",
        rust_types::backend_type(module),
        backend.type_name()
    )?;
    out.push_str(&rust::call(8, "let outcome = ", &function, &arguments, ";"));
    out.push_str("        holds(outcome);\n");
    out.push_str("    }\n");
    Ok(())
}
