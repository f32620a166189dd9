//! `src/syscall.rs`, the calls, and `src/calls/`, what is known of those of each group.

use std::fmt::Write;

use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::rust;
use crate::model::kernel::{Call, Group, Kernel, ParameterType, Returns, Scalar};

/// Adds the files.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/syscall.rs", calls(kernel)?, &[]);
    let mut modules = Vec::new();
    for (id, group) in kernel.groups.iter_with_ids() {
        if kernel.calls_of(id).next().is_none() {
            continue;
        }
        let module = rust::module(&group.name);
        builder.file(&format!("src/calls/{module}.rs"), facts(kernel, id, group)?, &[]);
        modules.push(module);
    }
    modules.sort();
    let mut text = rust::module_doc_lines("What is known of each call, group by group.");
    text.push('\n');
    modules
        .iter()
        .for_each(|module| text.push_str(&format!("pub(crate) mod {module};\n")));
    builder.file("src/calls/mod.rs", text, &[]);
    Ok(())
}

fn calls(kernel: &Kernel) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("The system calls.");
    text.push_str("\nuse core::fmt;\n\nuse crate::{Error, Parameter, Returns, calls};\n\n/// A system call, by its number.\n");
    text.push_str("#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[repr(u64)]\npub enum Syscall {\n");
    for call in &kernel.calls {
        text.push_str(&rust::doc_lines(4, &docs(kernel, call)));
        writeln!(text, "    {} = {},", rust::variant(&call.name), call.code)?;
    }
    writeln!(text, "}}\n\nimpl Syscall {{\n    /// All, ascending by their numbers.")?;
    writeln!(text, "    pub const ALL: [Syscall; {}] = [", kernel.calls.len())?;
    let names = kernel
        .calls
        .iter()
        .map(|call| format!("Syscall::{}", rust::variant(&call.name)));
    text.push_str(&rust::wrapped(8, names));
    text.push_str("    ];\n\n    /// The call with a number.\n    #[inline]\n");
    text.push_str("    pub const fn from_number(number: u64) -> Option<Syscall> {\n        match number {\n");
    for call in &kernel.calls {
        writeln!(
            text,
            "            {} => Some(Self::{}),",
            call.code,
            rust::variant(&call.name)
        )?;
    }
    text.push_str(
        "            _ => None,\n        }\n    }\n\n    const fn facts(self) -> &'static Facts {\n        match self {\n",
    );
    for call in &kernel.calls {
        let module = rust::module(&kernel.groups[call.group].name);
        writeln!(
            text,
            "            Self::{} => &calls::{module}::{},",
            rust::variant(&call.name),
            rust::constant(&call.name)
        )?;
    }
    text.push_str("        }\n    }\n}\n");
    text.push_str(include_str!("text/syscall_methods.rs"));
    Ok(text)
}

/// What is said of a call: what it does, why, what it needs and costs.
pub(in crate::emit::kernel) fn docs(kernel: &Kernel, call: &Call) -> String {
    let mut text = call.doc.trim().to_owned();
    if let Some(reason) = &call.reason {
        text.push_str(&format!("\n\nWhy: {}", reason.trim()));
    }
    text.push_str(&format!("\n\n{}", entry(kernel, "syscall", &call.name)));
    text
}

fn facts(kernel: &Kernel, id: Id<Group>, group: &Group) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(&format!("{}\n\n{}", group.doc.trim(), entry(kernel, "group", &group.name)));
    let calls: Vec<&Call> = kernel.calls_of(id).collect();
    let has_capabilities = |call: &&&Call| {
        let is_capability = |of: ParameterType| matches!(of, ParameterType::Capability { .. });
        call.parameters.iter().any(|parameter| is_capability(parameter.of))
    };
    let names_kind = |call: &&&Call| {
        let of = |parameter: ParameterType| matches!(parameter, ParameterType::Capability { object: Some(_), .. });
        call.parameters.iter().any(|parameter| of(parameter.of)) || matches!(call.returns, Returns::Capability(Some(_)))
    };
    let mut names = vec!["Returns"];
    if calls.iter().any(|call| !kernel.all_errors(call).is_empty()) {
        names.push("Error");
    }
    if calls.iter().any(|call| !call.parameters.is_empty()) {
        names.extend(["Parameter", "ParameterKind", "Rights"]);
    }
    if calls.iter().filter(names_kind).count() > 0 || calls.iter().filter(has_capabilities).count() > 0 {
        names.push("Kind");
    }
    if calls.iter().filter(names_kind).count() == 0 {
        names.retain(|name| *name != "Kind");
    }
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    text.push('\n');
    text.push_str("use crate::syscall::Facts;\n");
    text.push_str(&rust::use_names("crate", &names));
    for call in calls {
        write!(text, "\n{}", rust::doc_lines(0, &entry(kernel, "syscall", &call.name)))?;
        text.push_str(&row(kernel, call)?);
    }
    Ok(text)
}

