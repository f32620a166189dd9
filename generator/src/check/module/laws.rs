//! Laws and benchmarks in the specs and in the code that tries them.

use super::super::Rule;
use super::{code, modules};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::{Backend, Law, Level, Need, Support};
use crate::source::SourceMap;
use crate::suggest::similar;

/// Laws are tried.
pub const FUNCTIONS: Rule = Rule {
    code: "L1235",
    summary: "every law has its function in the package's crate of laws",
    page: include_str!("../pages/L1235.md"),
    check: Some(functions),
};

/// Laws are stated.
pub const UNNAMED: Rule = Rule {
    code: "L1236",
    summary: "every public function with the shape of a law is that of a law of the module",
    page: include_str!("../pages/L1236.md"),
    check: Some(unnamed),
};

/// Benchmarks have their work.
pub const WORKLOADS: Rule = Rule {
    code: "L1237",
    summary: "every benchmark has its functions in the package's crate of laws",
    page: include_str!("../pages/L1237.md"),
    check: Some(workloads),
};

/// Laws are about something.
pub const VACUOUS: Rule = Rule {
    code: "L1242",
    summary: "some backend can do what a law needs",
    page: include_str!("../pages/L1242.md"),
    check: Some(vacuous),
};

/// Where the laws of a module stand.
fn folder(package: &str, module: &str) -> String {
    format!("runtime/{package}/laws/src/{module}")
}

fn functions(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        let Some(first) = module.laws.iter().next() else {
            continue;
        };
        let code = code::laws(sources, &package.name, &module.name);
        let folder = folder(&package.name, &module.name);
        if !code.exists {
            diagnostics.push(
                Diagnostic::error(
                    FUNCTIONS.code,
                    format!("the laws of the module `{}` aren't there", module.name),
                )
                .at(first.span, "one of them")
                .note(format!("they are Rust functions in `{folder}/` or `{folder}.rs`"))
                .help(format!(
                    "add `pub mod {};` to the crate of laws, with {}",
                    module.name,
                    shape(first)
                )),
            );
            continue;
        }
        if let Some((span, message)) = &code.fault {
            diagnostics.push(
                Diagnostic::error(FUNCTIONS.code, format!("a Rust file of the laws doesn't parse: {message}"))
                    .at(*span, "")
                    .help("mend it; until then nothing can be said about the laws"),
            );
            continue;
        }
        for law in module.laws.iter().filter(|law| !code.has(&law.name)) {
            let known = code.functions.iter().filter(|function| function.is_law);
            let unnamed = known
                .map(|function| function.name.as_str())
                .filter(|name| module.laws.iter().all(|law| law.name != *name));
            let mut diagnostic = Diagnostic::error(
                FUNCTIONS.code,
                format!("the law `{}` has no function in `{folder}`", law.name),
            )
            .at(law.span, "")
            .help(format!("write {}", shape(law)));
            if let Some(close) = similar(&law.name, unnamed) {
                diagnostic = diagnostic.note(format!("there is a function `{close}` that no law is named after"));
            }
            diagnostics.push(diagnostic);
        }
    }
}

fn shape(law: &Law) -> String {
    format!(
        "`pub fn {}<B: Backend>(law: &Law, fixture: &Fixture) -> Result<(), Violation>`",
        law.name
    )
}

fn unnamed(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        let code = code::laws(sources, &package.name, &module.name);
        for function in code.functions.iter().filter(|function| function.is_law) {
            let is_unread = model.is_unread(&module.name, "law", &function.name);
            if is_unread || module.laws.iter().any(|law| law.name == function.name) {
                continue;
            }
            // A misspelt name was reported where the spec has it.
            let missing = module.laws.iter().map(|law| law.name.as_str()).filter(|name| !code.has(name));
            if similar(&function.name, missing).is_some() {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    UNNAMED.code,
                    format!(
                        "`{}` has the shape of a law, but the module `{}` has no such law",
                        function.name, module.name
                    ),
                )
                .at(function.span, "")
                .note("nothing would ever run it")
                .help(format!(
                    "state `[law.{}]` in `{}`, or make the function private",
                    function.name, module.file
                )),
            );
        }
    }
}

fn workloads(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        if module.benches.is_empty() {
            continue;
        }
        let code = code::laws(sources, &package.name, &module.name);
        // Without any law file, or with one that doesn't parse, that was said of the laws.
        if code.fault.is_some() || (!code.exists && !module.laws.is_empty()) {
            continue;
        }
        for bench in &module.benches {
            let mut shapes = vec![(
                bench.name.clone(),
                format!("pub fn {}<B: Backend>(subject: &B) -> impl FnMut()", bench.name),
            )];
            if module.backends[bench.backend].library.is_some() {
                let library = format!("{}_library", bench.name);
                shapes.push((library.clone(), format!("pub fn {library}() -> impl FnMut()")));
            }
            let missing = shapes.iter().filter(|(name, _)| !code.has(name));
            let missing: Vec<&str> = missing.map(|(_, shape)| shape.as_str()).collect();
            if !missing.is_empty() {
                let folder = folder(&package.name, &module.name);
                let written: Vec<String> = missing.iter().map(|shape| format!("`{shape}`")).collect();
                diagnostics.push(
                    Diagnostic::error(
                        WORKLOADS.code,
                        format!("the work of the benchmark `{}` isn't there", bench.name),
                    )
                    .at(bench.span, "")
                    .note("one function does it through any backend; where the backend adapts a library, another calls that directly")
                    .help(format!("write {} in `{folder}/workload.rs`", written.join(" and "))),
                );
            }
        }
    }
}

fn vacuous(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        if module.backends.is_empty() {
            continue;
        }
        for law in &module.laws {
            let can = |backend: &Backend| law.needs.iter().all(|need| meets(backend, need));
            if !module.backends.iter().any(can) {
                let needs: Vec<String> = law
                    .needs
                    .iter()
                    .map(|need| format!("`{}`", package.capabilities[need.capability].name))
                    .collect();
                diagnostics.push(
                    Diagnostic::warning(VACUOUS.code, format!("no backend can do what the law `{}` needs", law.name))
                        .at(super::value(sources, law.span, &["law", &law.name, "needs"]), "")
                        .note(format!("it needs {}, so that nothing tries it", needs.join(" and ")))
                        .help("add a backend that can, or remove the law"),
                );
            }
        }
    }
}

/// Whether a backend can do what is needed, of a capability of each variant for one at least.
fn meets(backend: &Backend, need: &Need) -> bool {
    backend.support.iter().any(|(value, support)| {
        let fits = match support {
            Support::Exact => matches!(need.level, Level::Exact | Level::Any),
            Support::Approximate(_) => matches!(need.level, Level::Approximate | Level::Any),
            Support::Number(_) | Support::None => false,
        };
        value.capability == need.capability && fits
    })
}
