//! Emits the crates of an instruction set, and its chapter of the manual.
//!
//! [`facts`] builds the facts crate as a whole; [`verifier`] and [`assembly`] add their folders `src/verify/` and `src/asm/` to it.

pub mod assembly;
pub mod command_line;
pub mod conformance;
pub mod engine;
pub mod facts;
pub mod image;
pub mod machine;
pub mod macros;
pub mod manual;
pub mod oracle;
mod places;
mod provenance;
pub mod sources;
pub mod verifier;
pub mod worked_module;

use rayon::prelude::*;

use super::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets};

/// The output families of instruction sets.
pub const EMITTERS: &[Emitter] = &[
    facts::EMITTER,
    macros::EMITTER,
    machine::EMITTER,
    oracle::EMITTER,
    engine::EMITTER,
    command_line::EMITTER,
    conformance::EMITTER,
    image::FACTS,
    image::ORACLE,
    image::CONFORMANCE,
];

/// Emits every set, side by side, into one tree.
fn each_set(
    model: &Model,
    tree: &mut Tree,
    emit: impl Fn(&InstructionSet, &mut Tree) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let sets = &model.part::<InstructionSets>().sets;
    let trees: Vec<anyhow::Result<Tree>> = sets
        .par_iter()
        .map(|set| {
            let mut tree = Tree::default();
            emit(set, &mut tree).map(|()| tree)
        })
        .collect();
    trees.into_iter().try_for_each(|emitted| tree.merge(emitted?))
}
