//! Emits the thin procedural macro crate of an instruction set: `generated/<name>/macros`.
//!
//! It only binds the logic of the hand-written crate `lathe-macros` to the facts crate of the set.

use heck::ToUpperCamelCase;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{Emitter, Tree};
use crate::model::Model;
use crate::model::instruction_set::{InstructionSet, InstructionSets, Meaning};

/// The list of a module in which it declares the functions that the host provides.
const NATIVES: &str = "natives";

/// The procedural macro crates.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set macros",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let sets = model.part::<InstructionSets>();
    for set in &sets.sets {
        let meanings = set.ops.iter().map(|op| (op.name.as_str(), &op.meaning));
        // What natives are registered with is the runtime's own; an emitted machine has no such thing.
        let has_natives = !set.has_emitted_machine() && has_natives(set);
        let native = if has_natives {
            include_str!("templates/macros_native.rs")
        } else {
            ""
        };
        emit_set(
            &set.name,
            &include_str!("templates/macros_lib.rs").replace("__NATIVE__", native),
            meanings,
            &sources::of(set, &[sources::OPS]),
            tree,
        )?;
    }
    for set in &sets.images {
        let meanings = set.ops.iter().map(|op| (op.name.as_str(), &op.meaning));
        emit_set(
            &set.name,
            include_str!("image/text/macros_lib.rs"),
            meanings,
            &set.files,
            tree,
        )?;
    }
    Ok(())
}

/// Whether modules declare functions that the host provides.
fn has_natives(set: &InstructionSet) -> bool {
    let root = &set.format.records[set.format.root];
    root.fields.iter().any(|field| field.name == NATIVES)
}

fn emit_set<'a>(
    set: &str,
    template: &str,
    mut meanings: impl Iterator<Item = (&'a str, &'a Meaning)>,
    files: &[String],
    tree: &mut Tree,
) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("generated/{set}/macros"),
        format!("{set}-macros"),
        format!("Procedural macros of the instruction set {set}"),
    );
    builder.proc_macro();
    builder.depend("lathe-macros", "macros");
    let facts = format!("{set}-facts");
    builder.depend(&facts, &format!("generated/{set}/facts"));
    let example = meanings.find_map(|(op, meaning)| match meaning {
        Meaning::Function { name, .. } => Some((op, name.as_str())),
        Meaning::Expression { .. } | Meaning::Waits => None,
    });
    let (op, function) = example.unwrap_or(("op", "function"));
    let text = template
        .replace("__SET__", set)
        .replace("__FACTS__", &facts.replace('-', "_"))
        .replace("__CRATE__", &format!("{set}_macros"))
        .replace("__RUNTIME__", &format!("{set}_runtime"))
        .replace("__TYPE__", &set.to_upper_camel_case())
        .replace("__OP__", op)
        .replace("__FUNCTION__", function);
    builder.file("src/lib.rs", text, files);
    builder.finish(tree)
}
