//! Emits the reference interpreter of an instruction set: `generated/<name>/oracle`.
//!
//! It finds the meaning of an op by convention: an op of group `integer` whose `sem` is `idiv` is
//! `<name>_runtime::semantics::integer::idiv`. That the function exists and has the right signature is the checker's business; here it
//! is only called.

pub mod arm;
pub mod features;
mod step;

use serde_json::json;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{Emitter, Tree, rust, template};
use crate::model::Model;
use crate::model::feature::Features;
use crate::model::instruction_set::InstructionSet;

/// The reference interpreters.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set oracle",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, |set, tree| emit_set(set, model.part::<Features>(), tree))
}

fn emit_set(set: &InstructionSet, flags: &Features, tree: &mut Tree) -> anyhow::Result<()> {
    let name = &set.name;
    let mut builder = CrateBuilder::new(
        format!("{}/oracle", set.folder()),
        set.package("oracle"),
        format!("The reference interpreter of {name}: slow, safe, and checks everything"),
    );
    builder.depend(&set.package("facts"), &format!("{}/facts", set.folder()));
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    step::files(set, &mut builder)?;
    let has_features = features::files(set, flags, &mut builder, &facts(set))?;
    let data = json!({
        "has_features": has_features,
        "set": name,
        "facts": facts(set),
        "runtime": runtime(set),
        "oracle": set.library("oracle"),
        "extension": set.format.extension,
        "module": rust::variant(&set.format.records[set.format.root].name),
        // What the command line has besides: the limit that the trap `heap_limit` is about, tasks that failed, and a result that is none.
        "has_heap": set.has_heap(),
        "has_tasks": set.effects.iter().any(|effect| effect.suspends),
        "has_null": set.types.iter().any(|of| of.bottom_of.is_some()),
        "text_extension": set.text_extension(),
    });
    let mut files = vec![("src/lib.rs", include_str!("text/lib.rs.hbs"))];
    if !set.has_command_line() {
        files.extend(PROGRAM);
    }
    for (path, text) in files {
        builder.file(path, template::render(path, text, &data)?, &sources::of(set, sources::ALL));
    }
    builder.finish(tree)
}

/// What makes the crate a program too, where the set has no command line of its own.
const PROGRAM: &[(&str, &str)] = &[
    ("src/main.rs", include_str!("text/main.rs.hbs")),
    ("src/command.rs", include_str!("text/command.rs.hbs")),
    ("src/source.rs", include_str!("text/source.rs.hbs")),
    ("tests/command.rs", include_str!("text/command_tests.rs.hbs")),
];

/// The facts crate in Rust code.
fn facts(set: &InstructionSet) -> String {
    set.library("facts")
}

/// The runtime crate in Rust code.
fn runtime(set: &InstructionSet) -> String {
    set.library("runtime")
}
