//! The page of the calls: how they are made, and a section for each.

use super::{error_link, found, path};
use crate::emit::kernel::entry;
use crate::emit::manual::page::{Block, Destination, Line, Page};
use crate::emit::manual::prose;
use crate::emit::rust;
use crate::model::kernel::{Call, Kernel, ParameterType};
use crate::model::syscall_convention::{Convention, Passing, Register};
use crate::model::target::Target;

/// The page. `targets` are those with a convention.
pub(super) fn page(kernel: &Kernel, targets: &[&Target]) -> Page {
    let mut page = super::page(kernel, "calls", "Calls");
    page.sources.extend(targets.iter().map(|target| target.file.clone()));
    page.heading(2, "Registers");
    let rows = targets
        .iter()
        .filter_map(|target| Some(registers(target, target.convention.as_ref()?)));
    page.add(Block::Table {
        head: [
            "target",
            "instruction",
            "number",
            "arguments",
            "status",
            "value",
            "message",
            "keeps",
        ]
        .map(Line::from)
        .to_vec(),
        rows: rows.collect(),
    });
    page.paragraph("A call that may switch processes keeps the stack pointer alone.");
    for (id, group) in kernel.groups.iter_with_ids() {
        let mut calls = kernel.calls_of(id).peekable();
        if calls.peek().is_none() {
            continue;
        }
        page.heading(2, format!("Group {}", group.name));
        page.extend(prose::blocks(&group.doc, 3));
        for call in calls {
            section(&mut page, kernel, call);
        }
    }
    page
}

fn registers(target: &Target, convention: &Convention) -> Vec<Line> {
    let names = |registers: &[Register]| Line::joined(registers.iter().map(|register| Line::new().code(&*register.name)), " ");
    let one = |register: &Register| Line::new().code(&*register.name);
    let (arguments, status, value, message) = match &convention.passing {
        Passing::Registers {
            arguments,
            status,
            value,
            message,
            page,
        } => (
            names(arguments),
            one(status),
            one(value),
            names(message).text(" ").code(&*page.name),
        ),
        Passing::Block(block) => {
            let at = |place: &str| Line::from(format!("{place} word at ")).code(&*block.name);
            (
                Line::from("words at ").code(&*block.name),
                at("first"),
                at("second"),
                Line::from("the others there"),
            )
        }
    };
    vec![
        Line::new().code_link(Destination::page(format!("targets/{}", target.name)), &*target.name),
        Line::new().code(convention.entrance.instruction),
        one(&convention.number),
        arguments,
        status,
        value,
        message,
        names(&convention.kept),
    ]
}

fn section(page: &mut Page, kernel: &Kernel, call: &Call) {
    page.heading(3, Line::new().code(&*call.name));
    page.extend(prose::blocks(&call.doc, 4));
    if let Some(reason) = &call.reason {
        page.add(Block::Note {
            title: "Why".to_owned(),
            text: prose::blocks(reason, 4),
        });
    }
    let parameters = call.parameters.iter().map(|parameter| {
        let of = match parameter.of {
            ParameterType::Capability {
                object: Some(object), ..
            } => {
                let to = Destination::section(path(kernel, "objects"), &format!("kind {}", kernel.objects[object].name));
                Line::new().code_link(to, kernel.type_name(parameter.of))
            }
            of => Line::new().code(kernel.type_name(of)),
        };
        let needs = kernel
            .needs_names(call, &parameter.needs)
            .into_iter()
            .map(|name| Line::new().code(name));
        vec![Line::new().code(&*parameter.name), of, Line::joined(needs, ", ")]
    });
    let parameters: Vec<Vec<Line>> = parameters.collect();
    if !parameters.is_empty() {
        page.add(Block::Table {
            head: ["parameter", "type", "needs"].map(Line::from).to_vec(),
            rows: parameters,
        });
    }
    let mut price = rust::number(call.gas);
    if let Some(per) = call.gas_per
        && let Some(parameter) = call.parameters.get(per.parameter)
    {
        price.push_str(&format!(
            ", and 1 for every {} of `{}` that are begun",
            rust::number(per.units),
            parameter.name
        ));
    }
    let budgets: Vec<String> = call
        .budgets
        .iter()
        .map(|budget| format!("{} on {}", rust::number(budget.most), budget.target))
        .collect();
    let errors = kernel
        .all_errors(call)
        .into_iter()
        .map(|error| error_link(kernel, &kernel.errors[error]));
    let mut facts = vec![
        ("Number".to_owned(), Line::from(call.code.to_string())),
        ("Returns".to_owned(), Line::new().code(kernel.returns_name(call.returns))),
        ("Gas".to_owned(), prose::line(&price)),
    ];
    let errors = Line::joined(errors, ", ");
    if !errors.is_empty() {
        facts.push(("Errors".to_owned(), errors));
    }
    if call.switches {
        facts.push(("Switches".to_owned(), Line::from("another process may run before it returns")));
    }
    if !budgets.is_empty() {
        facts.push((
            "Instructions".to_owned(),
            Line::from(format!("at most {}", budgets.join(", "))),
        ));
    }
    facts.push(("Since".to_owned(), Line::from(format!("version {}", call.since))));
    page.add(Block::Facts(facts));
    page.paragraph(prose::line(&entry(kernel, "syscall", &call.name)));
    page.entries.push(found(kernel, &call.name, "call", &call.doc));
}
