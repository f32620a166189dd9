//! The headers: what a C program sees, with who owns what.

use std::fmt::Write;

use super::form::Form;
use super::interface::{Interface, Shim};
use super::names;
use crate::emit::provenance;
use crate::model::item;
use crate::model::module::TypeKind;
use crate::model::module::surface::Value;
use crate::model::package::Package;

/// The header of what all modules of a package share.
pub fn shared(package: &Package) -> String {
    let shared = names::shared(package);
    include_str!("../text/c_shared.h")
        .replace("PREFIX", &shared.to_uppercase())
        .replace("prefix", &shared)
}

/// The header of a module.
pub fn of(interface: &Interface<'_>) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let module = interface.module;
    let guard = format!("{}_H", interface.c.prefix.to_uppercase());
    let shared = names::shared(interface.package);
    let origin = provenance::line(&item::key("c", ""), &module.file);
    let about = format!(
        "{}\n\nThe surface has version {}. Every function may be called in every build: where no backend is compiled in, each gives \
         {}_FEATURE_DISABLED. A handle {}.\n\n{}",
        module.doc.trim(),
        module.version,
        shared.to_uppercase(),
        match module.auto_traits.sync {
            true => "may be used by several threads at a time, but nobody may use it while or after it is freed",
            false => "may be used by one thread at a time",
        },
        origin
    );
    comment(&mut out, &about);
    write!(
        out,
        "#ifndef {guard}\n#define {guard}\n\n#include \"{shared}.h\"\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n"
    )?;
    errors(&mut out, interface)?;
    constants(&mut out, interface)?;
    for part in &interface.parts {
        definition(&mut out, interface, part)?;
    }
    common(&mut out, interface)?;
    for form in interface.freed() {
        let name = interface.type_of(&form);
        comment(
            &mut out,
            "Frees what a value owns and makes it zero. Null and zero are passed over.",
        );
        write!(out, "void {}({name} *value);\n\n", names::free(&name))?;
    }
    for shim in &interface.shims {
        comment(&mut out, &about_function(interface, shim));
        write!(out, "{}\n\n", prototype(interface, shim))?;
    }
    if !interface.refused.is_empty() {
        let rows = interface
            .refused
            .iter()
            .map(|(function, reason)| format!("- {}: {reason}", function.name));
        let rows: Vec<String> = rows.collect();
        comment(&mut out, &format!("Functions without a form in C:\n\n{}", rows.join("\n")));
        out.push('\n');
    }
    write!(out, "#ifdef __cplusplus\n}}\n#endif\n\n#endif\n")?;
    Ok(out)
}

fn errors(out: &mut String, interface: &Interface<'_>) -> std::fmt::Result {
    if interface.module.errors.is_empty() {
        return Ok(());
    }
    comment(out, "Errors of the module's own.");
    out.push_str("enum {\n");
    let last = interface.module.errors.len() - 1;
    for (index, error) in interface.module.errors.iter().enumerate() {
        let origin = provenance::line(&item::key("error", &error.name), &interface.module.file);
        let retry = if error.retry {
            " The same call may succeed later."
        } else {
            ""
        };
        comment_at(out, 4, &format!("{}{retry} {origin}", flat(&error.doc)));
        let code = interface
            .c
            .error_base
            .saturating_sub(i32::try_from(error.code).unwrap_or(i32::MAX));
        let comma = if index == last { "" } else { "," };
        writeln!(out, "    {} = {code}{comma}", names::constant(interface.c, &error.name))?;
    }
    out.push_str("};\n\n");
    Ok(())
}

fn constants(out: &mut String, interface: &Interface<'_>) -> std::fmt::Result {
    for constant in &interface.module.constants {
        let value = match &constant.value {
            Value::Bool(value) => u8::from(*value).to_string(),
            Value::Integer(value) => integer(*value),
            Value::Float(value) => format!("{value:?}"),
            Value::Duration(nanoseconds) => format!("UINT64_C({nanoseconds})"),
            // Every escape of a Rust literal of plain ASCII is one of C.
            Value::Text(text) if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => format!("{text:?}"),
            _ => continue,
        };
        let origin = provenance::line(&item::key("const", &constant.name), &interface.module.file);
        comment(out, &format!("{} {origin}", flat(&constant.doc)));
        write!(out, "#define {} {value}\n\n", names::constant(interface.c, &constant.name))?;
    }
    Ok(())
}

