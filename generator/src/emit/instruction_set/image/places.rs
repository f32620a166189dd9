//! Where entries stand, and what Rust functions they name.

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::places::{Row, places, signatures};
use crate::model::instruction_set::image::signature::signature;
use crate::model::instruction_set::{ImageSet, Meaning};

/// Adds the files.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let rows = set.ops.iter().map(|op| Row {
        name: &op.name,
        file: &op.file,
        line: op.line,
        function: match &op.meaning {
            Meaning::Function { name, .. } => Some((name.as_str(), signature(set, op))),
            _ => None,
        },
    });
    let rows: Vec<Row<'_>> = rows.collect();
    places(&rows, &set.files, builder)?;
    let given = "the context as the effects of the op demand, then operands";
    signatures(&rows, given, "patterns", &set.files, builder)
}
