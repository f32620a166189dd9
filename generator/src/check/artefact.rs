//! Rules of what is built for targets.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::artefact::{Artefact, Form, Profile};
use crate::model::feature::Features;
use crate::model::instruction_set::InstructionSets;
use crate::model::kernel::Kernels;
use crate::model::module::Modules;
use crate::model::package::Packages;
use crate::model::target::{Target, Targets};
use crate::source::{SourceMap, Span};
use crate::suggest;

/// Packages are emitted.
pub const PACKAGE: Rule = Rule {
    code: "L0731",
    summary: "an artefact is a package that is emitted",
    page: include_str!("pages/L0731.md"),
    check: Some(package),
};

/// Triples are the target's.
pub const TRIPLE: Rule = Rule {
    code: "L0732",
    summary: "an artefact is built for a triple of its target",
    page: include_str!("pages/L0732.md"),
    check: Some(triple),
};

/// Budgets leave room.
pub const BUDGET: Rule = Rule {
    code: "L0733",
    summary: "a size budget is more than nothing",
    page: include_str!("pages/L0733.md"),
    check: Some(budget),
};

/// Artefacts differ.
pub const TWICE: Rule = Rule {
    code: "L0734",
    summary: "no artefact is stated twice",
    page: include_str!("pages/L0734.md"),
    check: Some(twice),
};

/// Symbols are names.
pub const SYMBOL: Rule = Rule {
    code: "L0735",
    summary: "a required symbol is a path or a name, stated once",
    page: include_str!("pages/L0735.md"),
    check: Some(symbol),
};

/// The crates of an instruction set, by the last part of their names.
const PARTS: &[&str] = &["facts", "macros", "oracle", "conformance"];

/// The crates of every package of modules, by what stands behind its name.
const OF_MODULES: &[&str] = &["", "-facts", "-conformance"];

/// The crates of every kernel, by the last part of their names.
const OF_KERNELS: &[&str] = &["facts", "user", "gate", "conformance"];

/// The packages that are emitted from a model.
pub fn packages(model: &Model) -> BTreeSet<String> {
    let mut packages = BTreeSet::new();
    if !model.part::<Targets>().targets.is_empty() {
        packages.insert("target-facts".to_owned());
    }
    if !model.part::<Features>().features.is_empty() {
        packages.insert("feature-facts".to_owned());
    }
    for set in &model.part::<InstructionSets>().sets {
        packages.extend(PARTS.iter().map(|part| set.package(part)));
        if set.engine.is_some() {
            packages.insert(set.package("engine"));
        }
        if set.has_command_line() {
            packages.insert(set.package("cli"));
        }
    }
    let of_modules = model.part::<Packages>();
    for module in &model.part::<Modules>().modules {
        let name = &of_modules.packages[module.package].name;
        packages.extend(OF_MODULES.iter().map(|part| format!("{name}{part}")));
        // What only some modules have.
        let has = [("c", module.c.is_some()), ("bench", !module.benches.is_empty())];
        packages.extend(has.iter().filter(|(_, has)| *has).map(|(part, _)| format!("{name}-{part}")));
    }
    for kernel in &model.part::<Kernels>().kernels {
        packages.extend(OF_KERNELS.iter().map(|part| format!("{}-{part}", kernel.name)));
    }
    packages
}

/// Every artefact with its target.
fn artefacts(model: &Model) -> impl Iterator<Item = (&Target, &Artefact)> {
    let targets = &model.part::<Targets>().targets;
    targets
        .iter()
        .flat_map(|target| target.artefacts.iter().map(move |artefact| (target, artefact)))
}

fn package(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    let packages = packages(model);
    for (_, artefact) in artefacts(model) {
        let (name, span) = &artefact.package;
        if packages.contains(name) {
            continue;
        }
        let all = suggest::list(packages.iter().map(String::as_str));
        let similar = suggest::similar(name, packages.iter().map(String::as_str));
        let diagnostic = Diagnostic::error(PACKAGE.code, format!("no package `{name}` is emitted"))
            .at(*span, "")
            .note(format!("the specs give {all}"))
            .unless_incomplete();
        diagnostics.push(match similar {
            Some(similar) => diagnostic.help(format!("did you mean `{similar}`?")),
            None => diagnostic.help("name one of these"),
        });
    }
}

fn triple(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (target, artefact) in artefacts(model) {
        let (name, span) = &artefact.triple;
        if target.triples.contains(name) {
            continue;
        }
        let of = target_of(model, name);
        let diagnostic =
            Diagnostic::error(TRIPLE.code, format!("`{name}` is no triple of target `{}`", target.name)).at(*span, "");
        diagnostics.push(match of {
            Some(other) => diagnostic
                .at(other.span, format!("it is one of `{}`", other.name))
                .help(format!("state the artefact in `{}`", other.file)),
            None => diagnostic.help(format!(
                "name one of {}, or add it to `triples`",
                suggest::list(target.triples.iter().map(String::as_str))
            )),
        });
    }
}

/// The target that a triple belongs to.
fn target_of<'a>(model: &'a Model, triple: &str) -> Option<&'a Target> {
    let targets = &model.part::<Targets>().targets;
    targets.iter().find(|target| target.triples.iter().any(|of| of == triple))
}

fn budget(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (_, artefact) in artefacts(model) {
        for (what, budget) in [("text", artefact.text), ("data", artefact.data)] {
            if let Some((0, span)) = budget {
                diagnostics.push(
                    Diagnostic::error(
                        BUDGET.code,
                        format!("the budget `{what}` of artefact `{}` is 0 bytes", artefact.package.0),
                    )
                    .at(span, "")
                    .note("nothing that is built keeps to that")
                    .help("leave it out for no limit; `lathe build` shows the size that it has"),
                );
            }
        }
    }
}

fn twice(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str, Form, Profile), Span> = BTreeMap::new();
    for (_, artefact) in artefacts(model) {
        let key = (
            artefact.package.0.as_str(),
            artefact.triple.0.as_str(),
            artefact.form,
            artefact.profile,
        );
        if let Some(first) = seen.get(&key) {
            diagnostics.push(
                Diagnostic::error(TWICE.code, format!("artefact {} is stated twice", artefact.describe()))
                    .at(artefact.package.1, "")
                    .at(*first, "it stands here already")
                    .help("put what is demanded of it into one entry"),
            );
        } else {
            seen.insert(key, artefact.package.1);
        }
    }
}

fn symbol(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (_, artefact) in artefacts(model) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (symbol, span) in &artefact.symbols {
            let shown = symbol.escape_debug();
            if symbol.is_empty() || symbol.chars().any(|c| c.is_control() || c == '"') || symbol.trim() != symbol {
                diagnostics.push(
                    Diagnostic::error(SYMBOL.code, format!("`{shown}` can't be the name of a symbol"))
                        .at(*span, "")
                        .help("write a path as `demo_facts::verify::verify`, without its parameters"),
                );
            } else if let Some(first) = seen.insert(symbol, *span) {
                diagnostics.push(
                    Diagnostic::error(SYMBOL.code, format!("the symbol `{shown}` is required twice"))
                        .at(*span, "")
                        .at(first, "it stands here already")
                        .help("leave it out in one place"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{build, pipeline};

    #[test]
    fn the_packages_are_those_that_are_emitted() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let loaded = pipeline::load(&root, &pipeline::Options::default());
        let tree = pipeline::emit(&loaded).expect("the specs can be emitted");
        let emitted: BTreeSet<String> = build::cargo::emitted_packages(&tree).into_iter().collect();
        assert_eq!(packages(&loaded.model), emitted);
    }
}
