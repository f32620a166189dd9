//! Emits `src/asm/` of the facts crate: assembler and disassembler of the text format.

use crate::emit::crate_builder::CrateBuilder;
use crate::model::instruction_set::InstructionSet;

/// Adds the files under `src/asm/`.
///
/// # Errors
///
/// On a fault of the generator itself.
pub fn files(_set: &InstructionSet, _builder: &mut CrateBuilder) -> anyhow::Result<()> {
    Ok(())
}
