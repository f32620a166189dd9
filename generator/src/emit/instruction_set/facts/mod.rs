//! Emits the facts crate of an instruction set: `generated/<name>/facts`.

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets};

/// The facts crates.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set facts",
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
        format!("{}/facts", set.folder()),
        format!("{}-facts", set.name),
        format!("Facts of the instruction set {}", set.name),
    );
    super::assembly::files(set, &mut builder)?;
    super::verifier::files(set, &mut builder)?;
    builder.finish(tree)
}
