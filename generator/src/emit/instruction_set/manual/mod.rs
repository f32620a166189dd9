//! Emits the manual of an instruction set as Markdown: an index with the opcode map, a page per group of ops, and pages for types,
//! traps and effects, and the module file.

mod ops;
mod pages;

use super::super::{Emitter, Tree};
use crate::emit::instruction_set::sources;
use crate::model::instruction_set::{InstructionSet, InstructionSets};

/// The row of the registry.
pub const EMITTER: Emitter = Emitter {
    name: "manual",
    emit: |model, tree| {
        for set in &model.part::<InstructionSets>().sets {
            emit(set, tree)?;
        }
        Ok(())
    },
};

/// Adds the manual of one set under `generated/<set>/manual/`.
fn emit(set: &InstructionSet, tree: &mut Tree) -> anyhow::Result<()> {
    let folder = format!("{}/manual", set.folder());
    tree.add(
        format!("{folder}/README.md"),
        &pages::index(set)?,
        &sources::of(set, sources::ALL),
    )?;
    tree.add(
        format!("{folder}/types.md"),
        &pages::types(set)?,
        &sources::of(set, &[sources::MACHINE]),
    )?;
    tree.add(
        format!("{folder}/traps.md"),
        &pages::traps(set)?,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    )?;
    tree.add(
        format!("{folder}/module-file.md"),
        &pages::module_file(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    )?;
    for (group, entry) in set.groups.iter_with_ids() {
        let ops: Vec<_> = set.ops.iter().filter(|op| op.group == group).collect();
        let sources = sources::of_ops(set, &ops, &[sources::MACHINE]);
        tree.add(
            format!("{folder}/ops/{}.md", entry.name),
            &ops::page(set, entry, &ops)?,
            &sources,
        )?;
    }
    Ok(())
}

/// Text for a cell of a Markdown table: one line, with the column separator escaped.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
