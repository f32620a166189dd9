//! `src/module/write.rs`: a function for each record and union, over the writer of `writer.rs`.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::module_read::MAX_ARGUMENTS;
use super::names::flag_constant;
use super::reached::Reached;
use super::{names, types};
use crate::arena::Id;
use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::{InstructionSet, ParameterKind, Record, Scalar, Shape, Union};

/// The text of the file.
pub fn text(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let reached = Reached::from_root(set);
    let flagged = Flagged::of(set, &reached);
    let root = &format.records[format.root];
    let root_name = names::structure(&root.name);
    let flags = if flagged.records.contains(&format.root) {
        format!("flags_{}(self)", root.name)
    } else {
        "0".to_owned()
    };
    let mut body = format!(
        "\nimpl {root_name} {{\n    /// Writes a module file. A flag is set if a field that depends on it isn't empty.\n    ///\n    \
         /// # Errors\n    ///\n    /// When something is longer than the format allows, so that it couldn't be read again.\n    \
         pub fn write(&self) -> Result<Vec<u8>, WriteError> {{\n        let mut writer = Writer::open({flags});\n        \
         write_{}(&mut writer, self)?;\n        Ok(writer.finish())\n    }}\n}}\n",
        root.name
    );
    for id in &reached.records {
        let record = &format.records[*id];
        let name = names::structure(&record.name);
        let unused = if record.fields.is_empty() { "_" } else { "" };
        writeln!(
            body,
            "\n{}fn write_{}({unused}writer: &mut Writer, {unused}record: &{name}) -> Result<(), WriteError> {{",
            rust::doc_lines(0, &provenance::entry(set, "record", &record.name)),
            record.name
        )?;
        for field in &record.fields {
            let value = format!("record.{}", rust::name(&field.name));
            let write = expression(set, &field.shape, &value, Passed::Place);
            let literal = rust::literal(&field.name);
            match field.flag {
                None => writeln!(body, "    writer.field({literal}, |writer| {write})?;")?,
                Some(flag) => writeln!(
                    body,
                    "    writer.field_if({}, {literal}, |writer| {write})?;",
                    flag_constant(format, flag)
                )?,
            }
        }
        body.push_str("    Ok(())\n}\n");
    }
    for id in &reached.unions {
        let union = &format.unions[*id];
        let name = names::structure(&union.name);
        writeln!(
            body,
            "\n{}fn write_{}(writer: &mut Writer, value: &{name}) -> Result<(), WriteError> {{\n    match value {{",
            rust::doc_lines(0, &provenance::entry(set, "union", &union.name)),
            union.name
        )?;
        for variant in &union.variants {
            writeln!(
                body,
                "        {name}::{}(value) => {{\n            writer.tag({});\n            writer.field({}, |writer| {})\n        }}",
                rust::variant(&variant.name),
                variant.code,
                rust::literal(&variant.name),
                expression(set, &variant.shape, "value", Passed::Reference)
            )?;
        }
        body.push_str("    }\n}\n");
    }
    if reached.definitions {
        definition(set, &mut body)?;
    }
    flagged.functions(set, &mut body)?;

    let mut text = rust::module_doc_lines("Writes module files: one function for each record and union.");
    text.push_str("\nuse super::writer::Writer;\nuse super::*;\n");
    if reached.definitions {
        if types::constructors(set).is_empty() {
            text.push_str("use crate::types::TypeDefinition;\n");
        } else {
            text.push_str("use crate::types::{Kind, TypeDefinition};\n");
        }
    }
    Ok(text + &body)
}

/// How the value to be written is at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passed {
    /// As a place: `record.name`.
    Place,
    /// As a reference to it: `item`.
    Reference,
}

