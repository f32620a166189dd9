//! Emits `tests/verify.rs`, what the verifier must refuse of every op, and `tests/blocks.rs`, how fuel is charged, whatever the set.

use serde::Serialize;

use super::reading::{Reading, variant};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};

const TESTS: &str = include_str!("../templates/verify_tests.rs.hbs");
const BLOCKS: &str = include_str!("../templates/blocks_tests.rs.hbs");

/// Adds the files under `tests/`.
pub fn files(reading: &Reading<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let set = reading.set;
    let data = Names {
        crate_name: set.library("facts"),
        module: variant(&set.format.records[set.format.root].name).to_string(),
        function: variant(&reading.function_record.name).to_string(),
        further_in_function: reading.function_record.fields.len() > 1,
        further_in_module: set.format.records[set.format.root].fields.len() > 1,
        functions: rust::ident(&reading.functions).to_string(),
        code: rust::ident(&reading.code).to_string(),
    };
    for (path, text) in [("tests/verify.rs", TESTS), ("tests/blocks.rs", BLOCKS)] {
        builder.file(
            path,
            template::render(path, text, &data)?,
            &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
        );
    }
    Ok(())
}

#[derive(Serialize)]
struct Names {
    crate_name: String,
    module: String,
    function: String,
    /// Whether the record has fields beside those that the tests fill.
    further_in_function: bool,
    further_in_module: bool,
    functions: String,
    code: String,
}
