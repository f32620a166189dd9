//! The functions of a module as C calls them.

use std::fmt::Write;

use super::form::Form;
use super::header;
use super::interface::{Input, Interface, Shim};
use super::names;
use crate::emit::module::{rust_types, sorted_imports};
use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::module::TypeReference;

/// `src/<module>/mod.rs`.
pub fn file(interface: &Interface<'_>) -> Result<String, std::fmt::Error> {
    let module = interface.module;
    let mut body = String::new();
    common(&mut body, interface)?;
    for form in interface.freed() {
        free(&mut body, interface, &form)?;
    }
    for shim in &interface.shims {
        function(&mut body, interface, shim)?;
    }
    let mut out = rust::module_doc_lines(&format!(
        "`{}` as C calls it: `include/{}` says to C programs what stands here.\n\n{}",
        module.name,
        interface.header(),
        provenance::line(&item::key("c", ""), &module.file)
    ));
    out.push_str("\nmod types;\n\nuse std::ffi::{c_char, c_int};\n\n");
    let facade = rust_types::facade_crate(interface.package);
    let own = interface.rust_module();
    let backend = rust_types::backend_type(module);
    let handle = module.handle();
    let facts_crate = rust_types::facts_crate(interface.package);
    let mut imports = vec![
        format!("use {facade}::{own}::{handle};\n"),
        format!("use {facts_crate}::{own}::{backend};\n"),
    ];
    if interface.closed.is_none() {
        imports.push(format!("use {facts_crate}::opening::Opening;\n"));
    }
    writeln!(out, "{}", sorted_imports(&imports.concat()))?;
    out.push_str("use crate::failure::{Failure, guard};\n");
    let mut used: Vec<String> = Vec::new();
    for name in ["Buffer", "IntoC", "List", "Optional", "Place"] {
        if mentions(&body, name) || name == "IntoC" && body.contains(".into_c()") {
            used.push(name.to_owned());
        }
    }
    // rustfmt puts the module itself first.
    used.sort();
    let used: Vec<String> = std::iter::once("self".to_owned()).chain(used).collect();
    match used.as_slice() {
        [_] => out.push_str("use crate::value;\n"),
        many => writeln!(out, "use crate::value::{{{}}};", many.join(", "))?,
    }
    if has_types(interface) {
        out.push_str("\npub use types::*;\n");
    }
    out.push('\n');
    let error = rust_types::error_type(module);
    let facts = facts_crate;
    write!(
        out,
        "impl From<{facts}::{own}::{error}> for Failure {{\n    fn from(error: {facts}::{own}::{error}) -> Self {{\n        Failure {{\n            \
         code: error.code(),\n            text: error.to_string(),\n        }}\n    }}\n}}\n\n/// An opened module.\npub struct Handle({handle});\n\n\
         /// Where no backend is compiled in, no pointer can be one to a handle.\nfn check_enabled() -> Result<(), Failure> {{\n    match \
         {handle}::is_enabled() {{\n        true => Ok(()),\n        false => Err(Failure::disabled({:?})),\n    }}\n}}\n",
        module.name
    )?;
    out.push_str(&body);
    Ok(out)
}

/// Whether `types.rs` has structs.
pub fn has_types(interface: &Interface<'_>) -> bool {
    interface.parts.iter().any(|part| matches!(part, Form::Struct(_)))
}

/// Whether a text names something as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part) && !text[at + name.len()..].chars().next().is_some_and(is_part)
    })
}