/// An expression that writes the value of a shape.
fn expression(set: &InstructionSet, shape: &Shape, value: &str, passed: Passed) -> String {
    let copied = if passed == Passed::Place {
        value.to_owned()
    } else {
        format!("*{value}")
    };
    let borrowed = if passed == Passed::Place {
        format!("&{value}")
    } else {
        value.to_owned()
    };
    match shape {
        Shape::Scalar(scalar) => format!("writer.{}({copied})", scalar.name()),
        Shape::Wide(wide) => format!("writer.{}({copied})", wide.name()),
        Shape::String { max } => format!("writer.string({borrowed}, {})", rust::number(u64::from(*max))),
        Shape::Code { max } => format!("writer.code({borrowed}, {})", rust::number(u64::from(*max))),
        Shape::TypeId | Shape::Reference(_) => format!("writer.u32({value}.0)"),
        Shape::Optional(_) => format!("writer.optional({value}.map(|number| number.0))"),
        Shape::List { element, max } => {
            let max = rust::number(u64::from(*max));
            let write = match element.as_ref() {
                Shape::Record(_) | Shape::Union(_) | Shape::TypeDefinition => element_function(set, element),
                _ => format!("|writer, item| {}", expression(set, element, "item", Passed::Reference)),
            };
            format!("writer.list({borrowed}, {max}, {write})")
        }
        Shape::Record(_) | Shape::Union(_) | Shape::TypeDefinition => {
            format!("{}(writer, {borrowed})", element_function(set, shape))
        }
    }
}

fn element_function(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::Record(record) => format!("write_{}", set.format.records[*record].name),
        Shape::Union(union) => format!("write_{}", set.format.unions[*union].name),
        _ => "write_type_definition".to_owned(),
    }
}

fn definition(set: &InstructionSet, out: &mut String) -> anyhow::Result<()> {
    let constructors = types::constructors(set);
    if constructors.is_empty() {
        out.push_str("\nfn write_type_definition(_writer: &mut Writer, definition: &TypeDefinition) -> Result<(), WriteError> {\n    match *definition {}\n}\n");
        return Ok(());
    }
    out.push_str("\nfn write_type_definition(writer: &mut Writer, definition: &TypeDefinition) -> Result<(), WriteError> {\n    match definition {\n");
    for of in constructors {
        let name = rust::variant(&of.name);
        let fields: Vec<String> = of.parameters.iter().map(|parameter| rust::name(&parameter.name)).collect();
        writeln!(
            out,
            "        TypeDefinition::{name} {{ {} }} => {{\n            writer.tag(Kind::{name}.code());",
            fields.join(", ")
        )?;
        let last = of.parameters.len().saturating_sub(1);
        for (index, (parameter, field)) in of.parameters.iter().zip(&fields).enumerate() {
            let write = match parameter.kind {
                ParameterKind::Type => format!("writer.u32({field}.0)"),
                ParameterKind::OptionalType => format!("writer.optional({field}.map(|number| number.0))"),
                ParameterKind::Types => {
                    format!(
                        "writer.list({field}, {}, |writer, item| writer.u32(item.0))",
                        rust::number(MAX_ARGUMENTS)
                    )
                }
                ParameterKind::Class if names::class_id(set).is_some() => format!("writer.u32({field}.0)"),
                ParameterKind::Class => format!("writer.u32(*{field})"),
            };
            let end = if index == last { "" } else { "?;" };
            writeln!(
                out,
                "            writer.field({}, |writer| {write}){end}",
                rust::literal(&parameter.name)
            )?;
        }
        out.push_str("        }\n");
    }
    out.push_str("    }\n}\n");
    Ok(())
}

/// Records and unions in which fields with a flag stand, directly or further in.
struct Flagged {
    records: BTreeSet<Id<Record>>,
    unions: BTreeSet<Id<Union>>,
}

impl Flagged {
    fn of(set: &InstructionSet, reached: &Reached) -> Flagged {
        let mut flagged = Flagged {
            records: BTreeSet::new(),
            unions: BTreeSet::new(),
        };
        // Each round finds those that lead to the ones found before.
        loop {
            let before = flagged.records.len() + flagged.unions.len();
            for id in &reached.records {
                let fields = &set.format.records[*id].fields;
                if fields.iter().any(|field| field.flag.is_some() || flagged.leads(&field.shape)) {
                    flagged.records.insert(*id);
                }
            }
            for id in &reached.unions {
                if set.format.unions[*id]
                    .variants
                    .iter()
                    .any(|variant| flagged.leads(&variant.shape))
                {
                    flagged.unions.insert(*id);
                }
            }
            if flagged.records.len() + flagged.unions.len() == before {
                return flagged;
            }
        }
    }

