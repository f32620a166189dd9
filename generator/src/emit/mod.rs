//! Stage 5: pure functions from the model to a virtual tree. No emitter reads or writes disk, sees the clock, or iterates a hash map.

pub mod crate_builder;
pub mod manual;
pub mod provenance;
pub mod rust;
pub mod schema;
pub mod template;
pub mod tree;

pub mod feature;
pub mod instruction_set;
pub mod kernel;
pub mod module;
pub mod target;

pub use tree::{OutputFile, Tree};

/// One output family.
pub struct Emitter {
    /// `raya facts`, say: shown in the table of a run and in `--timings`.
    pub name: &'static str,
    /// Adds files to the tree. Fails only on a fault of the generator itself.
    pub emit: fn(&crate::model::Model, &mut Tree) -> anyhow::Result<()>,
}
