//! `tests/` of the facts crate. Most tests go through the tables of the crate and are the same for every set; the bytes that were written
//! by hand and a filled module come from the spec.

use std::fmt::Write;

use anyhow::Context;

use super::names::{mentions, used_ids};
use super::reached::Reached;
use super::shape::{least_bytes, shape_type};
use super::{names, types, wide};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::instruction_set::worked_module::WorkedModule;
use crate::emit::{rust, template};
use crate::model::instruction_set::wide::Wide;
use crate::model::instruction_set::{
    InstructionSet, Op, OperandKind, OperandMeaning, ParameterKind, Record, Scalar, Shape, Union,
};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let own = |path: &str, text: String, builder: &mut CrateBuilder| builder.file(path, text, &sources::of(set, sources::ALL));
    let data = serde_json::json!({
        "crate": set.library("facts"),
        "module": rust::variant(&set.format.records[set.format.root].name),
        "flags": !set.format.flags.is_empty(),
        "layout": builder.has("src/layout.rs"),
        "plain": names::plain_op(set).map(|op| rust::variant(&op.name)),
        "jump": jump(set).map(|op| rust::variant(&op.name)),
        "counts": empty_counts(set),
        "abstract_type": set.types.iter().find(|of| of.is_abstract).map(|of| rust::constant(&of.name)),
        "plain_type": set
            .types
            .iter()
            .find(|of| of.parameters.is_empty() && !of.is_abstract)
            .map(|of| rust::constant(&of.name)),
        "one_type": types::constructors(set)
            .into_iter()
            .find(|of| matches!(of.parameters.as_slice(), [one] if one.kind == ParameterKind::Type))
            .map(|of| serde_json::json!({ "name": rust::variant(&of.name), "field": rust::name(&of.parameters[0].name), "text": of.name })),
    });
    for (path, text) in [
        ("tests/opcodes.rs", include_str!("text/tests/opcodes.rs.hbs")),
        ("tests/codec.rs", include_str!("text/tests/codec.rs.hbs")),
        ("tests/builder.rs", include_str!("text/tests/builder.rs.hbs")),
        ("tests/module_file.rs", include_str!("text/tests/module_file.rs.hbs")),
        ("tests/types.rs", include_str!("text/tests/types.rs.hbs")),
    ] {
        if path == "tests/types.rs" && !has_type_table(set) {
            continue;
        }
        own(path, template::render(path, text, &data)?, builder);
    }
    if builder.has("src/layout.rs") {
        let text = template::render(
            "tests/layout.rs",
            include_str!("text/tests/layout.rs.hbs"),
            &super::layout::data(set).context("the set has layouts")?,
        )?;
        own("tests/layout.rs", text, builder);
    }
    own("tests/golden.rs", golden(set)?, builder);
    own("tests/sample/mod.rs", sample(set)?, builder);
    if let Some(worked) = WorkedModule::of(set) {
        let lines = worked.bytes();
        let lines = lines.chunks(16).map(|line| {
            let bytes: Vec<String> = line.iter().map(|byte| format!("0x{byte:02X},")).collect();
            bytes.join(" ")
        });
        let data = serde_json::json!({
            "crate": set.library("facts"),
            "module": rust::variant(&set.format.records[set.format.root].name),
            "text": rust::literal(&worked.text),
            "lines": lines.collect::<Vec<_>>(),
        });
        let text = template::render("tests/manual.rs", include_str!("text/tests/manual.rs.hbs"), &data)?;
        own("tests/manual.rs", text, builder);
    }
    Ok(())
}

