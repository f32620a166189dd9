//! Emits `backend.rs` of a module: the backends in every build, the capabilities, and which has which.

use super::Part;
use crate::arena::Id;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::{Backend, CapabilityValue, Support};
use crate::model::package::Capability;

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let module = part.module;
    let backend = rust_types::backend_type(module);
    let capability = rust_types::capability_type(module);
    let mut text = rust::module_doc_lines("The backends of the module, compiled in or not, and what each can do.");
    text.push_str("use alloc::string::{String, ToString};\n");
    let mut enums: Vec<String> = part
        .capabilities()
        .iter()
        .filter_map(|capability| capability.per.clone())
        .collect();
    enums.sort();
    enums.dedup();
    if !enums.is_empty() {
        text.push_str("use alloc::format;\n");
    }
    text.push_str("use crate::support::Support;\n");
    text.push_str(&rust::use_names("super", &enums));
    text.push_str(&backends(part, &backend, &capability));
    text.push_str(&capabilities(part, &capability));
    rust::file(&text.replace(
        "use alloc::string::{String, ToString};",
        match part.capabilities().iter().any(|capability| capability.per.is_none()) {
            true => "use alloc::string::{String, ToString};",
            false => "use alloc::string::String;",
        },
    ))
}

fn backends(part: &Part<'_>, name: &str, capability: &str) -> String {
    let module = part.module;
    let mut text = rust::doc_lines(0, &format!("What a `{}` can rest on, compiled in or not.", module.handle()));
    text.push_str(&format!(
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum {name} {{\n"
    ));
    let mut features = String::new();
    let mut names = String::new();
    let mut support = String::new();
    for backend in &module.backends {
        let variant = backend.type_name();
        let feature = module.feature_of(backend);
        let mut doc = format!("{} Cargo feature `{feature}`.", backend.doc.trim());
        if let Some(library) = &backend.library {
            doc.push_str(&format!(
                " It adapts `{library}`{}.",
                backend
                    .library_version
                    .as_ref()
                    .map(|version| format!(" {version}"))
                    .unwrap_or_default()
            ));
        }
        text.push_str(&docs::item(0, module, "backend", &backend.name, &doc));
        text.push_str(&format!("{variant},\n"));
        names.push_str(&format!("Self::{variant} => {},\n", rust::literal(&backend.name)));
        features.push_str(&format!("Self::{variant} => {},\n", rust::literal(&feature)));
        support.push_str(&format!("Self::{variant} => match capability {{\n"));
        for value in values(part) {
            support.push_str(&format!(
                "{} => {},\n",
                rust_types::capability_variant(module, part.package, &value),
                level(backend, &value)
            ));
        }
        support.push_str("},\n");
    }
    let all: Vec<String> = module
        .backends
        .iter()
        .map(|backend| format!("Self::{}", backend.type_name()))
        .collect();
    text.push_str(&format!(
        "}}\nimpl {name} {{\n/// All of them, the preferred ones first.\npub const ALL: &'static [Self] = &[{}];\n/// The name in the \
         specification.\n#[must_use]\npub const fn name(self) -> &'static str {{ match self {{ {names} }} }}\n/// The Cargo feature that \
         compiles it in.\n#[must_use]\npub const fn feature(self) -> &'static str {{ match self {{ {features} }} }}\n/// How well it does \
         something.\n#[must_use]\npub const fn support(self, capability: {capability}) -> Support {{ match self {{ {support} }} }}\n}}\n",
        all.join(", ")
    ));
    text
}

/// Every capability that the module names, with one value for each variant where it has these.
pub fn values(part: &Part<'_>) -> Vec<CapabilityValue> {
    let named = part.capabilities();
    let all = part.package.capabilities.iter_with_ids();
    let used = all.filter(|(_, capability)| named.iter().any(|named| named.name == capability.name));
    used.flat_map(|(id, capability)| of_capability(part, id, capability))
        .collect()
}

fn of_capability(part: &Part<'_>, id: Id<Capability>, capability: &Capability) -> Vec<CapabilityValue> {
    let value = |variant: Option<String>| CapabilityValue { capability: id, variant };
    match &capability.per {
        None => vec![value(None)],
        Some(per) => {
            let of = part.module.types.iter().find(|of| of.name == *per);
            let variants = of.map(rust_types::variants).unwrap_or_default();
            variants.into_iter().map(|variant| value(Some(variant.to_owned()))).collect()
        }
    }
}

/// How well a backend does something, as an expression.
pub fn level(backend: &Backend, value: &CapabilityValue) -> String {
    match backend.support(value) {
        Support::Exact => "Support::Exact".to_owned(),
        Support::Approximate(how) => format!("Support::Approximate({})", rust::literal(how)),
        Support::Number(number) => format!("Support::Number({})", rust::number(*number)),
        Support::None => "Support::None".to_owned(),
    }
}

/// What can be derived: what all enums derive that capabilities have a value for each variant of.
fn derives(part: &Part<'_>) -> Vec<&'static str> {
    let capabilities = part.capabilities();
    let enums = || {
        let named = |name: &String| capabilities.iter().any(|capability| capability.per.as_ref() == Some(name));
        part.module.types.iter().filter(move |of| named(&of.name))
    };
    let all = ["Debug", "Clone", "Copy", "PartialEq", "Eq", "Hash"];
    let everywhere = |derive: &&str| enums().all(|of| of.derives.iter().any(|name| name == derive));
    all.into_iter().filter(everywhere).collect()
}

fn capabilities(part: &Part<'_>, name: &str) -> String {
    let module = part.module;
    let mut text = rust::doc_lines(0, &format!("What a backend of `{}` may be able to do.", module.handle()));
    text.push_str(&format!("#[derive({})]\npub enum {name} {{\n", derives(part).join(", ")));
    let mut arms = String::new();
    for capability in part.capabilities() {
        let variant = rust::variant(&capability.name);
        text.push_str(&rust::doc_lines(4, &capability.doc));
        match &capability.per {
            Some(per) => {
                text.push_str(&format!("{variant}({per}),\n"));
                arms.push_str(&format!(
                    "Self::{variant}(value) => format!(\"{}.{{}}\", value.name()),\n",
                    capability.name
                ));
            }
            None => {
                text.push_str(&format!("{variant},\n"));
                arms.push_str(&format!(
                    "Self::{variant} => {}.to_string(),\n",
                    rust::literal(&capability.name)
                ));
            }
        }
    }
    let values = values(part);
    let all = values
        .iter()
        .map(|value| rust_types::capability_variant(module, part.package, value));
    text.push_str(&format!(
        "}}\nimpl {name} {{\n/// All of them.\npub const ALL: &'static [Self] = &[{}];\n/// The name in the specification, with that of the \
         variant: `eviction.Lru`.\n#[must_use]\npub fn name(self) -> String {{ match self {{ {arms} }} }}\n}}\n",
        all.collect::<Vec<_>>().join(", ")
    ));
    text
}
