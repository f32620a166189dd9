//! The page of one group: a section per op.

use serde::Serialize;

use super::cell;
use crate::emit::template;
use crate::model::instruction_set::signature::signature;
use crate::model::instruction_set::{Example, Group, InstructionSet, Meaning, Op, Outcome};

/// The Markdown of a group's page.
pub fn page(set: &InstructionSet, group: &Group, ops: &[&Op]) -> anyhow::Result<String> {
    template::render(
        "manual ops",
        PAGE,
        &Page {
            set: &set.name,
            title: &group.title,
            doc: group.doc.trim(),
            ops: ops.iter().map(|op| section(set, op)).collect(),
        },
    )
}

#[derive(Serialize)]
struct Page<'a> {
    set: &'a str,
    title: &'a str,
    doc: &'a str,
    ops: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    name: String,
    code: String,
    doc: String,
    facts: Vec<Fact>,
    stack: String,
    decision: Option<String>,
    examples: Vec<String>,
    programs: Vec<ProgramExample>,
    laws: Vec<String>,
    spec: String,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ProgramExample {
    given: String,
    text: String,
    outcome: String,
}

fn section(set: &InstructionSet, op: &Op) -> Section {
    let mut facts = Vec::new();
    let mut fact = |name: &'static str, value: String| {
        if !value.is_empty() {
            facts.push(Fact {
                name,
                value: cell(&value),
            });
        }
    };
    fact("Code", format!("`{}`", code(set, op)));
    let operands: Vec<String> = op
        .operands
        .iter()
        .map(|operand| {
            let kind = &set.operand_kinds[operand.kind];
            format!("`{}`: {} ({})", operand.name, kind.name, kind.encoding.name())
        })
        .collect();
    fact("Operands", operands.join(", "));
    if let Some(golden) = &op.golden {
        let bytes: Vec<String> = golden.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let text = std::iter::once(op.name.clone()).chain((!golden.operands.is_empty()).then(|| golden.operands.join(", ")));
        fact(
            "Bytes",
            format!("`{}` is `{}`", text.collect::<Vec<_>>().join(" "), bytes.join(" ")),
        );
    }
    fact(
        "Meaning",
        match (&op.meaning, &op.waits) {
            (_, Some(waits)) => format!("waits for {waits}; until then it fails with trap `not_implemented`"),
            (Meaning::Expression { text, .. }, _) => format!("`{text}`"),
            (Meaning::Function { name, .. }, _) => {
                let signature = signature(set, op);
                format!("`{name}({}) -> {}`", signature.parameters.join(", "), signature.result)
            }
            (Meaning::Waits, None) => String::new(),
        },
    );
    fact(
        "Traps",
        op.traps
            .iter()
            .map(|trap| format!("`{}`", set.traps[*trap].name))
            .collect::<Vec<_>>()
            .join(", "),
    );
    fact(
        "Effects",
        op.effects
            .iter()
            .map(|effect| format!("`{}`", set.effects[*effect].name))
            .collect::<Vec<_>>()
            .join(", "),
    );
    let mut properties = Vec::new();
    properties.extend(op.pure.then_some("pure"));
    properties.extend(op.commutes.then_some("commutes"));
    properties.extend(op.cold.then_some("rarely executed"));
    fact("Properties", properties.join(", "));
    fact("Fuel", op.cost.to_string());
    fact("Since", format!("version {}", op.since));
    fact(
        "Feature",
        op.feature.as_ref().map(|feature| format!("`{feature}`")).unwrap_or_default(),
    );
    fact("Deprecated", op.deprecated.clone().unwrap_or_default());

    let mut examples = Vec::new();
    let mut programs = Vec::new();
    for example in &op.examples {
        match example {
            Example::Values { inputs, outcome, .. } => {
                examples.push(format!("{} → {}", inputs.join(", "), outcome_text(outcome)).trim().to_owned());
            }
            Example::Program {
                given,
                text,
                outcome,
                prints,
                ..
            } => {
                let printed = prints
                    .as_ref()
                    .map(|text| format!(" and prints {text:?}"))
                    .unwrap_or_default();
                programs.push(ProgramExample {
                    given: given
                        .map(|id| format!(" (after the fixture `{}`)", set.fixtures[id].name))
                        .unwrap_or_default(),
                    text: text.trim().to_owned(),
                    outcome: format!("{}{printed}", outcome_text(outcome)),
                });
            }
        }
    }
    Section {
        name: op.name.clone(),
        code: code(set, op),
        doc: op.doc.trim().to_owned(),
        facts,
        stack: stack(op),
        decision: op.decision.as_ref().map(|text| text.trim().to_owned()),
        examples,
        programs,
        laws: op.laws.iter().map(|law| law.text.clone()).collect(),
        spec: format!("`[op.{}]` in `{}`", op.name, op.file),
    }
}

/// `0x20`, or `0xFF 0x03` on the extended page.
pub fn code(set: &InstructionSet, op: &Op) -> String {
    match set.encoding.extension_prefix {
        Some(prefix) if op.code > 0xFF => format!("0x{prefix:02X} 0x{:02X}", op.code & 0xFF),
        _ => format!("0x{:02X}", op.code),
    }
}

/// `…, a: i32, b: i32 → …, i32`.
pub fn stack(op: &Op) -> String {
    let inputs: Vec<String> = op
        .inputs
        .iter()
        .map(|input| format!(", {}: {}", input.name, input.text))
        .collect();
    let outputs: Vec<String> = op.outputs.iter().map(|output| format!(", {}", output.text)).collect();
    format!("…{} → …{}", inputs.concat(), outputs.concat())
}

fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Values(values) => values.join(", "),
        Outcome::Trap(trap) => format!("trap {trap}"),
        Outcome::Throws(value) => format!("uncaught exception {value}"),
    }
}

const PAGE: &str = include_str!("../templates/manual_ops.md.hbs");
