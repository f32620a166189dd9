//! `src/rights.rs`, and sets of rights in emitted code.

use serde::Serialize;

use crate::arena::Id;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::kernel::entry;
use crate::emit::{rust, template};
use crate::model::kernel::{Kernel, Right};

/// Adds the file.
pub(super) fn files(kernel: &Kernel, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let rights: Vec<Row> = kernel.rights.iter().map(|right| row(kernel, right)).collect();
    let all = kernel.rights.iter().fold(0, |sum, right| sum | right.mask());
    let of_mappings = kernel.rights.iter().filter(|right| MAPPING.contains(&right.name.as_str()));
    let mapping = of_mappings.fold(0, |sum, right| sum | right.mask());
    let count = rights.len();
    let data = Data {
        rights,
        all,
        mapping,
        count,
    };
    let text = template::render("rights.rs", include_str!("text/rights.rs.hbs"), &data)?;
    builder.file("src/rights.rs", text, &[]);
    Ok(())
}

/// The rights that a mapping of memory can have.
const MAPPING: &[&str] = &["read", "write", "execute"];

#[derive(Serialize)]
struct Data {
    rights: Vec<Row>,
    all: u8,
    mapping: u8,
    count: usize,
}

#[derive(Serialize)]
struct Row {
    name: String,
    constant: String,
    docs: String,
    mask: u8,
    letter: char,
}

fn row(kernel: &Kernel, right: &Right) -> Row {
    // The letter that the field has for it; otherwise the first of its name.
    let letter = match right.name.as_str() {
        "execute" => 'x',
        name => name.chars().next().unwrap_or('?'),
    };
    let docs = format!("{}\n\n{}", right.doc.trim(), entry(kernel, "right", &right.name));
    Row {
        name: right.name.clone(),
        constant: rust::constant(&right.name),
        docs: rust::doc_lines(4, &docs),
        mask: right.mask(),
        letter,
    }
}

/// A set of rights in emitted code: `Rights::READ.join(Rights::WRITE)`.
pub(in crate::emit::kernel) fn set(kernel: &Kernel, rights: &[Id<Right>]) -> String {
    let names: Vec<String> = rights
        .iter()
        .map(|right| format!("Rights::{}", rust::constant(&kernel.rights[*right].name)))
        .collect();
    match names.split_first() {
        None => "Rights::NONE".to_owned(),
        Some((first, rest)) => rest.iter().fold(first.clone(), |sum, right| format!("{sum}.join({right})")),
    }
}
