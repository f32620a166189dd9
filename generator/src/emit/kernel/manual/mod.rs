//! The chapter of a kernel: what it decides and promises, its objects and rights, its calls, its errors and faults, and how it boots.

mod calls;

use crate::emit::kernel::{entry, targets};
use crate::emit::manual::Chapter;
use crate::emit::manual::page::{Block, Destination, Entry, Line, Page, anchor};
use crate::emit::manual::prose;
use crate::emit::rust;
use crate::model::Model;
use crate::model::kernel::{Amount, Kernel, Kernels, Law, Numbered};
use crate::source::SourceMap;

/// The chapters, one for each kernel.
pub fn chapters(model: &Model, _sources: &SourceMap) -> Vec<Chapter> {
    let targets = targets(model);
    let chapter = |kernel: &Kernel| {
        let mut chapter = Chapter {
            title: kernel.name.clone(),
            summary: Line::from(format!("The kernel {}: what programs can ask of it.", kernel.name)),
            ..Chapter::default()
        };
        chapter.main_page("Overview", "What it decides, and what always holds.", overview(kernel));
        chapter.main_page("Objects", "Kinds of objects, and what each right allows.", objects(kernel));
        chapter.main_page("Calls", "Every system call.", calls::page(kernel, &targets));
        chapter.main_page("Errors", "Errors of calls, and faults of programs.", errors(kernel));
        chapter.main_page(
            "Boot",
            "Stages, ends of a run, and what the first process holds.",
            boot(kernel),
        );
        chapter.main_page("Amounts", "Gas, limits and budgets.", amounts(kernel));
        chapter
    };
    model.part::<Kernels>().kernels.iter().map(chapter).collect()
}

/// A page of the chapter: `calls`.
fn path(kernel: &Kernel, page: &str) -> String {
    format!("kernels/{}/{page}", kernel.name)
}

/// A page without blocks, below the first one of the chapter.
fn page(kernel: &Kernel, name: &str, title: &str) -> Page {
    let mut page = Page::new(path(kernel, name), title, &kernel.files);
    page.kind = format!("of the kernel {}", kernel.name);
    page.trail = vec![(kernel.name.clone(), path(kernel, "index"))];
    page
}

/// Something that the search finds under a heading.
fn found(kernel: &Kernel, name: &str, kind: &str, doc: &str) -> Entry {
    Entry {
        name: name.to_owned(),
        kind: kind.to_owned(),
        of: kernel.name.clone(),
        doc: prose::first_sentence(doc),
        anchor: Some(anchor(name)),
        ..Entry::default()
    }
}

/// A link to an error.
fn error_link(kernel: &Kernel, error: &Numbered) -> Line {
    Line::new().code_link(Destination::section(path(kernel, "errors"), &error.name), &*error.name)
}

fn overview(kernel: &Kernel) -> Page {
    let mut page = Page::new(path(kernel, "index"), &*kernel.name, &kernel.files);
    page.is_name = true;
    page.kind = "kernel".to_owned();
    page.extend(prose::blocks(&kernel.doc, 2));
    page.heading(2, "Decisions");
    for rule in &kernel.rules {
        page.heading(3, Line::new().code(&*rule.name));
        page.extend(prose::blocks(&rule.doc, 4));
        page.add(Block::Note {
            title: "Why".to_owned(),
            text: prose::blocks(&rule.reason, 4),
        });
        page.paragraph(prose::line(&entry(kernel, "rule", &rule.name)));
        page.entries.push(found(kernel, &rule.name, "decision", &rule.doc));
    }
    page.heading(2, "Laws");
    page.paragraph("What always holds. Tests hold the kernel to it, run by the host and by the booted kernel.");
    for law in &kernel.laws {
        page.heading(3, Line::new().code(&*law.name));
        page.extend(prose::blocks(&law.doc, 4));
        page.add(Block::Code {
            language: "rust".to_owned(),
            text: of_law(law),
        });
        page.paragraph(prose::line(&entry(kernel, "law", &law.name)));
        page.entries.push(found(kernel, &law.name, "law", &law.doc));
    }
    page
}

/// How a law is tried, with what is given and what is expected as comments and assertions.
fn of_law(law: &Law) -> String {
    let given = law.given.iter().map(|given| format!("// {}: {}", given.name, given.text));
    let steps = law.steps.iter().map(|step| format!("{};", step.text));
    let expect = law.expect.iter().map(|text| format!("assert!({});", text.text.trim()));
    given.chain(steps).chain(expect).collect::<Vec<_>>().join("\n")
}

