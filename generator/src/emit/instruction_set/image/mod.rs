//! Emits the crates of sets whose programs are memory images.
//!
//! `text/` holds what doesn't depend on the spec but through constants and tables of the crate that it becomes a part of.

mod conformance;
mod facts;
mod instruction;
pub mod manual;
mod natives;
mod opcode;
mod oracle;
mod places;
mod state;
mod tests;

use crate::emit::instruction_set::provenance;
use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::image::WordOp;
use crate::model::instruction_set::{ImageSet, InstructionSets};
use crate::model::item;

/// The facts crates.
pub const FACTS: Emitter = Emitter {
    name: "memory image facts",
    emit: |model, tree| each(model, tree, facts::emit),
};

/// The reference interpreters.
pub const ORACLE: Emitter = Emitter {
    name: "memory image oracle",
    emit: |model, tree| each(model, tree, oracle::emit),
};

/// The tests that hold every engine to the spec.
pub const CONFORMANCE: Emitter = Emitter {
    name: "memory image conformance",
    emit: |model, tree| each(model, tree, conformance::emit),
};

fn each(model: &Model, tree: &mut Tree, emit: fn(&ImageSet, &mut Tree) -> anyhow::Result<()>) -> anyhow::Result<()> {
    for set in &model.part::<InstructionSets>().images {
        emit(set, tree)?;
    }
    Ok(())
}

/// The Rust type of words.
fn word_type(set: &ImageSet) -> &'static str {
    match set.encoding.bits {
        8 => "u8",
        16 => "u16",
        _ => "u32",
    }
}

/// A word as Rust would be written by hand: `0x8004`.
fn word(set: &ImageSet, word: u32) -> String {
    format!("0x{word:0digits$X}", digits = set.encoding.bits as usize / 4)
}

/// The line that says which entry an item came from.
fn provenance_of_op(op: &WordOp) -> String {
    crate::emit::provenance::line(&item::key("op", &op.name), &op.file)
}

/// The same for an entry of a table other than `op`.
fn provenance_of(set: &ImageSet, table: &str, name: &str) -> String {
    crate::emit::provenance::line(&item::key(table, name), &provenance::folder_of(&set.files))
}
