//! `src/natives.rs`: the trait of the host.

use std::fmt::Write;

use super::provenance_of;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::rust;
use crate::model::instruction_set::ImageSet;
use crate::model::instruction_set::image::{Native, NativeType};

/// Adds the file.
pub fn files(set: &ImageSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut text = rust::module_doc_lines(
        "What the host of the machine does.\n\nThe machine itself is deterministic: whatever differs between two runs of a program came from \
         here.",
    );
    text.push_str("\n/// The host of a machine.\npub trait Natives: core::fmt::Debug {\n");
    for (index, native) in set.natives.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let docs = format!("{}\n\n{}", native.doc.trim(), provenance_of(set, "native", &native.name));
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(text, "    {};", head(native))?;
    }
    text.push_str("}\n");
    builder.file("src/natives.rs", text, &set.files);
    Ok(())
}

/// `fn draw(&mut self, x: u8, rows: &[u8]) -> bool`.
pub fn head(native: &Native) -> String {
    let parameters: Vec<String> = native
        .parameters
        .iter()
        .map(|(name, of)| {
            let rust_type = if *of == NativeType::Bytes { "&[u8]" } else { of.name() };
            format!(", {}: {rust_type}", rust::name(name))
        })
        .collect();
    let result = match native.result {
        None => String::new(),
        Some(_) => format!(" -> {}", result_type(native)),
    };
    format!("fn {}(&mut self{}){result}", rust::name(&native.name), parameters.concat())
}

/// The Rust type of what a native answers.
pub fn result_type(native: &Native) -> String {
    match native.result {
        None => "()".to_owned(),
        Some(result) if result.optional => format!("Option<{}>", result.of.name()),
        Some(result) => result.of.name().to_owned(),
    }
}