fn common(out: &mut String, interface: &Interface<'_>) -> std::fmt::Result {
    let module = interface.module;
    let (prefix, handle) = (&interface.c.prefix, module.handle());
    let backend = rust_types::backend_type(module);
    write!(
        out,
        "\n/// Whether a backend is compiled in: 0 or 1.\n#[unsafe(no_mangle)]\npub extern \"C\" fn {prefix}_is_enabled() -> u8 {{\n    \
         u8::from({handle}::is_enabled())\n}}\n\n/// The backend of a number.\nfn backend_of(number: i32) -> Option<{backend}> {{\n    match \
         number {{\n"
    )?;
    for (number, entry) in module.backends.iter().enumerate() {
        writeln!(out, "        {number} => Some({backend}::{}),", entry.type_name())?;
    }
    write!(
        out,
        "        _ => None,\n    }}\n}}\n\n/// The name of a backend, which lives for ever; null if there is no such backend.\n#[unsafe(no_mangle)]\n\
         pub extern \"C\" fn {prefix}_backend_name(backend: i32) -> *const c_char {{\n    match backend {{\n"
    )?;
    for (number, entry) in module.backends.iter().enumerate() {
        writeln!(out, "        {number} => c{:?}.as_ptr(),", entry.name)?;
    }
    out.push_str("        _ => std::ptr::null(),\n    }\n}\n");
    if interface.closed.is_some() {
        return Ok(());
    }
    let config = rust_types::config_type(module);
    let facts = rust_types::facts_crate(interface.package);
    let surface = format!("{facts}::{}", interface.rust_module());
    out.push_str(
        &include_str!("../text/c_common.rs")
            .replace("PREFIX", prefix)
            .replace("SURFACE", &surface)
            .replace("CONFIG", config)
            .replace("HANDLE", &handle)
            .replace("BACKEND", &backend)
            .replace("ENUM", &format!("{prefix} backend")),
    );
    for (number, entry) in module.backends.iter().enumerate() {
        writeln!(out, "            {backend}::{} => {number},", entry.type_name())?;
    }
    out.push_str("        });\n        Ok(())\n    })\n}\n");
    let form = Form::Struct(module.config);
    if header::module_config_owns(interface) && !interface.freed().contains(&form) {
        free(out, interface, &form)?;
    }
    Ok(())
}

fn free(out: &mut String, interface: &Interface<'_>, form: &Form) -> std::fmt::Result {
    let rust = names::rust_type(interface.module, form);
    writeln!(
        out,
        "\n/// Frees what a value owns and makes it zero.\n///\n/// # Safety\n///\n/// `value` is null, or points to a value that this library \
         gave out and that wasn't freed as a copy, or to zero.\n#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn {}(value: *mut {rust}) {{\n    \
         // SAFETY: the contract of this function is that of `free`.\n    unsafe {{ value::free(value) }};\n}}",
        names::free(&interface.type_of(form))
    )
}

fn function(out: &mut String, interface: &Interface<'_>, shim: &Shim<'_>) -> std::fmt::Result {
    let function = shim.function;
    let parameters = interface.parameters(shim);
    let is_unsafe = parameters.iter().any(|parameter| parameter.rust.starts_with('*'));
    let mut docs = function.doc.trim().to_owned();
    if is_unsafe {
        docs.push_str(
            "\n\n# Safety\n\nA pointer that isn't null points to what the header says, as much of it as the length behind it says; a handle \
             was opened by this module and isn't freed.",
        );
    }
    docs.push_str(&format!(
        "\n\n{}",
        provenance::line(&item::key("fn", &function.name), &interface.module.file)
    ));
    write!(out, "\n{}", rust::doc_lines(0, &docs))?;
    if function.deprecated.is_some() {
        out.push_str("#[allow(deprecated)]\n");
    }
    out.push_str("#[unsafe(no_mangle)]\n");
    let qualifier = if is_unsafe { "unsafe " } else { "" };
    let rows: Vec<String> = parameters
        .iter()
        .map(|parameter| format!("{}: {}", rust::name(&parameter.name), parameter.rust))
        .collect();
    let line = format!(
        "pub {qualifier}extern \"C\" fn {}({}) -> c_int {{",
        shim.name,
        rows.join(", ")
    );
    if line.chars().count() <= 130 {
        writeln!(out, "{line}")?;
    } else {
        let rows: String = rows.iter().map(|row| format!("    {row},\n")).collect();
        write!(out, "pub {qualifier}extern \"C\" fn {}(\n{rows}) -> c_int {{\n", shim.name)?;
    }
    out.push_str("    guard(|| {\n");
    body(out, interface, shim)?;
    out.push_str("        Ok(())\n    })\n}\n");
    Ok(())
}

/// What stands above a block that trusts a pointer.
const TRUST: &str = "        // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.\n";

