//! Emits the facts crate of a package: what its modules are made of, whatever backend stands behind them.

mod backend;
mod config;
mod error;
mod seam;
mod state_machine;
mod tests;
mod types;

use std::collections::BTreeSet;

pub use error::code;
pub use seam::auto_traits;
pub use tests::{ranges, sample};

use super::{docs, each_package, rust_types};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree, rust};
use crate::model::Model;
use crate::model::module::{Module, TypeReference};
use crate::model::package::{Capability, Package};

/// The facts crates.
pub const EMITTER: Emitter = Emitter {
    name: "module facts",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    each_package(model, tree, |package, modules, tree| {
        let sources = super::sources(package, modules);
        let mut builder = CrateBuilder::new(
            rust_types::folder(package, "facts"),
            rust_types::facts_package(package),
            format!(
                "Facts of the modules of `{}`: types, errors, backends, state machines",
                package.name
            ),
        );
        let used = libraries(modules);
        for library in &package.libraries {
            if library.types.iter().any(|name| used.contains(name)) {
                builder.depend_on_library(&library.name, &library.version, std::slice::from_ref(&package.file));
            }
        }
        builder.file("src/lib.rs", root(package, modules)?, &sources);
        for (path, text) in [
            ("src/clock.rs", include_str!("../text/clock.rs")),
            ("src/law.rs", include_str!("../text/law.rs")),
            ("src/opening.rs", include_str!("../text/opening.rs")),
            ("src/support.rs", include_str!("../text/support.rs")),
        ] {
            builder.file(path, text.to_owned(), &[]);
        }
        builder.file("tests/clock.rs", clock_tests(package), &[]);
        for module in modules {
            let part = Part { package, module };
            let folder = rust_types::module_name(module);
            let own = super::sources(package, std::slice::from_ref(module));
            builder.file(&format!("src/{folder}/mod.rs"), part.root()?, &own);
            builder.file(&format!("src/{folder}/types.rs"), types::file(&part)?, &own);
            builder.file(&format!("src/{folder}/config.rs"), config::file(&part)?, &own);
            builder.file(&format!("src/{folder}/error.rs"), error::file(&part)?, &own);
            builder.file(&format!("src/{folder}/backend.rs"), backend::file(&part)?, &own);
            builder.file(&format!("src/{folder}/seam.rs"), seam::file(&part)?, &own);
            builder.file(&format!("tests/{folder}.rs"), tests::file(&part)?, &own);
            for machine in &module.state_machines {
                let name = rust::module(&machine.name);
                builder.file(&format!("src/{folder}/{name}.rs"), state_machine::file(&part, machine)?, &own);
                let table = state_machine::tests::file(&part, machine)?;
                builder.file(&format!("tests/{folder}_{name}.rs"), table, &own);
            }
        }
        builder.finish(tree)
    })
}

/// A module and the package around it.
pub struct Part<'a> {
    /// The package.
    pub package: &'a Package,
    /// The module.
    pub module: &'a Module,
}

impl Part<'_> {
    /// The capabilities that the module names anywhere, in the order of the registry.
    pub fn capabilities(&self) -> Vec<&Capability> {
        super::capabilities(self.package, self.module)
    }

    fn root(&self) -> anyhow::Result<String> {
        let module = self.module;
        let mut text = rust::module_doc_lines(&format!(
            "{}\n\nThe surface has version {}.\n\n{}",
            module.doc.trim(),
            module.version,
            docs::origin(module, "module", "")
        ));
        text.push_str("mod backend; mod config; mod error; mod seam; mod types;\n");
        for machine in &module.state_machines {
            let name = rust::module(&machine.name);
            text.push_str(&format!(
                "pub mod {name};\npub use {name}::{};\n",
                rust_types::state_type(machine)
            ));
        }
        text.push_str(&format!(
            "pub use backend::{{{}, {}}};\npub use error::{};\npub use seam::Backend;\n",
            rust_types::backend_type(module),
            rust_types::capability_type(module),
            rust_types::error_type(module)
        ));
        let types = module.types.iter().map(|of| of.name.clone());
        let constants = module.constants.iter().map(|constant| constant.name.clone());
        text.push_str(&rust::use_names("types", &types.chain(constants).collect::<Vec<_>>()).replacen("use", "pub use", 1));
        rust::file(&text)
    }
}

/// The types of libraries that any module names.
pub fn libraries(modules: &[&Module]) -> BTreeSet<String> {
    let mut mentions = rust_types::Mentions::default();
    for module in modules {
        for reference in references(module) {
            mentions.add(module, reference);
        }
    }
    mentions.libraries
}

/// Every type that a module's surface names.
fn references(module: &Module) -> Vec<&TypeReference> {
    use crate::model::module::TypeKind;

    let mut all = Vec::new();
    for of in &module.types {
        match &of.kind {
            TypeKind::Struct(fields) => all.extend(fields.iter().map(|field| &field.kind)),
            TypeKind::Alias(reference) => all.push(reference),
            TypeKind::Enum { .. } | TypeKind::Opaque => {}
        }
    }
    all.extend(module.constants.iter().map(|constant| &constant.kind));
    all.extend(module.errors.iter().flat_map(|error| &error.fields).map(|field| &field.kind));
    for function in &module.functions {
        all.extend(function.parameters.iter().map(|parameter| &parameter.kind));
        all.extend(&function.returns);
    }
    all
}

fn root(package: &Package, modules: &[&Module]) -> anyhow::Result<String> {
    let mut docs = format!(
        "Facts of the modules of `{}`: types, errors, backends with what they can do, and the trait that each backend implements.\n\n\
         Nothing here depends on what is compiled in. Backends depend on this crate alone, and `{}` on both.\n",
        package.name, package.name
    );
    let mut items = String::new();
    for module in modules {
        let name = rust_types::module_name(module);
        docs.push_str(&format!(
            "\n- [`{name}`]: {}",
            module.doc.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
        items.push_str(&format!("pub mod {name};\n"));
    }
    let mut text = rust::module_doc_lines(&docs);
    text.push_str("#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\nextern crate alloc;\n");
    text.push_str("pub mod clock; pub mod law; pub mod opening; pub mod support;\n");
    text.push_str(&items);
    let used = libraries(modules);
    for library in &package.libraries {
        if library.types.iter().any(|name| used.contains(name)) {
            text.push_str(&format!("pub use {};\n", rust_types::crate_name(&library.name)));
        }
    }
    rust::file(&text)
}

fn clock_tests(package: &Package) -> String {
    include_str!("../text/clock_tests.rs").replace("FACTS", &rust_types::facts_crate(package))
}
