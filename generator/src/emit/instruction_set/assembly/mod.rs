//! Emits `src/asm/` of the facts crate: assembler and disassembler of the text format.
//!
//! What is the same in every set stands in `templates/asm_*.rs` and is copied as it is; what depends on the set's records, unions,
//! operand kinds and types is made here: one reader and one writer for each.

mod plan;
mod pools;
mod records;
mod references;
mod show;
mod tests;
mod tidy;
mod whole;

use proc_macro2::TokenStream;
use quote::quote;

use self::plan::Plan;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::InstructionSet;

/// The files that are the same in every set, by their names in the crate.
const MACHINERY: &[(&str, &str)] = &[
    ("assembler", include_str!("../templates/asm_assembler.rs")),
    ("code", include_str!("../templates/asm_code.rs")),
    ("cursor", include_str!("../templates/asm_cursor.rs")),
    ("error", include_str!("../templates/asm_error.rs")),
    ("key", include_str!("../templates/asm_key.rs")),
    ("mod", include_str!("../templates/asm_mod.rs")),
    ("positions", include_str!("../templates/asm_positions.rs")),
    ("show", include_str!("../templates/asm_show.rs")),
    ("suggest", include_str!("../templates/asm_suggest.rs")),
    ("token", include_str!("../templates/asm_token.rs")),
    ("type_text", include_str!("../templates/asm_type_text.rs")),
];

/// Adds the files under `src/asm/`, and their tests.
///
/// # Errors
///
/// On a fault of the generator itself.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let plan = Plan::new(set);
    for (name, text) in MACHINERY {
        builder.file(&format!("src/asm/{name}.rs"), (*text).to_owned(), &[]);
    }
    let mut emit = |name: &str, about: &str, items: TokenStream| -> anyhow::Result<()> {
        let about = rust::module_doc(about);
        // Which of the names a set needs depends on its records, so that each file names them all.
        let text = rust::format(quote! {
            #about
            #![allow(unused_imports, reason = "which of these are needed depends on the records of the set")]
            #items
        })?;
        let text = tidy::tidy(&text);
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
    tests::files(&plan, builder)
}
