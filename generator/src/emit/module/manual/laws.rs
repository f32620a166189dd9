//! The laws of a module, and which of its backends are held to which.

use super::entries::{entry, origin};
use super::{instances, path, table};
use crate::emit::manual::page::{Block, Destination, Line, Page};
use crate::emit::manual::prose;
use crate::emit::rust;
use crate::model::module::{Law, LawKind, Level, Module};
use crate::model::package::Package;

/// Adds the section; nothing where there are no laws.
pub fn section(page: &mut Page, package: &Package, module: &Module) {
    if module.laws.is_empty() {
        return;
    }
    page.heading(2, "Laws");
    page.paragraph(
        "What holds of every backend that can do what the law needs. The emitted tests hold each to it, and the façade with the preferred backend \
         too; what is skipped is listed with the reason.",
    );
    let mut head = vec![Line::from("Law")];
    head.extend(module.backends.iter().map(|backend| Line::new().code(&*backend.name)));
    let rows = module.laws.iter().map(|law| {
        let to = Destination::section(path(package, module), &law.name);
        let mut row = vec![Line::new().code_link(to, &*law.name)];
        for backend in &module.backends {
            let of = instances::of(package, module, backend, law);
            let run: Vec<&instances::Instance> = of.iter().filter(|instance| instance.missing.is_none()).collect();
            let names = run
                .iter()
                .filter_map(|instance| instance.variant.as_ref())
                .map(|(_, name)| name.as_str());
            let names: Vec<&str> = names.collect();
            row.push(Line::from(match (run.is_empty(), names.is_empty()) {
                (true, _) => "skipped".to_owned(),
                (false, true) => "run".to_owned(),
                (false, false) => format!("run: {}", names.join(", ")),
            }));
        }
        row
    });
    let rows = rows.collect();
    page.add(Block::Table { head, rows });
    for law in &module.laws {
        page.heading(3, Line::new().code(&*law.name));
        page.extend(prose::blocks(&law.text, 4));
        origin(page, module, "law", &law.name);
        page.add(Block::Facts(facts(package, module, law)));
        skipped(page, package, module, law);
        entry(page, module, "law", &law.name, &law.text, &law.name);
    }
}

fn facts(package: &Package, module: &Module, law: &Law) -> Vec<(String, Line)> {
    let kind = match law.kind {
        LawKind::Invariant => "invariant: it holds after every operation",
        LawKind::Oracle => "oracle: the backend does what a simple model does",
        LawKind::Example => "example: it holds in a stated situation",
        LawKind::Concurrent => "concurrent: it holds under threads",
        LawKind::Bound => "bound: a measured value stays within bounds",
    };
    let function = format!("{}::{}", module.name, law.name);
    let laws = format!("runtime/{}/laws", package.name);
    let mut rows = vec![
        ("Kind".to_owned(), Line::from(kind)),
        (
            "Function".to_owned(),
            Line::new().link(Destination::File(laws), Line::new().code(function)),
        ),
        (
            "Tried".to_owned(),
            Line::from(format!("{} cases, seed {}", rust::number(u64::from(law.cases)), law.seed)),
        ),
    ];
    let needs = law.needs.iter().map(|need| {
        let line = Line::new().code(&*package.capabilities[need.capability].name);
        match need.level {
            Level::Exact => line.text(" exactly"),
            Level::Approximate => line.text(" approximately"),
            Level::Any => line.text(" in any way"),
        }
    });
    let needs = Line::joined(needs, ", ");
    if !needs.is_empty() {
        rows.push(("Needs".to_owned(), needs));
    }
    if law.kind == LawKind::Bound {
        rows.push(("Tolerance".to_owned(), Line::from(format!("{:?}", law.tolerance))));
    }
    if let Some(oracle) = &law.oracle {
        rows.push(("Compared with".to_owned(), prose::line(oracle)));
    }
    if !law.operations.is_empty() {
        let operations = law
            .operations
            .iter()
            .map(|(name, weight)| Line::new().code(&**name).text(format!(" {weight}")));
        rows.push(("Operations".to_owned(), Line::joined(operations, ", ")));
    }
    rows
}

/// Where the law isn't run, and why.
fn skipped(page: &mut Page, package: &Package, module: &Module, law: &Law) {
    let mut rows = Vec::new();
    for backend in &module.backends {
        for instance in instances::of(package, module, backend, law) {
            if let Some(missing) = instance.missing {
                let variant = instance
                    .variant
                    .map_or_else(Line::new, |(_, variant)| Line::new().code(variant));
                rows.push(vec![Line::new().code(&*backend.name), variant, Line::from(missing)]);
            }
        }
    }
    if !rows.is_empty() {
        page.add(table(&["Skipped for", "Variant", "Why"], rows));
    }
}
