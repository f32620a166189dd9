//! Emits the machine of a set that asks for it: `generated/<name>/machine`.
//!
//! The crate stands between facts and runtime. It has what every small machine needs and nobody wants to write again: values, frames, calls,
//! traps, fuel and the loop. What a set has no use for isn't in it. A set that needs more (a heap, tasks, handlers) has a machine of its own in
//! its runtime, which then offers the same names; `docs/your-own-vm.md` lists them.

use serde_json::{Value, json};

use super::verifier::{Reading, TypeList};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree, rust, template};
use crate::model::Model;
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{Control, Indexes, InstructionSet, Machine, OperandMeaning, Slot};

use super::{provenance, sources};

/// The machines.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set machine",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, |set, tree| match set.machine {
        Machine::Own => Ok(()),
        Machine::Emitted { .. } => emit_set(set, tree),
    })
}

fn emit_set(set: &InstructionSet, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/machine", set.folder()),
        set.package("machine"),
        format!("Values, frames and the loop that drives programs of {}", set.name),
    );
    builder.depend(&set.package("facts"), &format!("{}/facts", set.folder()));
    for library in set.slots.iter().filter_map(|slot| slot.library.as_ref()) {
        builder.depend_on_library(&library.package, &library.version, &sources::of(set, &[&["slot"]]));
    }
    let words = words(set)?;
    for (path, text) in [
        ("src/lib.rs", include_str!("text/lib.rs.hbs")),
        ("src/value.rs", include_str!("text/value.rs.hbs")),
        ("src/frame.rs", include_str!("text/frame.rs.hbs")),
        ("src/trap.rs", include_str!("text/trap.rs.hbs")),
        ("src/flow.rs", include_str!("text/flow.rs.hbs")),
        ("src/context.rs", include_str!("text/context.rs.hbs")),
        ("src/failure.rs", include_str!("text/failure.rs.hbs")),
        ("src/code.rs", include_str!("text/code.rs.hbs")),
        ("src/machine.rs", include_str!("text/machine.rs.hbs")),
    ] {
        builder.file(path, template::render(path, text, &words)?, &sources::of(set, sources::ALL));
    }
    builder.finish(tree)
}

/// The words of the set that stand in texts.
fn words(set: &InstructionSet) -> anyhow::Result<Value> {
    let reading = Reading::of(set)?;
    let facts = set.library("facts");
    let function_id = reading.function_id();
    let function_path = match reading.function_kind {
        Some(_) => format!("{facts}::{function_id}"),
        None => format!("{facts}::verify::{function_id}"),
    };
    let record = reading.function_record;
    let has = |name: &str| record.fields.iter().any(|field| field.name == name);
    let of = |list: Option<TypeList>, name: &str| match list {
        Some(TypeList::Types) => format!("*{name}"),
        Some(TypeList::Records) => format!("{name}.r#type"),
        None => String::new(),
    };
    let (params, locals) = (reading.type_list(record, "params"), reading.type_list(record, "locals"));
    let local = set
        .operand_kinds
        .iter()
        .find(|kind| kind.meaning == OperandMeaning::Index(Indexes::Locals));
    let does = |controls: &[Control]| set.ops.iter().any(|op| controls.contains(&op.control));
    let (has_calls, has_returns) = (does(&[Control::Call]), does(&[Control::Return]));
    let slots: Vec<Value> = set.slots.iter().map(|slot| slot_words(set, slot)).collect();
    let has_result = has("result");
    let libraries = || set.slots.iter().filter_map(|slot| slot.library.as_ref());
    Ok(json!({
        "set": set.name,
        "facts": facts,
        "module": rust::variant(&set.format.records[set.format.root].name),
        "functions": rust::ident(&reading.functions).to_string(),
        "function": rust::variant(&record.name),
        "code": rust::ident(&reading.code).to_string(),
        "function_id": function_id,
        "function_path": function_path,
        "local_id": local.map(|kind| id_type(&kind.name)),
        "params": params.is_some(),
        "param_type": of(params, "param"),
        "locals": locals.is_some(),
        "local_type": of(locals, "local"),
        "uses_locals": locals.is_some(),
        "has_result": has_result,
        "uses_types": params.is_some() || locals.is_some() || (has_returns && has_result),
        "has_labels": does(&[Control::Jump, Control::Branch]),
        "has_calls": has_calls,
        "has_returns": has_returns,
        "has_values": has_calls || has_returns,
        "has_floats": set.slots.iter().any(is_float),
        "has_one": slots.len() == 1,
        "first_slot": slots.first(),
        "slots": slots,
        "imports": libraries().map(|library| library.path.clone()).collect::<Vec<_>>(),
        "types": libraries().filter_map(|library| library.path.rsplit("::").next()).collect::<Vec<_>>(),
    }))
}

fn slot_words(set: &InstructionSet, slot: &Slot) -> Value {
    let docs = format!("{}\n\n{}", slot.doc.trim(), provenance::entry(set, "slot", &slot.name));
    let zero = match slot.rust.as_str() {
        "bool" => "false".to_owned(),
        "f32" | "f64" => "0.0".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "0".to_owned(),
        other => format!("{other}::default()"),
    };
    // The zero and the sign of floats are to be seen.
    let literal = if is_float(slot) {
        "format!(\"{value:?}\")"
    } else {
        "value.to_string()"
    };
    json!({
        "docs": rust::doc_lines(4, &docs),
        "variant": rust::variant(&slot.name),
        "rust": slot.rust,
        "zero": zero,
        "literal": literal,
        "float": is_float(slot),
    })
}

fn is_float(slot: &Slot) -> bool {
    matches!(slot.rust.as_str(), "f32" | "f64")
}
