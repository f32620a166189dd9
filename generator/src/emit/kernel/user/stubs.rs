//! `src/` with a module of stubs for each group, and `src/message.rs`.

use std::fmt::Write;

use super::Way;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::rust;
use crate::model::kernel::{Call, Kernel, Parameter, ParameterType, Returns, Scalar};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let facts = format!("{}_facts", kernel.name);
    for (id, group) in kernel.groups.iter_with_ids() {
        let calls: Vec<&Call> = kernel.calls_of(id).collect();
        if calls.is_empty() {
            continue;
        }
        let mut text = rust::module_doc_lines(&format!("{}\n\n{}", group.doc.trim(), entry(kernel, "group", &group.name)));
        text.push_str(&uses(&facts, &calls));
        for call in calls {
            text.push('\n');
            text.push_str(&stub(kernel, call)?);
        }
        builder.file(&format!("src/{}.rs", rust::module(&group.name)), text, &[]);
    }
    let words = kernel
        .limits
        .iter()
        .find(|limit| limit.name == "message_words")
        .map_or(4, |limit| limit.value);
    let message = include_str!("text/message.rs")
        .replace("exo_facts", &facts)
        .replace("; 4]", &format!("; {words}]"));
    builder.file("src/message.rs", message, &[]);
    Ok(())
}

fn uses(facts: &str, calls: &[&Call]) -> String {
    let mut names = vec!["Error".to_owned(), "Syscall".to_owned(), "result".to_owned()];
    let returns_handle = |call: &&Call| matches!(call.returns, Returns::Capability(_));
    let takes = |wanted: fn(ParameterType) -> bool| {
        calls
            .iter()
            .flat_map(|call| &call.parameters)
            .any(|parameter| wanted(parameter.of))
    };
    if takes(|of| matches!(of, ParameterType::Capability { .. })) || calls.iter().any(returns_handle) {
        names.push("Handle".to_owned());
    }
    if takes(|of| of == ParameterType::Scalar(Scalar::Rights)) {
        names.push("Rights".to_owned());
    }
    let message = calls.iter().any(|call| call.returns == Returns::Message);
    let crate_line = if message {
        "use crate::{Message, arch};\n"
    } else {
        "use crate::arch;\n"
    };
    format!("\n{}\n{crate_line}", rust::use_names(facts, &names))
}

fn stub(kernel: &Kernel, call: &Call) -> anyhow::Result<String> {
    let variant = rust::variant(&call.name);
    let parameters = call.parameters.iter();
    let list: Vec<String> = parameters
        .map(|parameter| format!("{}: {}", rust::name(&parameter.name), type_of(parameter.of)))
        .collect();
    let arguments = call.parameters.iter().map(argument);
    let arguments: Vec<String> = [format!("Syscall::{variant}.number()")]
        .into_iter()
        .chain(arguments)
        .collect();
    let way = Way::of(call);
    let invoke = format!("arch::{}_{}({})", way.name(), call.parameters.len(), arguments.join(", "));
    let never = kernel.all_errors(call).is_empty();
    let (result, body) = match call.returns {
        Returns::Unit => (
            "Result<(), Error>".to_owned(),
            format!("let (status, _) = {invoke};\n    result(status)"),
        ),
        Returns::Never if never => ("!".to_owned(), format!("loop {{\n        let _ = {invoke};\n    }}")),
        Returns::Never => (
            "Error".to_owned(),
            format!("let (status, _) = {invoke};\n    result(status).err().unwrap_or(Error::BadState)"),
        ),
        Returns::Message => (
            "Result<Message, Error>".to_owned(),
            format!(
                "let (status, words, page) = {invoke};\n    result(status)?;\n    Ok(Message {{\n        words,\n        page: Handle(page),\n    }})"
            ),
        ),
        Returns::Capability(_) => (
            "Result<Handle, Error>".to_owned(),
            format!("let (status, value) = {invoke};\n    result(status)?;\n    Ok(Handle(value))"),
        ),
        Returns::Scalar(_) => (
            "Result<u64, Error>".to_owned(),
            format!("let (status, value) = {invoke};\n    result(status)?;\n    Ok(value)"),
        ),
    };
    let mut text = rust::doc_lines(0, &docs(kernel, call));
    if list.len() > 6 {
        text.push_str("#[expect(clippy::too_many_arguments, reason = \"the call has as many\")]\n");
    }
    write!(
        text,
        "#[inline]\npub fn {}({}) -> {result} {{\n    {body}\n}}\n",
        rust::name(&call.name),
        list.join(", ")
    )?;
    Ok(text)
}

/// What is said of a call: what it does, its parameters, its errors.
fn docs(kernel: &Kernel, call: &Call) -> String {
    let mut text = call.doc.trim().to_owned();
    if !call.parameters.is_empty() {
        text.push('\n');
    }
    for parameter in &call.parameters {
        text.push_str(&format!("\n- `{}`: {}", parameter.name, about(kernel, call, parameter)));
    }
    match call.returns {
        Returns::Never if kernel.all_errors(call).is_empty() => {}
        Returns::Never => text.push_str("\n\nReturns only where it fails, with the error."),
        Returns::Scalar(Scalar::Ticks) => text.push_str("\n\nThe result is in ticks of the clock."),
        Returns::Scalar(Scalar::Gas) => text.push_str("\n\nThe result is in units of gas."),
        Returns::Scalar(Scalar::Length) => text.push_str("\n\nThe result is in bytes."),
        _ => {}
    }
    let errors: Vec<String> = kernel
        .all_errors(call)
        .iter()
        .map(|error| format!("[`Error::{}`]", rust::variant(&kernel.errors[*error].name)))
        .collect();
    if !errors.is_empty() {
        text.push_str(&format!("\n\n# Errors\n\n{}.", errors.join(", ")));
    }
    text.push_str(&format!("\n\n{}", entry(kernel, "syscall", &call.name)));
    text
}

fn about(kernel: &Kernel, call: &Call, parameter: &Parameter) -> String {
    match parameter.of {
        ParameterType::Capability { object, optional } => {
            let kind = object.map_or("a capability".to_owned(), |object| {
                format!("a capability of kind `{}`", kernel.objects[object].name)
            });
            let needs = kernel.needs_names(call, &parameter.needs);
            let needs: Vec<String> = needs.iter().map(|name| format!("`{name}`")).collect();
            let with = if needs.is_empty() {
                String::new()
            } else {
                format!(" with {}", needs.join(" and "))
            };
            format!("{kind}{with}{}.", if optional { ", or null" } else { "" })
        }
        ParameterType::Scalar(scalar) => match scalar {
            Scalar::Word => "any 64 bits.",
            Scalar::Count => "how many.",
            Scalar::Index => "which one, from 0.",
            Scalar::Address => "an address of the program.",
            Scalar::Length => "in bytes.",
            Scalar::Rights => "a set of rights.",
            Scalar::Ticks => "in ticks of the clock.",
            Scalar::Gas => "in units of gas.",
        }
        .to_owned(),
    }
}

fn type_of(of: ParameterType) -> &'static str {
    match of {
        ParameterType::Capability { .. } => "Handle",
        ParameterType::Scalar(Scalar::Rights) => "Rights",
        ParameterType::Scalar(_) => "u64",
    }
}

fn argument(parameter: &Parameter) -> String {
    let name = rust::name(&parameter.name);
    match parameter.of {
        ParameterType::Capability { .. } => format!("{name}.0"),
        ParameterType::Scalar(Scalar::Rights) => format!("u64::from({name}.bits())"),
        ParameterType::Scalar(_) => name,
    }
}
