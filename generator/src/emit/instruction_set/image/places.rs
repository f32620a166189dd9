//! `src/places.rs` and `src/signature.rs`: where entries stand, and what Rust functions they name.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::image::signature::signature;
use crate::model::instruction_set::{ImageSet, Meaning};

/// Adds the files.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "Where the entries of the instructions stand.\n\nThese are the only line numbers in the crate: a comment that moves an entry \
         changes this file and no other.",
    );
    text.push_str("\nuse core::fmt;\n\n/// A place in a spec.\n");
    text.push_str(include_str!("../facts/text/place.rs"));
    for op in &set.ops {
        writeln!(
            text,
            "\n/// `[op.{}]`\npub const {}: Place = Place::new({:?}, {});",
            op.name,
            rust::constant(&op.name),
            op.file,
            op.line
        )?;
    }
    builder.file("src/places.rs", text, &set.files);

    let mut text = rust::module_doc_lines(
        "The Rust signatures that the semantics functions must have.\n\nThe attribute `#[op]` holds each function against its row. Types \
         are Rust source: the context as the effects of the op demand, then operands.",
    );
    let named = set.ops.iter().any(|op| matches!(op.meaning, Meaning::Function { .. }));
    let places = if named { "{self, Place}" } else { "Place" };
    writeln!(text, "\nuse crate::places::{places};\n")?;
    text.push_str(include_str!("../facts/text/signature.rs"));
    text.push_str("\n/// One row for each instruction that names a function, in order of the patterns.\npub static SIGNATURES: &[Signature] = &[\n");
    for op in &set.ops {
        let Meaning::Function { name, .. } = &op.meaning else {
            continue;
        };
        let signature = signature(set, op);
        let parameters: Vec<String> = signature
            .parameters
            .iter()
            .map(|parameter| rust::literal(parameter))
            .collect();
        writeln!(
            text,
            "    row({:?}, {name:?}, &[{}], {:?}, places::{}),",
            op.name,
            parameters.join(", "),
            signature.result,
            rust::constant(&op.name)
        )?;
    }
    text.push_str("];\n");
    if named {
        text.push_str(include_str!("../facts/text/signature_row.rs"));
    }
    builder.file("src/signature.rs", text, &set.files);
    Ok(())
}
