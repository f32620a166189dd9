//! Everything that a package or a module states is documented.

use super::super::docs::fault_of_doc;
use super::super::{Rule, locate};
use super::modules;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::model::module::{Module, TypeKind};
use crate::model::package::{Package, Packages};
use crate::source::{SourceMap, Span};

/// Everything is documented.
pub const DOCS: Rule = Rule {
    code: "L1221",
    summary: "every `doc` of a package and a module says something and ends like a sentence",
    page: include_str!("../pages/L1221.md"),
    check: Some(check),
};

/// A text, what it is about, and the way to it.
struct Doc<'a> {
    what: String,
    text: &'a str,
    entry: Span,
    path: Vec<&'a str>,
}

fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let packages = model.part::<Packages>().packages.iter();
    let of_packages = packages.flat_map(of_package);
    let of_modules = modules(model).flat_map(|(module, _)| of_module(module));
    for doc in of_packages.chain(of_modules) {
        let path: Vec<locate::Step<'_>> = doc.path.iter().map(|step| (*step).into()).collect();
        let place = || locate::value(sources, doc.entry, &path);
        if let Some(diagnostic) = fault_of_doc(sources, DOCS.code, &doc.what, doc.text, place) {
            diagnostics.push(diagnostic);
        }
    }
}

fn of_package(package: &Package) -> Vec<Doc<'_>> {
    let mut docs = vec![Doc {
        what: format!("the package `{}`", package.name),
        text: &package.doc,
        entry: package.span,
        path: vec!["package", "doc"],
    }];
    docs.extend(package.capabilities.iter().map(|capability| Doc {
        what: format!("the capability `{}`", capability.name),
        text: &capability.doc,
        entry: capability.span,
        path: vec!["capability", &capability.name, "doc"],
    }));
    docs
}

fn of_module(module: &Module) -> Vec<Doc<'_>> {
    let mut docs = vec![Doc {
        what: format!("the module `{}`", module.name),
        text: &module.doc,
        entry: module.span,
        path: vec!["module", "doc"],
    }];
    let mut add = |table: &'static str, name, text, entry| {
        docs.push(Doc {
            what: format!("`[{table}.{name}]`"),
            text,
            entry,
            path: vec![table, name, "doc"],
        });
    };
    for constant in &module.constants {
        add("const", constant.name.as_str(), constant.doc.as_str(), constant.span);
    }
    for error in &module.errors {
        add("error", &error.name, &error.doc, error.span);
    }
    for function in &module.functions {
        add("fn", &function.name, &function.doc, function.span);
    }
    for backend in &module.backends {
        add("backend", &backend.name, &backend.doc, backend.span);
    }
    for machine in &module.state_machines {
        add("state_machine", &machine.name, &machine.doc, machine.span);
    }
    for bench in &module.benches {
        add("bench", &bench.name, &bench.doc, bench.span);
    }
    for of in &module.types {
        add("type", &of.name, &of.doc, of.span);
    }
    for of in &module.types {
        let parts: Vec<(&'static str, &str, &str, Span)> = match &of.kind {
            TypeKind::Struct(fields) => fields
                .iter()
                .map(|field| ("field", field.name.as_str(), field.doc.as_str(), field.span))
                .collect(),
            TypeKind::Enum { variants, .. } => variants
                .iter()
                .map(|variant| ("variant", variant.name.as_str(), variant.doc.as_str(), variant.span))
                .collect(),
            TypeKind::Alias(_) | TypeKind::Opaque => Vec::new(),
        };
        docs.extend(parts.into_iter().map(|(table, name, text, entry)| Doc {
            what: format!("the {table} `{name}` of `{}`", of.name),
            text,
            entry,
            path: vec!["type", &of.name, table, name, "doc"],
        }));
    }
    // The text of a law is its doc in the manual, but no item of Rust: it needn't be a sentence.
    docs.extend(module.laws.iter().filter(|law| law.text.trim().is_empty()).map(|law| Doc {
        what: format!("`[law.{}]`", law.name),
        text: &law.text,
        entry: law.span,
        path: vec!["law", &law.name, "text"],
    }));
    docs
}