fn body(out: &mut String, interface: &Interface<'_>, shim: &Shim<'_>) -> std::fmt::Result {
    let function = shim.function;
    let places: Vec<_> = shim.output.iter().flat_map(|output| interface.places(output)).collect();
    // Places are zeroed before anything can fail, so that they may be freed in any case; what is wrong with them is said last.
    for place in &places {
        let name = rust::name(&place.name);
        writeln!(
            out,
            "{TRUST}        let {name} = unsafe {{ Place::new({name}, {:?}) }};",
            place.name
        )?;
    }
    if function.is_method {
        out.push_str("        check_enabled()?;\n");
        writeln!(
            out,
            "{TRUST}        let Handle(module) = unsafe {{ value::reference(handle, \"handle\") }}?;"
        )?;
    }
    for input in &shim.inputs {
        read(out, input)?;
    }
    for place in &places {
        let name = rust::name(&place.name);
        writeln!(out, "        let {name} = {name}?;")?;
    }
    let arguments: Vec<String> = shim.inputs.iter().map(argument).collect();
    let method = rust::name(&function.name);
    let callee = match function.is_method {
        true => format!("module.{method}"),
        false => format!("{}::{method}", interface.module.handle()),
    };
    let question = if function.is_fallible { "?" } else { "" };
    match &shim.output {
        None => out.push_str(&rust::call(8, "", &callee, &arguments, &format!("{question};"))),
        Some(output) => {
            out.push_str(&rust::call(8, "let value = ", &callee, &arguments, &format!("{question};")));
            match output {
                Form::Optional(_) => out.push_str(
                    "        found.set(u8::from(value.is_some()));\n        if let Some(value) = value {\n            \
                     out.set(value.into_c());\n        }\n",
                ),
                _ => out.push_str("        out.set(value.into_c());\n"),
            }
        }
    }
    Ok(())
}

/// The statement that reads an input.
fn read(out: &mut String, input: &Input<'_>) -> std::fmt::Result {
    let name = rust::name(&names::variable(input.name));
    let value = reading(input.name, &input.form);
    if let Form::Optional(inner) = &input.form {
        let (condition, none, some) = match **inner {
            Form::Struct(_) => (format!("{name}.is_null()"), "true", "false"),
            _ => (format!("has_{}", input.name), "0", "_"),
        };
        let value = reading(input.name, inner);
        let comment = match value.contains("unsafe") {
            true => "            // SAFETY: the caller answers for the pointer, as the docs demand; null is refused.\n",
            false => "",
        };
        return write!(
            out,
            "        let {name} = match {condition} {{\n            {none} => None,\n{comment}            {some} => Some({value}),\n        }};\n"
        );
    }
    let comment = if value.contains("unsafe") { TRUST } else { "" };
    writeln!(out, "{comment}        let {name} = {value};")
}

fn reading(name: &str, form: &Form) -> String {
    let variable = rust::name(&names::variable(name));
    let len = format!("{}_len", name);
    match form {
        Form::Text => format!("unsafe {{ value::text({variable}, {len}, {name:?}) }}?"),
        Form::Bytes => format!("unsafe {{ value::bytes({variable}, {len}, {name:?}) }}?"),
        Form::Struct(_) => format!("unsafe {{ value::structure({variable}, {name:?}) }}?"),
        Form::List(_) => format!("unsafe {{ value::list({variable}, {len}, {name:?}) }}?"),
        Form::Optional(_) => String::new(),
        _ => format!("value::number({variable})?"),
    }
}

/// How an input is passed on.
fn argument(input: &Input<'_>) -> String {
    let name = rust::name(&names::variable(input.name));
    let owned = |kind: &TypeReference, of: &str| match kind {
        TypeReference::String => Some(format!("{of}.to_owned()")),
        TypeReference::Library(_) => Some(format!("{of}.to_vec().into()")),
        _ => None,
    };
    match input.kind {
        TypeReference::Reference(_) => format!("&{name}"),
        TypeReference::Option(inner) => match owned(inner, "value") {
            Some(owned) => format!("{name}.map(|value| {owned})"),
            None => name,
        },
        kind => owned(kind, &name).unwrap_or(name),
    }
}
