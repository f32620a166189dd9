//! Emits the C interface of a package, `generated/<package>/c`: headers, the functions behind them, and tests that hold both together.
//!
//! It is the one emitted crate with `unsafe`: it trusts the pointers of its callers, as far as the headers demand.

pub mod form;
mod header;
pub mod interface;
pub mod names;
mod shims;
mod tests;
mod types;

use interface::Interface;

use super::{each_package, manifest, rust_types, sources};
use crate::emit::{Emitter, Tree, rust};
use crate::model::Model;
use crate::model::module::{Module, TypeReference};
use crate::model::package::Package;

/// The C interfaces.
pub const EMITTER: Emitter = Emitter {
    name: "module C interfaces",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    each_package(model, tree, |package, modules, tree| {
        let interfaces: Vec<Interface<'_>> = modules.iter().filter_map(|module| Interface::of(package, module)).collect();
        if interfaces.is_empty() {
            return Ok(());
        }
        emit_package(package, modules, &interfaces, tree)
    })
}

fn emit_package(package: &Package, modules: &[&Module], interfaces: &[Interface<'_>], tree: &mut Tree) -> anyhow::Result<()> {
    let all = sources(package, modules);
    let folder = rust_types::folder(package, "c");
    let mut add = |path: &str, text: &str, sources: &[String]| tree.add(format!("{folder}/{path}"), text, sources);
    let has_bytes = interfaces.iter().any(names_bytes);
    add("Cargo.toml", &manifest::c(package, modules), &all)?;
    add("src/lib.rs", &root(package, interfaces, has_bytes), &all)?;
    add("src/failure.rs", include_str!("../text/c_failure.rs"), &[])?;
    add("src/value.rs", include_str!("../text/c_value.rs"), &[])?;
    if has_bytes {
        let text = include_str!("../text/c_bytes.rs").replace("FACTS", &rust_types::facts_crate(package));
        add("src/library.rs", &text, std::slice::from_ref(&package.file))?;
    }
    let shared = names::shared(package);
    add(
        &format!("include/{shared}.h"),
        &header::shared(package),
        std::slice::from_ref(&package.file),
    )?;
    for interface in interfaces {
        let own = sources(package, &[interface.module]);
        let name = interface.rust_module();
        add(&format!("include/{}", interface.header()), &header::of(interface)?, &own)?;
        add(&format!("src/{name}/mod.rs"), &shims::file(interface)?, &own)?;
        add(&format!("src/{name}/types.rs"), &types::file(interface)?, &own)?;
        add(&format!("tests/{name}.c"), &tests::program(interface)?, &own)?;
    }
    let words = |text: &str| text.replace("PACKAGE", &package.name);
    add("tests/support/mod.rs", &words(include_str!("../text/c_test_support.rs")), &[])?;
    add("tests/layout.rs", &tests::layout(interfaces)?, &all)?;
    add("tests/programs.rs", &tests::programs(package, interfaces), &all)
}

/// Whether a function passes bytes of a library on.
fn names_bytes(interface: &Interface<'_>) -> bool {
    let mut mentions = rust_types::Mentions::default();
    for shim in &interface.shims {
        mentions.add_function(interface.module, shim.function);
    }
    let types = interface.module.types.iter();
    for of in types {
        match &of.kind {
            crate::model::module::TypeKind::Struct(fields) => {
                fields.iter().for_each(|field| mentions.add(interface.module, &field.kind));
            }
            crate::model::module::TypeKind::Alias(to) => mentions.add(interface.module, to),
            _ => {}
        }
    }
    mentions.libraries.contains("Bytes")
        && form::of(
            interface.package,
            interface.module,
            &TypeReference::Library("Bytes".to_owned()),
        )
        .is_ok()
}

fn root(package: &Package, interfaces: &[Interface<'_>], has_bytes: bool) -> String {
    let mut docs = format!(
        "The C interface of `{}`: the functions behind the headers in `include/`.\n\nThe headers say to C programs what each function does \
         and who owns what. Every function stands in every build; where no backend is compiled in, it gives -6. A panic becomes -11, a null \
         pointer -10.\n",
        package.name
    );
    let mut items = String::new();
    for interface in interfaces {
        let name = interface.rust_module();
        docs.push_str(&format!("\n- [`{name}`] behind `include/{}`", interface.header()));
        items.push_str(&format!("pub mod {name};\n"));
    }
    let library = if has_bytes { "mod library;\n" } else { "" };
    let mut modules: Vec<&str> = items.lines().collect();
    modules.push("pub mod failure;");
    modules.push("pub mod value;");
    modules.extend(library.lines());
    // rustfmt sorts modules by their names.
    modules.sort_by_key(|line| line.trim_start_matches("pub ").to_owned());
    let shared = names::shared(package);
    format!(
        "{}#![deny(unsafe_op_in_unsafe_fn)]\n#![warn(missing_docs)]\n\n{}\n\n{}",
        rust::module_doc_lines(&docs),
        modules.join("\n"),
        include_str!("../text/c_lib.rs").replace("PREFIX", &shared)
    )
}
