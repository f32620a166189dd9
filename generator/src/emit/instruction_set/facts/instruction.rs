//! `src/instruction/` and `src/builder/`: instructions with their operands as typed fields, and a method for each that appends it.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::model::instruction_set::signature::operand_type;
use crate::model::instruction_set::{InstructionSet, Op, OperandMeaning};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file(
        "src/instruction/mod.rs",
        enumeration(set)?,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );
    builder.file(
        "src/instruction/operands.rs",
        operands(set)?,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );

    builder.file(
        "src/instruction/read.rs",
        read(set)?,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );

    let groups = names::ops_by_group(set);
    let mut text = rust::module_doc_lines("Writes code: one method for each instruction, and labels that are bound later.");
    text.push_str(include_str!("text/builder.rs"));
    let mut modules = Vec::new();
    for (group, ops) in &groups {
        modules.push(rust::module(&group.name));
        let mut methods = rust::module_doc_lines(&format!(
            "Methods for group `{}`: {}.",
            group.name,
            group.title.trim().to_lowercase()
        ));
        let body: Vec<String> = ops.iter().map(|op| method(set, op)).collect();
        let body = body.join("\n");
        let ids: Vec<String> = std::iter::once("TypeId".to_owned())
            .chain(names::id_kinds(set).into_iter().map(operand_type))
            .filter(|id| body.contains(&format!(": {id}")))
            .collect();
        let own = if body.contains("BuildLabel") {
            "{BuildLabel, CodeBuilder}"
        } else {
            "CodeBuilder"
        };
        writeln!(methods, "\nuse super::{own};")?;
        methods.push_str(&rust::use_names("crate::ids", &ids));
        if body.contains(".raw()") {
            methods.push_str("use crate::instruction::Operand;\n");
        }
        writeln!(methods, "use crate::opcode::Opcode;\n\nimpl CodeBuilder {{\n{body}}}")?;
        builder.file(
            &format!("src/builder/{}.rs", rust::module(&group.name)),
            methods,
            &sources::of_ops(set, ops, &[sources::MACHINE]),
        );
    }
    builder.file(
        "src/builder/mod.rs",
        text.replace(
            "\n// The modules of the groups.\n",
            &format!("\n{}", rust::mod_lines(&modules)),
        ),
        &sources::of(set, &[&["group", "op"]]),
    );
    Ok(())
}

fn enumeration(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines(
        "Instructions with their operands.\n\n[`Instruction`] is what the decoder gives and the encoder takes. Labels are absolute offsets \
         here. Two instructions are equal if their operands are equal bit by bit, so that a NaN equals itself.",
    );
    let used: Vec<String> = set
        .ops
        .iter()
        .flat_map(|op| &op.operands)
        .map(|operand| &set.operand_kinds[operand.kind])
        .filter_map(|kind| match kind.meaning {
            OperandMeaning::Number => None,
            OperandMeaning::Label { .. } => Some("Label".to_owned()),
            OperandMeaning::Index(_) => Some(operand_type(kind)),
        })
        .collect();
    text.push_str(
        "\nmod operands;\nmod read;\n\npub(crate) use operands::Operand;\npub use operands::{MAX_OPERANDS, Operands};\n\n",
    );
    text.push_str("use core::fmt;\nuse core::hash::{Hash, Hasher};\n\n");
    text.push_str(&rust::use_names("crate::ids", &used));
    text.push_str("\n/// An instruction.\n#[derive(Debug, Clone, Copy)]\npub enum Instruction {\n");
    for op in &set.ops {
        let name = rust::variant(&op.name);
        text.push_str(&rust::doc_lines(4, &names::op_docs(set, op, &[])));
        text.push_str(&names::alias(4, op, &name));
        if op.operands.is_empty() {
            writeln!(text, "    {name},")?;
            continue;
        }
        writeln!(text, "    {name} {{")?;
        for operand in &op.operands {
            let kind = &set.operand_kinds[operand.kind];
            text.push_str(&rust::doc_lines(8, &operand_doc(kind.span.is_some(), &kind.doc, &kind.name)));
            writeln!(text, "        {}: {},", rust::name(&operand.name), operand_type(kind))?;
        }
        text.push_str("    },\n");
    }
    text.push_str("}\n");
    text.push_str(include_str!("text/instruction_methods.rs"));
    Ok(text)
}

fn operand_doc(has_entry: bool, doc: &str, name: &str) -> String {
    if has_entry {
        names::summary(doc)
    } else {
        format!("A plain `{name}`.")
    }
}

