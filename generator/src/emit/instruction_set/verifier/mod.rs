//! Emits `src/verify/` of the facts crate: the typed verifier.

use crate::emit::crate_builder::CrateBuilder;
use crate::model::instruction_set::InstructionSet;

/// Adds the files under `src/verify/`.
///
/// # Errors
///
/// On a fault of the generator itself.
pub fn files(_set: &InstructionSet, _builder: &mut CrateBuilder) -> anyhow::Result<()> {
    Ok(())
}
