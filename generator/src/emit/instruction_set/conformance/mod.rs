//! Emits the conformance tests of an instruction set: `generated/<name>/conformance`.
//!
//! The crate's library holds what the tests need: it runs programs in the oracle, writes random programs from the table of ops, and
//! makes failing ones smaller. Its tests are:
//!
//! - `examples`: the hand-written examples of every op, one test for each op;
//! - `edges`: every combination of edge values through bytecode and by a direct call of the op's meaning, and the laws of the op;
//! - `locations`, where the set has a fast engine: the same ops with inputs and outputs wherever they can be;
//! - `families`, where it has families: one instruction that changes while it runs, and all that it may meet;
//! - `programs`: random programs are accepted and run without an internal contradiction; mutated ones are refused, or the same; text and
//!   file round trips.

mod access;
pub mod edges;
pub mod examples;
mod families;
pub mod laws;
pub mod literals;
mod locations;

use serde_json::json;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{Emitter, Tree, rust, template};
use crate::model::Model;
use crate::model::instruction_set::{Control, InstructionSet, Record, Shape};

/// The conformance crates.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set conformance",
    emit,
};

pub use edges::has_test as has_edge_test;

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, emit_set)
}

fn emit_set(set: &InstructionSet, tree: &mut Tree) -> anyhow::Result<()> {
    let name = &set.name;
    let mut builder = CrateBuilder::new(
        format!("{}/conformance", set.folder()),
        set.package("conformance"),
        format!("Tests that hold every engine of {name} against its specification"),
    );
    for part in ["facts", "oracle"] {
        builder.depend(&set.package(part), &format!("{}/{part}", set.folder()));
    }
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    if set.engine.is_some() {
        builder.depend(&set.package("engine"), &format!("{}/engine", set.folder()));
        builder.manifest_from(&sources::of(set, &[sources::ENGINE]));
    }
    let words = words(set);
    let tables: Vec<&[&str]> = sources::ALL.iter().copied().chain([sources::ENGINE]).collect();
    if set.engine.is_some() {
        for (path, text) in [
            ("src/tiers.rs", include_str!("text/tiers.rs.hbs")),
            ("src/locations.rs", include_str!("text/locations.rs.hbs")),
        ] {
            builder.file(path, template::render(path, text, &words)?, &sources::of(set, &tables));
        }
        locations::file(set, &mut builder)?;
        if !set.families.is_empty() {
            let path = "src/families.rs";
            let text = template::render(path, include_str!("text/families.rs.hbs"), &words)?;
            builder.file(path, text, &sources::of(set, &tables));
            families::file(set, &mut builder)?;
        }
    }
    for (path, text) in [
        ("src/lib.rs", include_str!("text/lib.rs.hbs")),
        ("src/random.rs", include_str!("text/random.rs")),
        ("src/literal.rs", include_str!("text/literal.rs")),
        ("src/run.rs", include_str!("text/run.rs.hbs")),
        ("src/program.rs", include_str!("text/program.rs.hbs")),
        ("src/edges.rs", include_str!("text/edges.rs.hbs")),
        ("src/declarations.rs", include_str!("text/declarations.rs.hbs")),
        ("src/plan.rs", include_str!("text/plan.rs.hbs")),
        ("src/generate.rs", include_str!("text/generate.rs.hbs")),
        ("src/mutate.rs", include_str!("text/mutate.rs.hbs")),
        ("src/shrink.rs", include_str!("text/shrink.rs.hbs")),
        ("tests/programs.rs", include_str!("text/programs.rs.hbs")),
    ] {
        builder.file(path, template::render(path, text, &words)?, &sources::of(set, &tables));
    }
    access::file(set, &mut builder)?;
    examples::files(set, &mut builder)?;
    edges::files(set, &mut builder)?;
    builder.finish(tree)
}

/// The words of the set that stand in texts.
fn words(set: &InstructionSet) -> serde_json::Value {
    let reading = super::verifier::Reading::of(set).ok();
    let root = &set.format.records[set.format.root];
    let class = reading.as_ref().and_then(|reading| reading.class.as_ref());
    let record = reading.as_ref().map(|reading| reading.function_record);
    let has = |field: &str| record.is_some_and(|record| record.fields.iter().any(|candidate| candidate.name == field));
    let tuple = set.types.iter().find(|entry| {
        matches!(entry.parameters.as_slice(), [parameter] if parameter.kind == crate::model::instruction_set::ParameterKind::Types)
    });
    // Lists of the module by the keyword of their declarations: variables have a name and a type, natives a result and no code.
    let declared = |fits: &dyn Fn(&Record) -> bool| -> Vec<String> {
        let lists = root.fields.iter().filter_map(|field| match &field.shape {
            Shape::List { element, .. } => match **element {
                Shape::Record(record) => Some(&set.format.records[record]),
                _ => None,
            },
            _ => None,
        });
        lists
            .filter(|record| fits(record))
            .map(|record| record.name.clone())
            .collect()
    };
    let names = |record: &Record| record.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    let result = literals::type_of(set, "0");
    let placeholder = set.ops.iter().find(|op| op.operands.is_empty()).map(|op| op.name.clone());
    let sample = literals::push(set, "7", false)
        .zip(literals::return_op(set))
        .zip(result.clone())
        .map(|((push, back), result)| format!("function main {{ result {result} code {{ {push} {} }} }}", back.name));
    json!({
        "set": set.name,
        "facts": set.library("facts"),
        "runtime": set.library("runtime"),
        "oracle": set.library("oracle"),
        "conformance": set.library("conformance"),
        "families": !set.families.is_empty(),
        "engine": set.engine.as_ref().map(|_| set.library("engine")),
        "load": literals::load_op(set).map(|op| op.name.clone()),
        "store": literals::store_op(set).map(|op| op.name.clone()),
        "jump": literals::jump_op(set).map(|op| op.name.clone()),
        "back": literals::return_op(set).map(|op| op.name.clone()),
        "branches": literals::branch_ops(set).map(|op| rust::literal(&op.name)).collect::<Vec<_>>().join(", "),
        "module": rust::variant(&root.name),
        "functions": reading.as_ref().map(|reading| rust::name(&reading.functions)),
        "function_keyword": record.map(|record| record.name.clone()),
        "code": reading.as_ref().map(|reading| rust::name(&reading.code)),
        "types_field": reading.as_ref().map(|reading| reading.types_field.clone()),
        "has_rest": has("rest"),
        "has_captures": has("captures"),
        "classes": class.map(|class| rust::name(&class.field)),
        "class_id": class.map(|class| class.id.to_string()),
        "class_keyword": class.and_then(|class| reading.as_ref()?.record_of(&class.field)).map(|record| record.name.clone()),
        "object": class.and_then(|_| set.types.iter().find(|entry| entry.parameters.iter().any(|parameter| {
            parameter.kind == crate::model::instruction_set::ParameterKind::Class
        }))).map(|entry| entry.name.clone()),
        "tuple": tuple.map(|entry| rust::variant(&entry.name)),
        "tuple_field": tuple.map(|entry| rust::name(&entry.parameters[0].name)),
        "variables": declared(&|record| names(record) == ["name", "type"]),
        "natives": declared(&|record| names(record) == ["name", "params", "rest", "result"]),
        "main_result": result,
        "has_exceptions": set.ops.iter().any(|op| op.control == Control::Throw),
        "placeholder": placeholder,
        "sample": rust::literal(&sample.unwrap_or_default()),
        "sample_value": "\"7\"",
        "sample_wrong": "\"8\"",
        "open": "{{",
        "close": "}}",
    })
}
