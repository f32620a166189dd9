//! Emits `seam.rs` of a module in the façade: the one place that knows which backends are compiled in.

use super::{Part, condition, feature_to_turn_on};
use crate::emit::module::rust_types;
use crate::emit::rust;
use crate::model::module::surface::{Disabled, Function};
use crate::model::module::{Backend, Module};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let facts = rust_types::facts_crate(package);
    let name = rust_types::module_name(module);
    let backend = rust_types::backend_type(module);
    let capability = rust_types::capability_type(module);
    let error = rust_types::error_type(module);
    let config = rust_types::config_type(module);
    let mut mentions = rust_types::Mentions::default();
    for function in &module.functions {
        mentions.add_function(module, function);
    }
    mentions.named.extend([
        backend.clone(),
        capability.clone(),
        error.clone(),
        config.to_owned(),
        "Backend".to_owned(),
    ]);
    let mut text = rust::module_doc_lines(
        "The backends that are compiled in. Features decide on the variants of one enum and on the arms that name them; nothing else in \
         this module knows of them. Without any, the enum is empty, so that no call can be made.",
    );
    text.push_str(
        "#![allow(unused_variables, unreachable_code, reason = \"without a backend there is nothing to pass anything on to\")]\n\
         #![allow(unused_imports, reason = \"without a backend some of it is not used\")]\n\
         #![allow(deprecated, reason = \"what is deprecated still does what it did\")]\n\
         #![allow(clippy::large_enum_variant, reason = \"a handle is opened once and then lent\")]\nuse std::sync::Arc;\n",
    );
    text.push_str(&rust_types::imports(
        package,
        &mentions,
        Some(&format!("{facts}::{name}")),
        false,
    ));
    text.push_str(&format!(
        "use {facts}::opening::Opening;\nuse crate::choice::{{Facts, Refusal, choose}};\nuse crate::clock::SystemClock;\n"
    ));
    text.push_str("/// The backend that a handle rests on.\npub(super) enum Active {\n");
    for of in &module.backends {
        text.push_str(&format!(
            "#[cfg({})]\n{}({}),\n",
            condition(module, of),
            of.type_name(),
            rust_types::adapter_type(package, of)
        ));
    }
    text.push_str("}\n");
    let compiled = arms(module, |of| format!("{backend}::{},", of.type_name()));
    text.push_str(&format!(
        "/// The backends that are compiled in, the preferred ones first.\npub(super) const COMPILED: &[{backend}] = &[{compiled}];\n\
         const FACTS: Facts<{backend}, {capability}> = Facts {{ compiled: COMPILED, support: {backend}::support, backend_name: \
         {backend}::name, capability_name: {capability}::name }};\n/// What is said where nothing is compiled in.\npub(super) const \
         DISABLED: {error} = {error}::FeatureDisabled {{ feature: {} }};\n",
        rust::literal(&feature_to_turn_on(module))
    ));
    text.push_str(&open(part));
    text.push_str(&delegates(part));
    for function in module.functions.iter().filter(|function| !function.is_method) {
        text.push_str(&free(part, function));
    }
    rust::file(&text)
}

/// Something for each backend that is compiled in.
fn arms(module: &Module, arm: impl Fn(&Backend) -> String) -> String {
    let of = |backend: &Backend| format!("#[cfg({})]\n{}\n", condition(module, backend), arm(backend));
    module.backends.iter().map(of).collect()
}

