//! `src/convention.rs`: the registers of a call on each target.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::syscall_convention::{Convention, Passing, Register};
use crate::model::target::Target;

/// Adds the file.
pub(super) fn files(targets: &[&Target], builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines("Which registers a call uses, on each target that states a convention.");
    text.push_str(include_str!("text/convention_head.rs"));
    let mut names = Vec::new();
    for target in targets {
        let Some(convention) = &target.convention else { continue };
        let line = provenance::line(&item::file_key("target", &target.name), &target.file);
        let docs = format!("{}\n\n{line}", convention.doc.trim());
        text.push('\n');
        text.push_str(&rust::doc_lines(0, &docs));
        constant(&mut text, target, convention)?;
        names.push(rust::constant(&target.name));
    }
    write!(
        text,
        "\n/// All of them, by the names of the targets.\npub const ALL: [Convention; {}] = [{}];\n",
        names.len(),
        names.join(", ")
    )?;
    let sources: Vec<String> = targets.iter().map(|target| target.file.clone()).collect();
    builder.file("src/convention.rs", text, &sources);
    Ok(())
}

fn constant(text: &mut String, target: &Target, convention: &Convention) -> std::fmt::Result {
    let one = |register: Option<&Register>| {
        register.map_or("None".to_owned(), |register| {
            format!("Some({})", rust::literal(&register.name))
        })
    };
    let list = |names: Vec<&str>| {
        let names: Vec<String> = names.into_iter().map(rust::literal).collect();
        let line = names.join(", ");
        match line.len() < 100 {
            true => format!("&[{line}]"),
            false => format!("&[\n{}    ]", rust::wrapped(8, names)),
        }
    };
    let names = |registers: &[Register]| -> String { list(registers.iter().map(|register| register.name.as_str()).collect()) };
    let (block, status, value, page, message): (_, _, _, _, &[Register]) = match &convention.passing {
        Passing::Registers {
            status,
            value,
            message,
            page,
            ..
        } => (None, Some(status), Some(value), Some(page), message),
        Passing::Block(block) => (Some(block), None, None, None, &[]),
    };
    writeln!(text, "pub const {}: Convention = Convention {{", rust::constant(&target.name))?;
    writeln!(text, "    target: {},", rust::literal(&target.name))?;
    writeln!(text, "    instruction: {},", rust::literal(convention.entrance.instruction))?;
    writeln!(text, "    number: {},", rust::literal(&convention.number.name))?;
    writeln!(text, "    arguments: {},", names(convention.arguments()))?;
    writeln!(text, "    block: {},", one(block))?;
    writeln!(text, "    status: {},", one(status))?;
    writeln!(text, "    value: {},", one(value))?;
    writeln!(text, "    message: {},", names(message))?;
    writeln!(text, "    page: {},", one(page))?;
    writeln!(text, "    destroyed: {},", list(convention.entrance.destroyed.to_vec()))?;
    writeln!(text, "    clobbered: {},", names(&convention.clobbered))?;
    writeln!(text, "    vectors: {},", list(convention.entrance.vectors.to_vec()))?;
    writeln!(text, "    hands_on_vectors: {},", convention.entrance.hands_on_vectors)?;
    writeln!(text, "    kept: {},\n}};", names(&convention.kept))
}
