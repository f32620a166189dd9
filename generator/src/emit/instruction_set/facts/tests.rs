//! Tests of the facts crate.

use crate::emit::crate_builder::CrateBuilder;
use crate::model::instruction_set::InstructionSet;

/// Adds the files.
pub fn files(_set: &InstructionSet, _builder: &mut CrateBuilder) -> anyhow::Result<()> {
    Ok(())
}