fn integer(value: i128) -> String {
    match i64::try_from(value) {
        Ok(i64::MIN) => "INT64_MIN".to_owned(),
        Ok(small) if i32::try_from(small).is_ok() => format!("({small})"),
        Ok(large) => format!("INT64_C({large})"),
        Err(_) => format!("UINT64_C({value})"),
    }
}

fn definition(out: &mut String, interface: &Interface<'_>, form: &Form) -> std::fmt::Result {
    let name = interface.type_of(form);
    let about = |id: &crate::arena::Id<crate::model::module::Type>| {
        let of = &interface.module.types[*id];
        format!(
            "{} {}",
            flat(&of.doc),
            provenance::line(&item::key("type", &of.name), &interface.module.file)
        )
    };
    match form {
        Form::Opaque(id) => {
            comment(out, &about(id));
            write!(out, "typedef uint64_t {name};\n\n")
        }
        Form::Enum(id) => {
            comment(out, &about(id));
            write!(out, "typedef int32_t {name};\n\nenum {{\n")?;
            if let TypeKind::Enum { variants, .. } = &interface.module.types[*id].kind {
                for (number, variant) in variants.iter().enumerate() {
                    comment_at(out, 4, &flat(&variant.doc));
                    let comma = if number + 1 == variants.len() { "" } else { "," };
                    let constant = names::variant(interface.c, interface.module, *id, &variant.name);
                    writeln!(out, "    {constant} = {number}{comma}")?;
                }
            }
            out.push_str("};\n\n");
            Ok(())
        }
        Form::State(id) => {
            let machine = &interface.module.state_machines[*id];
            let origin = provenance::line(&item::key("state_machine", &machine.name), &interface.module.file);
            comment(out, &format!("{} Its states. {origin}", flat(&machine.doc)));
            write!(out, "typedef int32_t {name};\n\nenum {{\n")?;
            for (number, state) in machine.states.iter().enumerate() {
                let comma = if number + 1 == machine.states.len() { "" } else { "," };
                let constant = names::state_constant(interface.c, interface.module, *id, state);
                writeln!(out, "    {constant} = {number}{comma}")?;
            }
            out.push_str("};\n\n");
            Ok(())
        }
        Form::Struct(id) => {
            comment(out, &about(id));
            writeln!(out, "typedef struct {} {{", name.strip_suffix("_t").unwrap_or(&name))?;
            if let TypeKind::Struct(fields) = &interface.module.types[*id].kind {
                for (field, (field_name, form)) in fields.iter().zip(interface.fields(*id)) {
                    comment_at(out, 4, &format!("{}{}", flat(&field.doc), unit(&form)));
                    writeln!(out, "    {} {};", interface.type_of(&form), names::variable(field_name))?;
                }
                // A struct without members is no C.
                if fields.is_empty() {
                    out.push_str("    uint8_t nothing;\n");
                }
            }
            write!(out, "}} {name};\n\n")
        }
        Form::Optional(inner) => {
            comment(out, "A value that may be absent: `has` is 0 then.");
            let of = interface.type_of(inner);
            let tag = name.strip_suffix("_t").unwrap_or(&name);
            write!(
                out,
                "typedef struct {tag} {{\n    uint8_t has;\n    {of} value;\n}} {name};\n\n"
            )
        }
        Form::List(inner) => {
            comment(out, "Any number of values; `items` is null if there is none.");
            let of = interface.type_of(inner);
            let tag = name.strip_suffix("_t").unwrap_or(&name);
            write!(
                out,
                "typedef struct {tag} {{\n    {of} *items;\n    size_t len;\n}} {name};\n\n"
            )
        }
        _ => Ok(()),
    }
}

