//! Emits `src/asm/` of the facts crate: assembler and disassembler of the text format.
//!
//! What is the same in every set stands in `templates/asm_*.rs` and is copied as it is; what depends on the set's records, unions,
//! operand kinds and types is made here: one reader and one writer for each.

mod plan;
mod pools;
mod records;
mod references;
mod sample;
mod show;
mod tests;
mod tidy;
mod whole;
mod wide_fields;

use proc_macro2::TokenStream;
use quote::quote;

use self::plan::Plan;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::facts::reached::Reached;
use crate::emit::instruction_set::facts::wide;
use crate::emit::instruction_set::sources;
use crate::emit::{rust, template};
use crate::model::instruction_set::InstructionSet;
use crate::model::instruction_set::wide::Wide;

/// The files that are the same in every set but for integers beyond 64 bits, by their names in the crate.
const MACHINERY: &[(&str, &str)] = &[
    ("assembler", include_str!("../templates/asm_assembler.rs")),
    ("code", include_str!("../templates/asm_code.rs")),
    ("cursor", include_str!("../templates/asm_cursor.rs.hbs")),
    ("error", include_str!("../templates/asm_error.rs")),
    ("key", include_str!("../templates/asm_key.rs.hbs")),
    ("mod", include_str!("../templates/asm_mod.rs.hbs")),
    ("positions", include_str!("../templates/asm_positions.rs")),
    ("show", include_str!("../templates/asm_show.rs")),
    ("suggest", include_str!("../templates/asm_suggest.rs")),
    ("token", include_str!("../templates/asm_token.rs.hbs")),
    ("type_text", include_str!("../templates/asm_type_text.rs")),
];

/// Adds the files under `src/asm/`, and their tests.
///
/// # Errors
///
/// On a fault of the generator itself.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let plan = Plan::new(set);
    let wides = wide::reached(set, &Reached::from_root(set));
    let mut imported = wides.clone();
    if wides.iter().any(|wide| wide.is_emitted()) {
        // The magnitude of a signed number has no sign.
        imported.extend(Wide::named("u256"));
    }
    let data = serde_json::json!({
        "wide": !wides.is_empty(),
        "wides": wides
            .iter()
            .map(|wide| serde_json::json!({
                "name": wide.name(),
                "type": wide.rust_type(),
                "own": wide.is_emitted(),
                "signed": wide.signed,
            }))
            .collect::<Vec<_>>(),
        "imports": wide::imports(&wides),
        "imported": wide::imports(&imported),
    });
    for (name, text) in MACHINERY {
        let text = template::render(name, text, &data)?;
        builder.file(&format!("src/asm/{name}.rs"), text, &[]);
    }
    if !wides.is_empty() {
        let text = template::render("wide", include_str!("../templates/asm_wide.rs.hbs"), &data)?;
        builder.file("src/asm/wide.rs", text, &sources::of(set, sources::ALL));
    }
    let emitted = ["tables", "pools", "records", "references", "show_records"];
    let siblings: Vec<&str> = MACHINERY.iter().map(|(name, _)| *name).chain(emitted).collect();
    let mut emit = |name: &str, about: &str, items: TokenStream| -> anyhow::Result<()> {
        let about = rust::module_doc(about);
        let text = rust::format(quote! {
            #about
            #items
        })?;
        let text = tidy::tidy(name, &siblings, &text);
        builder.file(&format!("src/asm/{name}.rs"), text, &sources::of(set, sources::ALL));
        Ok(())
    };
    emit(
        "tables",
        "What the text format knows by name: declarations, fields of the module, types.",
        pools::tables(&plan),
    )?;
    emit(
        "pools",
        "Lists that fill by interning: texts, constants, the type table. A value that is there already keeps its number.",
        pools::items(&plan),
    )?;
    emit(
        "records",
        "Reads the fields of each record and the variants of each union of the module file.",
        records::items(&plan),
    )?;
    emit(
        "references",
        "Reads and writes operands and whatever else refers to an entry of a list, by name, by value or by number.",
        references::items(&plan),
    )?;
    emit(
        "show_records",
        "Writes the fields of each record and the variants of each union of the module file.",
        show::items(&plan),
    )?;
    wide_fields::files(&plan, builder)?;
    tests::files(&plan, builder)
}
