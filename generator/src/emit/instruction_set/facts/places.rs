//! Where entries stand, and what Rust functions they name.

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::places::{Row, places, signatures};
use crate::emit::instruction_set::sources;
use crate::model::instruction_set::signature::signature;
use crate::model::instruction_set::{InstructionSet, Meaning};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
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
    places(&rows, &sources::of(set, &[sources::OPS]), builder)?;
    let given = "context and frame as the effects of the op demand, then inputs from bottom to top, then operands";
    signatures(&rows, given, "codes", &sources::of(set, sources::ALL), builder)
}
