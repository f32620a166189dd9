//! The part that rules of all sets have for those whose programs are memory images.

use crate::check::{locate, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::hexadecimal;
use crate::model::instruction_set::image::{ImageSet, StateOutcome, WordOp, state};
use crate::source::{SourceMap, Span};

/// Every doc of a set: table, name, text, place of the entry.
pub fn docs(set: &ImageSet) -> Vec<(&'static str, &str, &str, Span)> {
    let registers = set
        .registers
        .iter()
        .map(|e| ("register", e.name.as_str(), e.doc.as_str(), e.span));
    let data = set.data.iter().map(|e| ("data", e.name.as_str(), e.doc.as_str(), e.span));
    let natives = set
        .natives
        .iter()
        .map(|e| ("native", e.name.as_str(), e.doc.as_str(), e.span));
    let kinds = set
        .operand_kinds
        .iter()
        .map(|e| ("operand", e.name.as_str(), e.doc.as_str(), e.span));
    let effects = set
        .effects
        .iter()
        .map(|e| ("effect", e.name.as_str(), e.doc.as_str(), e.span));
    let traps = set.traps.iter().map(|e| ("trap", e.name.as_str(), e.doc.as_str(), e.span));
    let groups = set.groups.iter().map(|e| ("group", e.name.as_str(), e.doc.as_str(), e.span));
    let ops = set.ops.iter().map(|e| ("op", e.name.as_str(), e.doc.as_str(), e.span));
    let machine = registers.chain(data).chain(natives).chain(kinds);
    machine.chain(effects).chain(traps).chain(groups).chain(ops).collect()
}

/// Names that must be told apart in emitted code, table by table: what they name, name, place.
pub fn names(set: &ImageSet) -> Vec<Vec<(&'static str, &str, Span)>> {
    let mut tables = vec![
        set.registers
            .iter()
            .map(|entry| ("register", entry.name.as_str(), entry.span))
            .collect(),
        set.data
            .iter()
            .map(|entry| ("data", entry.name.as_str(), entry.span))
            .collect(),
        set.natives
            .iter()
            .map(|entry| ("native", entry.name.as_str(), entry.span))
            .collect(),
        set.operand_kinds
            .iter()
            .map(|entry| ("operand kind", entry.name.as_str(), entry.span))
            .collect(),
        set.effects
            .iter()
            .map(|entry| ("effect", entry.name.as_str(), entry.span))
            .collect(),
        set.traps
            .iter()
            .map(|entry| ("trap", entry.name.as_str(), entry.span))
            .collect(),
        set.groups
            .iter()
            .map(|entry| ("group", entry.name.as_str(), entry.span))
            .collect(),
        set.ops
            .iter()
            .map(|entry| ("op", entry.name.as_str(), entry.span))
            .collect::<Vec<_>>(),
    ];
    for native in &set.natives {
        tables.push(
            native
                .parameters
                .iter()
                .map(|(name, _)| ("parameter", name.as_str(), native.span))
                .collect(),
        );
    }
    for op in &set.ops {
        tables.push(
            op.operands
                .iter()
                .map(|operand| ("operand", operand.name.as_str(), operand.span))
                .collect(),
        );
    }
    tables
}

/// Declarations that nothing uses: what, name, place, why.
pub fn unused(set: &ImageSet) -> Vec<(&'static str, &str, Span, &'static str)> {
    let mut found = Vec::new();
    for (id, kind) in set.operand_kinds.iter_with_ids() {
        if set.ops.iter().flat_map(|op| &op.operands).all(|operand| operand.kind != id) {
            found.push((
                "operand kind",
                kind.name.as_str(),
                kind.span,
                "no op has an operand of this kind",
            ));
        }
    }
    for (id, effect) in set.effects.iter_with_ids() {
        if set.ops.iter().all(|op| !op.effects.contains(&id)) {
            found.push(("effect", effect.name.as_str(), effect.span, "no op states it"));
        }
    }
    for (id, group) in set.groups.iter_with_ids() {
        if set.ops.iter().all(|op| op.group != id) {
            found.push(("group", group.name.as_str(), group.span, "no op is in it"));
        }
    }
    found
}

/// Traps that neither an op nor the image nor an example states.
pub fn unstated_traps(set: &ImageSet) -> impl Iterator<Item = (&str, Span)> {
    let states = move |id| {
        let by_op = set.ops.iter().any(|op| op.traps.contains(&id));
        let mut examples = set.ops.iter().flat_map(|op| &op.examples);
        by_op
            || id == set.image.unknown
            || id == set.image.outside
            || examples.any(|example| example.outcome == StateOutcome::Traps(id))
    };
    set.traps
        .iter_with_ids()
        .filter(move |(id, _)| !states(*id))
        .map(|(_, trap)| (trap.name.as_str(), trap.span))
}

fn is_stated(sources: &SourceMap, op: &WordOp, key: &str) -> bool {
    locate::has(
        sources,
        op.span,
        &["op".into(), op.name.as_str().into(), key.into(), 0.into()],
    ) || (key == "golden" && locate::has(sources, op.span, &["op".into(), op.name.as_str().into(), key.into()]))
}

/// Ops without an example, and examples that trap as their op doesn't say.
pub fn evidence_missing(code: &'static str, set: &ImageSet, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        if op.examples.is_empty() && !is_stated(sources, op, "examples") {
            diagnostics.push(
                Diagnostic::error(code, format!("op `{}` has no example", op.name))
                    .at(op.span, "")
                    .note("tools that share one meaning can be wrong together; examples are the evidence from outside")
                    .help("state the machine before and after it: `examples = [{ given = \"v1 = 3\", run = \"…\", gives = \"v1 = 8\" }]`"),
            );
        }
    }
}