fn open(part: &Part<'_>) -> String {
    let (package, module) = (part.package, part.module);
    let backend = rust_types::backend_type(module);
    let error = rust_types::error_type(module);
    let config = rust_types::config_type(module);
    let compiled = arms(module, |of| {
        format!(
            "{backend}::{0} => <{1} as Backend>::open(config, clock).map(Active::{0}),",
            of.type_name(),
            rust_types::adapter_type(package, of)
        )
    });
    let all: Vec<String> = module.backends.iter().map(|of| condition(module, of)).collect();
    let others = match all.is_empty() {
        true => String::new(),
        false => format!(
            "#[cfg(not(all({})))]\n_ => Err({error}::FeatureDisabled {{ feature: backend.feature() }}),\n",
            all.join(", ")
        ),
    };
    format!(
        "/// Opens the best backend that does what is asked.\npub(super) fn open(config: &{config}, opening: Opening<{backend}>) -> \
         Result<Active, {error}> {{\nif COMPILED.is_empty() {{ return Err(match opening.backend {{ Some(demanded) => \
         {error}::FeatureDisabled {{ feature: demanded.feature() }}, None => DISABLED }}); }}\nconfig.validate()?;\nlet backend = \
         choose(&FACTS, &opening, &config.needs()).map_err(|refusal| match refusal {{\nRefusal::NotCompiled(Some(demanded)) => \
         {error}::FeatureDisabled {{ feature: demanded.feature() }},\nRefusal::NotCompiled(None) => DISABLED,\nRefusal::Lacks(backend, \
         what) => {error}::Unsupported {{ backend: backend.name(), what }},\n}})?;\nlet clock = opening.clock.unwrap_or_else(|| \
         Arc::new(SystemClock::new()));\nmatch backend {{ {compiled} {others} }}\n}}\n"
    )
}

fn delegates(part: &Part<'_>) -> String {
    let module = part.module;
    let backend = rust_types::backend_type(module);
    let mut text = format!(
        "impl Active {{\n/// Which one it is.\n#[inline]\npub(super) fn backend(&self) -> {backend} {{ match *self {{ {} }} }}\n",
        arms(module, |of| format!("Active::{0}(_) => {backend}::{0},", of.type_name()))
    );
    let mut pass_on = |signature: &str, call: &str, arguments: &str| {
        text.push_str(&format!(
            "#[inline]\npub(super) {signature} {{ match *self {{ {} }} }}\n",
            arms(module, |of| format!(
                "Active::{}(ref active) => Backend::{call}(active{arguments}),",
                of.type_name()
            ))
        ));
    };
    // A parameter can't be called as what the arms bind.
    pass_on("fn close(&self)", "close", "");
    for function in module.functions.iter().filter(|function| function.is_method) {
        let arguments = rust_types::arguments_text(function);
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!(", {arguments}")
        };
        let signature = rust_types::signature(module, function);
        pass_on(&signature, &rust::name(&function.name), &arguments);
    }
    text.push_str("}\n");
    text
}

/// A free function: that of the preferred backend, or what is said where there is none.
fn free(part: &Part<'_>, function: &Function) -> String {
    let (package, module) = (part.package, part.module);
    let backend = rust_types::backend_type(module);
    let name = rust::name(&function.name);
    let arguments = rust_types::arguments_text(function);
    let compiled = arms(module, |of| {
        let adapter = rust_types::adapter_type(package, of);
        // Traits have no constant functions.
        let callee = match function.is_const {
            true => format!("{adapter}::{name}"),
            false => format!("<{adapter} as Backend>::{name}"),
        };
        format!("Some({backend}::{}) => {callee}({arguments}),", of.type_name())
    });
    format!(
        "#[inline]\npub(super) {}{} {{ match COMPILED.first() {{ {compiled} _ => {} }} }}\n",
        if function.is_const { "const " } else { "" },
        rust_types::signature(module, function),
        without_backend(module, function)
    )
}

/// What a free function gives where nothing is compiled in.
pub fn without_backend(module: &Module, function: &Function) -> String {
    match (&function.disabled, &function.returns) {
        (Disabled::Value { value, .. }, Some(returns)) => {
            let value = rust_types::value_text(module, returns, value);
            if function.is_fallible { format!("Ok({value})") } else { value }
        }
        (_, None) if !function.is_fallible => "()".to_owned(),
        _ => "Err(DISABLED)".to_owned(),
    }
}
