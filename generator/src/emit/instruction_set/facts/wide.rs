//! `src/wide.rs`: integers of 256 bits, in sets whose module file has such fields. Rust itself has those of 128 bits.

use super::reached::Reached;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::wide::{KINDS, Wide};
use crate::model::instruction_set::{InstructionSet, Shape};

/// Adds the file and its test, if a field of the set needs it.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let fields = set.format.records.iter().flat_map(|record| &record.fields);
    let variants = set.format.unions.iter().flat_map(|union| &union.variants);
    let shapes: Vec<&Shape> = fields
        .map(|field| &field.shape)
        .chain(variants.map(|variant| &variant.shape))
        .collect();
    let emitted = emitted(|wide| shapes.iter().any(|shape| holds(shape, wide)));
    if emitted.is_empty() {
        return Ok(());
    }
    let data = serde_json::json!({
        "crate": set.library("facts"),
        "signed": emitted.iter().any(|wide| wide.signed),
    });
    let sources = sources::of(set, &[sources::FORMAT]);
    for (path, text) in [
        ("src/wide.rs", include_str!("text/wide.rs.hbs")),
        ("tests/wide.rs", include_str!("text/tests/wide.rs.hbs")),
    ] {
        builder.file(path, template::render(path, text, &data)?, &sources);
    }
    Ok(())
}

/// The kinds of integers beyond 64 bits that a module file can hold.
pub fn reached(set: &InstructionSet, reached: &Reached) -> Vec<Wide> {
    let kinds = KINDS.iter().map(|(_, wide)| *wide);
    kinds
        .filter(|wide| reached.any(set, &|shape| *shape == Shape::Wide(*wide)))
        .collect()
}

/// A `use` line for the emitted ones among them, or nothing.
pub fn imports(wides: &[Wide]) -> String {
    let names: Vec<String> = wides
        .iter()
        .filter(|wide| wide.is_emitted())
        .map(|wide| wide.rust_type())
        .collect();
    rust::use_names("crate::wide", &names).trim_end().to_owned()
}

fn emitted(is_used: impl Fn(Wide) -> bool) -> Vec<Wide> {
    let kinds = KINDS.iter().map(|(_, wide)| *wide);
    kinds.filter(|wide| wide.is_emitted() && is_used(*wide)).collect()
}

fn holds(shape: &Shape, wide: Wide) -> bool {
    match shape {
        Shape::Wide(found) => *found == wide,
        Shape::List { element, .. } => holds(element, wide),
        _ => false,
    }
}
