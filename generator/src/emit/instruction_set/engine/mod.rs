//! Emits the fast engine of a set that asks for it: `generated/<name>/engine`.
//!
//! What is alike for all instructions is written by hand in the crate that `[engine]` names; here are the handlers, the table by which
//! lowering chooses among them, two dispatchers, and the constant folder.

mod dispatch;
mod family;
mod fold;
mod handler;
mod sequence;
mod table;
mod tests;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use serde_json::json;

use super::oracle::arm::identifiers;
use super::oracle::features;
use super::{provenance, sources};
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::{Emitter, Tree, rust, template};
use crate::model::Model;
use crate::model::feature::Features;
use crate::model::instruction_set::signature::operand_type;
use crate::model::instruction_set::{Engine, Handler, InstructionSet, Op, Plan};
use crate::model::target::Targets;

/// The module of the handlers of superinstructions.
const SEQUENCES: &str = "sequences";

/// The fast engines.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set engine",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, |set, tree| match &set.engine {
        Some(engine) => emit_set(set, engine, model, tree),
        None => Ok(()),
    })
}

fn emit_set(set: &InstructionSet, engine: &Engine, model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    let plan = Plan::of(set);
    let mut builder = CrateBuilder::new(
        format!("{}/engine", set.folder()),
        set.package("engine"),
        format!("The fast engine of {}: handlers, their table, and the dispatchers", set.name),
    );
    builder.because_of(&sources::of(set, &[sources::ENGINE]));
    builder.depend(&set.package("facts"), &format!("{}/facts", set.folder()));
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    builder.depend(&engine.runtime, &engine.runtime_folder());
    handler_files(set, engine, &plan, &mut builder)?;
    table::ops(set, engine, &plan, &mut builder)?;
    table::table(set, engine, &plan, &mut builder)?;
    dispatch::files(set, engine, &plan, &mut builder)?;
    fold::file(set, engine, &mut builder)?;
    tests::files(set, engine, &plan, &mut builder)?;
    let has_features = features::files(set, model.part::<Features>(), &mut builder, &facts(set))?;
    let data = json!({
        "has_features": has_features,
        "module": rust::variant(&set.format.records[set.format.root].name),
        "set": set.name,
        "facts": facts(set),
        "runtime": runtime(set),
        "machine": machine(engine),
        "machine_package": engine.runtime,
        "handlers": plan.handlers.len(),
    });
    let text = template::render("lib.rs", include_str!("text/lib.rs.hbs"), &data)?;
    builder.file(
        "src/lib.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE]),
    );
    build_script(model.part::<Targets>(), &mut builder)?;
    builder.finish(tree)
}

/// `build.rs`: says whether the threaded dispatcher can be compiled.
fn build_script(targets: &Targets, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let listed = targets.targets.iter().filter(|target| target.sibling_calls);
    let mut architectures: Vec<&str> = listed.map(|target| target.arch.as_str()).collect();
    architectures.sort_unstable();
    architectures.dedup();
    let data = json!({ "architectures": architectures });
    let text = template::render("build.rs", include_str!("text/build.rs.hbs"), &data)?;
    let sources: Vec<String> = targets.targets.iter().map(|target| target.file.clone()).collect();
    builder.file("build.rs", text, &sources);
    Ok(())
}

