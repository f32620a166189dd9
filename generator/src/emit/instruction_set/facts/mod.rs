//! Emits the facts crate of an instruction set: `generated/<name>/facts`.
//!
//! Each module here writes the file, or the folder, of the same name in the crate. `text/` holds what doesn't depend on the spec, or only
//! in a few words: the emitted crate contains it as it stands.

mod ids;
mod instruction;
mod layout;
mod metadata;
mod module;
mod module_read;
mod module_write;
mod names;
mod opcode;
mod places;
mod root;
mod tests;
mod trap;
mod types;

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
        set.package("facts"),
        format!(
            "Facts of the instruction set {}: opcodes, codec, module file, assembler and verifier",
            set.name
        ),
    );
    opcode::files(set, &mut builder)?;
    opcode::codec(set, &mut builder)?;
    metadata::files(set, &mut builder)?;
    ids::files(set, &mut builder)?;
    trap::files(set, &mut builder)?;
    places::files(set, &mut builder)?;
    instruction::files(set, &mut builder)?;
    types::files(set, &mut builder)?;
    module::files(set, &mut builder)?;
    layout::files(set, &mut builder)?;
    super::assembly::files(set, &mut builder)?;
    super::verifier::files(set, &mut builder)?;
    tests::files(set, &mut builder)?;
    root::files(set, &mut builder)?;
    builder.finish(tree)
}
