//! Emits the thin procedural macro crate of an instruction set: `generated/<name>/macros`.

use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets};

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

fn emit_set(_set: &InstructionSet, _tree: &mut Tree) -> anyhow::Result<()> {
    Ok(())
}
