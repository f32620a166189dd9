//! `src/places.rs` and `src/signature.rs`: where entries stand, and what Rust functions they name.

use std::fmt::Write;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::signature::Signature;

/// An op of either kind of set.
pub struct Row<'a> {
    /// Its name.
    pub name: &'a str,
    /// The file that its entry stands in.
    pub file: &'a str,
    /// The line of the entry.
    pub line: u32,
    /// The function that it names, and the signature that this must have.
    pub function: Option<(&'a str, Signature)>,
}

/// Adds `src/places.rs`.
pub fn places(rows: &[Row<'_>], sources: &[String], builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "Where the entries of the instructions stand.\n\nThese are the only line numbers in the crate: a comment that moves an entry \
         changes this file and no other.",
    );
    text.push_str("\nuse core::fmt;\n\n/// A place in a spec.\n");
    text.push_str(include_str!("facts/text/place.rs"));
    for row in rows {
        writeln!(
            text,
            "\n/// `[op.{}]`\npub const {}: Place = Place::new({:?}, {});",
            row.name,
            rust::constant(row.name),
            row.file,
            row.line
        )?;
    }
    builder.file("src/places.rs", text, sources);
    Ok(())
}

/// Adds `src/signature.rs`. `given` says what the functions are given, and `order` what the rows are sorted by.
pub fn signatures(
    rows: &[Row<'_>],
    given: &str,
    order: &str,
    sources: &[String],
    builder: &mut CrateBuilder,
) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(&format!(
        "The Rust signatures that the semantics functions must have.\n\nThe attribute `#[op]` holds each function against its row. Types \
         are Rust source: {given}."
    ));
    let named = rows.iter().any(|row| row.function.is_some());
    let places = if named { "{self, Place}" } else { "Place" };
    writeln!(text, "\nuse crate::places::{places};\n")?;
    text.push_str(include_str!("facts/text/signature.rs"));
    writeln!(
        text,
        "\n/// One row for each instruction that names a function, in order of the {order}.\npub static SIGNATURES: &[Signature] = &["
    )?;
    for row in rows {
        let Some((function, signature)) = &row.function else {
            continue;
        };
        let parameters: Vec<String> = signature
            .parameters
            .iter()
            .map(|parameter| rust::literal(parameter))
            .collect();
        writeln!(
            text,
            "    row({:?}, {function:?}, &[{}], {:?}, places::{}),",
            row.name,
            parameters.join(", "),
            signature.result,
            rust::constant(row.name)
        )?;
    }
    text.push_str("];\n");
    if named {
        text.push_str(include_str!("facts/text/signature_row.rs"));
    }
    builder.file("src/signature.rs", text, sources);
    Ok(())
}
