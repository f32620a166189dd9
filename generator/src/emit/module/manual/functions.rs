//! The functions of a module: what each does, costs and needs, and what it does without a backend.

use super::entries::{entry, origin};
use super::{path, rust_types};
use crate::emit::manual::page::{Block, Destination, Line, Page};
use crate::emit::manual::prose;
use crate::model::module::surface::Disabled;
use crate::model::module::{Function, Level, Module};
use crate::model::package::Package;

/// Adds the section.
pub fn section(page: &mut Page, package: &Package, module: &Module) {
    page.heading(2, "Functions");
    let handle = module.handle();
    page.paragraph(
        Line::from("Every handle also has ")
            .code(format!("{handle}::open"))
            .text(", ")
            .code("open_with")
            .text(", ")
            .code("is_enabled")
            .text(", ")
            .code("backend")
            .text(", ")
            .code("is_open")
            .text(" and ")
            .code("close")
            .text("."),
    );
    for function in &module.functions {
        page.heading(3, Line::new().code(&*function.name));
        let keyword = if function.is_const { "const " } else { "" };
        page.add(Block::Code {
            language: "rust".to_owned(),
            text: format!("{keyword}{}\n", rust_types::signature(module, function)),
        });
        page.extend(prose::blocks(&function.doc, 4));
        origin(page, module, "fn", &function.name);
        page.add(Block::Facts(facts(package, module, function)));
        if let Some(reason) = &function.deprecated {
            page.add(Block::Note {
                title: "Deprecated".to_owned(),
                text: vec![Block::Paragraph(prose::line(reason))],
            });
        }
        entry(page, module, "function", &function.name, &function.doc, &function.name);
    }
}

fn facts(package: &Package, module: &Module, function: &Function) -> Vec<(String, Line)> {
    let mut rows = Vec::new();
    let mut add = |name: &str, line: Line| {
        if !line.is_empty() {
            rows.push((name.to_owned(), line));
        }
    };
    add("Cost", function.cost.as_deref().map(prose::line).unwrap_or_default());
    if function.blocking {
        add("Blocking", Line::from("it may wait for something outside the process"));
    }
    let needs = function.needs.iter().map(|need| {
        let capability = Destination::section(super::index(package), "Capabilities");
        let line = Line::new().code_link(capability, &*package.capabilities[need.capability].name);
        match need.level {
            Level::Exact => line.text(" exactly"),
            Level::Approximate => line.text(" approximately"),
            Level::Any => line.text(" in any way"),
        }
    });
    add("Needs", Line::joined(needs, ", "));
    if function.is_fallible {
        let to = Destination::section(path(package, module), "Errors");
        add("Fails with", Line::new().code_link(to, rust_types::error_type(module)));
    }
    add("Without a backend", disabled(module, function));
    let fires = function.fires.iter().map(|(machine, event)| {
        let machine = &module.state_machines[*machine];
        let event = machine.events.get(*event).map_or("", String::as_str);
        Line::new().code_link(
            Destination::section(path(package, module), &machine.name),
            format!("{}.{event}", machine.name),
        )
    });
    add("Can cause", Line::joined(fires, ", "));
    let laws = function.laws.iter().map(|law| {
        let name = &module.laws[*law].name;
        Line::new().code_link(Destination::section(path(package, module), name), &**name)
    });
    add("Laws", Line::joined(laws, ", "));
    rows
}

/// What it does in builds without a backend.
fn disabled(module: &Module, function: &Function) -> Line {
    match &function.disabled {
        Disabled::Unreachable => Line::from("it can't be called: there is no handle"),
        Disabled::Error => Line::from("it gives ").code("FeatureDisabled"),
        Disabled::Value { value, reason } => {
            let value = match &function.returns {
                Some(returns) => rust_types::value_text(module, returns, value),
                None => "()".to_owned(),
            };
            Line::from("it gives ").code(value).text(": ").then(prose::line(reason))
        }
        Disabled::Unstated => Line::new(),
    }
}
