//! Emits the facts crate of targets, `generated/targets/facts`: a static for each target and the ways to find one.

pub mod manual;

use std::fmt::Write;

use super::crate_builder::CrateBuilder;
use super::{Emitter, Tree, provenance, rust};
use crate::model::target::{Target, Targets};
use crate::model::{Model, item};

/// The output families of targets.
pub const EMITTERS: &[Emitter] = &[Emitter {
    name: "target facts",
    emit,
}];

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let targets = &model.part::<Targets>().targets;
    if targets.is_empty() {
        return Ok(());
    }
    let mut sources: Vec<String> = targets.iter().map(|target| target.file.clone()).collect();
    sources.sort();
    sources.dedup();
    let mut builder = CrateBuilder::new(
        "generated/targets/facts",
        "target-facts",
        "Facts of CPU targets: pointer width, byte order, pages, cache lines, levels of the instruction set",
    );
    builder.file("src/lib.rs", root(targets)?, &sources);
    builder.file("src/target.rs", include_str!("text/target.rs").to_owned(), &[]);
    for target in targets {
        builder.file(
            &format!("src/targets/{}.rs", rust::module(&target.name)),
            facts(target)?,
            std::slice::from_ref(&target.file),
        );
    }
    builder.file("src/targets/mod.rs", table(targets)?, &sources);
    builder.file("tests/targets.rs", include_str!("text/target_tests.rs").to_owned(), &[]);
    builder.finish(tree)
}

fn root(targets: &[Target]) -> anyhow::Result<String> {
    let mut docs =
        "Facts of CPU targets.\n\nA [`Target`] is a processor and its environment as other specs and emitted code see it. \
                    [`Target::current`] is the one that this crate was compiled for.\n"
            .to_owned();
    for target in targets {
        writeln!(
            docs,
            "\n- [`{}`](targets::{}): {}",
            target.name,
            rust::constant(&target.name),
            target.doc.split_whitespace().collect::<Vec<_>>().join(" ")
        )?;
    }
    if let Some(first) = targets.first() {
        writeln!(
            docs,
            "\n```\nuse target_facts::Target;\n\nlet target = Target::by_name({}).unwrap();\nassert_eq!(target.pointer_width, {});\n```",
            rust::literal(&first.name),
            first.pointer_width
        )?;
    }
    Ok(format!(
        "{}#![no_std]\n#![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\nmod target;\npub mod targets;\n\npub use target::{{Endian, Level, Target}};\n",
        rust::module_doc_lines(&docs)
    ))
}

fn facts(target: &Target) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(&format!("Facts of `{}`.", target.name));
    let level = if target.levels.is_empty() { "" } else { "Level, " };
    writeln!(text, "\nuse crate::target::{{Endian, {level}Target}};\n")?;
    text.push_str(&rust::doc_lines(
        0,
        &format!(
            "{}\n\n{}",
            target.doc.trim(),
            provenance::line(&item::file_key("target", &target.name), &target.file)
        ),
    ));
    let constant = rust::constant(&target.name);
    for alias in &target.aliases {
        if *alias != constant {
            writeln!(text, "#[doc(alias = {})]", rust::literal(alias))?;
        }
    }
    writeln!(text, "pub static {constant}: Target = Target {{")?;
    writeln!(text, "    name: {},", rust::literal(&target.name))?;
    writeln!(
        text,
        "    doc: {},",
        rust::literal(&target.doc.split_whitespace().collect::<Vec<_>>().join(" "))
    )?;
    strings(&mut text, "aliases", &target.aliases)?;
    writeln!(text, "    arch: {},", rust::literal(&target.arch))?;
    strings(&mut text, "triples", &target.triples)?;
    writeln!(text, "    pointer_width: {},", target.pointer_width)?;
    writeln!(
        text,
        "    endian: Endian::{},",
        if target.little_endian { "Little" } else { "Big" }
    )?;
    match target.page_size {
        Some(size) => writeln!(text, "    page_size: Some({}),", rust::number(u64::from(size)))?,
        None => writeln!(text, "    page_size: None,")?,
    }
    let pages: Vec<String> = target.large_pages.iter().map(|size| rust::number(*size)).collect();
    writeln!(text, "    large_pages: &[{}],", pages.join(", "))?;
    writeln!(text, "    cache_line: {},", target.cache_line)?;
    writeln!(text, "    atomic_width: {},", target.atomic_width)?;
    if target.levels.is_empty() {
        writeln!(text, "    levels: &[],")?;
    } else {
        writeln!(text, "    levels: &[")?;
        for (rank, level) in target.levels.iter().enumerate() {
            let features: Vec<String> = level.features.iter().map(|feature| rust::literal(feature)).collect();
            writeln!(
                text,
                "        Level {{\n            name: {},\n            rank: {},\n            doc: {},\n            features: &[{}],\n            \
                 vector_width: {},\n        }},",
                rust::literal(&level.name),
                rank + 1,
                rust::literal(&level.doc.split_whitespace().collect::<Vec<_>>().join(" ")),
                features.join(", "),
                level.vector_width
            )?;
        }
        writeln!(text, "    ],")?;
    }
    text.push_str("};\n");
    Ok(text)
}