/// `src/handlers/`: a file for each group of ops.
fn handler_files(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let mut modules = Vec::new();
    for group in &set.groups {
        let handlers = plan.of_group(set, &group.name);
        if handlers.is_empty() {
            continue;
        }
        let module = rust::module(&group.name);
        let docs = format!("{}.\n\n{}", group.title.trim(), provenance::entry(set, "group", &group.name));
        let ops: Vec<&Op> = handlers.iter().map(|handler| &*handler.op).collect();
        let text = group_file(set, engine, &docs, &handlers)?;
        builder.file(
            &format!("src/handlers/{module}.rs"),
            text,
            &sources::of_ops(set, &ops, &[sources::MACHINE, sources::FORMAT, sources::ENGINE]),
        );
        modules.push(module);
    }
    let sequences = plan.of_sequences();
    if !sequences.is_empty() {
        let docs = "Superinstructions: sequences of instructions that run as one.\n\nWhat one instruction gives goes straight to the next, so \
                    that it needs no slot.";
        let text = group_file(set, engine, docs, &sequences)?;
        let path = format!("src/handlers/{SEQUENCES}.rs");
        builder.file(
            &path,
            text,
            &sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE]),
        );
        modules.push(SEQUENCES.to_owned());
    }
    modules.sort();
    let mut text = rust::module_doc_lines(
        "What instructions of lowered code do: a function for each, by group.\n\nAll of them have one signature. Each is given its own \
         instruction and the frame, and gives the next instruction and the frame that it runs in. A handler checks what the program can get \
         wrong, and nothing that the verifier proved.\n\n# Safety\n\nEvery handler relies on this: `pc` is an instruction, as it stands in the \
         code, that lowering wrote for this handler from a verified function; `fp` is a frame of that function, in which the slots that the \
         instruction names hold values of the representations that the handler reads; `state` holds the context that owns both. The \
         differential tests against the reference interpreter, and the verifier's own, are what proves it.",
    );
    text.push('\n');
    for module in &modules {
        text.push_str(&format!("pub mod {module};\n"));
    }
    builder.file(
        "src/handlers/mod.rs",
        text,
        &sources::of(set, &[sources::MACHINE, sources::OPS]),
    );
    Ok(())
}

fn group_file(set: &InstructionSet, engine: &Engine, docs: &str, handlers: &[&Handler<'_>]) -> anyhow::Result<String> {
    let functions = handlers
        .iter()
        .map(|handler| handler::function(set, handler))
        .collect::<anyhow::Result<Vec<(String, TokenStream)>>>()?;
    let used: BTreeSet<String> = functions.iter().flat_map(|(_, code)| identifiers(code)).collect();
    let mut text = rust::module_doc_lines(docs);
    text.push('\n');
    if used.contains("Poll") {
        text.push_str("use std::task::Poll;\n\n");
    }
    let mut ids: Vec<String> = set
        .operand_kinds
        .iter()
        .map(operand_type)
        .chain(["TrapKind".to_owned()])
        .filter(|name| used.contains(name) && name.starts_with(char::is_uppercase))
        .collect();
    ids.sort();
    ids.dedup();
    text.push_str(&rust::use_names(&facts(set), &ids));
    let mut names: Vec<String> = ["Fetched", "Fp", "Pc", "State"].map(str::to_owned).to_vec();
    if used.contains("from_word") || used.contains("into_word") {
        names.push("Word".to_owned());
    }
    if used.contains("cache") {
        names.push("cache".to_owned());
    }
    if used.contains("fast") {
        names.push("fast".to_owned());
    }
    text.push_str(&rust::use_names(&machine(engine), &names));
    let slots = set.slots.iter().map(|slot| slot.rust.as_str());
    let own: Vec<String> = slots
        .filter(|name| name.starts_with(char::is_uppercase))
        .chain(["Trap", "semantics"])
        .filter(|name| used.contains(*name))
        .map(str::to_owned)
        .collect();
    text.push_str(&rust::use_names(&runtime(set), &own));
    if used.contains("ops") {
        text.push_str("\nuse crate::ops;\n");
    }
    for (docs, code) in functions {
        text.push('\n');
        text.push_str(&rust::doc_lines(0, &docs));
        text.push_str(&rust::format(code)?);
    }
    Ok(text)
}

/// The facts crate in Rust code.
fn facts(set: &InstructionSet) -> String {
    set.library("facts")
}

/// The runtime crate in Rust code.
fn runtime(set: &InstructionSet) -> String {
    set.library("runtime")
}

/// The hand-written part of the engine in Rust code.
fn machine(engine: &Engine) -> String {
    engine.runtime_library()
}
