//! Emits the command line of a set: `generated/<name>/cli`, with a program that is called like the set.
//!
//! It is for sets with a fast engine, whose machine has all that programs need: a heap, tasks, limits. Others have the little program of the
//! reference interpreter.

use serde_json::json;

use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::{Emitter, Tree, rust, template};
use crate::model::Model;
use crate::model::instruction_set::{Engine, InstructionSet};

/// The command lines.
pub const EMITTER: Emitter = Emitter {
    name: "instruction set command line",
    emit,
};

fn emit(model: &Model, tree: &mut Tree) -> anyhow::Result<()> {
    super::each_set(model, tree, |set, tree| match &set.engine {
        Some(engine) => emit_set(set, engine, tree),
        None => Ok(()),
    })
}

fn emit_set(set: &InstructionSet, engine: &Engine, tree: &mut Tree) -> anyhow::Result<()> {
    let mut builder = CrateBuilder::new(
        format!("{}/cli", set.folder()),
        set.package("cli"),
        format!(
            "The command line of {}: runs, assembles, shows, verifies and profiles modules",
            set.name
        ),
    );
    builder.because_of(&sources::of(set, &[sources::ENGINE]));
    builder.program(&set.name);
    for part in ["engine", "facts", "oracle"] {
        builder.depend(&set.package(part), &format!("{}/{part}", set.folder()));
    }
    builder.depend(&set.package("runtime"), &set.runtime_folder());
    builder.depend(&engine.runtime, &engine.runtime_folder());
    for (package, version, features) in LIBRARIES {
        builder.use_library(package, version, features);
    }
    builder.test_with_library("trycmd", "1", &["color-auto", "diff", "filesystem"]);
    let data = json!({
        "set": set.name,
        "facts": set.library("facts"),
        "runtime": set.library("runtime"),
        "oracle": set.library("oracle"),
        "engine": set.library("engine"),
        "machine": engine.runtime_library(),
        "extension": set.format.extension,
        "text_extension": set.text_extension(),
        "known": known(set),
    });
    for (path, text) in FILES {
        let sources = sources::of(set, &[sources::FORMAT]);
        builder.file(path, template::render(path, text, &data)?, &sources);
    }
    builder.finish(tree)
}

/// The superinstructions that join ops as `profile` proposes it: the names of their ops as opcodes. Those that also store a value on the way
/// are others.
fn known(set: &InstructionSet) -> Vec<Vec<String>> {
    let joined = set.superinstructions.iter().filter(|entry| !entry.stores);
    let opcodes = joined.map(|entry| entry.ops.iter().map(|(op, _)| rust::variant(&set.ops[*op].name)).collect());
    opcodes.collect()
}

/// What it is made with, each with its features.
const LIBRARIES: &[(&str, &str, &[&str])] = &[
    ("anstream", "1", &["auto", "wincon"]),
    (
        "clap",
        "4",
        &[
            "color",
            "derive",
            "error-context",
            "help",
            "std",
            "suggestions",
            "usage",
            "wrap_help",
        ],
    ),
    ("serde_json", "1", &["std"]),
    ("toml_edit", "0.25", &["display", "parse"]),
];

const FILES: &[(&str, &str)] = &[
    ("src/main.rs", include_str!("text/main.rs.hbs")),
    ("src/command.rs", include_str!("text/command.rs.hbs")),
    ("src/run.rs", include_str!("text/run.rs.hbs")),
    ("src/engine.rs", include_str!("text/engine.rs.hbs")),
    ("src/arguments.rs", include_str!("text/arguments.rs.hbs")),
    ("src/source.rs", include_str!("text/source.rs.hbs")),
    ("src/report.rs", include_str!("text/report.rs.hbs")),
    ("src/statistics.rs", include_str!("text/statistics.rs.hbs")),
    ("src/exit.rs", include_str!("text/exit.rs.hbs")),
    ("src/console.rs", include_str!("text/console.rs.hbs")),
    ("src/trace.rs", include_str!("text/trace.rs.hbs")),
    ("src/verbs.rs", include_str!("text/verbs.rs.hbs")),
    ("src/profile.rs", include_str!("text/profile.rs.hbs")),
    ("src/counts.rs", include_str!("text/counts.rs.hbs")),
    ("src/sequences.rs", include_str!("text/sequences.rs.hbs")),
    ("src/superinstructions.rs", include_str!("text/superinstructions.rs.hbs")),
    ("tests/cases.rs", include_str!("text/cases.rs.hbs")),
    ("tests/programs.rs", include_str!("text/programs.rs.hbs")),
    ("tests/pipes.rs", include_str!("text/pipes.rs.hbs")),
];
