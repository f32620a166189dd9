//! Emits the facts crate of targets.

use super::{Emitter, Tree};
use crate::model::Model;

/// The output families of targets.
pub const EMITTERS: &[Emitter] = &[Emitter {
    name: "target facts",
    emit,
}];

fn emit(_model: &Model, _tree: &mut Tree) -> anyhow::Result<()> {
    Ok(())
}
