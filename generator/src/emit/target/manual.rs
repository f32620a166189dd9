//! The chapter of the targets: a page with all of them side by side, and a page for each.

use crate::emit::manual::Chapter;
use crate::emit::manual::page::{Block, Destination, Entry, Line, Page};
use crate::emit::manual::prose;
use crate::emit::provenance;
use crate::model::target::{Target, Targets};
use crate::model::{Model, item};
use crate::source::SourceMap;

const INDEX: &str = "targets/index";

/// The chapter; none where there are no targets.
pub fn chapters(model: &Model, _sources: &SourceMap) -> Vec<Chapter> {
    let targets = &model.part::<Targets>().targets;
    if targets.is_empty() {
        return Vec::new();
    }
    let mut chapter = Chapter {
        title: "Targets".to_owned(),
        summary: Line::from("The processors that the specs know, and their facts."),
        ..Chapter::default()
    };
    chapter.main_page("All targets", "All of them side by side.", index(targets));
    let named = |target: &Target| (target.name.clone(), path(target));
    for (at, target) in targets.iter().enumerate() {
        let mut page = page(target);
        // The menu names all of them.
        page.sources = targets.iter().map(|target| target.file.clone()).collect();
        page.previous = at.checked_sub(1).and_then(|before| targets.get(before)).map(named);
        page.next = targets.get(at + 1).map(named);
        chapter.main_page(&target.name, &prose::first_sentence(&target.doc), page);
    }
    vec![chapter]
}

fn path(target: &Target) -> String {
    format!("targets/{}", target.name)
}

fn index(targets: &[Target]) -> Page {
    let files: Vec<String> = targets.iter().map(|target| target.file.clone()).collect();
    let mut page = Page::new(INDEX, "Targets", &files);
    let row = |target: &Target| {
        vec![
            Line::new().code_link(Destination::page(path(target)), &*target.name),
            Line::from(target.pointer_width.to_string()),
            Line::from(if target.little_endian { "little" } else { "big" }),
            Line::from(target.page_size.map_or_else(|| "none".to_owned(), |size| size.to_string())),
            Line::from(target.cache_line.to_string()),
            Line::from(target.atomic_width.to_string()),
            Line::from(
                target
                    .levels
                    .iter()
                    .map(|level| level.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ]
    };
    page.add(Block::Table {
        head: [
            "target",
            "pointer bits",
            "byte order",
            "page bytes",
            "cache line bytes",
            "atomic bits",
            "levels",
        ]
        .map(Line::from)
        .to_vec(),
        rows: targets.iter().map(row).collect(),
    });
    page
}

fn page(target: &Target) -> Page {
    let mut page = Page::new(path(target), &*target.name, std::slice::from_ref(&target.file));
    page.is_name = true;
    page.kind = "target".to_owned();
    page.trail = vec![("Targets".to_owned(), INDEX.to_owned())];
    page.entries.push(Entry {
        name: target.name.clone(),
        kind: "target".to_owned(),
        doc: prose::first_sentence(&target.doc),
        words: target
            .aliases
            .iter()
            .chain(&target.triples)
            .map(|word| word.to_lowercase())
            .collect(),
        ..Entry::default()
    });
    page.extend(prose::blocks(&target.doc, 2));
    let file = Destination::File(target.file.clone());
    let origin = provenance::line(&item::file_key("target", &target.name), &target.file);
    page.paragraph(prose::line(&origin).text(" ").link(file, "Open the file"));
    let codes = |texts: &[String]| Line::joined(texts.iter().map(|text| Line::new().code(&**text)), ", ");
    let mut facts = vec![
        ("Architecture".to_owned(), Line::new().code(&*target.arch)),
        ("Pointers".to_owned(), Line::from(format!("{} bits", target.pointer_width))),
        (
            "Byte order".to_owned(),
            Line::from(if target.little_endian { "little-endian" } else { "big-endian" }),
        ),
        (
            "Pages".to_owned(),
            Line::from(target.page_size.map_or_else(
                || "none: there is no memory management unit".to_owned(),
                |size| format!("{size} bytes"),
            )),
        ),
    ];
    if !target.large_pages.is_empty() {
        let sizes: Vec<String> = target.large_pages.iter().map(u64::to_string).collect();
        facts.push(("Larger pages".to_owned(), Line::from(format!("{} bytes", sizes.join(", ")))));
    }
    if target.sibling_calls {
        let text = "calls in last place become jumps, so that fast engines thread their handlers";
        facts.push(("Sibling calls".to_owned(), Line::from(text.to_owned())));
    }
    facts.push(("Cache line".to_owned(), Line::from(format!("{} bytes", target.cache_line))));
    facts.push((
        "Atomics".to_owned(),
        Line::from(format!("up to {} bits", target.atomic_width)),
    ));
    if !target.aliases.is_empty() {
        facts.push(("Also called".to_owned(), codes(&target.aliases)));
    }
    facts.push(("Triples".to_owned(), codes(&target.triples)));
    if !target.kernel_triples.is_empty() {
        facts.push(("Kernels are compiled for".to_owned(), codes(&target.kernel_triples)));
    }
    page.add(Block::Facts(facts));
    if !target.levels.is_empty() {
        page.heading(2, "Levels");
        page.paragraph("Each level includes those above it.");
        let rows = target.levels.iter().map(|level| {
            let vectors = match level.vector_width {
                0 => "none".to_owned(),
                bits => format!("{bits}\u{a0}bits"),
            };
            vec![
                Line::new().code(&*level.name),
                prose::line(&level.doc),
                Line::from(vectors),
                codes(&level.features),
            ]
        });
        page.add(Block::Table {
            head: ["level", "what it brings", "vectors", "adds the features"]
                .map(Line::from)
                .to_vec(),
            rows: rows.collect(),
        });
    }
    page
}
