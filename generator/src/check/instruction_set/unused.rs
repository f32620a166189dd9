//! Warns of declarations that nothing uses: each is a line that someone will read and trust.

use std::collections::BTreeSet;

use super::image;
use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::{Example, InstructionSet, InstructionSets, Outcome, Shape, machine};
use crate::source::{SourceMap, Span};

/// Declarations are used.
pub const UNUSED: Rule = Rule {
    code: "L0125",
    summary: "every slot, operand kind, effect, trap, group, fixture, record, union and flag is used",
    page: include_str!("../pages/L0125.md"),
    check: Some(unused),
};

/// The runtime raises traps on its own account (limits, deadlock); it names them as variants of `TrapKind`.
fn runtime_names(folder: &str, sources: &SourceMap, trap: &str) -> bool {
    let folder = format!("{folder}/");
    let variant = format!("TrapKind::{}", heck::ToUpperCamelCase::to_upper_camel_case(trap));
    sources.files.iter().any(|file| {
        file.path.starts_with(&folder)
            && file.text.match_indices(&variant).any(|(at, _)| {
                let rest = &file.text[at + variant.len()..];
                !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            })
    })
}

fn unused(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        let mut found: Vec<(&str, &str, Span, &str)> = Vec::new();
        for (id, slot) in set.slots.iter_with_ids() {
            if set.types.iter().all(|entry| entry.slot != id) {
                found.push(("slot", &slot.name, slot.span, "no type is held in it"));
            }
        }
        let in_shapes = used_in_shapes(set);
        for (id, kind) in set.operand_kinds.iter_with_ids() {
            let by_op = set.ops.iter().flat_map(|op| &op.operands).any(|operand| operand.kind == id);
            if let Some(span) = kind.span
                && !by_op
                && !in_shapes.contains(&("kind", id.index()))
                && kind.name != "class"
            {
                found.push(("operand kind", &kind.name, span, "no op and no field is of this kind"));
            }
        }
        for (id, effect) in set.effects.iter_with_ids() {
            if set.ops.iter().all(|op| !op.effects.contains(&id)) {
                found.push(("effect", &effect.name, effect.span, "no op states it"));
            }
        }
        for (id, trap) in set.traps.iter_with_ids() {
            let by_op = set.ops.iter().any(|op| op.traps.contains(&id));
            let by_wait = trap.name == "not_implemented" && set.ops.iter().any(|op| op.waits.is_some());
            let by_example = set.ops.iter().flat_map(|op| &op.examples).any(|example| {
                let (Example::Values { outcome, .. } | Example::Program { outcome, .. }) = example;
                *outcome == Outcome::Trap(trap.name.clone())
            });
            let by_machine = machine::traps(set).contains(&trap.name.as_str());
            let by_runtime = runtime_names(&set.runtime_folder(), sources, &trap.name);
            if !by_op && !by_wait && !by_machine && !by_example && !by_runtime {
                found.push((
                    "trap",
                    &trap.name,
                    trap.span,
                    "no op states it, and the runtime doesn't raise it",
                ));
            }
        }
        for (id, group) in set.groups.iter_with_ids() {
            if set.ops.iter().all(|op| op.group != id) {
                found.push(("group", &group.name, group.span, "no op is in it"));
            }
        }
        for (id, fixture) in set.fixtures.iter_with_ids() {
            let given = |example: &Example| matches!(example, Example::Program { given: Some(given), .. } if *given == id);
            let precedes_site = set.families.iter().any(|family| family.site.given == Some(id));
            if !set.ops.iter().flat_map(|op| &op.examples).any(given) && !precedes_site {
                found.push(("fixture", &fixture.name, fixture.span, "no example is given it"));
            }
        }
        for (id, record) in set.format.records.iter_with_ids() {
            if id != set.format.root && !in_shapes.contains(&("record", id.index())) {
                found.push(("record", &record.name, record.span, "no field holds it"));
            }
        }
        for (id, union) in set.format.unions.iter_with_ids() {
            if !in_shapes.contains(&("union", id.index())) {
                found.push(("union", &union.name, union.span, "no field holds it"));
            }
        }
        for (id, flag) in set.format.flags.iter_with_ids() {
            let mut fields = set.format.records.iter().flat_map(|record| &record.fields);
            if !fields.any(|field| field.flag == Some(id)) {
                found.push(("flag", &flag.name, flag.span, "no field depends on it"));
            }
        }
        report(found, diagnostics);
    }
    for set in &model.part::<InstructionSets>().images {
        let mut found = image::shared::unused(set);
        for (name, span) in image::shared::unstated_traps(set) {
            if !runtime_names(&set.runtime_folder(), sources, name) {
                found.push(("trap", name, span, "no op states it, and the runtime doesn't raise it"));
            }
        }
        report(found, diagnostics);
    }
}

/// Warns of declarations, given as what they are, their names, their places and why they are unused.
fn report(found: Vec<(&str, &str, Span, &str)>, diagnostics: &mut Diagnostics) {
    for (what, name, span, why) in found {
        diagnostics.push(
            Diagnostic::warning(UNUSED.code, format!("{what} `{name}` is never used"))
                .at(span, why)
                .help("leave it out, or use it"),
        );
    }
}

/// What fields and variants hold, as the kind of thing and its position.
fn used_in_shapes(set: &InstructionSet) -> BTreeSet<(&'static str, usize)> {
    fn note(shape: &Shape, used: &mut BTreeSet<(&'static str, usize)>) {
        match shape {
            Shape::Reference(id) => drop(used.insert(("kind", id.index()))),
            Shape::Record(id) => drop(used.insert(("record", id.index()))),
            Shape::Union(id) => drop(used.insert(("union", id.index()))),
            Shape::Optional(inner) => note(inner, used),
            Shape::List { element, .. } => note(element, used),
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    for field in set.format.records.iter().flat_map(|record| &record.fields) {
        note(&field.shape, &mut used);
    }
    for variant in set.format.unions.iter().flat_map(|union| &union.variants) {
        note(&variant.shape, &mut used);
    }
    used
}
