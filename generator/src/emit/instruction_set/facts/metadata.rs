//! `src/metadata/`: everything that is known about each instruction, as tables.

use std::fmt::Write;

use super::names;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::{provenance, sources};
use crate::emit::rust;
use crate::model::instruction_set::{
    Control, Group, Indexes, InstructionSet, Meaning, Op, OperandKind, OperandMeaning, Reference, Scalar, TypeArgument,
    TypeExpression,
};

/// Adds the files.
pub fn files(set: &InstructionSet, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    builder.file("src/metadata/mod.rs", include_str!("text/metadata.rs").to_owned(), &[]);
    builder.file("src/metadata/scalar.rs", include_str!("text/scalar.rs").to_owned(), &[]);
    builder.file("src/metadata/pattern.rs", include_str!("text/pattern.rs").to_owned(), &[]);
    builder.file("src/metadata/group.rs", groups(set)?, &sources::of(set, &[&["group"]]));
    builder.file("src/metadata/effects.rs", effects(set)?, &sources::of(set, &[&["effect"]]));
    builder.file(
        "src/metadata/operand_kind.rs",
        operand_kinds(set)?,
        &sources::of(set, &[&["operand", "op"]]),
    );

    let mut table = rust::module_doc_lines("The row of each instruction, in one file for each group.");
    table.push_str("\nuse super::OpcodeInfo;\nuse crate::opcode::Opcode;\n\n");
    let groups = names::ops_by_group(set);
    let modules: Vec<String> = groups.iter().map(|(group, _)| rust::module(&group.name)).collect();
    table.push_str(&rust::mod_lines(&modules));
    table.push_str(
        "\n/// The row of an instruction.\n#[inline]\npub(super) fn info(opcode: Opcode) -> &'static OpcodeInfo {\n    match opcode {\n",
    );
    for (group, ops) in &groups {
        for op in ops {
            writeln!(
                table,
                "        Opcode::{} => &{}::{},",
                rust::variant(&op.name),
                rust::module(&group.name),
                rust::constant(&op.name)
            )?;
        }
        builder.file(
            &format!("src/metadata/table/{}.rs", rust::module(&group.name)),
            rows(set, group, ops)?,
            &sources::of_ops(set, ops, &[sources::MACHINE]),
        );
    }
    table.push_str("    }\n}\n");
    builder.file("src/metadata/table/mod.rs", table, &sources::of(set, &[&["group", "op"]]));
    Ok(())
}

/// The rows of one group.
fn rows(set: &InstructionSet, group: &Group, ops: &[&Op]) -> anyhow::Result<String> {
    let mut body = String::new();
    for op in ops {
        row(set, op, &mut body)?;
    }
    let mut text = rust::module_doc_lines(&format!(
        "Rows of group `{}`: {}.",
        group.name,
        group.title.trim().to_lowercase()
    ));
    let mut parts = vec!["Group", "OpcodeInfo"];
    for (part, marks) in [
        ("Control", &["Control::"][..]),
        ("Effects", &["Effects::"]),
        ("OperandInfo", &["OperandInfo {"]),
        ("OperandKind", &["OperandKind::"]),
        ("ReferenceInfo", &["ReferenceInfo::"]),
        ("TypePattern", &["TypePattern::"]),
        ("ValueInfo", &["ValueInfo {"]),
    ] {
        if marks.iter().any(|mark| body.contains(mark)) {
            parts.push(part);
        }
    }
    parts.sort_unstable();
    writeln!(
        text,
        "\nuse crate::metadata::{{{}}};\nuse crate::opcode::Opcode;\nuse crate::places;",
        parts.join(", ")
    )?;
    if body.contains("TrapKind::") {
        text.push_str("use crate::trap::TrapKind;\n");
    }
    if body.contains("(Kind::") {
        text.push_str("use crate::types::Kind;\n");
    }
    Ok(text + &body)
}