fn row(kernel: &Kernel, call: &Call) -> anyhow::Result<String> {
    let first = call.doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let errors: Vec<String> = kernel
        .all_errors(call)
        .iter()
        .map(|error| format!("Error::{}", rust::variant(&kernel.errors[*error].name)))
        .collect();
    let budgets: Vec<String> = call
        .budgets
        .iter()
        .map(|budget| format!("({}, {})", rust::literal(&budget.target), rust::number(budget.most)))
        .collect();
    let gas_per = call.gas_per.map_or("None".to_owned(), |per| {
        format!("Some(({}, {}))", per.parameter, rust::number(per.units))
    });
    let mut text = format!("pub(crate) static {}: Facts = Facts {{\n", rust::constant(&call.name));
    writeln!(text, "    name: {},", rust::literal(&call.name))?;
    writeln!(text, "    doc: {},", rust::literal(&first))?;
    writeln!(text, "    group: {},", rust::literal(&kernel.groups[call.group].name))?;
    if call.parameters.is_empty() {
        text.push_str("    parameters: &[],\n");
    } else {
        text.push_str("    parameters: &[\n");
        for parameter in &call.parameters {
            let argument = parameter.needs.argument.map_or("None".to_owned(), |at| format!("Some({at})"));
            writeln!(
                text,
                "        Parameter {{\n            name: {},\n            kind: {},\n            needs: {},\n            needs_argument: \
                 {argument},\n        }},",
                rust::literal(&parameter.name),
                kind(kernel, parameter.of),
                super::rights::set(kernel, &parameter.needs.rights)
            )?;
        }
        text.push_str("    ],\n");
    }
    writeln!(text, "    returns: {},", returns(kernel, call.returns))?;
    let line = errors.join(", ");
    if line.len() < 100 {
        writeln!(text, "    errors: &[{line}],")?;
    } else {
        writeln!(text, "    errors: &[\n{}    ],", rust::wrapped(8, errors))?;
    }
    writeln!(text, "    gas: {},\n    gas_per: {gas_per},", rust::number(call.gas))?;
    writeln!(
        text,
        "    switches: {},\n    budgets: &[{}],",
        call.switches,
        budgets.join(", ")
    )?;
    writeln!(text, "    since: {},\n}};", call.since)?;
    Ok(text)
}

fn kind(kernel: &Kernel, of: ParameterType) -> String {
    match of {
        ParameterType::Capability { object, optional } => {
            let object = object.map_or("None".to_owned(), |object| {
                format!("Some(Kind::{})", rust::variant(&kernel.objects[object].name))
            });
            format!(
                "ParameterKind::Capability {{\n                kind: {object},\n                optional: {optional},\n            }}"
            )
        }
        ParameterType::Scalar(scalar) => format!("ParameterKind::{}", rust::variant(scalar.name())),
    }
}

fn returns(kernel: &Kernel, returns: Returns) -> String {
    match returns {
        Returns::Capability(object) => {
            let object = object.map_or("None".to_owned(), |object| {
                format!("Some(Kind::{})", rust::variant(&kernel.objects[object].name))
            });
            format!("Returns::Capability({object})")
        }
        // A set of rights and a place are as good as any word.
        Returns::Scalar(Scalar::Rights | Scalar::Address | Scalar::Index) => "Returns::Word".to_owned(),
        other => format!("Returns::{}", rust::variant(&kernel.returns_name(other))),
    }
}