/// What a number counts, where its type doesn't say it.
fn unit(form: &Form) -> &'static str {
    match form {
        Form::Duration => " In nanoseconds.",
        Form::Optional(inner) if **inner == Form::Duration => " In nanoseconds.",
        Form::Bool => " 0 or 1.",
        _ => "",
    }
}

fn common(out: &mut String, interface: &Interface<'_>) -> std::fmt::Result {
    let module = interface.module;
    let (prefix, handle) = (&interface.c.prefix, interface.handle());
    comment(out, "An opened module. Only its functions know what is in it.");
    write!(out, "typedef struct {prefix} {handle};\n\n")?;
    // C knows no enum without values.
    if !module.backends.is_empty() {
        backends(out, interface)?;
    }
    comment(out, "Whether a backend is compiled in: 0 or 1.");
    write!(out, "uint8_t {prefix}_is_enabled(void);\n\n")?;
    comment(
        out,
        "The name of a backend, which ends in NUL and lives for ever; null if there is no such backend.",
    );
    write!(out, "const char *{prefix}_backend_name(int32_t backend);\n\n")?;
    if let Some(reason) = &interface.closed {
        comment(out, &format!("The module can't be opened from C: {reason}."));
        out.push('\n');
        return Ok(());
    }
    let config = names::named(interface.c, module, module.config);
    comment(
        out,
        "Writes the configuration that holds where nothing else is stated. It owns nothing that must be freed before `open`.",
    );
    if module_config_owns(interface) {
        comment(
            out,
            &format!("Free it with {}, before its fields are changed.", names::free(&config)),
        );
    }
    write!(out, "int {prefix}_config_default({config} *out);\n\n")?;
    if module_config_owns(interface) && !interface.freed().contains(&Form::Struct(module.config)) {
        comment(
            out,
            "Frees what a configuration from `config_default` owns and makes it zero.",
        );
        write!(out, "void {}({config} *value);\n\n", names::free(&config))?;
    }
    comment(
        out,
        "Opens the module on the best backend that does exactly what the configuration asks. The configuration is read and stays the \
         caller's; null stands for the default. The handle belongs to the caller, who frees it.",
    );
    write!(out, "int {prefix}_open(const {config} *config, {handle} **out);\n\n")?;
    comment(
        out,
        "Opens the module on a backend. If `approximate` isn't 0, one will do that does what is asked only approximately.",
    );
    write!(
        out,
        "int {prefix}_open_on(const {config} *config, int32_t backend, uint8_t approximate, {handle} **out);\n\n"
    )?;
    comment(
        out,
        "Ends the use of the module, without freeing the handle: calls that can fail are refused from then on.",
    );
    write!(out, "int {prefix}_close(const {handle} *handle);\n\n")?;
    comment(out, "Whether it was not closed: 0 or 1.");
    write!(out, "int {prefix}_is_open(const {handle} *handle, uint8_t *out);\n\n")?;
    comment(out, "The number of the backend behind it.");
    write!(out, "int {prefix}_backend(const {handle} *handle, int32_t *out);\n\n")?;
    comment(
        out,
        "Frees a handle. Null is passed over. Nobody may use the handle afterwards.",
    );
    write!(out, "void {prefix}_free({handle} *handle);\n\n")
}

fn backends(out: &mut String, interface: &Interface<'_>) -> std::fmt::Result {
    let module = interface.module;
    comment(
        out,
        "The backends, whether or not they are compiled in. Their numbers may change with every version of the surface.",
    );
    out.push_str("enum {\n");
    for (number, backend) in module.backends.iter().enumerate() {
        comment_at(out, 4, &flat(&backend.doc));
        let comma = if number + 1 == module.backends.len() { "" } else { "," };
        let constant = names::constant(interface.c, &format!("backend_{}", backend.name));
        writeln!(out, "    {constant} = {number}{comma}")?;
    }
    out.push_str("};\n\n");
    Ok(())
}