fn row(set: &InstructionSet, op: &Op, out: &mut String) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n/// {}\npub(super) static {}: OpcodeInfo = OpcodeInfo {{",
        provenance::op(op),
        rust::constant(&op.name)
    )?;
    writeln!(out, "    doc: {},", rust::literal(&paragraphs(&op.doc)))?;
    writeln!(out, "    since: {},", op.since)?;
    for (name, value) in [("deprecated", &op.deprecated), ("feature", &op.feature), ("waits", &op.waits)] {
        if let Some(value) = value {
            writeln!(out, "    {name}: Some({}),", rust::literal(value.trim()))?;
        }
    }
    list(
        out,
        "operands",
        op.operands.iter().map(|operand| {
            let kind = rust::variant(&set.operand_kinds[operand.kind].name);
            format!(
                "OperandInfo {{ name: {}, kind: OperandKind::{kind} }}",
                rust::literal(&operand.name)
            )
        }),
    )?;
    list(
        out,
        "inputs",
        op.inputs
            .iter()
            .map(|input| value(set, &input.name, &input.text, &input.expression)),
    )?;
    list(
        out,
        "outputs",
        op.outputs
            .iter()
            .map(|output| value(set, "", &output.text, &output.expression)),
    )?;
    if op.control != Control::Next {
        writeln!(out, "    control: Control::{:?},", op.control)?;
    }
    if let [first, rest @ ..] = op.effects.as_slice() {
        let name = |id: &crate::arena::Id<_>| format!("Effects::{}", rust::constant(&set.effects[*id].name));
        let mut sum = name(first);
        for effect in rest {
            write!(sum, ".union({})", name(effect))?;
        }
        writeln!(out, "    effects: {sum},")?;
    }
    if !op.traps.is_empty() {
        let traps: Vec<String> = op
            .traps
            .iter()
            .map(|trap| format!("TrapKind::{}", rust::variant(&set.traps[*trap].name)))
            .collect();
        writeln!(out, "    traps: &[{}],", traps.join(", "))?;
    }
    for (name, value) in [("pure", op.pure), ("commutes", op.commutes), ("cold", op.cold)] {
        if value {
            writeln!(out, "    {name}: true,")?;
        }
    }
    if op.cost != 1 {
        writeln!(out, "    cost: {},", op.cost)?;
    }
    if let Meaning::Function { name, .. } = &op.meaning {
        writeln!(out, "    semantics: Some({}),", rust::literal(name))?;
    }
    writeln!(
        out,
        "    ..OpcodeInfo::plain(Opcode::{}, {}, Group::{}, places::{})\n}};",
        rust::variant(&op.name),
        rust::literal(&op.name),
        rust::variant(&set.groups[op.group].name),
        rust::constant(&op.name)
    )?;
    Ok(())
}

fn list(out: &mut String, name: &str, items: impl Iterator<Item = String>) -> std::fmt::Result {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [] => Ok(()),
        [one] if one.len() < 100 => writeln!(out, "    {name}: &[{one}],"),
        many => {
            writeln!(out, "    {name}: &[")?;
            for item in many {
                // The longest items are values whose type is a pattern: one field a line then.
                match item.strip_suffix(" }").and_then(|item| item.split_once(" { name")) {
                    Some((of, fields)) if item.len() > 120 => {
                        let fields = fields.replacen(", text:", ",\n            text:", 1);
                        let fields = fields.replacen(", pattern:", ",\n            pattern:", 1);
                        writeln!(out, "        {of} {{\n            name{fields},\n        }},")?;
                    }
                    _ => writeln!(out, "        {item},")?,
                }
            }
            writeln!(out, "    ],")
        }
    }
}

/// A text with each paragraph on one line.
fn paragraphs(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .trim()
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    paragraphs.join("\n\n")
}

fn value(set: &InstructionSet, name: &str, text: &str, expression: &TypeExpression) -> String {
    format!(
        "ValueInfo {{ name: {}, text: {}, pattern: {} }}",
        rust::literal(name),
        rust::literal(text),
        pattern(set, expression)
    )
}

