//! Emits the facts crate of features.

use super::{Emitter, Tree};
use crate::model::Model;

/// The output families of features.
pub const EMITTERS: &[Emitter] = &[Emitter {
    name: "feature facts",
    emit,
}];

fn emit(_model: &Model, _tree: &mut Tree) -> anyhow::Result<()> {
    Ok(())
}
