//! `src/module/`: the module file as Rust types.

use std::fmt::Write;

use super::names::{mentions, use_ids, used_ids};
use super::reached::Reached;
use super::shape::{part, shape_type};
use super::{module_read, module_write, names, wide};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::{rust, template};
use crate::model::instruction_set::{InstructionSet, Record, Scalar, Shape, Union};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/crc32.rs", include_str!("text/crc32.rs").to_owned(), &[]);
    builder.file(
        "src/module/mod.rs",
        structures(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/format.rs",
        format_constants(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/read.rs",
        module_read::text(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/write.rs",
        module_write::text(set)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    let reached = Reached::from_root(set);
    let wides = wide::reached(set, &reached);
    let wide_rows = wides
        .iter()
        .map(|wide| serde_json::json!({ "name": wide.name(), "type": wide.rust_type() }));
    let scalar_row = |(name, _): &(&str, Scalar)| serde_json::json!({ "name": name, "type": name });
    let data = serde_json::json!({
        "bool": reached.any(set, &|shape| *shape == Shape::Scalar(Scalar::Bool)),
        "string": reached.any(set, &|shape| matches!(shape, Shape::String { .. })),
        "code": reached.any(set, &|shape| matches!(shape, Shape::Code { .. })),
        "optional": reached.any(set, &|shape| matches!(shape, Shape::Optional(_))) || reached.optional_argument(set),
        "list": reached.any(set, &|shape| matches!(shape, Shape::List { .. })) || reached.list_argument(set),
        "flags": !set.format.flags.is_empty(),
        "flagged": reached.fields(set).iter().any(|field| field.flag.is_some()),
        "choice": !reached.unions.is_empty() || reached.definitions,
        "scalars": Scalar::ALL
            .iter()
            .filter(|(_, scalar)| *scalar != Scalar::Bool && reached.needs(set, *scalar))
            .map(scalar_row)
            .chain(wide_rows.clone())
            .collect::<Vec<_>>(),
        "written": Scalar::ALL
            .iter()
            .filter(|(_, scalar)| {
                *scalar == Scalar::U32
                    || *scalar != Scalar::Bool && reached.any(set, &|shape| *shape == Shape::Scalar(*scalar))
            })
            .map(scalar_row)
            .chain(wide_rows)
            .collect::<Vec<_>>(),
        "imports": wide::imports(&wides),
    });
    builder.file(
        "src/module/reader.rs",
        template::render("reader.rs", include_str!("text/reader.rs.hbs"), &data)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    builder.file(
        "src/module/writer.rs",
        template::render("writer.rs", include_str!("text/writer.rs.hbs"), &data)?,
        &sources::of(set, &[sources::MACHINE, sources::FORMAT]),
    );
    Ok(())
}

/// What limits a shape, in words.
fn limit(shape: &Shape) -> String {
    match shape {
        Shape::String { max } | Shape::Code { max } => format!(" At most {} bytes.", rust::number(u64::from(*max))),
        Shape::List { max, element } => format!(
            " At most {} entries.{}",
            rust::number(u64::from(*max)),
            limit(element).replace(" At", " Each at")
        ),
        _ => String::new(),
    }
}

fn structures(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let mut body = String::new();
    let root = &format.records[format.root];
    let others = format
        .records
        .iter_with_ids()
        .filter(|(id, _)| *id != format.root)
        .map(|(_, record)| record);
    for record in std::iter::once(root).chain(others) {
        structure(set, record, &mut body)?;
    }
    for union in &format.unions {
        choice(set, union, &mut body)?;
    }
    let mut text = rust::module_doc_lines(&format!(
        "The module file: what carries code between compiler and machine.\n\nA file begins with a header of 16 bytes, all numbers \
         little-endian: magic, version, flags, and the CRC-32 of everything behind the header. The fields of [`{}`] follow in order. \
         Strings are a length in bytes and UTF-8; lists are a count and the items; `none` is 0xFFFF_FFFF. The reader checks the form; \
         that numbers refer to something is for the verifier.",
        names::structure(&root.name)
    ));
    text.push_str("\nmod format;\nmod read;\nmod reader;\nmod write;\nmod writer;\n\n");
    text.push_str(
        "pub use format::*;\npub use reader::{ReadError, ReadErrorKind};\npub use writer::{WriteError, WriteErrorKind};\n\n",
    );
    if mentions(&body, "String") {
        text.push_str("use alloc::string::String;\n");
    }
    if mentions(&body, "Vec") {
        text.push_str("use alloc::vec::Vec;\n");
    }
    text.push('\n');
    text.push_str(&use_ids(&used_ids(set, &body)));
    if mentions(&body, "TypeDefinition") {
        text.push_str("use crate::types::TypeDefinition;\n");
    }
    if mentions(&body, "wide") {
        text.push_str("use crate::wide;\n");
    }
    Ok(text + &body)
}

/// Whether equality must be stated by hand, because floats are equal bit by bit.
fn has_float(shape: &Shape) -> bool {
    part(shape, &|shape| matches!(shape, Shape::Scalar(Scalar::F32 | Scalar::F64)))
}

/// An expression that says whether two values of a shape are equal bit by bit.
fn equal(shape: &Shape, left: &str, right: &str) -> String {
    match shape {
        Shape::Scalar(Scalar::F32 | Scalar::F64) => format!("{left}.to_bits() == {right}.to_bits()"),
        Shape::List { .. } if has_float(shape) => {
            format!("{left}.iter().map(|item| item.to_bits()).eq({right}.iter().map(|item| item.to_bits()))")
        }
        _ => format!("{left} == {right}"),
    }
}

fn structure(set: &InstructionSet, record: &Record, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&record.name);
    let by_hand = record.fields.iter().any(|field| has_float(&field.shape));
    out.push('\n');
    out.push_str(&rust::doc_lines(
        0,
        &format!("{}\n\n{}", record.doc.trim(), provenance::entry(set, "record", &record.name)),
    ));
    let derives = if by_hand {
        "Debug, Clone, Default"
    } else {
        "Debug, Clone, PartialEq, Default"
    };
    writeln!(out, "#[derive({derives})]\npub struct {name} {{")?;
    for field in &record.fields {
        let flag = match field.flag {
            Some(flag) => format!(" Only with the flag `{}`; empty otherwise.", set.format.flags[flag].name),
            None => String::new(),
        };
        out.push_str(&rust::doc_lines(
            4,
            &format!("{}{}{flag}", field.doc.trim(), limit(&field.shape)),
        ));
        writeln!(out, "    pub {}: {},", rust::name(&field.name), shape_type(set, &field.shape))?;
    }
    out.push_str("}\n");
    if by_hand {
        let tests: Vec<String> = record
            .fields
            .iter()
            .map(|field| {
                let field_name = rust::name(&field.name);
                equal(&field.shape, &format!("self.{field_name}"), &format!("other.{field_name}"))
            })
            .collect();
        writeln!(
            out,
            "\n/// Floats are compared bit by bit, so that a NaN equals itself.\nimpl PartialEq for {name} {{\n    fn eq(&self, other: &{name}) -> bool {{\n        {}\n    }}\n}}",
            tests.join("\n            && ")
        )?;
    }
    Ok(())
}

fn choice(set: &InstructionSet, union: &Union, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&union.name);
    let by_hand = union.variants.iter().any(|variant| has_float(&variant.shape));
    out.push('\n');
    out.push_str(&rust::doc_lines(
        0,
        &format!("{}\n\n{}", union.doc.trim(), provenance::entry(set, "union", &union.name)),
    ));
    let derives = if by_hand { "Debug, Clone" } else { "Debug, Clone, PartialEq" };
    writeln!(out, "#[derive({derives})]\npub enum {name} {{")?;
    for variant in &union.variants {
        out.push_str(&rust::doc_lines(
            4,
            &format!("{}{}", variant.doc.trim(), limit(&variant.shape)),
        ));
        writeln!(
            out,
            "    {}({}),",
            rust::variant(&variant.name),
            shape_type(set, &variant.shape)
        )?;
    }
    out.push_str("}\n");
    if let Some(first) = union.variants.first() {
        writeln!(
            out,
            "\nimpl Default for {name} {{\n    fn default() -> {name} {{\n        {name}::{}(Default::default())\n    }}\n}}",
            rust::variant(&first.name)
        )?;
    }
    if by_hand {
        writeln!(
            out,
            "\n/// Floats are compared bit by bit, so that a NaN equals itself.\nimpl PartialEq for {name} {{\n    fn eq(&self, other: &{name}) -> bool {{\n        match (self, other) {{"
        )?;
        for variant in &union.variants {
            let tag = rust::variant(&variant.name);
            writeln!(
                out,
                "            ({name}::{tag}(left), {name}::{tag}(right)) => {},",
                equal(&variant.shape, "left", "right")
            )?;
        }
        if union.variants.len() > 1 {
            out.push_str("            _ => false,\n");
        }
        out.push_str("        }\n    }\n}\n");
    }
    Ok(())
}

fn format_constants(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let mut text = rust::module_doc_lines(&format!(
        "What stands in the header of a module file.\n\n{}",
        provenance::entry(set, "module", "")
    ));
    let magic: String = format
        .magic
        .iter()
        .map(|byte| std::ascii::escape_default(*byte).to_string())
        .collect();
    writeln!(
        text,
        "\n/// The first four bytes.\npub const MAGIC: [u8; 4] = *b\"{magic}\";\n"
    )?;
    writeln!(
        text,
        "/// The version that is written, and the only one that is read.\npub const VERSION: u32 = {};\n",
        format.version
    )?;
    writeln!(
        text,
        "/// The extension of file names, without a dot.\npub const EXTENSION: &str = {};\n",
        rust::literal(&format.extension)
    )?;
    text.push_str(
        "/// The length of the header in bytes: magic, version, flags and checksum.\npub const HEADER_LENGTH: usize = 16;\n",
    );
    let mut known = Vec::new();
    for flag in &format.flags {
        let name = format!("FLAG_{}", rust::constant(&flag.name));
        text.push('\n');
        text.push_str(&rust::doc_lines(
            0,
            &format!("The bit `{}` of the flags: {}", flag.name, flag.doc.trim()),
        ));
        writeln!(text, "pub const {name}: u32 = 1 << {};", flag.bit)?;
        known.push(name);
    }
    let known = if known.is_empty() { "0".to_owned() } else { known.join(" | ") };
    writeln!(
        text,
        "\n/// Every bit of the flags that has a meaning; the others must be 0.\npub const KNOWN_FLAGS: u32 = {known};"
    )?;
    Ok(text)
}