/// Where the counts of an empty module stand, and their limits; up to the first field whose size isn't fixed.
fn empty_counts(set: &InstructionSet) -> Vec<serde_json::Value> {
    let mut counts = Vec::new();
    let mut at = 16;
    for field in &set.format.records[set.format.root].fields {
        let least = match &field.shape {
            Shape::Union(_) | Shape::Record(_) | Shape::TypeDefinition => break,
            Shape::String { .. } | Shape::Code { .. } => 1,
            Shape::List { element, .. } => least_bytes(set, element),
            _ => 0,
        };
        if field.flag.is_some() {
            continue;
        }
        if let Shape::String { max } | Shape::Code { max } | Shape::List { max, .. } = field.shape {
            // More than an empty module has behind the count, so that the remaining bytes contradict it.
            if least > 0 && max > 1_000 && max < u32::MAX {
                counts.push(serde_json::json!({ "at": at, "max": rust::number(u64::from(max)), "name": field.name }));
            }
        }
        at += least_bytes(set, &field.shape);
    }
    counts
}

/// Whether the module has a type table, by the name that all parts agree on.
fn has_type_table(set: &InstructionSet) -> bool {
    let table = names::field(&set.format.records[set.format.root], "types");
    matches!(table, Some(Shape::List { element, .. }) if **element == Shape::TypeDefinition)
}

/// An op whose only operand is a label that must be there.
fn jump(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| match op.operands.as_slice() {
        [one] => matches!(set.operand_kinds[one.kind].meaning, OperandMeaning::Label { optional: false }),
        _ => false,
    })
}