/// A `TypePattern` as a constant expression.
fn pattern(set: &InstructionSet, expression: &TypeExpression) -> String {
    match expression {
        TypeExpression::Named { constructor, arguments } => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|argument| match argument {
                    TypeArgument::Type(expression) => pattern(set, expression),
                    TypeArgument::Operand(reference) => format!("TypePattern::Reference({})", self::reference(reference)),
                })
                .collect();
            let kind = rust::variant(&set.types[*constructor].name);
            format!("TypePattern::Named(Kind::{kind}, &[{}])", arguments.join(", "))
        }
        TypeExpression::Variable(letter) => format!("TypePattern::Variable({letter:?})"),
        TypeExpression::Function { function, references } => {
            let references: Vec<String> = references.iter().map(reference).collect();
            format!(
                "TypePattern::Function {{ name: {}, references: &[{}] }}",
                rust::literal(function.name()),
                references.join(", ")
            )
        }
        TypeExpression::Repeat { element, count } => format!(
            "TypePattern::Repeat {{ element: &{}, count: {} }}",
            pattern(set, element),
            reference(count)
        ),
        TypeExpression::Optional(inner) => format!("TypePattern::Optional(&{})", pattern(set, inner)),
    }
}

fn reference(reference: &Reference) -> String {
    match reference {
        Reference::Operand(index) => format!("ReferenceInfo::Operand({index})"),
        Reference::Input(index) => format!("ReferenceInfo::Input({index})"),
        Reference::Constant(number) => format!("ReferenceInfo::Constant({number})"),
    }
}

fn groups(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("The chapters of the instruction set.");
    text.push_str("\n/// A chapter of the instruction set.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum Group {\n");
    for group in &set.groups {
        let docs = format!(
            "{}. {}\n\n{}",
            group.title.trim().trim_end_matches('.'),
            group.doc.trim(),
            provenance::entry(set, "group", &group.name)
        );
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(text, "    {},", rust::variant(&group.name))?;
    }
    text.push_str("}\n\nimpl Group {\n    /// Every group in order of the spec.\n    pub const ALL: &'static [Group] = &[\n");
    text.push_str(&rust::wrapped(
        8,
        set.groups
            .iter()
            .map(|group| format!("Group::{}", rust::variant(&group.name))),
    ));
    text.push_str("    ];\n");
    let arms = |value: &dyn Fn(&Group) -> String| -> String {
        set.groups
            .iter()
            .map(|group| {
                format!(
                    "            Group::{} => {},\n",
                    rust::variant(&group.name),
                    rust::literal(&value(group))
                )
            })
            .collect()
    };
    for (doc, name, arms) in [
        ("The name in the spec.", "name", arms(&|group| group.name.clone())),
        ("The heading.", "title", arms(&|group| group.title.trim().to_owned())),
    ] {
        writeln!(
            text,
            "\n    /// {doc}\n    pub const fn {name}(self) -> &'static str {{\n        match self {{\n{arms}        }}\n    }}"
        )?;
    }
    text.push_str("}\n");
    Ok(text)
}

fn effects(set: &InstructionSet) -> anyhow::Result<String> {
    let mut text = rust::module_doc_lines("What instructions do beyond their outputs, as a set of bits.");
    text.push_str(include_str!("text/effects_head.rs"));
    // By convention the effects `call` and `throw` mean that an exception may come out of the op.
    let throwing: Vec<String> = set
        .effects
        .iter()
        .filter(|effect| matches!(effect.name.as_str(), "call" | "throw"))
        .map(|effect| format!("Effects::{}.0", rust::constant(&effect.name)))
        .collect();
    let throwing = if throwing.is_empty() {
        "0".to_owned()
    } else {
        throwing.join(" | ")
    };
    writeln!(
        text,
        "\n    /// The effects by which an exception can come out of an instruction.\n    pub const THROWING: Effects = Effects({throwing});\n"
    )?;
    for (bit, effect) in set.effects.iter().enumerate() {
        let docs = format!("{}\n\n{}", effect.doc.trim(), provenance::entry(set, "effect", &effect.name));
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(
            text,
            "    pub const {}: Effects = Effects(1 << {bit});",
            rust::constant(&effect.name)
        )?;
    }
    text.push_str(
        "\n    /// Every effect and its name in the spec.\n    pub const NAMES: &'static [(Effects, &'static str)] = &[\n",
    );
    for effect in &set.effects {
        writeln!(
            text,
            "        (Effects::{}, {}),",
            rust::constant(&effect.name),
            rust::literal(&effect.name)
        )?;
    }
    text.push_str("    ];\n");
    text.push_str(include_str!("text/effects_methods.rs"));
    Ok(text)
}