fn objects(kernel: &Kernel) -> Page {
    let mut page = page(kernel, "objects", "Objects and rights");
    page.paragraph(
        "A capability names an object and holds a set of rights. What a right allows depends on the kind of the object.",
    );
    page.heading(2, "Rights");
    for right in &kernel.rights {
        page.heading(3, Line::new().code(&*right.name));
        page.paragraph(prose::line(&right.doc).text(format!(" Bit {}.", right.bit)));
        page.paragraph(prose::line(&entry(kernel, "right", &right.name)));
        page.entries.push(found(kernel, &right.name, "right", &right.doc));
    }
    page.heading(2, "Kinds");
    for object in &kernel.objects {
        let title = format!("kind {}", object.name);
        page.heading(3, &*title);
        page.paragraph(prose::line(&object.doc).text(format!(" Number {}.", object.code)));
        let rows = object.rights.iter().map(|(right, meaning)| {
            let right = &kernel.rights[*right].name;
            vec![
                Line::new().code_link(Destination::section(path(kernel, "objects"), right), &**right),
                prose::line(meaning),
            ]
        });
        page.add(Block::Table {
            head: vec![Line::from("right"), Line::from("allows to")],
            rows: rows.collect(),
        });
        page.paragraph(prose::line(&entry(kernel, "object", &object.name)));
        page.entries.push(Entry {
            anchor: Some(anchor(&title)),
            ..found(kernel, &object.name, "kind of object", &object.doc)
        });
    }
    page
}

fn numbered<'a>(page: &mut Page, kernel: &Kernel, table: &str, entries: impl Iterator<Item = &'a Numbered>) {
    for of in entries {
        page.heading(3, Line::new().code(&*of.name));
        page.paragraph(Line::from(format!("{}. ", of.number)).then(prose::line(&of.doc)));
        page.paragraph(prose::line(&entry(kernel, table, &of.name)));
        page.entries.push(found(kernel, &of.name, table, &of.doc));
    }
}

fn errors(kernel: &Kernel) -> Page {
    let mut page = page(kernel, "errors", "Errors and faults");
    page.heading(2, "Errors");
    page.paragraph("The status of a call is zero, or the negated number of one of these.");
    numbered(&mut page, kernel, "error", kernel.errors.iter());
    page.heading(2, "Faults");
    page.paragraph("What a program did that the processor doesn't allow. The numbers are the same on all processors.");
    numbered(&mut page, kernel, "trap", kernel.traps.iter());
    page
}

fn boot(kernel: &Kernel) -> Page {
    let mut page = page(kernel, "boot", "Boot");
    page.heading(2, "Stages");
    page.paragraph("In the order in which they come. Each prints a line; the machine ends with the number of one that fails.");
    numbered(&mut page, kernel, "stage", kernel.stages.iter());
    page.heading(2, "Ends");
    page.paragraph("How a run ends after booting, with the status of the machine.");
    numbered(&mut page, kernel, "outcome", kernel.outcomes.iter());
    page.heading(2, "The first process");
    page.paragraph("The rows of the capabilities that it holds when it begins.");
    let rows = kernel.initial.iter().map(|initial| {
        let object = &kernel.objects[initial.object].name;
        let to = Destination::section(path(kernel, "objects"), &format!("kind {object}"));
        let rights = initial
            .rights
            .iter()
            .map(|right| Line::new().code(&*kernel.rights[*right].name));
        vec![
            Line::from(initial.index.to_string()),
            Line::new().code(&*initial.name),
            Line::new().code_link(to, &**object),
            Line::joined(rights, ", "),
            prose::line(&initial.doc),
        ]
    });
    page.add(Block::Table {
        head: ["row", "name", "kind", "rights", "what it is"].map(Line::from).to_vec(),
        rows: rows.collect(),
    });
    page
}

fn amounts(kernel: &Kernel) -> Page {
    let mut page = page(kernel, "amounts", "Amounts");
    let rows = |amounts: &mut dyn Iterator<Item = &Amount>| -> Vec<Vec<Line>> {
        let row = |amount: &Amount| {
            vec![
                Line::new().code(&*amount.name),
                Line::from(rust::number(amount.value)),
                prose::line(&amount.doc),
            ]
        };
        amounts.map(row).collect()
    };
    let head = || ["name", "amount", "of what"].map(Line::from).to_vec();
    page.heading(2, "Gas");
    page.add(Block::Table {
        head: head(),
        rows: rows(&mut kernel.gas.iter()),
    });
    page.heading(2, "Limits");
    page.add(Block::Table {
        head: head(),
        rows: rows(&mut kernel.limits.iter()),
    });
    page.heading(2, "Budgets");
    page.paragraph("What is measured beside the calls, and the most that it may take.");
    let budgets = kernel.budgets.iter().map(|measure| {
        let most = measure
            .most
            .iter()
            .map(|budget| format!("{} {}", rust::number(budget.most), budget.target));
        vec![
            Line::new().code(&*measure.name),
            Line::from(most.collect::<Vec<_>>().join(", ")),
            Line::from(measure.unit),
            prose::line(&measure.doc),
        ]
    });
    page.add(Block::Table {
        head: ["name", "at most", "unit", "what is measured"].map(Line::from).to_vec(),
        rows: budgets.collect(),
    });
    page
}
