//! Emits `tests/edges/ops.rs`: the ops on plain numbers as Rust functions, by which laws are stated.

use std::fmt::Write;

use crate::emit::instruction_set::provenance;
use crate::emit::rust;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::{takes, value_type};
use crate::model::instruction_set::{Control, InstructionSet, Meaning, Op, TypeExpression};

/// Rust types of slots whose values need nothing else: neither heap nor module.
const PLAIN: &[&str] = &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool"];

/// Whether an op takes plain numbers, gives one, and needs nothing else.
pub fn is_plain(set: &InstructionSet, op: &Op) -> bool {
    let takes = takes(set, op);
    let plain = |expression: &TypeExpression| {
        let of = value_type(set, expression);
        matches!(expression, TypeExpression::Named { .. }) && (PLAIN.contains(&of.as_str()) || set.wide_slot(&of).is_some())
    };
    !matches!(op.meaning, Meaning::Waits)
        && op.control == Control::Next
        && op.operands.is_empty()
        && takes.context == Access::None
        && takes.frame == Access::None
        && !op.inputs.is_empty()
        && op.inputs.iter().all(|input| plain(&input.expression))
        && op.outputs.len() == 1
        && plain(&op.outputs[0].expression)
}

/// The types from libraries that some ops take or give.
fn wide_types<'a>(set: &'a InstructionSet, ops: &[&Op]) -> Vec<&'a str> {
    let uses = |rust: &str| {
        ops.iter().any(|op| {
            let outputs = op.outputs.iter().map(|output| &output.expression);
            let mut expressions = op.inputs.iter().map(|input| &input.expression).chain(outputs);
            expressions.any(|expression| value_type(set, expression) == rust)
        })
    };
    let slots = set.slots.iter().filter(|slot| slot.like.is_some());
    slots.map(|slot| slot.rust.as_str()).filter(|rust| uses(rust)).collect()
}

/// Whether the meaning of an op is a function that can fail.
pub fn can_fail(op: &Op) -> bool {
    matches!(op.meaning, Meaning::Function { .. }) && !op.traps.is_empty()
}

/// The functions.
pub fn functions(set: &InstructionSet) -> anyhow::Result<String> {
    let runtime = set.library("runtime");
    let mut text = rust::module_doc_lines(
        "Ops on plain numbers as functions: an expression as it stands in the spec, or the function in the runtime that the spec names.",
    );
    let plain: Vec<&Op> = set.ops.iter().filter(|op| is_plain(set, op)).collect();
    let mut used: Vec<&str> = wide_types(set, &plain);
    if plain.iter().any(|op| can_fail(op)) {
        used.push("Trap");
    }
    if !used.is_empty() {
        text.push('\n');
        text.push_str(&rust::use_names(
            &runtime,
            &used.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
        ));
    }
    for op in plain {
        let parameters: Vec<String> = op
            .inputs
            .iter()
            .map(|input| format!("{}: {}", rust::ident(&input.name), value_type(set, &input.expression)))
            .collect();
        let result = value_type(set, &op.outputs[0].expression);
        let result = if can_fail(op) {
            format!("Result<{result}, Trap>")
        } else {
            result
        };
        let body = match &op.meaning {
            Meaning::Expression { text, .. } => text.clone(),
            Meaning::Function { name, .. } => {
                let arguments: Vec<String> = op.inputs.iter().map(|input| rust::ident(&input.name).to_string()).collect();
                let module = rust::module(&set.groups[op.group].name);
                format!(
                    "{runtime}::semantics::{module}::{}({})",
                    rust::ident(name),
                    arguments.join(", ")
                )
            }
            Meaning::Waits => continue,
        };
        write!(
            text,
            "\n/// {}\npub fn {}({}) -> {result} {{\n    {body}\n}}\n",
            provenance::op(op),
            rust::ident(&op.name),
            parameters.join(", ")
        )?;
    }
    Ok(text)
}
