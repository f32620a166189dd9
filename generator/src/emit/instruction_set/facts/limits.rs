//! `src/limits.rs`: what the verifier takes, and what calls cost.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::InstructionSet;

/// Adds the file.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "What is limited, so that no module takes more time or memory than its size or its fuel allows.\n",
    );
    let stated = set.tables.contains_key(sources::LIMITS[0]);
    for (limit, value) in set.limits.iter() {
        let mut docs = limit.doc.to_owned();
        if stated {
            write!(docs, "\n\n{}", provenance::entry(set, sources::LIMITS[0], ""))?;
        }
        let name = limit.name.to_uppercase();
        write!(
            text,
            "\n{}pub const {name}: u32 = {};\n",
            rust::doc_lines(0, &docs),
            rust::number(value.into())
        )?;
    }
    builder.file("src/limits.rs", text, &sources::of(set, &[sources::LIMITS]));
    Ok(())
}
