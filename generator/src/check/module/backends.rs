//! Backends: the hand-written crates behind them, and which of them is preferred.

use super::super::{Rule, locate};
use super::{code, modules, value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::manifest::{Manifest, Manifests};
use crate::model::module::{Backend, Module};
use crate::model::package::Package;
use crate::source::{SourceMap, layout};
use crate::suggest::{list, similar, similar_path};

/// Adapters are there.
pub const ADAPTERS: Rule = Rule {
    code: "L1231",
    summary: "a backend's adapter is a crate of the package that implements it",
    page: include_str!("../pages/L1231.md"),
    check: Some(adapters),
};

/// One backend is preferred.
pub const PRIORITIES: Rule = Rule {
    code: "L1232",
    summary: "no two backends of a module have the same priority",
    page: include_str!("../pages/L1232.md"),
    check: Some(priorities),
};

fn adapters(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let manifests = model.part::<Manifests>();
    for (module, package) in modules(model) {
        for backend in &module.backends {
            let subject = Subject {
                module,
                package,
                backend,
                sources,
            };
            match subject.manifest(manifests) {
                Ok(manifest) => subject.hold_against(manifest, diagnostics),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
}

/// A backend whose adapter is looked at.
struct Subject<'a> {
    module: &'a Module,
    package: &'a Package,
    backend: &'a Backend,
    sources: &'a SourceMap,
}

impl Subject<'_> {
    fn error(&self, key: &str, message: String) -> Diagnostic {
        let at = value(self.sources, self.backend.span, &["backend", &self.backend.name, key]);
        Diagnostic::error(ADAPTERS.code, message).at(at, "")
    }

    /// The manifest of the adapter, or what is wrong with its place.
    fn manifest<'m>(&self, manifests: &'m Manifests) -> Result<&'m Manifest, Box<Diagnostic>> {
        let adapter = self.backend.adapter.as_str();
        let mut parts = adapter.split('/');
        let is_below = parts.next() == Some(layout::RUNTIME);
        let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !is_below || !parts.clone().all(is_plain) || parts.next().is_none() {
            return Err(Box::new(
                self.error("adapter", format!("`{adapter}` can't be the folder of an adapter"))
                    .note("adapters are hand-written crates below `runtime`")
                    .help(format!(
                        "write it as `runtime/{}/{}-{}`",
                        self.package.name, self.module.name, self.backend.name
                    )),
            ));
        }
        let Some(manifest) = manifests.of(adapter) else {
            let mut diagnostic = self.error("adapter", format!("there is no crate in `{adapter}`"));
            if let Some(close) = similar_path(adapter, manifests.folders().collect::<Vec<_>>().into_iter()) {
                diagnostic = diagnostic.note(format!("there is one in `{close}`"));
            }
            return Err(Box::new(diagnostic.help(format!(
                "write `{adapter}/Cargo.toml` with the package `{}`, and implement the trait `Backend` for `{}` in it",
                self.package_name(),
                self.backend.type_name()
            ))));
        };
        match &manifest.fault {
            Some(fault) => Err(Box::new(
                self.error("adapter", format!("`{adapter}/Cargo.toml` can't be read: {fault}"))
                    .help("mend the manifest"),
            )),
            None => Ok(manifest),
        }
    }

    /// `abi-cache-moka`.
    fn package_name(&self) -> String {
        let folder = self.backend.adapter.rsplit('/').next().unwrap_or_default();
        format!("{}-{folder}", self.package.name)
    }

    fn hold_against(&self, manifest: &Manifest, diagnostics: &mut Diagnostics) {
        let adapter = &self.backend.adapter;
        let expected = self.package_name();
        if manifest.package.as_deref() != Some(expected.as_str()) {
            let found = manifest
                .package
                .as_ref()
                .map_or("no name".to_owned(), |name| format!("the name `{name}`"));
            diagnostics.push(
                self.error("adapter", format!("the crate in `{adapter}` has {found}"))
                    .note("the emitted crates depend on it by the name of the package and of its folder")
                    .help(format!("write `name = \"{expected}\"` in its manifest")),
            );
        }
        if let Some(library) = &self.backend.library {
            self.library(library, manifest, diagnostics);
        }
        for feature in &self.backend.adapter_features {
            if !manifest.features.contains(feature) {
                let path = ["backend".into(), self.backend.name.as_str().into(), "features".into()];
                let at = locate::position(self.sources, self.backend.span, &path, feature).unwrap_or(self.backend.span);
                let known = manifest.features.iter().map(String::as_str);
                diagnostics.push(
                    Diagnostic::error(
                        ADAPTERS.code,
                        format!("the crate in `{adapter}` has no Cargo feature `{feature}`"),
                    )
                    .at(at, "")
                    .note(format!("its features: {}", list(known)))
                    .help("name one of them, or add it to its manifest"),
                );
            }
        }
        let folder = format!("{adapter}/src/");
        let code = code::read(self.sources, |path| path.starts_with(&folder));
        let name = self.backend.type_name();
        // Of a file that doesn't parse, cargo says more.
        if code.fault.is_none() && !code.implements(&name) {
            let mut diagnostic = self.error(
                "adapter",
                format!("the crate in `{adapter}` doesn't implement `Backend` for `{name}`"),
            );
            if let Some(other) = similar(&name, code.backends.iter().map(String::as_str)) {
                diagnostic = diagnostic.note(format!("it does so for `{other}`"));
            }
            diagnostics.push(diagnostic.help(format!("write `impl Backend for {name}` in `{adapter}/src/lib.rs`")));
        }
    }

    fn library(&self, library: &str, manifest: &Manifest, diagnostics: &mut Diagnostics) {
        let adapter = &self.backend.adapter;
        match manifest.dependencies.get(library) {
            Some(Some(_)) => {}
            Some(None) => diagnostics.push(
                self.error(
                    "crate",
                    format!("the crate in `{adapter}` doesn't say which version of `{library}` it adapts"),
                )
                .note("the manual and releases name the version")
                .help(format!("write `{library} = \"…\"` with a version in its manifest")),
            ),
            None => {
                let known = manifest.dependencies.keys().map(String::as_str);
                let mut diagnostic = self.error("crate", format!("the crate in `{adapter}` doesn't depend on `{library}`"));
                if let Some(close) = similar(library, known) {
                    diagnostic = diagnostic.note(format!("it depends on `{close}`"));
                }
                diagnostics.push(diagnostic.help("name the library that it adapts, or remove `crate` if the code is its own"));
            }
        }
    }
}

fn priorities(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        let backends: Vec<&Backend> = module.backends.iter().collect();
        for pair in backends.windows(2) {
            let [first, second] = pair else { continue };
            if first.priority == second.priority {
                let at = |backend: &Backend| value(sources, backend.span, &["backend", &backend.name, "priority"]);
                diagnostics.push(
                    Diagnostic::error(
                        PRIORITIES.code,
                        format!("the backends `{}` and `{}` have the same priority", first.name, second.name),
                    )
                    .at(at(second), "")
                    .at(at(first), "")
                    .note("where both can do what is asked, nothing says which one it is")
                    .help("give the one that is preferred a higher number"),
                );
            }
        }
    }
}
