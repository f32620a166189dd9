//! Says which spec files an output depends on, by the tables that its emitter reads.
//!
//! `lathe affected` and the build graph rest on it: a test changes every file and looks for outputs that change without naming it.

use std::collections::BTreeSet;

use crate::model::instruction_set::{InstructionSet, Op};

/// What the machine is made of.
pub const MACHINE: &[&str] = &[
    "doc", "encoding", "slot", "type", "operand", "effect", "trap", "group", "runtime",
];
/// The module file.
pub const FORMAT: &[&str] = &["module", "record", "union"];
/// What the verifier takes, and what calls cost.
pub const LIMITS: &[&str] = &["limits"];
/// The instructions.
pub const OPS: &[&str] = &["op"];
/// The fast engine.
pub const ENGINE: &[&str] = &["engine", "family", "superinstruction"];
/// Assembly that examples share.
pub const FIXTURES: &[&str] = &["fixture"];
/// Everything but what only examples need.
pub const ALL: &[&[&str]] = &[MACHINE, FORMAT, OPS];

/// The files with entries of these tables, sorted. None, `&[]`, is for what is the same in every set.
pub fn of(set: &InstructionSet, tables: &[&[&str]]) -> Vec<String> {
    let files = tables.iter().copied().flatten().filter_map(|table| set.tables.get(*table));
    let files: BTreeSet<&String> = files.flatten().collect();
    files.into_iter().cloned().collect()
}

/// The files with these ops, and those with entries of these tables.
pub fn of_ops(set: &InstructionSet, ops: &[&Op], tables: &[&[&str]]) -> Vec<String> {
    let mut files = of(set, tables);
    files.extend(ops.iter().map(|op| op.file.clone()));
    files.sort();
    files.dedup();
    files
}
