//! Rules of sets whose machine is emitted: it has what small machines need, and a set that asks for more writes its own.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{
    Control, Indexes, InstructionSet, InstructionSets, Machine, OperandMeaning, Record, Shape, machine,
};
use crate::source::{SourceMap, Span};

/// An emitted machine can run everything that the set says.
pub const MACHINE: Rule = Rule {
    code: "L0345",
    summary: "an emitted machine has all that the set asks of it",
    page: include_str!("../pages/L0345.md"),
    check: Some(check),
};

fn check(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        if let Machine::Emitted { span } = set.machine {
            beyond(set, span, diagnostics);
            missing(set, span, diagnostics);
            slots(set, span, diagnostics);
        }
    }
}

/// What an emitted machine doesn't have.
fn beyond(set: &InstructionSet, machine: Span, diagnostics: &mut Diagnostics) {
    let mut report = |what: String, span: Span, lacks: &str| {
        diagnostics.push(
            Diagnostic::error(MACHINE.code, format!("{what}, but the machine of `{}` is emitted", set.name))
                .at(span, "")
                .at(machine, "said to be emitted here")
                .note(format!("an emitted machine has no {lacks}"))
                .help("do without it, or leave out `[runtime]` and write the machine in the runtime"),
        );
    };
    for op in &set.ops {
        if op.control == Control::Throw {
            report(format!("op `{}` throws", op.name), op.span, "exceptions");
        }
    }
    for effect in &set.effects {
        if effect.suspends {
            report(format!("the effect `{}` suspends", effect.name), effect.span, "tasks");
        } else if effect.name == "handlers" {
            report("ops install handlers".to_owned(), effect.span, "exceptions");
        }
    }
    for of in set.types.iter().filter(|of| !of.parameters.is_empty()) {
        report(
            format!("the type `{}` has parameters", of.name),
            of.span,
            "heap on which constructed values could be",
        );
    }
    for kind in &set.operand_kinds {
        if let (OperandMeaning::Index(Indexes::Captures), Some(span)) = (&kind.meaning, kind.span) {
            report(format!("operands of the kind `{}` are captures", kind.name), span, "closures");
        }
    }
    if let Some(rest) = functions(set).and_then(|record| record.fields.iter().find(|field| field.name == "rest")) {
        report("functions take further arguments".to_owned(), rest.span, "further arguments");
    }
}

/// What it needs by name.
fn missing(set: &InstructionSet, machine: Span, diagnostics: &mut Diagnostics) {
    let mut report = |what: String, why: &str, help: String| {
        diagnostics.push(
            Diagnostic::error(MACHINE.code, what)
                .unless_incomplete()
                .at(machine, "said to be emitted here")
                .note(why)
                .help(help),
        );
    };
    for name in machine::traps(set) {
        if !set.traps.iter().any(|trap| trap.name == name) {
            report(
                format!(
                    "the emitted machine of `{}` raises the trap `{name}`, which there is none of",
                    set.name
                ),
                "it ends programs that exceed what the host allows with it",
                format!("add the entry `[trap.{name}]`"),
            );
        }
    }
    if !set.ops.iter().any(|op| op.control == Control::Return) {
        report(
            format!(
                "no op of `{}` returns, so that no program of its emitted machine ends",
                set.name
            ),
            "the value that `main` returns is the result of a program",
            "add an op with `control = \"return\"`".to_owned(),
        );
    }
    let has_name = |record: &Record| {
        let is_name =
            |field: &crate::model::instruction_set::Field| field.name == "name" && matches!(field.shape, Shape::String { .. });
        record.fields.iter().any(is_name)
    };
    if !functions(set).is_some_and(has_name) {
        report(
            format!(
                "functions of `{}` have no field `name` with a text, by which its emitted machine finds them",
                set.name
            ),
            "a program starts at the function `main`",
            "add such a field to the record with the code".to_owned(),
        );
    }
}

/// Each representation has a Rust type of its own, by which values are told apart.
fn slots(set: &InstructionSet, machine: Span, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for slot in &set.slots {
        if let Some(first) = first.insert(&slot.rust, slot.span) {
            diagnostics.push(
                Diagnostic::error(
                    MACHINE.code,
                    format!(
                        "two slots of `{}`, whose machine is emitted, are `{}` in Rust",
                        set.name, slot.rust
                    ),
                )
                .at(slot.span, "")
                .at(first, "the other one")
                .at(machine, "said to be emitted here")
                .note("the machine tells values by their Rust types")
                .help("hold both types in one slot, or give one of the slots another Rust type"),
            );
        }
    }
}

/// The record of functions: the one with code.
fn functions(set: &InstructionSet) -> Option<&Record> {
    let has_code = |record: &&Record| record.fields.iter().any(|field| matches!(field.shape, Shape::Code { .. }));
    set.format.records.iter().find(has_code)
}
