//! The tests of the C interface: layouts as both languages see them, and programs that call everything.

use std::fmt::Write;

use super::form::Form;
use super::interface::{Interface, Shim};
use super::names;
use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::module::surface::Disabled;
use crate::model::package::Package;

/// `tests/layout.rs`.
pub fn layout(interfaces: &[Interface<'_>]) -> Result<String, std::fmt::Error> {
    let mut out = rust::module_doc_lines(
        "Holds the layouts that C sees to those of Rust: the sizes and offsets here become assertions that a C compiler proves.",
    );
    let Some(first) = interfaces.first() else {
        return Ok(out);
    };
    out.push_str("\nmod support;\n\nuse std::mem::{align_of, offset_of, size_of};\n\n");
    let library = library(first.package);
    let shared = names::shared(first.package);
    writeln!(out, "use {library}::value::{{Buffer, List, Optional}};\n")?;
    write!(
        out,
        "#[test]\nfn what_is_shared() {{\n    support::layout(\n        \"{shared}.h\",\n        &[\n"
    )?;
    structure(&mut out, &format!("{shared}_buffer_t"), "Buffer", &["data", "len"]);
    out.push_str("        ],\n    );\n    // Both are named here for the modules below that have none of them.\n");
    out.push_str("    assert!(size_of::<List<u8>>() == size_of::<Buffer>() && size_of::<Optional<u8>>() == 2);\n}\n");
    for interface in interfaces {
        let module = interface.rust_module();
        write!(
            out,
            "\n#[test]\nfn {module}() {{\n    use {library}::{module} as c;\n\n    support::layout(\n        \"{}\",\n        &[\n",
            interface.header()
        )?;
        writeln!(out, "            (\"sizeof({shared}_buffer_t)\", size_of::<Buffer>()),")?;
        for part in &interface.parts {
            let name = interface.type_of(part);
            match part {
                Form::Struct(id) => {
                    let fields = interface.fields(*id);
                    let mut fields: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
                    if fields.is_empty() {
                        fields.push("nothing");
                    }
                    structure(&mut out, &name, &qualified(interface, part), &fields);
                }
                Form::Optional(_) => structure(&mut out, &name, &qualified(interface, part), &["has", "value"]),
                Form::List(_) => structure(&mut out, &name, &qualified(interface, part), &["items", "len"]),
                Form::Enum(_) | Form::State(_) => writeln!(out, "            (\"sizeof({name})\", size_of::<i32>()),")?,
                Form::Opaque(_) => writeln!(out, "            (\"sizeof({name})\", size_of::<u64>()),")?,
                _ => {}
            }
        }
        out.push_str("        ],\n    );\n");
        if !super::shims::has_types(interface) {
            writeln!(out, "    let _ = c::{}_is_enabled;", interface.c.prefix)?;
        }
        out.push_str("}\n");
    }
    Ok(out)
}

/// The emitted type of a form, with its path.
fn qualified(interface: &Interface<'_>, form: &Form) -> String {
    match form {
        Form::Struct(id) => format!("c::{}", interface.module.types[*id].name),
        Form::Optional(inner) => format!("Optional<{}>", qualified(interface, inner)),
        Form::List(inner) => format!("List<{}>", qualified(interface, inner)),
        other => names::rust_type(interface.module, other),
    }
}

fn structure(out: &mut String, c: &str, rust_type: &str, fields: &[&str]) {
    let mut row = |expression: String, value: String| {
        out.push_str(&rust::call(12, "", "", &[format!("{expression:?}"), value], ","));
    };
    row(format!("sizeof({c})"), format!("size_of::<{rust_type}>()"));
    row(format!("ALIGNOF({c})"), format!("align_of::<{rust_type}>()"));
    for field in fields {
        row(
            format!("offsetof({c}, {})", names::variable(field)),
            format!("offset_of!({rust_type}, {})", rust::name(field)),
        );
    }
}

fn library(package: &Package) -> String {
    crate::emit::module::rust_types::crate_name(&format!("{}-c", package.name))
}

/// `tests/programs.rs`.
pub fn programs(package: &Package, interfaces: &[Interface<'_>]) -> String {
    let mut out = rust::module_doc_lines(
        "C programs against the headers and the library: emitted ones that call every function, and those that stand beside the specs.",
    );
    out.push_str("\nmod support;\n");
    // Without a use of the library cargo needn't link it, but it must be there.
    out.push_str(&format!("\nuse {} as _;\n", library(package)));
    for interface in interfaces {
        let name = interface.rust_module();
        out.push_str(&format!(
            "\n/// Every function of `{}`, also without a handle, without a place for the result, and with what is no text.\n#[test]\nfn \
             every_function_of_{name}() {{\n    support::run(\"tests/{name}.c\");\n}}\n",
            interface.module.name
        ));
    }
    out.push_str(&format!(
        "\n/// What is written by hand in `spec/{0}/programs`.\n#[test]\nfn programs_beside_the_specs() {{\n    \
         support::run_all(\"../../../spec/{0}/programs\");\n}}\n",
        package.name
    ));
    out
}

/// `tests/<module>.c`.
pub fn program(interface: &Interface<'_>) -> Result<String, std::fmt::Error> {
    let module = interface.module;
    let shared = names::shared(interface.package).to_uppercase();
    let prefix = &interface.c.prefix;
    let mut out = format!(
        "/*\n * Calls every function of `{}`. {}\n */\n#include \"{}\"\n\n#include <stdio.h>\n#include <string.h>\n\n",
        module.name,
        provenance::line(&item::key("c", ""), &module.file),
        interface.header()
    );
    out.push_str(
        &include_str!("../text/c_program.c")
            .replace("SHARED", &shared)
            .replace("shared", &shared.to_lowercase())
            .replace("ERROR_BASE", &format!("({})", interface.c.error_base)),
    );
    write!(out, "\nint main(void) {{\n")?;
    let has_handle = interface.closed.is_none();
    if has_handle {
        write!(
            out,
            "    {} *handle = NULL;\n    int32_t backend;\n    int code;\n",
            interface.handle()
        )?;
    }
    write!(out, "\n    if (!{prefix}_is_enabled()) {{\n")?;
    if has_handle {
        write!(
            out,
            "        expect(\"open\", {prefix}_open(NULL, &handle), {shared}_FEATURE_DISABLED);\n        expect(\"open_on\", \
             {prefix}_open_on(NULL, 0, 0, &handle), {shared}_FEATURE_DISABLED);\n        expect(\"close\", {prefix}_close(NULL), \
             {shared}_FEATURE_DISABLED);\n        {prefix}_free(NULL);\n"
        )?;
    }
    for shim in &interface.shims {
        let expected = match (&shim.function.is_method, &shim.function.disabled) {
            (false, Disabled::Value { .. }) => "OK",
            _ => "FEATURE_DISABLED",
        };
        let function = &shim.name;
        call(&mut out, interface, shim, "NULL", &mut |out, call| {
            writeln!(out, "            expect(\"{function}\", {call}, {shared}_{expected});")
        })?;
    }
    out.push_str("        return failures != 0;\n    }\n\n");
    if has_handle {
        write!(
            out,
            "    expect(\"open without a place\", {prefix}_open(NULL, NULL), {shared}_NULL_POINTER);\n    code = {prefix}_open(NULL, \
             &handle);\n    for (backend = 0; handle == NULL && backend < {}; backend++) {{\n        code = {prefix}_open_on(NULL, backend, 1, \
             &handle);\n    }}\n    if (handle == NULL) {{\n        /* The backends of this build may lack what the default asks. */\n        \
             module_said(\"open\", code);\n        printf(\"not opened, code %d\\n\", code);\n        return failures != 0;\n    }}\n    \
             expect(\"backend\", {prefix}_backend(handle, &backend), {shared}_OK);\n    truth(\"the backend has a name\", \
             {prefix}_backend_name(backend) != NULL);\n    truth(\"no other has\", {prefix}_backend_name({}) == NULL);\n    open_is(handle, \
             1);\n",
            module.backends.len(),
            module.backends.len(),
        )?;
    }
    for shim in &interface.shims {
        each(&mut out, interface, shim, &shared)?;
    }
    if has_handle {
        write!(
            out,
            "    expect(\"close\", {prefix}_close(handle), {shared}_OK);\n    open_is(handle, 0);\n"
        )?;
        for shim in &interface.shims {
            if shim.function.is_method && shim.function.is_fallible && !shim.function.blocking {
                let function = &shim.name;
                call(&mut out, interface, shim, "handle", &mut |out, call| {
                    writeln!(
                        out,
                        "            expect(\"{function} when closed\", {call}, {shared}_CLOSED);"
                    )
                })?;
            }
        }
        write!(out, "    {prefix}_free(handle);\n    {prefix}_free(NULL);\n")?;
    }
    out.push_str("    return failures != 0;\n}\n");
    if has_handle {
        let check = format!(
            "static void open_is(const {} *handle, uint8_t expected) {{\n    uint8_t is_open = 2;\n    expect(\"is_open\", \
             {prefix}_is_open(handle, &is_open), {shared}_OK);\n    truth(\"it is as open as it should be\", is_open == expected);\n}}\n\n",
            interface.handle()
        );
        out = out.replacen("int main(void)", &format!("{check}int main(void)"), 1);
    }
    Ok(out)
}

/// Calls of one function on an open handle: as it should be, and in every way that must be refused.
fn each(out: &mut String, interface: &Interface<'_>, shim: &Shim<'_>, shared: &str) -> std::fmt::Result {
    let function = &shim.name;
    // What waits for something outside may wait for ever.
    if !shim.function.blocking {
        call(out, interface, shim, "handle", &mut |out, call| {
            writeln!(out, "            module_said(\"{function}\", {call});")
        })?;
    }
    if shim.function.is_method {
        call(out, interface, shim, "NULL", &mut |out, call| {
            writeln!(
                out,
                "            expect(\"{function} without a handle\", {call}, {shared}_NULL_POINTER);"
            )
        })?;
    }
    if shim.output.is_some() {
        call(out, interface, shim, "handle", &mut |out, call| {
            let call = call.replace("&out)", "NULL)");
            // Nobody writes to a place that isn't passed on.
            writeln!(
                out,
                "            memset(&out, 0, sizeof out);\n            expect(\"{function} without a place\", {call}, {shared}_NULL_POINTER);"
            )
        })?;
    }
    if shim.inputs.iter().any(|input| input.form == Form::Text) {
        call(out, interface, shim, "handle", &mut |out, call| {
            let call = call.replacen("\"key\", 3", "\"\\xff\", 1", 1);
            writeln!(
                out,
                "            expect(\"{function} with what is no text\", {call}, {shared}_NOT_UTF8);"
            )
        })?;
    }
    Ok(())
}

/// One call in a block of its own, with what it needs before and frees after.
fn call(
    out: &mut String,
    interface: &Interface<'_>,
    shim: &Shim<'_>,
    handle: &str,
    line: &mut dyn FnMut(&mut String, &str) -> std::fmt::Result,
) -> std::fmt::Result {
    out.push_str("        {\n");
    let mut arguments: Vec<String> = shim.function.is_method.then(|| handle.to_owned()).into_iter().collect();
    let mut after = String::new();
    for (number, input) in shim.inputs.iter().enumerate() {
        argument(out, &mut arguments, interface, number, &input.form)?;
    }
    if let Some(output) = &shim.output {
        let form = match output {
            Form::Optional(inner) => {
                out.push_str("            uint8_t found;\n");
                arguments.push("&found".to_owned());
                inner
            }
            form => form,
        };
        let name = interface.type_of(form);
        // Whatever stood there before, it may be freed after the call, also after one that fails.
        write!(out, "            {name} out;\n            memset(&out, 0xA5, sizeof out);\n")?;
        if form.owns(interface.package, interface.module) {
            writeln!(after, "            {}(&out);", names::free(&name))?;
        }
        arguments.push("&out".to_owned());
    }
    line(out, &format!("{}({})", shim.name, arguments.join(", ")))?;
    out.push_str(&after);
    out.push_str("        }\n");
    Ok(())
}

fn argument(
    out: &mut String,
    arguments: &mut Vec<String>,
    interface: &Interface<'_>,
    number: usize,
    form: &Form,
) -> std::fmt::Result {
    match form {
        Form::Text => arguments.push("\"key\", 3".to_owned()),
        Form::Bytes => arguments.push("(const uint8_t *)\"key\", 3".to_owned()),
        Form::List(_) => arguments.push("NULL, 0".to_owned()),
        Form::Struct(_) => {
            let name = interface.type_of(form);
            write!(
                out,
                "            {name} value_{number};\n            memset(&value_{number}, 0, sizeof value_{number});\n"
            )?;
            arguments.push(format!("&value_{number}"));
        }
        Form::Optional(inner) if matches!(**inner, Form::Struct(_)) => arguments.push("NULL".to_owned()),
        Form::Optional(inner) => {
            arguments.push("1".to_owned());
            argument(out, arguments, interface, number, inner)?;
        }
        Form::Enum(_) | Form::State(_) => arguments.push("0".to_owned()),
        _ => arguments.push("1".to_owned()),
    }
    Ok(())
}
