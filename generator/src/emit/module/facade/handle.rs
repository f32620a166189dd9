//! Emits `mod.rs` of a module in the façade: the handle, the same in every build.

use super::Part;
use crate::emit::module::facts::auto_traits;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::surface::Function;
use crate::model::module::{Level, Module};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let facts = rust_types::facts_crate(package);
    let name = rust_types::module_name(module);
    let handle = module.handle();
    let config = rust_types::config_type(module);
    let error = rust_types::error_type(module);
    let backend = rust_types::backend_type(module);
    let mut mentions = rust_types::Mentions::default();
    for function in &module.functions {
        mentions.add_function(module, function);
    }
    // Types of the module are here already.
    mentions.named.clear();
    let checks = module.functions.iter().any(|function| !checked(part, function).is_empty());
    let mut text = rust::module_doc_lines(&format!(
        "{}\n\nThe surface has version {}.\n\n{}",
        module.doc.trim(),
        module.version,
        docs::origin(module, "module", "")
    ));
    text.push_str("mod as_backend; mod seam;\nuse std::fmt;\nuse std::marker::PhantomData;\nuse std::sync::atomic::{AtomicBool, Ordering};\n");
    text.push_str(&rust_types::imports(package, &mentions, None, false));
    text.push_str(&format!("use {facts}::opening::Opening;\n"));
    let mut own: Vec<String> = module.types.iter().map(|of| of.name.clone()).collect();
    own.extend(module.constants.iter().map(|constant| constant.name.clone()));
    own.extend([backend.clone(), rust_types::capability_type(module), error.clone()]);
    own.extend(module.state_machines.iter().map(rust_types::state_type));
    own.extend(module.state_machines.iter().map(|machine| rust::module(&machine.name)));
    text.push_str(&rust::use_names(&format!("{facts}::{name}"), &own).replacen("use", "pub use", 1));
    if checks {
        text.push_str("use crate::choice::suffices;\n");
    }
    text.push_str(&rust::doc_lines(
        0,
        &format!(
            "{}\n\nIt looks the same in every build. What stands behind it is one of [`{backend}`]; [`{handle}::backend`] says which.",
            crate::model::item::sentence(&module.doc)
        ),
    ));
    let promised: Vec<&str> = auto_traits(&module.auto_traits)
        .into_iter()
        .filter(|(_, promised)| *promised)
        .map(|(name, _)| name)
        .collect();
    let marker = match promised.is_empty() {
        true => "core::any::Any".to_owned(),
        false => promised.join(" + "),
    };
    text.push_str(&format!(
        "pub struct {handle} {{ inner: seam::Active, open: AtomicBool,{} _pin: Pin }}\n/// What holds of the handle in every build, \
         whatever holds of a backend beyond it.\ntype Pin = PhantomData<dyn {marker}>;\n",
        if checks { " approximate: bool," } else { "" }
    ));
    text.push_str(&format!(
        "impl {handle} {{\n{}",
        common(&handle, config, &error, &backend, checks)
    ));
    if checks {
        text.push_str(&need(module));
    }
    for function in &module.functions {
        text.push_str(&method(part, function));
    }
    text.push_str(&format!(
        "}}\nimpl fmt::Debug for {handle} {{ fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {{ \
         formatter.debug_struct(\"{handle}\").field(\"backend\", &self.backend()).field(\"open\", &self.is_open()).finish() }} }}\n"
    ));
    rust::file(&text)
}

