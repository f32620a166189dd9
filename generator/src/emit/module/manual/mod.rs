//! The chapters of packages: one each, with a page for every module.

mod entries;
mod functions;
mod laws;
mod module;
mod state_machine;

use super::{instances, rust_types, sources};
use crate::emit::manual::page::{self, Block, Card, Chapter, Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::emit::provenance;
use crate::model::module::{Module, Modules};
use crate::model::package::{Package, Packages, Row};
use crate::model::{Model, item};
use crate::source::SourceMap;

/// The chapters; none where there are no packages.
pub fn chapters(model: &Model, _sources: &SourceMap) -> Vec<Chapter> {
    let packages = model.part::<Packages>().packages.iter_with_ids();
    packages
        .map(|(id, package)| {
            let modules = model.part::<Modules>().modules.iter();
            let modules: Vec<&Module> = modules.filter(|module| module.package == id).collect();
            chapter(package, &modules)
        })
        .collect()
}

/// The page of a module.
pub fn path(package: &Package, module: &Module) -> String {
    format!("packages/{}/{}", package.name, module.name)
}

fn index(package: &Package) -> String {
    format!("packages/{}/index", package.name)
}

fn chapter(package: &Package, modules: &[&Module]) -> Chapter {
    let mut chapter = Chapter {
        title: package.name.clone(),
        summary: Line::from(prose::first_sentence(&package.doc)),
        ..Chapter::default()
    };
    chapter.main_page(
        "Package",
        "Its modules, features and capabilities.",
        overview(package, modules),
    );
    for module in modules {
        let mut page = module::page(package, module);
        page.trail = vec![(package.name.clone(), index(package))];
        chapter.main_page(&module.name, &prose::first_sentence(&module.doc), page);
    }
    chapter
}

fn overview(package: &Package, modules: &[&Module]) -> Page {
    let mut page = Page::new(index(package), package.name.clone(), &sources(package, modules));
    page.is_name = true;
    page.kind = "package of modules".to_owned();
    page.extend(prose::blocks(&package.doc, 3));
    let origin = provenance::line(&item::file_key("package", &package.name), &package.file);
    page.paragraph(prose::line(&origin));
    page.paragraph(
        "Each module has one surface, which is the same whatever is compiled in, and backends behind it. Cargo features choose the backends; \
         where a module has none, opening it gives an error.",
    );
    page.heading(2, "Modules");
    let cards = modules.iter().map(|module| Card {
        title: Line::new().code(&*module.name),
        to: Destination::page(path(package, module)),
        text: Line::from(prose::first_sentence(&module.doc)),
    });
    page.add(Block::Cards(cards.collect()));
    features(&mut page, package, modules);
    capabilities(&mut page, package);
    if !package.libraries.is_empty() {
        page.heading(2, "Libraries of the surfaces");
        let rows = package.libraries.iter().map(|library| {
            let types = library.types.iter().map(|name| Line::new().code(&**name));
            vec![
                Line::new().code(&*library.name),
                Line::new().code(&*library.version),
                Line::joined(types, ", "),
            ]
        });
        page.add(table(&["Library", "Version", "Types"], rows.collect()));
    }
    matrix(&mut page, package);
    page.entries.push(Entry {
        name: package.name.clone(),
        kind: "package".to_owned(),
        doc: prose::first_sentence(&package.doc),
        ..Entry::default()
    });
    page
}

fn features(page: &mut Page, package: &Package, modules: &[&Module]) {
    page.heading(2, "Cargo features");
    page.paragraph(
        Line::new()
            .text("Features of the crate ")
            .code(&*package.name)
            .text(". That of a backend switches that of its module on."),
    );
    let on = |default: bool| Line::from(if default { "on" } else { "off" });
    let mut rows = Vec::new();
    for module in modules {
        let link = |anchor: &str| Destination::section(path(package, module), anchor);
        rows.push(vec![
            Line::new().code_link(Destination::page(path(package, module)), &*module.name),
            on(true),
            Line::new(),
            Line::new(),
            Line::from(prose::first_sentence(&module.doc)),
        ]);
        for backend in &module.backends {
            let implied = std::iter::once(&module.name).chain(&backend.implies);
            let mut what = Line::from(prose::first_sentence(&backend.doc));
            if !backend.targets.is_empty() {
                let targets = backend.targets.iter().map(|target| Line::new().code(&**target));
                what = what.text(" Only on ").then(Line::joined(targets, ", ")).text(".");
            }
            rows.push(vec![
                Line::new().code_link(link("Backends"), module.feature_of(backend)),
                on(backend.default),
                codes(implied),
                codes(&backend.conflicts),
                what,
            ]);
        }
    }
    page.add(table(&["Feature", "Default", "Implies", "Conflicts with", "What"], rows));
}

fn capabilities(page: &mut Page, package: &Package) {
    page.heading(2, "Capabilities");
    page.paragraph(
        "What backends may be able to do. A configuration or a call that asks for something that the backend can't do exactly is refused; it is \
         never done in another way silently.",
    );
    let rows = package.capabilities.iter().map(|capability| {
        let value = match (&capability.per, capability.is_number) {
            (Some(per), _) => Line::from("a level for each variant of ").code(&**per),
            (None, true) => Line::from("a number"),
            (None, false) => Line::from("a level"),
        };
        vec![Line::new().code(&*capability.name), value, prose::line(&capability.doc)]
    });
    page.add(table(&["Capability", "Value", "Meaning"], rows.collect()));
    for capability in &package.capabilities {
        page.entries.push(Entry {
            name: capability.name.clone(),
            kind: "capability".to_owned(),
            of: package.name.clone(),
            doc: prose::first_sentence(&capability.doc),
            anchor: Some(page::anchor("Capabilities")),
            ..Entry::default()
        });
    }
}

fn matrix(page: &mut Page, package: &Package) {
    let matrix = &package.matrix;
    page.heading(2, "Tested combinations");
    let always = matrix.always.iter().map(|row| match row {
        Row::None => "no feature",
        Row::Default => "the default features",
        Row::All => "every feature",
    });
    let always: Vec<&str> = always.collect();
    page.paragraph(format!(
        "Tested are combinations in which every {} features stand in every way that they can, in at most {} builds. These are always among \
         them: {}.",
        matrix.strength,
        matrix.budget,
        always.join(", ")
    ));
}

/// A table with plain titles.
fn table(head: &[&str], rows: Vec<Vec<Line>>) -> Block {
    Block::Table {
        head: head.iter().map(|title| Line::from(*title)).collect(),
        rows,
    }
}

/// Names as they stand in code.
fn codes<'a>(names: impl IntoIterator<Item = &'a String>) -> Line {
    Line::joined(names.into_iter().map(|name| Line::new().code(&**name)), ", ")
}