fn strings(text: &mut String, name: &str, items: &[String]) -> std::fmt::Result {
    let line = items.iter().map(|item| rust::literal(item)).collect::<Vec<_>>().join(", ");
    if line.len() < 100 {
        return writeln!(text, "    {name}: &[{line}],");
    }
    writeln!(text, "    {name}: &[")?;
    for item in items {
        writeln!(text, "        {},", rust::literal(item))?;
    }
    writeln!(text, "    ],")
}

fn table(targets: &[Target]) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("One static for each target.");
    text.push_str("\nuse crate::target::Target;\n\n");
    for target in targets {
        writeln!(text, "mod {};", rust::module(&target.name))?;
    }
    text.push('\n');
    for target in targets {
        writeln!(
            text,
            "pub use {}::{};",
            rust::module(&target.name),
            rust::constant(&target.name)
        )?;
    }
    writeln!(
        text,
        "\n/// Every target, by name.\npub(crate) static ALL: [&Target; {}] = [\n{}];",
        targets.len(),
        rust::wrapped(4, targets.iter().map(|target| format!("&{}", rust::constant(&target.name))))
    )?;
    text.push_str(
        "\n/// The target that is compiled for. Where `cfg` says the same of several, the one with the widest atomic operations that\n/// \
         exist here is meant.\npub(crate) const fn current() -> Option<&'static Target> {\n",
    );
    let key = |target: &Target| (target.arch.clone(), target.pointer_width, target.little_endian);
    let mut order: Vec<&Target> = targets.iter().collect();
    order.sort_by(|a, b| {
        (key(a), std::cmp::Reverse(a.atomic_width), &a.name).cmp(&(key(b), std::cmp::Reverse(b.atomic_width), &b.name))
    });
    for target in order {
        let mut conditions = vec![
            format!("target_arch = {}", rust::literal(&target.arch)),
            format!("target_pointer_width = \"{}\"", target.pointer_width),
            format!("target_endian = \"{}\"", if target.little_endian { "little" } else { "big" }),
        ];
        if targets
            .iter()
            .any(|other| other.name != target.name && key(other) == key(target))
        {
            conditions.push(format!("target_has_atomic = \"{}\"", target.atomic_width));
        }
        writeln!(
            text,
            "    if cfg!(all(\n{}    )) {{\n        return Some(&{});\n    }}",
            conditions
                .iter()
                .map(|condition| format!("        {condition},\n"))
                .collect::<String>(),
            rust::constant(&target.name)
        )?;
    }
    text.push_str("    None\n}\n");
    Ok(text)
}
