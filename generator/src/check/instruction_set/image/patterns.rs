//! Rules of patterns: every word is one op or none, and every field is one operand.

use std::collections::BTreeMap;

use crate::check::{Rule, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::instruction_set::image::pattern::Cube;
use crate::model::instruction_set::image::{ImageSet, WordOp};
use crate::source::SourceMap;
use crate::span::Span;
use crate::suggest;

/// No word is two ops.
pub const OVERLAP: Rule = Rule {
    code: "L1121",
    summary: "no word matches the patterns of two ops",
    page: include_str!("../../pages/L1121.md"),
    check: Some(overlap),
};

/// Fields are operands.
pub const FIELDS: Rule = Rule {
    code: "L1122",
    summary: "every field of a pattern is bound to one operand, and every operand to a field",
    page: include_str!("../../pages/L1122.md"),
    check: Some(fields),
};

/// Fields are as wide as their operands.
pub const WIDTH: Rule = Rule {
    code: "L1123",
    summary: "a field is as wide as its operand, and what selects a register can select nothing else",
    page: include_str!("../../pages/L1123.md"),
    check: Some(width),
};

/// Exceptions lie within.
pub const EXCEPT: Rule = Rule {
    code: "L1124",
    summary: "`except` names ops whose patterns lie within that of the op, each once",
    page: include_str!("../../pages/L1124.md"),
    check: Some(except),
};

/// The patterns of the ops that `op` excepts.
fn exceptions(set: &ImageSet, op: &WordOp) -> Vec<Cube> {
    let names = op.except.iter().map(|(name, _)| name);
    names
        .filter_map(|name| set.ops.iter().find(|other| other.name == *name))
        .map(|other| other.pattern.cube)
        .collect()
}

/// A word as it would be written in a spec.
fn word(set: &ImageSet, word: u32) -> String {
    format!("0x{word:0digits$X}", digits = set.encoding.bits as usize / 4)
}

fn overlap(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        let ops: Vec<&WordOp> = set.ops.iter().collect();
        let exceptions: Vec<Vec<Cube>> = ops.iter().map(|op| exceptions(set, op)).collect();
        for (index, op) in ops.iter().enumerate() {
            for (first, op_exceptions) in ops[..index].iter().zip(&exceptions) {
                let Some(both) = op.pattern.cube.and(first.pattern.cube) else {
                    continue;
                };
                let others: Vec<Cube> = op_exceptions.iter().chain(&exceptions[index]).copied().collect();
                let Some(witness) = both.witness_outside(&others) else {
                    continue;
                };
                let mut diagnostic = Diagnostic::error(
                    OVERLAP.code,
                    format!("the word {} is both `{}` and `{}`", word(set, witness), first.name, op.name),
                )
                .at(op.pattern_span, format!("`{}` matches it", op.name))
                .at(first.pattern_span, format!("`{}` matches it, too", first.name))
                .note("a decoder could not tell them apart");
                let inner = [(op, first), (first, op)].into_iter().find(|(inner, outer)| {
                    inner.pattern.cube.is_within(outer.pattern.cube) && inner.pattern.cube != outer.pattern.cube
                });
                diagnostic = match inner {
                    Some((inner, outer)) => diagnostic.help(format!(
                        "if these words are `{}`, say so: `except = [\"{}\"]` in `[op.{}]`",
                        inner.name, inner.name, outer.name
                    )),
                    None => diagnostic.help("fix more bits in one of the patterns"),
                };
                diagnostics.push(diagnostic);
            }
        }
    }
}

