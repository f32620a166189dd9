//! Emits the thin procedural macro crate of an instruction set: `generated/<name>/macros`.
//!
//! It only binds the logic of the hand-written crate `lathe-macros` to the facts crate of the set.

use heck::ToUpperCamelCase;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets, Meaning};

/// The procedural macro crates.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set macros",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    for set in &model.part::<InstructionSets>().sets {
        emit_set(set, tree)?;
    }
    Ok(())
}

fn emit_set(set: &InstructionSet, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/macros", set.folder()),
        set.package("macros"),
        format!("Procedural macros of the instruction set {}", set.name),
    );
    builder.proc_macro();
    builder.depend("lathe-macros", "macros");
    let facts = set.package("facts");
    builder.depend(&facts, &format!("{}/facts", set.folder()));
    let example = set.ops.iter().find_map(|op| match &op.meaning {
        Meaning::Function { name, .. } => Some((op.name.as_str(), name.as_str())),
        Meaning::Expression { .. } | Meaning::Waits => None,
    });
    let (op, function) = example.unwrap_or(("op", "function"));
    let text = include_str!("templates/macros_lib.rs")
        .replace("__SET__", &set.name)
        .replace("__FACTS__", &facts.replace('-', "_"))
        .replace("__CRATE__", &set.library("macros"))
        .replace("__TYPE__", &set.name.to_upper_camel_case())
        .replace("__OP__", op)
        .replace("__FUNCTION__", function);
    builder.file("src/lib.rs", text, &sources::of(set, &[sources::OPS]));
    builder.finish(tree)
}