/// Kinds that have an entry, and plain numbers that ops use.
fn used_kinds(set: &InstructionSet) -> Vec<&OperandKind> {
    set.operand_kinds
        .iter_with_ids()
        .filter(|(id, kind)| {
            kind.span.is_some() || set.ops.iter().any(|op| op.operands.iter().any(|operand| operand.kind == *id))
        })
        .map(|(_, kind)| kind)
        .collect()
}

fn operand_kinds(set: &InstructionSet) -> anyhow::Result<String> {
    let kinds = used_kinds(set);
    let mut text = rust::module_doc_lines("The kinds of operands: how wide they are and what their numbers mean.");
    text.push_str(include_str!("text/operand_kind_head.rs"));
    for kind in &kinds {
        let docs = match kind.span {
            Some(_) => format!("{}\n\n{}", kind.doc.trim(), provenance::entry(set, "operand", &kind.name)),
            None => format!("A plain number: `{}`.", kind.name),
        };
        text.push_str(&rust::doc_lines(4, &docs));
        writeln!(text, "    {},", rust::variant(&kind.name))?;
    }
    text.push_str(
        "}\n\nimpl OperandKind {\n    /// Every kind in order of the spec.\n    pub const ALL: &'static [OperandKind] = &[\n",
    );
    text.push_str(&rust::wrapped(
        8,
        kinds.iter().map(|kind| format!("OperandKind::{}", rust::variant(&kind.name))),
    ));
    text.push_str("    ];\n");
    let arms = |value: &dyn Fn(&OperandKind) -> String| -> String {
        if kinds.is_empty() {
            return "        match self {}\n".to_owned();
        }
        let arms: String = kinds
            .iter()
            .map(|kind| format!("            OperandKind::{} => {},\n", rust::variant(&kind.name), value(kind)))
            .collect();
        format!("        match self {{\n{arms}        }}\n")
    };
    for (doc, name, result, body) in [
        (
            "The name in the spec.",
            "name",
            "&'static str",
            arms(&|kind| rust::literal(&kind.name)),
        ),
        (
            "The number that carries it.",
            "scalar",
            "Scalar",
            arms(&|kind| format!("Scalar::{}", scalar(kind.encoding))),
        ),
        ("What the number means.", "meaning", "OperandMeaning", arms(&meaning)),
    ] {
        writeln!(
            text,
            "\n    /// {doc}\n    #[inline]\n    pub const fn {name}(self) -> {result} {{\n{body}    }}"
        )?;
    }
    text.push_str(include_str!("text/operand_kind_methods.rs"));
    Ok(text)
}

fn meaning(kind: &OperandKind) -> String {
    match &kind.meaning {
        OperandMeaning::Number => "OperandMeaning::Number".to_owned(),
        OperandMeaning::Label { optional } => format!("OperandMeaning::Label {{ optional: {optional} }}"),
        OperandMeaning::Index(indexes) => {
            let space = match indexes {
                Indexes::Module { field } => format!("Module({})", rust::literal(field)),
                Indexes::Locals => "Locals".to_owned(),
                Indexes::Captures => "Captures".to_owned(),
                Indexes::Types => "Types".to_owned(),
                Indexes::ClassFields => "ClassFields".to_owned(),
                Indexes::ClassMethods => "ClassMethods".to_owned(),
                Indexes::TupleElements => "TupleElements".to_owned(),
            };
            format!("OperandMeaning::Index(IndexSpace::{space})")
        }
    }
}

/// The variant of the emitted enum `Scalar`.
pub fn scalar(scalar: Scalar) -> String {
    rust::variant(scalar.name())
}
