//! `src/` with a module for each group, in which each call has its function.

use std::fmt::Write;

use super::origin;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::{entry, facts};
use crate::emit::rust;
use crate::model::kernel::{Call, Kernel, Parameter, ParameterType, Scalar};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    for (id, group) in kernel.groups.iter_with_ids() {
        let calls: Vec<&Call> = kernel.calls_of(id).collect();
        if calls.is_empty() {
            continue;
        }
        let functions: Vec<String> = calls
            .iter()
            .map(|call| function(kernel, call))
            .collect::<anyhow::Result<_>>()?;
        let code = functions.concat();
        let mut text = rust::module_doc_lines(&format!("{}\n\n{}", group.doc.trim(), entry(kernel, "group", &group.name)));
        let used = ["Error", "Handle", "Kind", "Rights"].into_iter();
        let used = used.filter(|name| ["::", "(", ">"].iter().any(|next| code.contains(&format!("{name}{next}"))));
        let used: Vec<String> = used.map(str::to_owned).collect();
        text.push('\n');
        text.push_str(&rust::use_names(&format!("{}_facts", kernel.name), &used));
        writeln!(text, "use {}_kernel::{{Kernel, Machine, Reply}};", kernel.name)?;
        text.push_str(&code);
        builder.file(&format!("src/{}.rs", rust::module(&group.name)), text, &[]);
    }
    Ok(())
}

fn function(kernel: &Kernel, call: &Call) -> anyhow::Result<String> {
    let docs = format!("{}\n\n{}", call.doc.trim(), origin(kernel, &call.name));
    let mut text = format!("\n{}#[inline(always)]\n", rust::doc_lines(0, &docs));
    let name = rust::name(&call.name);
    let pattern: Vec<String> = (0..6)
        .map(|at| {
            call.parameters
                .get(at)
                .map_or("_".to_owned(), |parameter| rust::name(&parameter.name))
        })
        .collect();
    let pattern = match call.parameters.len() {
        0 => None,
        6 => Some(pattern.join(", ")),
        count => Some(format!("{}, ..", pattern[..count].join(", "))),
    };
    let arguments = if pattern.is_some() { "arguments" } else { "_arguments" };
    writeln!(
        text,
        "pub fn {name}<M: Machine>(kernel: &mut Kernel<M>, {arguments}: [u64; 6]) -> Reply {{"
    )?;
    if let Some(pattern) = pattern {
        writeln!(text, "    let [{pattern}] = arguments;")?;
    }
    let checks = checks(kernel, call);
    let handed: Vec<String> = call.parameters.iter().map(|parameter| rust::name(&parameter.name)).collect();
    let handler = format!("kernel.{}({})", rust::name(&call.sem), handed.join(", "));
    if checks.is_empty() {
        writeln!(text, "    Reply::from({handler})\n}}")?;
        return Ok(text);
    }
    text.push_str("    let mut call = || -> Result<Reply, Error> {\n");
    for check in checks {
        writeln!(text, "        {check}")?;
    }
    writeln!(
        text,
        "        Ok(Reply::from({handler}))\n    }};\n    Reply::from(call())\n}}"
    )?;
    Ok(text)
}

/// What happens before the handler, line by line.
fn checks(kernel: &Kernel, call: &Call) -> Vec<String> {
    let mut lines = Vec::new();
    for parameter in call
        .parameters
        .iter()
        .filter(|parameter| parameter.of == ParameterType::Scalar(Scalar::Rights))
    {
        let name = rust::name(&parameter.name);
        lines.push(format!(
            "let {name} = Rights::from_argument({name}).ok_or(Error::BadArgument)?;"
        ));
    }
    for parameter in &call.parameters {
        lines.extend(granted(kernel, call, parameter));
    }
    lines.extend(price(call));
    lines
}

/// The check of a capability.
fn granted(kernel: &Kernel, call: &Call, parameter: &Parameter) -> Option<String> {
    let ParameterType::Capability { object, optional } = parameter.of else {
        return None;
    };
    let name = rust::name(&parameter.name);
    let mut rights = facts::rights_of(kernel, &parameter.needs.rights);
    if let Some(argument) = parameter.needs.argument.and_then(|at| call.parameters.get(at)) {
        let argument = rust::name(&argument.name);
        rights = match parameter.needs.rights.as_slice() {
            [] => argument,
            _ => format!("{rights}.join({argument})"),
        };
    }
    let check = match (object, optional) {
        (Some(_), false) => "check",
        (Some(_), true) => "check_optional",
        (None, false) => "check_any",
        (None, true) => "check_any_optional",
    };
    let kind = object.map_or(String::new(), |object| {
        format!("Kind::{}, ", rust::variant(&kernel.objects[object].name))
    });
    Some(format!("let {name} = kernel.{check}(Handle({name}), {kind}{rights})?;"))
}

/// What is taken from the account of the caller.
fn price(call: &Call) -> Option<String> {
    let gas = rust::number(call.gas);
    match call
        .gas_per
        .and_then(|per| Some((per.units, call.parameters.get(per.parameter)?)))
    {
        None if call.gas == 0 => None,
        None => Some(format!("kernel.charge({gas})?;")),
        Some((1, parameter)) => Some(format!(
            "kernel.charge({}.saturating_add({gas}))?;",
            rust::name(&parameter.name)
        )),
        Some((units, parameter)) => Some(format!(
            "kernel.charge({}.div_ceil({}).saturating_add({gas}))?;",
            rust::name(&parameter.name),
            rust::number(units)
        )),
    }
}
