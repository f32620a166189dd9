//! Emits the facts crate of an instruction set: `generated/<name>/facts`.
//!
//! Each module here writes the file, or the folder, of the same name in the crate. `text/` holds what doesn't depend on the spec, or only
//! in a few words: the emitted crate contains it as it stands.

mod ids;
mod instruction;
mod layout;
mod limits;
mod metadata;
mod module;
mod module_read;
mod module_write;
pub mod names;
mod opcode;
mod places;
pub mod reached;
mod root;
mod shape;
mod tests;
pub mod trap;
mod types;
pub mod wide;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::InstructionSet;

/// The facts crates.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set facts",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, emit_set)
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
    builder.side_by_side(
        set,
        &[
            &[
                opcode::files,
                opcode::codec,
                metadata::files,
                ids::files,
                trap::files,
                places::files,
                limits::files,
            ],
            &[instruction::files, module::files, wide::files],
            &[types::files, layout::files, super::verifier::files],
            &[super::assembly::files],
        ],
    )?;
    tests::files(set, &mut builder)?;
    root::files(set, &mut builder)?;
    builder.finish(tree)
}
