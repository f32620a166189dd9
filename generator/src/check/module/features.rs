//! The Cargo features of a package: those of its modules, and those of their backends.

use std::collections::BTreeMap;

use super::super::{Rule, locate, text};
use super::modules;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::module::{Backend, Module, Modules};
use crate::source::{SourceMap, Span};
use crate::suggest::{is_certain, list, similar};

/// Features are told apart and found.
pub const NAMES: Rule = Rule {
    code: "L1241",
    summary: "Cargo features of a package have names of their own, and rules between them name features that there are",
    page: include_str!("../pages/L1241.md"),
    check: Some(check),
};

/// The features of a package, with their places.
type Features = BTreeMap<String, Span>;

fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let mut packages: BTreeMap<&str, (Features, BTreeMap<String, String>)> = BTreeMap::new();
    for (module, package) in modules(model) {
        let (features, skeletons) = packages.entry(&package.name).or_default();
        let backends = module
            .backends
            .iter()
            .map(|backend| (module.feature_of(backend), backend.span));
        for (name, span) in std::iter::once((module.name.clone(), module.span)).chain(backends) {
            // Of two backends of one module, the rule of names speaks.
            let first = skeletons
                .get(&text::skeleton(&name))
                .and_then(|first| Some((first, *features.get(first)?)));
            if let Some((first, at)) = first
                && !is_of(module, at)
            {
                diagnostics.push(
                    Diagnostic::error(
                        NAMES.code,
                        format!("the Cargo features `{first}` and `{name}` can't be told apart"),
                    )
                    .at(span, "")
                    .at(at, "")
                    .help("rename one of the two"),
                );
            }
            skeletons.insert(text::skeleton(&name), name.clone());
            features.insert(name, span);
        }
    }
    // A module or a backend with errors has its feature all the same.
    let is_complete =
        model.part::<Modules>().broken.is_empty() && modules(model).all(|(module, _)| !model.lacks(&module.name, "backend"));
    for (module, package) in modules(model) {
        let Some((features, _)) = packages.get(package.name.as_str()) else {
            continue;
        };
        for backend in &module.backends {
            for key in ["implies", "conflicts"] {
                rules(sources, (module, backend), key, (features, is_complete), diagnostics);
            }
        }
    }
}

/// Whether a feature with its name at a place is one of a module.
fn is_of(module: &Module, at: Span) -> bool {
    module.span == at || module.backends.iter().any(|backend| backend.span == at)
}

fn rules(
    sources: &SourceMap,
    (module, backend): (&Module, &Backend),
    key: &'static str,
    (features, is_complete): (&Features, bool),
    diagnostics: &mut Diagnostics,
) {
    let own = module.feature_of(backend);
    let (named, others) = match key {
        "implies" => (&backend.implies, &[][..]),
        _ => (&backend.conflicts, backend.implies.as_slice()),
    };
    for name in named {
        let path = ["backend".into(), backend.name.as_str().into(), key.into()];
        let at = locate::position(sources, backend.span, &path, name).unwrap_or(backend.span);
        if !features.contains_key(name) {
            if is_complete {
                diagnostics.push(unknown(name, at, features));
            }
        } else if *name == own {
            diagnostics.push(
                Diagnostic::error(NAMES.code, format!("the feature `{own}` names itself in `{key}`"))
                    .at(at, "")
                    .help("remove it"),
            );
        } else if key == "conflicts" && (*name == module.name || others.contains(name)) {
            diagnostics.push(
                Diagnostic::error(
                    NAMES.code,
                    format!("the feature `{own}` excludes `{name}`, which it switches on"),
                )
                .at(at, "")
                .note("a backend switches on the feature of its module, and what it implies")
                .help("take away the conflict"),
            );
        }
    }
}

fn unknown(name: &str, at: Span, features: &Features) -> Diagnostic {
    let known = features.keys().map(String::as_str);
    let mut diagnostic = Diagnostic::error(NAMES.code, format!("the package has no Cargo feature `{name}`"))
        .at(at, "no such feature")
        .note(format!("known: {}", list(known.clone())))
        .help("a module's feature has its name, a backend's that of the module, a hyphen and its own");
    if let Some(close) = similar(name, known.clone()) {
        diagnostic = diagnostic.suggestion(
            vec![Edit::new(at, format!("{close:?}"))],
            "a feature with a similar name exists",
            Applicability::of(is_certain(name, close, known)),
        );
    }
    diagnostic
}
