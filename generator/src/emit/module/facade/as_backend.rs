//! Emits `as_backend.rs` of a module in the façade: the façade is a backend itself, so that laws and measures run through it.

use super::Part;
use crate::emit::module::rust_types;
use crate::emit::rust;

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let facts = rust_types::facts_crate(package);
    let name = rust_types::module_name(module);
    let handle = module.handle();
    let config = rust_types::config_type(module);
    let error = rust_types::error_type(module);
    let mut mentions = rust_types::Mentions::default();
    let mut body = String::new();
    for function in module.functions.iter().filter(|function| !function.is_const) {
        mentions.add_function(module, function);
        let receiver = if function.is_method { "self" } else { "" };
        let arguments = rust_types::arguments_text(function);
        let comma = if function.is_method && !arguments.is_empty() {
            ", "
        } else {
            ""
        };
        let end = if rust_types::result_text(module, function) == "()" {
            ";"
        } else {
            ""
        };
        body.push_str(&format!(
            "#[inline]\n{} {{ {handle}::{}({receiver}{comma}{arguments}){end} }}\n",
            rust_types::signature(module, function),
            rust::name(&function.name)
        ));
    }
    mentions
        .named
        .extend([config.to_owned(), error.clone(), "Backend".to_owned()]);
    let mut text =
        rust::module_doc_lines("The façade as a backend, so that what is said and measured of backends holds through it too.");
    text.push_str("#![allow(deprecated, reason = \"what is deprecated still does what it did\")]\nuse std::sync::Arc;\n");
    text.push_str(&rust_types::imports(
        package,
        &mentions,
        Some(&format!("{facts}::{name}")),
        false,
    ));
    text.push_str(&format!(
        "use {facts}::opening::Opening;\nuse super::{handle};\nuse crate::clock::Clock;\nimpl Backend for {handle} {{\nfn open(config: \
         &{config}, clock: Arc<dyn Clock>) -> Result<Self, {error}> {{ {handle}::open_as(config, \
         Opening::new().accept_approximate().clock(clock)) }}\nfn close(&self) {{ {handle}::close(self); }}\n{body}}}\n"
    ));
    rust::file(&text)
}