fn fields(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for op in model.part::<InstructionSets>().images.iter().flat_map(|set| &set.ops) {
        for field in &op.pattern.fields {
            let bound: Vec<_> = op
                .operands
                .iter()
                .filter(|operand| operand.name.starts_with(field.letter))
                .collect();
            match bound.as_slice() {
                [_] => {}
                [] => diagnostics.push(
                    Diagnostic::error(
                        FIELDS.code,
                        format!("the field `{}` of op `{}` is no operand", field.letter, op.name),
                    )
                    .at(op.pattern_span, "")
                    .note("a field is bound to the operand whose name begins with its letter")
                    .help(format!(
                        "add an operand to the op, `\"{}: …\"`, or fix the bits",
                        field.letter
                    )),
                ),
                [first, rest @ ..] => {
                    let mut diagnostic = Diagnostic::error(
                        FIELDS.code,
                        format!("the field `{}` of op `{}` is {} operands", field.letter, op.name, bound.len()),
                    )
                    .at(op.pattern_span, "")
                    .at(first.span, "bound to it");
                    for operand in rest {
                        diagnostic = diagnostic.at(operand.span, "bound to it, too");
                    }
                    diagnostics.push(
                        diagnostic
                            .note("a field is bound to the operand whose name begins with its letter")
                            .help("let the names of operands begin with different letters"),
                    );
                }
            }
        }
        for operand in op.operands.iter().filter(|operand| op.field(operand).is_none()) {
            diagnostics.push(
                Diagnostic::error(
                    FIELDS.code,
                    format!(
                        "the operand `{}` of op `{}` has no field in the pattern",
                        operand.name, op.name
                    ),
                )
                .at(operand.span, "")
                .at(
                    op.pattern_span,
                    format!("no run of `{}` is in here", operand.name.chars().next().unwrap_or_default()),
                )
                .help("write its field into the pattern, or remove it"),
            );
        }
    }
}

fn width(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        for kind in &set.operand_kinds {
            let Some(bank) = kind.bank else { continue };
            let bank = &set.registers[bank];
            let numbers = 1u64 << kind.bits;
            let registers = u64::from(bank.count.unwrap_or(1));
            if numbers != registers {
                diagnostics.push(
                    Diagnostic::error(
                        WIDTH.code,
                        format!(
                            "the operand kind `{}` selects one of {registers} registers with a number of {}",
                            kind.name,
                            text::count(kind.bits as usize, "bit")
                        ),
                    )
                    .at(kind.span, format!("{numbers} numbers"))
                    .at(bank.span, format!("{registers} registers"))
                    .note("a decoded instruction can't name a register that there isn't")
                    .help("mend `bits` of the one or `count` of the other"),
                );
            }
        }
        for op in &set.ops {
            for operand in &op.operands {
                let kind = &set.operand_kinds[operand.kind];
                let Some(field) = op.field(operand) else { continue };
                if field.bits != kind.bits {
                    diagnostics.push(
                        Diagnostic::error(
                            WIDTH.code,
                            format!(
                                "the operand `{}` of op `{}` has {}, but its field has {}",
                                operand.name,
                                op.name,
                                text::count(kind.bits as usize, "bit"),
                                field.bits
                            ),
                        )
                        .at(
                            operand.span,
                            format!("`{}` has {}", kind.name, text::count(kind.bits as usize, "bit")),
                        )
                        .at(op.pattern_span, format!("the run of `{}` has {}", field.letter, field.bits))
                        .help("mend the pattern, or give the operand another kind"),
                    );
                }
            }
        }
    }
}

fn except(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        for op in &set.ops {
            let mut named: BTreeMap<&str, Span> = BTreeMap::new();
            for (name, span) in &op.except {
                if let Some(first) = named.get(name.as_str()) {
                    diagnostics.push(
                        Diagnostic::error(EXCEPT.code, format!("op `{}` excepts `{name}` twice", op.name))
                            .at(*span, "here again")
                            .at(*first, "it is excepted here")
                            .help("leave one of them out"),
                    );
                    continue;
                }
                named.insert(name, *span);
                let Some(other) = set.ops.iter().find(|other| other.name == *name) else {
                    if model.is_unread(&set.name, "op", name) {
                        continue;
                    }
                    let names = set.ops.iter().map(|other| other.name.as_str());
                    let diagnostic = Diagnostic::error(EXCEPT.code, format!("op `{}` excepts `{name}`, which is no op", op.name))
                        .at(*span, "");
                    diagnostics.push(match suggest::similar(name, names) {
                        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                        None => diagnostic.help("name ops of this set"),
                    });
                    continue;
                };
                let (inner, outer) = (other.pattern.cube, op.pattern.cube);
                if !inner.is_within(outer) || inner == outer {
                    diagnostics.push(
                        Diagnostic::error(
                            EXCEPT.code,
                            format!("op `{}` excepts `{name}`, whose words aren't among its own", op.name),
                        )
                        .at(*span, "")
                        .at(op.pattern_span, "the words of the op")
                        .at(other.pattern_span, format!("the words of `{name}`"))
                        .note("only an op whose pattern fixes the same bits in the same way, and more, can be an exception")
                        .help("leave it out"),
                    );
                }
            }
        }
    }
}