/// Whether the configuration holds texts or lists.
pub fn module_config_owns(interface: &Interface<'_>) -> bool {
    Form::Struct(interface.module.config).owns(interface.package, interface.module)
}

fn about_function(interface: &Interface<'_>, shim: &Shim<'_>) -> String {
    let function = shim.function;
    let mut text = function.doc.trim().to_owned();
    let mut remarks: Vec<String> = Vec::new();
    for input in &shim.inputs {
        let name = names::variable(input.name);
        match &input.form {
            Form::Duration => remarks.push(format!("`{name}` is in nanoseconds.")),
            Form::Text => remarks.push(format!("`{name}` is UTF-8.")),
            Form::Bool => remarks.push(format!("`{name}` is true unless it is 0.")),
            Form::Optional(inner) if matches!(**inner, Form::Struct(_)) => {
                remarks.push(format!("`{name}` may be null: none."));
            }
            Form::Optional(inner) => {
                let unit = if **inner == Form::Duration { ", in nanoseconds" } else { "" };
                remarks.push(format!("`{name}`{unit} counts only if `has_{}` isn't 0.", input.name));
            }
            _ => {}
        }
    }
    let reads = shim
        .inputs
        .iter()
        .any(|input| input.form.owns(interface.package, interface.module));
    if reads {
        remarks.push("What is passed is only read and stays the caller's.".to_owned());
    }
    if let Some(output) = &shim.output {
        let (of, found) = match output {
            Form::Optional(inner) => (&**inner, true),
            form => (form, false),
        };
        if found {
            remarks.push("`*found` is 1 if there is a value, else 0.".to_owned());
        }
        if *of == Form::Duration {
            remarks.push("`*out` is in nanoseconds.".to_owned());
        }
        if of.owns(interface.package, interface.module) {
            let name = interface.type_of(of);
            remarks.push(format!(
                "What is written to `out` belongs to the caller, who frees it with {}.",
                names::free(&name)
            ));
        }
    }
    if function.blocking {
        remarks.push("It may wait for something outside the process.".to_owned());
    }
    if let Some(reason) = &function.deprecated {
        remarks.push(format!("Deprecated: {reason}"));
    }
    if !remarks.is_empty() {
        write!(text, "\n\n{}", remarks.join(" ")).unwrap_or_default();
    }
    let origin = provenance::line(&item::key("fn", &function.name), &interface.module.file);
    write!(text, "\n\n{origin}").unwrap_or_default();
    text
}

/// The prototype of a function, in one line or with its parameters in lines of their own.
pub fn prototype(interface: &Interface<'_>, shim: &Shim<'_>) -> String {
    let parameters: Vec<String> = interface
        .parameters(shim)
        .iter()
        .map(super::interface::Declared::c_text)
        .collect();
    let line = match parameters.is_empty() {
        true => format!("int {}(void);", shim.name),
        false => format!("int {}({});", shim.name, parameters.join(", ")),
    };
    if line.len() <= 130 {
        return line;
    }
    format!("int {}(\n    {});", shim.name, parameters.join(",\n    "))
}

/// A text in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comment(out: &mut String, text: &str) {
    comment_at(out, 0, text);
}

/// A comment in the form that documentation tools read. Nothing in the text can end it.
fn comment_at(out: &mut String, indent: usize, text: &str) {
    let text = text.replace("*/", "* /").replace("/*", "/ *");
    let margin = " ".repeat(indent);
    let lines = crate::emit::rust::doc_lines(indent, &text);
    let lines: Vec<&str> = lines
        .lines()
        .map(|line| line.trim_start().trim_start_matches("///").trim_start())
        .collect();
    match lines.as_slice() {
        [one] => out.push_str(&format!("{margin}/** {one} */\n")),
        many => {
            out.push_str(&format!("{margin}/**\n"));
            for line in many {
                out.push_str(format!("{margin} * {line}").trim_end());
                out.push('\n');
            }
            out.push_str(&format!("{margin} */\n"));
        }
    }
}
