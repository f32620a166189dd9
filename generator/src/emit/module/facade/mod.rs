//! Emits the façade of a package: one surface for each module, whatever backends are compiled in, and the tests that hold it to that.

mod as_backend;
mod guards;
mod handle;
mod parity;
mod seam;
mod states;
pub mod surface;

use super::{each_package, rust_types};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree, rust};
use crate::model::Model;
use crate::model::module::{Backend, Module};
use crate::model::package::Package;

/// The façades and the records of their surfaces.
pub const EMITTER: Emitter = Emitter {
    name: "module façades",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    each_package(model, tree, |package, modules, tree| {
        let sources = super::sources(package, modules);
        let mut builder = CrateBuilder::new(rust_types::folder(package, "facade"), &package.name, package.doc.trim());
        builder.depend(&rust_types::facts_package(package), &rust_types::folder(package, "facts"));
        builder.test_with_library("blake3", "1", &["pure"]);
        features(package, modules, &mut builder);
        builder.file("src/lib.rs", root(model, package, modules)?, &sources);
        for (path, text) in [
            ("src/choice.rs", include_str!("../text/choice.rs")),
            ("src/clock.rs", include_str!("../text/facade_clock.rs")),
        ] {
            builder.file(
                path,
                text.replace("use FACTS::", &format!("use {}::", rust_types::facts_crate(package))),
                &[],
            );
        }
        for (path, text) in [
            ("tests/assertions/mod.rs", include_str!("../text/assertions.rs")),
            ("tests/assertions/canonical.rs", include_str!("../text/canonical.rs")),
        ] {
            builder.file(path, text.to_owned(), &[]);
        }
        let mut lock = String::new();
        for module in modules {
            let part = Part { package, module };
            let name = rust_types::module_name(module);
            let own = super::sources(package, std::slice::from_ref(module));
            builder.file(&format!("src/{name}/mod.rs"), handle::file(&part)?, &own);
            builder.file(&format!("src/{name}/seam.rs"), seam::file(&part)?, &own);
            builder.file(&format!("src/{name}/as_backend.rs"), as_backend::file(&part)?, &own);
            let lines = surface::lines(&part);
            builder.file(&format!("tests/parity_{name}.rs"), parity::file(&part, &lines), &own);
            builder.file(&format!("tests/state_{name}.rs"), states::file(&part)?, &own);
            tree.add(
                format!("generated/{}/surface/{name}.txt", package.name),
                &surface::text(&lines),
                &own,
            )?;
            lock.push_str(&surface::lock_line(module, &lines));
        }
        tree.add(format!("generated/{}/surface.lock", package.name), &lock, &sources)?;
        builder.finish(tree)
    })
}

/// A module and the package around it.
pub type Part<'a> = super::facts::Part<'a>;

/// The Cargo features: an umbrella for each module, and one for each backend that brings its adapter.
fn features(package: &Package, modules: &[&Module], builder: &mut CrateBuilder) {
    let mut defaults = Vec::new();
    for module in modules {
        let sources = std::slice::from_ref(&module.file);
        builder.feature(&module.name, &[], sources);
        if module.backends.iter().any(|backend| backend.default) {
            defaults.push(module.name.clone());
        }
        for backend in &module.backends {
            let feature = module.feature_of(backend);
            let adapter = rust_types::adapter_package(package, backend);
            let mut implies = vec![module.name.clone(), format!("dep:{adapter}")];
            implies.extend(backend.adapter_features.iter().map(|feature| format!("{adapter}/{feature}")));
            implies.extend(backend.implies.iter().cloned());
            builder.feature(&feature, &implies, sources);
            builder.depend_if_asked(&adapter, backend.adapter.trim_end_matches('/'));
            if backend.default {
                defaults.push(feature);
            }
        }
    }
    builder.feature("default", &defaults, std::slice::from_ref(&package.file));
}

/// The feature to turn on for a module to be there at all: that of its best backend, of those that are on by default if there are any.
pub fn feature_to_turn_on(module: &Module) -> String {
    let usual = module.backends.iter().find(|backend| backend.default);
    let best = usual.or_else(|| module.backends.iter().next());
    best.map_or_else(|| module.name.clone(), |backend| module.feature_of(backend))
}

/// The condition under which a backend is compiled in: `feature = "cache-moka"`.
pub fn condition(module: &Module, backend: &Backend) -> String {
    format!("feature = {}", rust::literal(&module.feature_of(backend)))
}

fn root(model: &Model, package: &Package, modules: &[&Module]) -> anyhow::Result<String> {
    let mut docs = format!(
        "{}\n\nEach module has the same surface in every build. Cargo features say which backends stand behind it; without any of a \
         module's, opening it gives an error that names the feature to turn on.\n\n| feature | what it compiles in | on by default |\n\
         | --- | --- | --- |\n",
        package.doc.trim()
    );
    let mut items = String::new();
    for module in modules {
        let name = rust_types::module_name(module);
        for backend in &module.backends {
            docs.push_str(&format!(
                "| `{}` | `{}` behind [`{name}::{}`] | {} |\n",
                module.feature_of(backend),
                backend.name,
                module.handle(),
                if backend.default { "yes" } else { "no" }
            ));
        }
        items.push_str(&format!("pub mod {name};\n"));
    }
    let facts = rust_types::facts_crate(package);
    let used = super::facts::libraries(modules);
    let libraries = package
        .libraries
        .iter()
        .filter(|library| library.types.iter().any(|name| used.contains(name)));
    let mut shared: Vec<String> = libraries.map(|library| rust_types::crate_name(&library.name)).collect();
    shared.extend(["opening".to_owned(), "support".to_owned()]);
    let mut text = rust::module_doc_lines(&docs);
    text.push_str("#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n");
    text.push_str(&guards::text(model, modules));
    text.push_str("mod choice;\npub mod clock;\n");
    text.push_str(&items);
    text.push_str(&format!("pub {}", rust::use_names(&facts, &shared)));
    rust::file(&text)
}