    fn leads(&self, shape: &Shape) -> bool {
        match shape {
            Shape::List { element, .. } => self.leads(element),
            Shape::Optional(inner) => self.leads(inner),
            Shape::Record(record) => self.records.contains(record),
            Shape::Union(union) => self.unions.contains(union),
            _ => false,
        }
    }

    /// Functions that tell which flags a value needs.
    fn functions(&self, set: &InstructionSet, out: &mut String) -> anyhow::Result<()> {
        for id in &self.records {
            let record = &set.format.records[*id];
            writeln!(
                out,
                "\n/// The flags that a `{0}` needs.\nfn flags_{0}(record: &{1}) -> u32 {{\n    let mut flags = 0;",
                record.name,
                names::structure(&record.name)
            )?;
            for field in &record.fields {
                let value = format!("record.{}", rust::name(&field.name));
                if let Some(flag) = field.flag {
                    writeln!(
                        out,
                        "    if {} {{\n        flags |= {};\n    }}",
                        is_filled(&field.shape, &value),
                        flag_constant(&set.format, flag)
                    )?;
                }
                if self.leads(&field.shape) {
                    writeln!(out, "    flags |= {};", self.sum(set, &field.shape, &format!("&{value}")))?;
                }
            }
            out.push_str("    flags\n}\n");
        }
        for id in &self.unions {
            let union = &set.format.unions[*id];
            let name = names::structure(&union.name);
            writeln!(
                out,
                "\n/// The flags that a `{0}` needs.\nfn flags_{0}(value: &{name}) -> u32 {{\n    match value {{",
                union.name
            )?;
            let mut all = true;
            for variant in &union.variants {
                if self.leads(&variant.shape) {
                    writeln!(
                        out,
                        "        {name}::{}(value) => {},",
                        rust::variant(&variant.name),
                        self.sum(set, &variant.shape, "value")
                    )?;
                } else {
                    all = false;
                }
            }
            if !all {
                out.push_str("        _ => 0,\n");
            }
            out.push_str("    }\n}\n");
        }
        Ok(())
    }

    fn sum(&self, set: &InstructionSet, shape: &Shape, value: &str) -> String {
        match shape {
            Shape::Record(record) => format!("flags_{}({value})", set.format.records[*record].name),
            Shape::Union(union) => format!("flags_{}({value})", set.format.unions[*union].name),
            Shape::List { element, .. } | Shape::Optional(element) => {
                let place = value.trim_start_matches('&');
                let each = self.sum(set, element, "item");
                let each = match element.as_ref() {
                    Shape::Record(_) | Shape::Union(_) => each.trim_end_matches("(item)").to_owned(),
                    _ => format!("|item| {each}"),
                };
                format!("{place}.iter().map({each}).fold(0, |sum, flags| sum | flags)")
            }
            _ => "0".to_owned(),
        }
    }
}

/// A condition: the value isn't the empty one that a reader puts in its place without the flag.
fn is_filled(shape: &Shape, value: &str) -> String {
    match shape {
        Shape::String { .. } | Shape::Code { .. } | Shape::List { .. } => format!("!{value}.is_empty()"),
        Shape::Optional(_) => format!("{value}.is_some()"),
        Shape::Scalar(Scalar::Bool) => value.to_owned(),
        Shape::Scalar(Scalar::F32 | Scalar::F64) => format!("{value}.to_bits() != 0"),
        Shape::Scalar(_) => format!("{value} != 0"),
        Shape::TypeId | Shape::Reference(_) => format!("{value}.0 != 0"),
        Shape::Wide(_) | Shape::Record(_) | Shape::Union(_) | Shape::TypeDefinition => format!("{value} != Default::default()"),
    }
}
