//! Emits the reference interpreter of an instruction set: `generated/<name>/oracle`.

use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets};

/// The reference interpreters.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set oracle",
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