/// Examples that trap in a way that neither their op nor the image states.
pub fn example_traps(code: &'static str, set: &ImageSet, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        for example in &op.examples {
            let StateOutcome::Traps(trap) = example.outcome else {
                continue;
            };
            if !op.traps.contains(&trap) {
                let name = &set.traps[trap].name;
                diagnostics.push(
                    Diagnostic::error(
                        code,
                        format!(
                            "an example of op `{}` traps with `{name}`, which the op doesn't state",
                            op.name
                        ),
                    )
                    .at(example.span, "")
                    .at(op.span, "the op")
                    .help(format!("add `{name:?}` to its `traps`, or mend the example")),
                );
            }
        }
    }
}

/// Ops without golden bytes.
pub fn golden_missing(code: &'static str, set: &ImageSet, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        if op.golden.is_some() || is_stated(sources, op, "golden") {
            continue;
        }
        let bytes = hexadecimal(&word_bytes(set, op.pattern.cube.value));
        let example = if op.operands.is_empty() {
            format!("golden = \"{bytes}\"")
        } else {
            let zeros: Vec<&str> = op.operands.iter().map(|_| "\"0\"").collect();
            format!("golden = {{ operands = [{}], bytes = \"{bytes}\" }}", zeros.join(", "))
        };
        diagnostics.push(
            Diagnostic::error(code, format!("op `{}` has no golden bytes", op.name))
                .at(op.span, "")
                .note("an encoder and a decoder that are wrong together pass every test of one against the other")
                .help(format!("write them by hand: `{example}`")),
        );
    }
}

/// Golden bytes that aren't those of the op with its operands.
pub fn golden(code: &'static str, set: &ImageSet, diagnostics: &mut Diagnostics) {
    for op in &set.ops {
        let Some(golden) = &op.golden else { continue };
        let fault = |message: String| {
            let mut diagnostic = Diagnostic::error(code, message)
                .at(golden.span, "")
                .at(op.pattern_span, "the pattern of the op");
            for operand in &op.operands {
                diagnostic = diagnostic.at(operand.span, "");
            }
            diagnostic.help("one of them is wrong: find out which before you change it")
        };
        if golden.operands.len() != op.operands.len() {
            diagnostics.push(fault(format!(
                "op `{}` has {}, but its golden bytes state {}",
                op.name,
                text::count(op.operands.len(), "operand"),
                golden.operands.len()
            )));
            continue;
        }
        let mut word = op.pattern.cube.value;
        let mut is_sound = true;
        for (operand, stated) in op.operands.iter().zip(&golden.operands) {
            let Some(field) = op.field(operand) else { continue };
            match state::number(stated).filter(|value| *value <= field.largest()) {
                Some(value) => word |= value << field.shift,
                None => {
                    is_sound = false;
                    diagnostics.push(fault(format!(
                        "the golden operand `{stated}` of op `{}` isn't a number from 0 to {}",
                        op.name,
                        field.largest()
                    )));
                }
            }
        }
        let expected = word_bytes(set, word);
        if is_sound && golden.bytes != expected {
            diagnostics.push(fault(format!(
                "the golden bytes of op `{}` are {}, but its pattern gives {}",
                op.name,
                hexadecimal(&golden.bytes),
                hexadecimal(&expected)
            )));
        }
    }
}

/// The bytes of a word in memory.
pub fn word_bytes(set: &ImageSet, word: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = word.to_be_bytes()[4 - set.word_bytes() as usize..].to_vec();
    if set.encoding.little_endian {
        bytes.reverse();
    }
    bytes
}