fn operands(set: &InstructionSet) -> anyhow::Result<String> {
    let most = set.ops.iter().map(|op| op.operands.len()).max().unwrap_or(0).max(1);
    let mut text = rust::module_doc_lines("Operands as raw numbers, for code that treats all instructions alike.");
    let ids: Vec<String> = std::iter::once("Label".to_owned())
        .chain(std::iter::once("TypeId".to_owned()))
        .chain(names::id_kinds(set).into_iter().map(operand_type))
        .collect();
    text.push_str("\nuse core::ops::Deref;\n\nuse super::Instruction;\n");
    text.push_str(&rust::use_names("crate::ids", &ids));
    text.push_str("use crate::opcode::Opcode;\n");
    text.push_str(&include_str!("text/operands.rs").replace("MAX_COUNT", &most.to_string()));
    writeln!(text, "\nids! {{\n{}}}", rust::wrapped(4, ids))?;

    text.push_str("\nimpl Instruction {\n    /// The instruction without its operands.\n    #[inline]\n    pub fn opcode(&self) -> Opcode {\n        match self {\n");
    for op in &set.ops {
        let name = rust::variant(&op.name);
        let rest = if op.operands.is_empty() { "" } else { " { .. }" };
        writeln!(text, "            Instruction::{name}{rest} => Opcode::{name},")?;
    }
    text.push_str("        }\n    }\n\n");
    text.push_str("    /// The operands as raw numbers, in order: signed ones extended to 64 bits, floats as their bits, labels as absolute offsets\n");
    text.push_str("    /// and absent ones as `u64::MAX`.\n    pub fn operands(&self) -> Operands {\n        match *self {\n");
    if set.ops.iter().any(|op| !op.operands.is_empty()) {
        for op in set.ops.iter().filter(|op| !op.operands.is_empty()) {
            let fields: Vec<String> = op.operands.iter().map(|operand| rust::name(&operand.name)).collect();
            let raws: Vec<String> = fields.iter().map(|field| format!("{field}.raw()")).collect();
            writeln!(
                text,
                "            Instruction::{} {{ {} }} => Operands::new(&[{}]),",
                rust::variant(&op.name),
                fields.join(", "),
                raws.join(", ")
            )?;
        }
    }
    if set.ops.iter().any(|op| op.operands.is_empty()) {
        text.push_str("            _ => Operands::new(&[]),\n");
    }
    text.push_str("        }\n    }\n\n");
    text.push_str("    /// The instruction with these raw operands; none if their number is wrong or one is out of the range of its type.\n");
    text.push_str("    pub fn from_operands(opcode: Opcode, operands: &[u64]) -> Option<Instruction> {\n        Some(match (opcode, operands) {\n");
    for op in &set.ops {
        let name = rust::variant(&op.name);
        if op.operands.is_empty() {
            writeln!(text, "            (Opcode::{name}, []) => Instruction::{name},")?;
            continue;
        }
        let fields: Vec<String> = op.operands.iter().map(|operand| rust::name(&operand.name)).collect();
        let values: Vec<String> = fields
            .iter()
            .map(|field| format!("{field}: Operand::from_raw(*{field})?"))
            .collect();
        writeln!(
            text,
            "            (Opcode::{name}, [{}]) => Instruction::{name} {{ {} }},",
            fields.join(", "),
            values.join(", ")
        )?;
    }
    text.push_str("            _ => return None,\n        })\n    }\n}\n");
    Ok(text)
}

/// What the decoder calls for each instruction: it reads the operands one after another, without looking their kinds up.
fn read(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("Operands in the code of a function.");
    let mut uses = vec!["crate::decode::{Cursor, DecodeError}", "crate::opcode::Opcode"];
    if set.ops.iter().any(|op| !op.operands.is_empty()) {
        uses.insert(1, "crate::metadata::OperandKind");
    }
    text.push_str("\nuse super::Instruction;\n");
    for used in uses {
        writeln!(text, "use {used};")?;
    }
    text.push_str("\nimpl Instruction {\n    /// Reads the operands of an instruction.\n    ///\n    /// # Errors\n    ///\n");
    text.push_str("    /// When the code ends inside of one, or one is a number that its kind doesn't have.\n    #[inline]\n");
    text.push_str("    pub(crate) fn read(opcode: Opcode, cursor: &mut Cursor<'_>) -> Result<Instruction, DecodeError> {\n");
    text.push_str("        Ok(match opcode {\n");
    for op in &set.ops {
        let name = rust::variant(&op.name);
        if op.operands.is_empty() {
            writeln!(text, "            Opcode::{name} => Instruction::{name},")?;
            continue;
        }
        writeln!(text, "            Opcode::{name} => Instruction::{name} {{")?;
        for operand in &op.operands {
            let kind = rust::variant(&set.operand_kinds[operand.kind].name);
            let field = rust::name(&operand.name);
            writeln!(text, "                {field}: cursor.operand(opcode, OperandKind::{kind})?,")?;
        }
        text.push_str("            },\n");
    }
    text.push_str("        })\n    }\n}\n");
    Ok(text)
}

/// Names of the builder's own methods; an op of that name gets `_op` behind it.
const TAKEN: &[&str] = &[
    "new", "label", "bind", "here", "push", "finish", "position", "is_empty", "fail",
];

/// One method of the builder.
fn method(set: &InstructionSet, op: &Op) -> String {
    let mut name = rust::name(&op.name);
    if TAKEN.contains(&name.as_str()) {
        name.push_str("_op");
    }
    let mut parameters = String::new();
    let mut raws = Vec::new();
    let mut docs = Vec::new();
    for operand in &op.operands {
        let kind = &set.operand_kinds[operand.kind];
        let field = rust::name(&operand.name);
        let of = match kind.meaning {
            OperandMeaning::Label { optional: false } => "BuildLabel".to_owned(),
            OperandMeaning::Label { optional: true } => "Option<BuildLabel>".to_owned(),
            _ => operand_type(kind),
        };
        let _ = write!(parameters, ", {field}: {of}");
        raws.push(format!("{field}.raw()"));
        docs.push(format!(
            "- `{}`: {}",
            operand.name,
            operand_doc(kind.span.is_some(), &kind.doc, &kind.name)
        ));
    }
    let also = if docs.is_empty() { Vec::new() } else { vec![docs.join("\n")] };
    format!(
        "{}{}    pub fn {name}(&mut self{parameters}) -> &mut Self {{\n        self.push(Opcode::{}, &[{}])\n    }}\n",
        rust::doc_lines(4, &names::op_docs(set, op, &also)),
        names::alias(4, op, &name),
        rust::variant(&op.name),
        raws.join(", ")
    )
}
