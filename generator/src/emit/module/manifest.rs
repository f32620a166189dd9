//! The manifests of the crates around the façade: the tests, the C interface and the measures.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_types;
use crate::model::module::{Backend, Module};
use crate::model::package::Package;

/// What all of them begin with.
fn head(name: &str, description: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT OR \
         Apache-2.0\"\ndescription = \"{description}\"\n"
    )
}

/// The manifest of the C interface. Its features are those of the façade.
pub fn c(package: &Package, modules: &[&Module]) -> String {
    let name = &package.name;
    let mut text = head(&format!("{name}-c"), &format!("The C interface of the modules of {name}"));
    text.push_str("\n[lib]\ncrate-type = [\"rlib\", \"staticlib\", \"cdylib\"]\ndoctest = false\n\n[features]\n");
    let mut defaults = Vec::new();
    let mut features = String::new();
    for module in modules {
        let of_backends = module
            .backends
            .iter()
            .map(|backend| (module.feature_of(backend), backend.default));
        let is_default = module.backends.iter().any(|backend| backend.default);
        for (feature, default) in std::iter::once((module.name.clone(), is_default)).chain(of_backends) {
            if default {
                defaults.push(format!("\"{feature}\""));
            }
            features.push_str(&format!("{feature} = [\"{name}/{feature}\"]\n"));
        }
    }
    text.push_str(&format!("default = [{}]\n{features}\n[dependencies]\n", defaults.join(", ")));
    text.push_str(&format!(
        "{name} = {{ version = \"0.1.0\", path = \"../facade\", default-features = false }}\n{name}-facts = {{ version = \"0.1.0\", path = \
         \"../facts\" }}\n"
    ));
    text
}

/// The manifest of the conformance tests. Each backend has a feature, and all of them are on unless switched off: a row of a matrix tries
/// those that it has.
pub fn conformance(package: &Package, modules: &[&Module]) -> String {
    let name = &package.name;
    let mut text = head(
        &format!("{name}-conformance"),
        &format!("Tests that hold every backend of the modules of {name} to the laws that it must obey"),
    );
    let mut features: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut adapters: BTreeMap<String, &str> = BTreeMap::new();
    for module in modules {
        for backend in &module.backends {
            let adapter = rust_types::adapter_package(package, backend);
            let mut on = vec![format!("dep:{adapter}")];
            on.extend(backend.adapter_features.iter().map(|feature| format!("{adapter}/{feature}")));
            let feature = module.feature_of(backend);
            // Backends that exclude each other in the façade may still be tried side by side.
            if best(module).is_some_and(|best| best.name == backend.name) {
                on.push(format!("{name}/{feature}"));
            }
            features.insert(feature, on);
            adapters.insert(adapter, backend.adapter.trim_end_matches('/'));
        }
    }
    let list = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
    text.push_str("\n[lib]\ndoctest = false\n\n[features]\n");
    text.push_str(&format!("default = [{}]\n", list(&mut features.keys())));
    for (feature, on) in &features {
        text.push_str(&format!("{feature} = [{}]\n", list(&mut on.iter())));
    }
    text.push_str(&format!(
        "\n[dependencies]\n{name} = {{ version = \"0.1.0\", path = \"../facade\", default-features = false }}\n"
    ));
    for (adapter, folder) in adapters {
        text.push_str(&format!(
            "{adapter} = {{ version = \"0.1.0\", path = \"../../../{folder}\", optional = true }}\n"
        ));
    }
    text.push_str(&format!(
        "\n[dev-dependencies]\n{name}-facts = {{ path = \"../facts\" }}\n{name}-laws = {{ path = \"../../../runtime/{name}/laws\" }}\n"
    ));
    text
}

/// The dependencies on the adapters of backends, a line each.
fn adapters<'a>(package: &Package, backends: impl Iterator<Item = &'a Backend>) -> String {
    let mut adapters: BTreeMap<String, (&str, BTreeSet<&str>)> = BTreeMap::new();
    for backend in backends {
        let adapter = adapters
            .entry(rust_types::adapter_package(package, backend))
            .or_insert((&backend.adapter, BTreeSet::new()));
        adapter.1.extend(backend.adapter_features.iter().map(String::as_str));
    }
    let line = |(adapter, (folder, features)): (String, (&str, BTreeSet<&str>))| {
        let features: Vec<String> = features.iter().map(|feature| format!("\"{feature}\"")).collect();
        let features = match features.is_empty() {
            true => String::new(),
            false => format!(", features = [{}]", features.join(", ")),
        };
        format!(
            "{adapter} = {{ path = \"../../../{}\"{features} }}\n",
            folder.trim_end_matches('/')
        )
    };
    adapters.into_iter().map(line).collect()
}

/// The backend of a module through which its façade is tried: the preferred one of those that are on by default.
pub fn best(module: &Module) -> Option<&Backend> {
    module.backends.iter().find(|backend| backend.default)
}

/// The manifest of the measures. They are a package without a library, so that whoever tests the workspace needn't build criterion.
pub fn bench(package: &Package, modules: &[&Module]) -> String {
    let name = &package.name;
    let mut text = head(
        &format!("{name}-bench"),
        &format!("Measures what the façades of {name} cost over direct calls"),
    );
    text.push_str("publish = false\n");

    text.push_str("\n[dev-dependencies]\n");
    let measured = modules.iter().flat_map(|module| {
        let benches = module.benches.iter();
        benches.map(|bench| module.feature_of(&module.backends[bench.backend]))
    });
    let features: BTreeSet<String> = measured.map(|feature| format!("\"{feature}\"")).collect();
    let features: Vec<String> = features.into_iter().collect();

    let behind = modules
        .iter()
        .flat_map(|module| module.benches.iter().map(|bench| &module.backends[bench.backend]));
    text.push_str(&format!(
        "{name} = {{ path = \"../facade\", default-features = false, features = [{}] }}\n{name}-facts = {{ path = \"../facts\" }}\n\
         {name}-laws = {{ path = \"../../../runtime/{name}/laws\" }}\n{}criterion = {{ version = \"0.8\", default-features = false, features = \
         [\"cargo_bench_support\"] }}\n",
        features.join(", "),
        adapters(package, behind),
    ));
    for module in modules.iter().filter(|module| !module.benches.is_empty()) {
        text.push_str(&format!(
            "\n[[bench]]\nname = \"{}\"\nharness = false\n",
            rust_types::module_name(module)
        ));
    }
    text
}