/// What every handle has.
fn common(handle: &str, config: &str, error: &str, backend: &str, checks: bool) -> String {
    let approximate = if checks {
        "let approximate = opening.approximate;"
    } else {
        ""
    };
    let field = if checks { "approximate," } else { "" };
    format!(
        "/// Whether a backend is compiled in, so that it can be opened at all. Whether a handle is still open, [`{handle}::is_open`] \
         says.\n#[must_use]\npub const fn is_enabled() -> bool {{ !seam::COMPILED.is_empty() }}\n\
         /// Opens the preferred backend of those that do exactly what is asked.\n///\n/// # Errors\n///\n/// As for \
         [`{handle}::open_with`].\npub fn open(config: {config}) -> Result<Self, {error}> {{ Self::open_with(config, Opening::new()) }}\n\
         /// Opens a backend: a certain one, or also one that does what is asked approximately, or with another clock.\n///\n/// # \
         Errors\n///\n/// [`{error}::FeatureDisabled`] if no backend, or not the one that is demanded, is compiled in; \
         [`{error}::InvalidConfig`] for a value out of range; [`{error}::Unsupported`] for one that asks for what no backend does, or \
         only approximately; and what the backend reports.\n#[allow(clippy::needless_pass_by_value, reason = \"the configuration is the caller's to give away\")]\npub fn open_with(config: {config}, opening: Opening<{backend}>) -> \
         Result<Self, {error}> {{ Self::open_as(&config, opening) }}\n#[allow(unreachable_code, reason = \"without a backend it always \
         fails\")]\nfn open_as(config: &{config}, opening: Opening<{backend}>) -> Result<Self, {error}> {{ {approximate} Ok({handle} {{ inner: seam::open(config, opening)?, open: AtomicBool::new(true), {field} \
         _pin: PhantomData }}) }}\n/// The backend behind it.\n#[inline]\n#[must_use]\npub fn backend(&self) -> {backend} {{ \
         self.inner.backend() }}\n/// Whether it wasn't closed.\n#[inline]\n#[must_use]\npub fn is_open(&self) -> bool {{ \
         self.open.load(Ordering::Relaxed) }}\n/// Ends its use: callers that wait are woken, and a backend may let go of what it holds. From then on, calls that can fail give \
         [`{error}::Closed`]; closing again does nothing.\npub fn close(&self) {{ if self.open.swap(false, Ordering::AcqRel) {{ \
         self.inner.close(); }} }}\n"
    )
}

/// The check of what a call needs.
fn need(module: &Module) -> String {
    let error = rust_types::error_type(module);
    let capability = rust_types::capability_type(module);
    format!(
        "/// Refuses a call that needs what the backend doesn't do well enough.\n#[inline]\nfn need(&self, capability: {capability}, \
         approximate: bool, what: &str) -> Result<(), {error}> {{\nif suffices(self.backend().support(capability), approximate) {{ return \
         Ok(()); }}\nErr({error}::Unsupported {{ backend: self.backend().name(), what: what.to_owned() }})\n}}\n"
    )
}

/// The capabilities that a call is checked for, with whether approximations do. What has a value for each variant was checked when it
/// was opened.
pub fn checked<'a>(part: &Part<'a>, function: &Function) -> Vec<(&'a str, bool)> {
    let needs = function.needs.iter().filter(|_| function.is_method && function.is_fallible);
    needs
        .map(|need| (&part.package.capabilities[need.capability], need.level != Level::Exact))
        .filter(|(capability, _)| capability.per.is_none())
        .map(|(capability, any)| (capability.name.as_str(), any))
        .collect()
}

fn method(part: &Part<'_>, function: &Function) -> String {
    let (package, module) = (part.package, part.module);
    let name = rust::name(&function.name);
    let arguments = rust_types::arguments_text(function);
    let mut text = rust::doc_lines(4, &docs::function(package, module, function));
    if let Some(reason) = &function.deprecated {
        text.push_str(&format!("#[deprecated(note = {})]\n", rust::literal(reason)));
    }
    // A `Result` is so by itself.
    if function.must_use && !function.is_fallible {
        text.push_str("#[must_use]\n");
    }
    let constant = if function.is_const { "const " } else { "" };
    text.push_str(&format!(
        "#[inline]\npub {constant}{} {{\n",
        rust_types::signature(module, function)
    ));
    for (capability, any) in checked(part, function) {
        let approximate = if any { "true" } else { "self.approximate" };
        text.push_str(&format!(
            "self.need({}::{}, {approximate}, {})?;\n",
            rust_types::capability_type(module),
            rust::variant(capability),
            rust::literal(&format!("{} needs {capability}", function.name))
        ));
    }
    if function.is_method && function.is_fallible {
        text.push_str(&format!(
            "if !self.is_open() {{ return Err({}::Closed); }}\n",
            rust_types::error_type(module)
        ));
    }
    let callee = if function.is_method { "self.inner." } else { "seam::" };
    let end = if rust_types::result_text(module, function) == "()" {
        ";"
    } else {
        ""
    };
    text.push_str(&format!("{callee}{name}({arguments}){end}\n}}\n"));
    text
}
