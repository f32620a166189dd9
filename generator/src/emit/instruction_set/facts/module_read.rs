//! `src/module/read.rs`: a function for each record and union, over the reader of `reader.rs`.

use std::fmt::Write;

use super::names::{flag_constant, use_ids, used_ids};
use super::reached::Reached;
use super::shape::{least_bytes, shape_type};
use super::{names, types};
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, ParameterKind, Shape};

/// The text of the file.
pub fn text(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let reached = Reached::from_root(set);
    let root = &format.records[format.root];
    let root_name = names::structure(&root.name);
    let mut body = format!(
        "\nimpl {root_name} {{\n    /// Reads a module file.\n    ///\n    /// # Errors\n    ///\n    /// When the bytes are no \
         module file of this version; the error says where and why. Nothing is reserved for a count that the bytes can't hold.\n    \
         pub fn read(bytes: &[u8]) -> Result<{root_name}, ReadError> {{\n        let mut reader = Reader::open(bytes)?;\n        \
         let module = read_{}(&mut reader)?;\n        reader.finish()?;\n        Ok(module)\n    }}\n}}\n",
        root.name
    );
    for id in &reached.records {
        let record = &format.records[*id];
        let name = names::structure(&record.name);
        let unused = if record.fields.is_empty() { "_" } else { "" };
        writeln!(
            body,
            "\n{}fn read_{}({unused}reader: &mut Reader<'_>) -> Result<{name}, ReadError> {{\n    Ok({name} {{",
            rust::doc_lines(0, &provenance::entry(set, "record", &record.name)),
            record.name
        )?;
        for field in &record.fields {
            let read = function(set, &field.shape);
            match field.flag {
                None => writeln!(
                    body,
                    "        {}: reader.field({}, {read})?,",
                    rust::name(&field.name),
                    rust::literal(&field.name)
                )?,
                Some(flag) => writeln!(
                    body,
                    "        {}: reader.field_if({}, {}, {read})?,",
                    rust::name(&field.name),
                    flag_constant(format, flag),
                    rust::literal(&field.name)
                )?,
            }
        }
        body.push_str("    })\n}\n");
    }
    for id in &reached.unions {
        let union = &format.unions[*id];
        let name = names::structure(&union.name);
        writeln!(
            body,
            "\n{}fn read_{}(reader: &mut Reader<'_>) -> Result<{name}, ReadError> {{\n    Ok(match reader.tag()? {{",
            rust::doc_lines(0, &provenance::entry(set, "union", &union.name)),
            union.name
        )?;
        for variant in &union.variants {
            writeln!(
                body,
                "        {} => {name}::{}(reader.field({}, {})?),",
                variant.code,
                rust::variant(&variant.name),
                rust::literal(&variant.name),
                function(set, &variant.shape)
            )?;
        }
        writeln!(
            body,
            "        tag => return Err(reader.bad_tag(tag, {})),\n    }})\n}}",
            rust::literal(&union.name)
        )?;
    }
    if reached.definitions {
        definition(set, &mut body)?;
    }

    let mut text = rust::module_doc_lines("Reads module files: one function for each record and union.");
    text.push_str("\nuse super::reader::Reader;\nuse super::*;\n");
    text.push_str(&use_ids(&used_ids(set, &body)));
    if body.contains("Kind::") && reached.definitions {
        text.push_str("use crate::types::Kind;\n");
    }
    if reached.definitions {
        text = text.replace("use crate::types::Kind;\n", "use crate::types::{Kind, TypeDefinition};\n");
    }
    // Ids and definitions come by way of the module itself as well; a glob never collides with a named import.
    Ok(text + &body)
}

/// A function or closure that reads a shape.
fn function(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::Record(record) => format!("read_{}", set.format.records[*record].name),
        Shape::Union(union) => format!("read_{}", set.format.unions[*union].name),
        Shape::TypeDefinition => "read_type_definition".to_owned(),
        Shape::Scalar(scalar) => format!("Reader::{}", scalar.name()),
        Shape::Wide(wide) => format!("Reader::{}", wide.name()),
        _ => format!("|reader| {}", expression(set, shape)),
    }
}

fn expression(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::String { max } => format!("reader.string({})", rust::number(u64::from(*max))),
        Shape::Code { max } => format!("reader.code({})", rust::number(u64::from(*max))),
        Shape::TypeId | Shape::Reference(_) => format!("reader.u32().map({})", shape_type(set, shape)),
        Shape::Optional(inner) => {
            format!("Ok(reader.optional()?.map({}))", shape_type(set, inner))
        }
        Shape::List { element, max } => format!(
            "reader.list({}, {}, {})",
            rust::number(u64::from(*max)),
            least_bytes(set, element),
            function(set, element)
        ),
        _ => format!("{}(reader)", function(set, shape)),
    }
}

fn definition(set: &InstructionSet, out: &mut String) -> anyhow::Result<()> {
    out.push_str("\nfn read_type_definition(reader: &mut Reader<'_>) -> Result<TypeDefinition, ReadError> {\n    let tag = reader.tag()?;\n");
    let constructors = types::constructors(set);
    let value = if constructors.is_empty() { "" } else { "Ok(" };
    let _ = value;
    if constructors.is_empty() {
        out.push_str("    Err(reader.bad_tag(tag, \"type_definition\"))\n}\n");
        return Ok(());
    }
    out.push_str("    Ok(match Kind::from_code(tag) {\n");
    for of in constructors {
        let name = rust::variant(&of.name);
        writeln!(out, "        Some(Kind::{name}) => TypeDefinition::{name} {{")?;
        for parameter in &of.parameters {
            let read = match parameter.kind {
                ParameterKind::Type => "|reader| reader.u32().map(TypeId)".to_owned(),
                ParameterKind::OptionalType => "|reader| Ok(reader.optional()?.map(TypeId))".to_owned(),
                ParameterKind::Types => {
                    format!(
                        "|reader| reader.list({}, 4, |reader| reader.u32().map(TypeId))",
                        rust::number(MAX_ARGUMENTS)
                    )
                }
                ParameterKind::Class => match names::class_id(set) {
                    Some(class) => format!("|reader| reader.u32().map({class})"),
                    None => "Reader::u32".to_owned(),
                },
            };
            writeln!(
                out,
                "            {}: reader.field({}, {read})?,",
                rust::name(&parameter.name),
                rust::literal(&parameter.name)
            )?;
        }
        out.push_str("        },\n");
    }
    out.push_str("        _ => return Err(reader.bad_tag(tag, \"type_definition\")),\n    })\n}\n");
    Ok(())
}

/// The largest number of types in a list of arguments.
pub const MAX_ARGUMENTS: u64 = 65_535;
