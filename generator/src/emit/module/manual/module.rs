//! The page of a module.

use super::entries::{entry, origin};
use super::{codes, functions, instances, laws, path, rust_types, sources, state_machine, table};
use crate::emit::manual::page::{Block, Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::emit::module::bench;
use crate::emit::module::c::interface::Interface;
use crate::emit::module::c::names;
use crate::emit::module::docs;
use crate::model::module::surface::{Field, TypeKind};
use crate::model::module::{Module, TypeReference};
use crate::model::package::Package;

/// The whole page.
pub fn page(package: &Package, module: &Module) -> Page {
    let mut page = Page::new(path(package, module), module.name.clone(), &sources(package, [&module]));
    page.is_name = true;
    page.kind = format!("module of {}, surface {}", package.name, module.version);
    page.extend(prose::blocks(&module.doc, 2));
    origin(&mut page, module, "module", "");
    facts(&mut page, package, module);
    backends(&mut page, package, module);
    capabilities(&mut page, package, module);
    configuration(&mut page, package, module);
    functions::section(&mut page, package, module);
    errors(&mut page, module);
    types(&mut page, module);
    constants(&mut page, module);
    for machine in &module.state_machines {
        state_machine::section(&mut page, module, machine);
    }
    laws::section(&mut page, package, module);
    benches(&mut page, module);
    c(&mut page, package, module);
    page.entries.push(Entry {
        name: module.name.clone(),
        kind: "module".to_owned(),
        of: package.name.clone(),
        doc: prose::first_sentence(&module.doc),
        words: vec![module.handle()],
        anchor: None,
    });
    page
}

fn facts(page: &mut Page, package: &Package, module: &Module) {
    let traits = &module.auto_traits;
    let named = [
        ("Send", traits.send),
        ("Sync", traits.sync),
        ("Unpin", traits.unpin),
        ("UnwindSafe", traits.unwind_safe),
        ("RefUnwindSafe", traits.ref_unwind_safe),
    ];
    let names = |is: bool| {
        let names = named.iter().filter(move |(_, has)| *has == is);
        Line::joined(names.map(|(name, _)| Line::new().code(*name)), ", ")
    };
    let handle = module.handle();
    let mut rows = vec![
        (
            "Handle".to_owned(),
            Line::new().code(format!(
                "{}::{}::{handle}",
                rust_types::facade_crate(package),
                rust_types::module_name(module)
            )),
        ),
        ("Opened with".to_owned(), Line::new().code(rust_types::config_type(module))),
        ("In every build".to_owned(), names(true)),
    ];
    if !names(false).is_empty() {
        rows.push(("In no build".to_owned(), names(false)));
    }
    page.add(Block::Facts(rows));
}

fn backends(page: &mut Page, package: &Package, module: &Module) {
    page.heading(2, "Backends");
    page.paragraph(
        "The first of those that are compiled in and do exactly what the configuration asks is opened, unless another is demanded.",
    );
    let mut rows = Vec::new();
    for backend in &module.backends {
        let library = match (&backend.library, &backend.library_version) {
            (Some(library), Some(version)) => Line::new().code(&**library).text(" ").code(&**version),
            (Some(library), None) => Line::new().code(&**library),
            (None, _) => Line::from("own code"),
        };
        rows.push(vec![
            Line::new().code(&*backend.name),
            Line::new().code(module.feature_of(backend)),
            Line::from(if backend.default { "on" } else { "off" }),
            library,
            Line::new().link(
                Destination::File(backend.adapter.clone()),
                Line::new().code(rust_types::adapter_package(package, backend)),
            ),
            prose::line(&backend.doc),
        ]);
        entry(page, module, "backend", &backend.name, &backend.doc, "Backends");
    }
    page.add(table(&["Backend", "Feature", "Default", "Library", "Adapter", "What"], rows));
}

fn capabilities(page: &mut Page, package: &Package, module: &Module) {
    let values = instances::values(package, module);
    if values.is_empty() {
        return;
    }
    page.heading(2, "What the backends can do");
    let mut head = vec![Line::from("Capability")];
    head.extend(module.backends.iter().map(|backend| Line::new().code(&*backend.name)));
    let link = Destination::section(super::index(package), "Capabilities");
    let rows = values.iter().map(|(name, value)| {
        let mut row = vec![Line::new().code_link(link.clone(), &**name)];
        row.extend(
            module
                .backends
                .iter()
                .map(|backend| Line::from(instances::word(backend.support(value)))),
        );
        row
    });
    let rows = rows.collect();
    page.add(Block::Table { head, rows });
}

fn configuration(page: &mut Page, package: &Package, module: &Module) {
    let config = &module.types[module.config];
    let TypeKind::Struct(fields) = &config.kind else {
        return;
    };
    page.heading(2, "Configuration");
    page.paragraph(Line::new().code(&*config.name).text(": ").then(prose::line(&config.doc)));
    origin(page, module, "type", &config.name);
    let rows = fields.iter().map(|field| {
        let needs = field.needs.map(|id| Line::new().code(&*package.capabilities[id].name));
        vec![
            Line::new().code(&*field.name),
            Line::new().code(rust_types::type_text(module, &field.kind)),
            match &field.default {
                Some(value) => Line::new().code(rust_types::value_text(module, &field.kind, value)),
                None => Line::new(),
            },
            Line::from(range(field)),
            needs.unwrap_or_default(),
            prose::line(&field.doc),
        ]
    });
    page.add(table(
        &["Field", "Type", "Default", "Range", "Asks for", "What"],
        rows.collect(),
    ));
    entry(page, module, "type", &config.name, &config.doc, "Configuration");
}

/// The range of a field, in words; empty where its type says it.
fn range(field: &Field) -> String {
    let bound = |value: i128| match (docs::scalar(&field.kind), u64::try_from(value)) {
        (TypeReference::Duration, Ok(nanoseconds)) => format!("{:?}", std::time::Duration::from_nanos(nanoseconds)),
        _ => rust_types::integer(value),
    };
    match (field.min, field.max) {
        (Some(min), Some(max)) => format!("{} to {}", bound(min), bound(max)),
        (Some(min), None) => format!("at least {}", bound(min)),
        (None, Some(max)) => format!("at most {}", bound(max)),
        (None, None) => String::new(),
    }
}

fn errors(page: &mut Page, module: &Module) {
    page.heading(2, "Errors");
    page.paragraph(
        Line::new()
            .code(rust_types::error_type(module))
            .text(" has the errors that every module has, and its own. Its numbers are those of the C interface."),
    );
    let common = [
        (
            "FeatureDisabled",
            -6,
            "No backend is compiled in; it names the Cargo feature.",
        ),
        ("Unsupported", -7, "The backend can't do what was asked, or no backend can."),
        ("InvalidConfig", -8, "A value of the configuration is out of its range."),
        ("Closed", -9, "The module was closed."),
    ];
    let mut rows: Vec<Vec<Line>> = common
        .iter()
        .map(|(name, code, doc)| {
            let code = Line::new().code(code.to_string());
            vec![Line::new().code(*name), code, Line::from("no"), Line::from(*doc), Line::new()]
        })
        .collect();
    let base = module.c.as_ref().map(|c| c.error_base);
    for error in &module.errors {
        let code = base.map(|base| base.saturating_sub(i32::try_from(error.code).unwrap_or(i32::MAX)));
        rows.push(vec![
            Line::new().code(&*error.name),
            code.map_or_else(Line::new, |code| Line::new().code(code.to_string())),
            Line::from(if error.retry { "yes" } else { "no" }),
            prose::line(&error.doc),
            Line::new().code(&*error.message),
        ]);
        entry(page, module, "error", &error.name, &error.doc, "Errors");
    }
    page.add(table(&["Error", "Number", "May succeed later", "When", "Message"], rows));
}

fn types(page: &mut Page, module: &Module) {
    let others: Vec<_> = module
        .types
        .iter_with_ids()
        .filter(|(id, _)| *id != module.config)
        .map(|(_, of)| of)
        .collect();
    if others.is_empty() {
        return;
    }
    page.heading(2, "Types");
    for of in others {
        page.heading(3, Line::new().code(&*of.name));
        page.extend(prose::blocks(&of.doc, 4));
        origin(page, module, "type", &of.name);
        match &of.kind {
            TypeKind::Struct(fields) => {
                let rows = fields.iter().map(|field| {
                    let kind = Line::new().code(rust_types::type_text(module, &field.kind));
                    vec![Line::new().code(&*field.name), kind, prose::line(&field.doc)]
                });
                page.add(table(&["Field", "Type", "What"], rows.collect()));
            }
            TypeKind::Enum { variants, default } => {
                let rows = variants.iter().enumerate().map(|(number, variant)| {
                    let doc = prose::line(&variant.doc);
                    let doc = if *default == Some(number) {
                        doc.text(" The default.")
                    } else {
                        doc
                    };
                    vec![Line::new().code(&*variant.name), doc]
                });
                page.add(table(&["Variant", "What"], rows.collect()));
            }
            TypeKind::Alias(to) => {
                page.paragraph(
                    Line::from("Another name of ")
                        .code(rust_types::type_text(module, to))
                        .text("."),
                );
            }
            TypeKind::Opaque => {
                page.paragraph("A number that only the module makes and reads.");
            }
        }
        if !of.derives.is_empty() {
            page.paragraph(Line::from("Implements ").then(codes(&of.derives)).text("."));
        }
        if of.non_exhaustive {
            page.paragraph("Later versions may add to it.");
        }
        entry(page, module, "type", &of.name, &of.doc, &of.name);
    }
}

fn constants(page: &mut Page, module: &Module) {
    if module.constants.is_empty() {
        return;
    }
    page.heading(2, "Constants");
    let mut rows = Vec::new();
    for constant in &module.constants {
        rows.push(vec![
            Line::new().code(&*constant.name),
            Line::new().code(rust_types::type_text(module, &constant.kind)),
            Line::new().code(rust_types::value_text(module, &constant.kind, &constant.value)),
            prose::line(&constant.doc),
        ]);
        entry(page, module, "constant", &constant.name, &constant.doc, "Constants");
    }
    page.add(table(&["Constant", "Type", "Value", "What"], rows));
}

fn benches(page: &mut Page, module: &Module) {
    if module.benches.is_empty() {
        return;
    }
    page.heading(2, "Measures");
    page.paragraph(Line::new().code("cargo lathe bench modules").text(
        " runs them: the work through the façade and by direct calls of the backend, in turns, and the median of the ratios.",
    ));
    let rows = module.benches.iter().map(|of| {
        vec![
            Line::new().code(bench::group(module, &of.name)),
            Line::new().code(&*module.backends[of.backend].name),
            prose::line(&of.doc),
            Line::from(of.workload.clone()),
            Line::from(format!("{:?}", of.gate)),
        ]
    });
    let rows = rows.collect();
    page.add(table(&["Measure", "Backend", "What", "Work", "Ratio at most"], rows));
}

fn c(page: &mut Page, package: &Package, module: &Module) {
    let Some(interface) = Interface::of(package, module) else {
        return;
    };
    page.heading(2, "From C");
    let header = format!("{}/include/{}", rust_types::folder(package, "c"), interface.header());
    page.paragraph(
        Line::new()
            .link(Destination::File(header), Line::new().code(interface.header()))
            .text(" declares ")
            .code(interface.handle())
            .text(" and the functions below; every function gives 0 or a negative number. Where no backend is compiled in, each gives -6."),
    );
    origin(page, module, "c", "");
    let rows = interface.shims.iter().map(|shim| {
        let to = Destination::section(path(package, module), &shim.function.name);
        vec![Line::new().code_link(to, &*shim.function.name), Line::new().code(&*shim.name)]
    });
    page.add(table(&["Function", "In C"], rows.collect()));
    if !interface.refused.is_empty() {
        page.paragraph("Functions without a form in C:");
        let rows = interface.refused.iter().map(|(function, reason)| {
            let to = Destination::section(path(package, module), &function.name);
            vec![Line::new().code_link(to, &*function.name), prose::line(reason)]
        });
        page.add(table(&["Function", "Why"], rows.collect()));
    }
    let types = module
        .types
        .iter_with_ids()
        .filter(|(_, of)| !matches!(of.kind, TypeKind::Alias(_)));
    let rows = types.map(|(id, of)| {
        vec![
            Line::new().code(&*of.name),
            Line::new().code(names::named(interface.c, module, id)),
        ]
    });
    page.add(table(&["Type", "In C"], rows.collect()));
}
