//! `src/match_loop.rs` and `src/tail.rs`: the two ways from one handler to the next.

use std::fmt::Write;

use super::machine;
use super::table::constant;
use crate::emit::crate_builder::CrateBuilder;
use crate::emit::instruction_set::sources;
use crate::emit::rust;
use crate::emit::template;
use crate::model::instruction_set::{Engine, Handler, InstructionSet, Plan};

/// The handler that ends a run.
pub const LEAVE: &str = "leave";

/// Every handler: its constant in `ops`, and its path.
fn paths(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>) -> Vec<(String, String)> {
    let builtins = engine
        .builtins
        .iter()
        .map(|(name, _)| (constant(name), format!("builtin::{}", rust::ident(name))));
    let handlers = plan.handlers.iter().map(|handler| {
        let module = module(set, handler);
        (constant(&handler.name), format!("{module}::{}", rust::ident(&handler.name)))
    });
    builtins.chain(handlers).collect()
}

/// The module of a handler.
fn module(set: &InstructionSet, handler: &Handler<'_>) -> String {
    match &handler.sequence {
        Some(_) => super::SEQUENCES.to_owned(),
        None => rust::module(&set.groups[handler.op.group].name),
    }
}

/// Adds the files.
pub fn files(set: &InstructionSet, engine: &Engine, plan: &Plan<'_>, builder: &mut CrateBuilder) -> anyhow::Result<()> {
    let sources = sources::of(set, &[sources::MACHINE, sources::OPS, sources::ENGINE]);
    let mut modules: Vec<String> = plan.handlers.iter().map(|handler| module(set, handler)).collect();
    modules.sort();
    modules.dedup();
    let (mut arms, mut rows, mut functions) = (String::new(), String::new(), String::new());
    let paths = paths(set, engine, plan);
    for (name, path) in &paths {
        let function = name.to_lowercase();
        if function == LEAVE {
            writeln!(arms, "            ops::{name} => return,")?;
            writeln!(rows, "    {function},")?;
            continue;
        }
        writeln!(arms, "            ops::{name} => {path}(at, fp, state),")?;
        writeln!(rows, "    {function}_,")?;
        writeln!(functions, "    {function}_ = {path},")?;
    }
    let data = serde_json::json!({
        "machine": machine(engine),
        "uses": rust::use_names("crate::handlers", &modules),
        "arms": arms,
        "rows": rows,
        "functions": functions,
        "count": paths.len(),
    });
    for (path, text) in [
        ("src/match_loop.rs", include_str!("text/match_loop.rs.hbs")),
        ("src/tail.rs", include_str!("text/tail.rs.hbs")),
    ] {
        builder.file(path, template::render(path, text, &data)?, &sources);
    }
    Ok(())
}