/// Bytes written by hand, against encoder and decoder.
fn golden(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "Holds encoder and decoder to bytes that were written by hand.\n\nThe rows come from `golden` of the ops in the spec; labels are \
         written there as distances from the end of the instruction. Each instruction stands at an offset that leaves room for its labels.",
    );
    text.push_str(&include_str!("text/tests/golden.rs").replace("crate_name", &set.library("facts")));
    let complete = set.ops.iter().all(|op| op.golden.is_some());
    if complete {
        text.push_str(include_str!("text/tests/golden_complete.rs"));
    }
    text.push_str("\n/// The rows in order of the codes.\nconst ROWS: &[Row] = &[\n");
    for op in &set.ops {
        let Some(golden) = &op.golden else { continue };
        let mut distances = Vec::new();
        let mut raws = Vec::new();
        for (operand, value) in op.operands.iter().zip(&golden.operands) {
            let kind = &set.operand_kinds[operand.kind];
            let raw = raw(kind, value)
                .with_context(|| format!("golden operand `{value}` of op `{}` is no `{}`", op.name, kind.name))?;
            match kind.meaning {
                OperandMeaning::Label { optional } if !(optional && raw == -1) => {
                    distances.push(raw);
                    raws.push(Raw::Distance(raw));
                }
                _ => raws.push(Raw::Number(raw)),
            }
        }
        let length = golden.bytes.len() as i128;
        let back = distances.iter().copied().min().unwrap_or(0);
        let at = (-back - length).max(0);
        let end = at + length;
        let operands: Vec<String> = raws
            .iter()
            .map(|raw| match raw {
                Raw::Number(-1) => "u64::MAX".to_owned(),
                Raw::Number(number) if (0..256).contains(number) => number.to_string(),
                Raw::Number(number) => format!("{:#x}", *number as u64),
                Raw::Distance(distance) => (end + distance).to_string(),
            })
            .collect();
        let bytes: Vec<String> = golden
            .bytes
            .iter()
            .map(|byte| format!("{byte:#04X}").replace("0X", "0x"))
            .collect();
        writeln!(
            text,
            "    row(Opcode::{}, {at}, &[{}], &[{}]),",
            rust::variant(&op.name),
            operands.join(", "),
            bytes.join(", ")
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

enum Raw {
    Number(i128),
    Distance(i128),
}

/// The raw operand that a word in a spec stands for.
fn raw(kind: &OperandKind, text: &str) -> Option<i128> {
    let text = text.trim();
    if text == "_" {
        return Some(-1);
    }
    match kind.encoding {
        Scalar::Bool => text.parse::<bool>().ok().map(i128::from).or_else(|| integer(text)),
        Scalar::F64 => text.parse::<f64>().ok().map(|value| i128::from(value.to_bits())),
        Scalar::F32 => text.parse::<f32>().ok().map(|value| i128::from(value.to_bits())),
        _ => integer(text),
    }
}

fn integer(text: &str) -> Option<i128> {
    let text = text.replace('_', "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits.to_owned()),
        None => (1, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(sign * value)
}

/// A module in which every field is filled.
fn sample(set: &InstructionSet) -> anyhow::Result<String> {
    let format = &set.format;
    let reached = Reached::from_root(set);
    let root = &format.records[format.root];
    let mut body = format!(
        "\n/// A module in which every field is filled and every variant occurs. Its numbers refer to nothing.\npub fn {0}() -> {1} {{\n    \
         sample_{0}(1)\n}}\n",
        root.name,
        names::structure(&root.name)
    );
    for id in &reached.records {
        sample_record(set, &format.records[*id], &mut body)?;
    }
    for id in &reached.unions {
        sample_union(set, &format.unions[*id], &mut body)?;
    }
    if reached.definitions {
        sample_definitions(set, &mut body)?;
    }
    let mut text =
        rust::module_doc_lines("A module to write and read: every field is filled, with values that follow from a number.");
    let krate = set.library("facts");
    text.push('\n');
    let ids = used_ids(set, &body);
    text.push_str(&rust::use_names(&format!("{krate}::ids"), &ids));
    let structures: Vec<String> = reached
        .records
        .iter()
        .map(|id| names::structure(&format.records[*id].name))
        .chain(reached.unions.iter().map(|id| names::structure(&format.unions[*id].name)))
        .collect();
    text.push_str(&rust::use_names(&format!("{krate}::module"), &structures));
    if mentions(&body, "TypeDefinition") {
        writeln!(text, "use {krate}::types::TypeDefinition;")?;
    }
    let emitted: Vec<String> = wide::reached(set, &reached)
        .into_iter()
        .filter(|wide| wide.is_emitted())
        .map(Wide::rust_type)
        .collect();
    text.push_str(&rust::use_names(&format!("{krate}::wide"), &emitted));
    Ok(text + &body)
}

fn sample_record(set: &InstructionSet, record: &Record, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&record.name);
    let used = record.fields.iter().any(|field| mentions(&value(set, &field.shape, 0), "n"));
    writeln!(
        out,
        "\nfn sample_{}({}n: u32) -> {name} {{\n    {name} {{",
        record.name,
        if used { "" } else { "_" }
    )?;
    for (index, field) in record.fields.iter().enumerate() {
        writeln!(
            out,
            "        {}: {},",
            rust::name(&field.name),
            value(set, &field.shape, index)
        )?;
    }
    out.push_str("    }\n}\n");
    Ok(())
}

fn sample_union(set: &InstructionSet, union: &Union, out: &mut String) -> anyhow::Result<()> {
    let name = names::structure(&union.name);
    if let [only] = union.variants.as_slice() {
        let value = value(set, &only.shape, 0);
        let used = if mentions(&value, "n") { "" } else { "_" };
        writeln!(
            out,
            "\nfn sample_{}({used}n: u32) -> {name} {{\n    {name}::{}({value})\n}}",
            union.name,
            rust::variant(&only.name)
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "\nfn sample_{}(n: u32) -> {name} {{\n    match n % {} {{",
        union.name,
        union.variants.len()
    )?;
    let last = union.variants.len().saturating_sub(1);
    for (index, variant) in union.variants.iter().enumerate() {
        let pattern = if index == last { "_".to_owned() } else { index.to_string() };
        writeln!(
            out,
            "        {pattern} => {name}::{}({}),",
            rust::variant(&variant.name),
            value(set, &variant.shape, index)
        )?;
    }
    out.push_str("    }\n}\n");
    Ok(())
}

fn sample_definitions(set: &InstructionSet, out: &mut String) -> anyhow::Result<()> {
    let constructors = types::constructors(set);
    if constructors.is_empty() {
        return Ok(());
    }
    out.push_str("\nfn sample_type_definition(n: u32) -> TypeDefinition {\n");
    // One pattern that takes everything is no choice.
    let one = constructors.len() == 1;
    if !one {
        writeln!(out, "    match n % {} {{", constructors.len())?;
    }
    let last = constructors.len() - 1;
    for (index, of) in constructors.iter().enumerate() {
        let pattern = if index == last { "_".to_owned() } else { index.to_string() };
        let fields: Vec<String> = of
            .parameters
            .iter()
            .map(|parameter| {
                let value = match parameter.kind {
                    ParameterKind::Type => "TypeId(n)".to_owned(),
                    ParameterKind::OptionalType => "n.is_multiple_of(2).then_some(TypeId(n))".to_owned(),
                    ParameterKind::Types => "vec![TypeId(n), TypeId(n + 1)]".to_owned(),
                    ParameterKind::Class => names::class_id(set).map_or("n".to_owned(), |class| format!("{class}(n)")),
                };
                format!("{}: {value}", rust::name(&parameter.name))
            })
            .collect();
        let made = format!("TypeDefinition::{} {{ {} }}", rust::variant(&of.name), fields.join(", "));
        if one {
            writeln!(out, "    {made}")?;
        } else {
            writeln!(out, "        {pattern} => {made},")?;
        }
    }
    out.push_str(if one { "}\n" } else { "    }\n}\n" });
    Ok(())
}

fn sum(salt: usize) -> String {
    if salt == 0 { "n".to_owned() } else { format!("n + {salt}") }
}

/// An expression over `n` for a value of a shape; `salt` tells fields of one record apart.
fn value(set: &InstructionSet, shape: &Shape, salt: usize) -> String {
    match shape {
        Shape::Scalar(Scalar::Bool) => "!n.is_multiple_of(2)".to_owned(),
        Shape::Scalar(Scalar::F32 | Scalar::F64) => {
            let name = shape_type(set, shape);
            // A NaN every third time: it must come back bit by bit.
            format!("if n.is_multiple_of(3) {{ {name}::NAN }} else {{ -0.5 }}")
        }
        Shape::Scalar(Scalar::U32) => sum(salt),
        Shape::Scalar(scalar @ (Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64)) => {
            format!("-(n as {})", scalar.name())
        }
        Shape::Scalar(scalar) => format!("(n as {}) ^ 0x5A", scalar.name()),
        // No byte is as another, so that their order matters; the last one makes the number negative every other time.
        Shape::Wide(wide) => {
            let bytes = "std::array::from_fn(|at| (n as u8).wrapping_mul(0x81).wrapping_add(at as u8))";
            format!("{}::from_le_bytes({bytes})", wide.rust_type())
        }
        Shape::String { max } if *max < 16 => "String::new()".to_owned(),
        Shape::String { .. } => "format!(\"näme {n}\")".to_owned(),
        Shape::Code { max } => format!("vec![n as u8; {}]", (*max).min(3)),
        Shape::TypeId | Shape::Reference(_) => format!("{}({})", shape_type(set, shape), sum(salt)),
        Shape::Optional(inner) => format!("(!n.is_multiple_of(2)).then_some({})", value(set, inner, salt)),
        Shape::List { element, max } => {
            let item = match element.as_ref() {
                Shape::Record(record) => format!("sample_{}", set.format.records[*record].name),
                Shape::Union(union) => format!("sample_{}", set.format.unions[*union].name),
                Shape::TypeDefinition => "sample_type_definition".to_owned(),
                _ => format!("|n| {}", value(set, element, salt)),
            };
            // Enough items for every variant. Numbers grow with the depth, so that records within themselves come to an end.
            let variants = match element.as_ref() {
                Shape::Union(union) => set.format.unions[*union].variants.len(),
                Shape::TypeDefinition => types::constructors(set).len(),
                _ => 2,
            };
            let count = variants.max(2).min(*max as usize);
            format!("(n + 10..n + {}).filter(|n| *n < 50).map({item}).collect()", 10 + count)
        }
        Shape::Record(record) => format!("sample_{}(n + 1)", set.format.records[*record].name),
        Shape::Union(union) => format!("sample_{}(n)", set.format.unions[*union].name),
        Shape::TypeDefinition => "sample_type_definition(n)".to_owned(),
    }
}
