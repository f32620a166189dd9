//! Rules of assembly: every line is one instruction or none, and words that mean something mean one thing.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::instruction_set::image::syntax::Piece;
use crate::model::instruction_set::image::{ImageSet, WordOp};
use crate::source::{SourceMap, Span};

/// Every line is one op.
pub const AMBIGUOUS: Rule = Rule {
    code: "L1125",
    summary: "no two ops are written in the same way",
    page: include_str!("../../pages/L1125.md"),
    check: Some(ambiguous),
};

/// Words mean one thing.
pub const RESERVED: Rule = Rule {
    code: "L1126",
    summary: "mnemonics, registers and data have names that mean nothing else in assembly",
    page: include_str!("../../pages/L1126.md"),
    check: Some(reserved),
};

/// Words that begin a directive.
const DIRECTIVES: &[&str] = &["at", "byte", "let", "word"];

/// What an assembler can tell apart: the words of a syntax, and what stands in the place of an operand.
fn form(set: &ImageSet, op: &WordOp) -> Vec<String> {
    let pieces = op.syntax.pieces.iter().map(|piece| match piece {
        // A register that stands there by name could also be an operand.
        Piece::Literal(literal) => match set.machine().register(literal) {
            Some((register, _)) if set.registers[register].count.is_some() => format!("register {}", register.index()),
            _ => literal.clone(),
        },
        Piece::Operand(position) => match set.operand_kinds[op.operands[*position].kind].bank {
            Some(bank) => format!("register {}", bank.index()),
            None => "number".to_owned(),
        },
    });
    std::iter::once(op.syntax.mnemonic.clone()).chain(pieces).collect()
}

fn ambiguous(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        let mut first_of: BTreeMap<Vec<String>, &WordOp> = BTreeMap::new();
        for op in &set.ops {
            let Some(first) = first_of.get(&form(set, op)) else {
                first_of.insert(form(set, op), op);
                continue;
            };
            diagnostics.push(
                Diagnostic::error(
                    AMBIGUOUS.code,
                    format!("ops `{}` and `{}` are written in the same way: `{}`", first.name, op.name, op.syntax.text),
                )
                .at(op.syntax_span, "this one")
                .at(first.syntax_span, "and this one")
                .note("an assembler tells apart words, registers of different banks, and numbers; it doesn't look at how large a number is")
                .help("give one of them another mnemonic: `syntax = \"… {x}\"`"),
            );
        }
    }
}

fn reserved(model: &Model, _sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().images {
        // The first meaning of a word: what it is and where that stands.
        let mut meanings: BTreeMap<String, (&'static str, Span)> = BTreeMap::new();
        let mut report = |word: &str, what: &str, span: Span, other: &str, first: Option<Span>, note: &str| {
            let mut diagnostic =
                Diagnostic::error(RESERVED.code, format!("the {what} `{word}` has the name of {other}")).at(span, "");
            if let Some(first) = first {
                diagnostic = diagnostic.at(first, format!("`{word}` is {other} here"));
            }
            diagnostics.push(diagnostic.note(note.to_owned()).help("choose another name"));
        };
        for register in &set.registers {
            if register.name == "memory" {
                let note = "the emitted `State` has a field of that name, and examples write `memory[0x300] = F0`";
                report("memory", "register", register.span, "the memory", None, note);
            }
            if register.name.starts_with("at_") {
                let note = "a disassembler calls places in memory `at_200`";
                report(&register.name, "register", register.span, "a place in memory", None, note);
            }
            for index in 0..register.count.unwrap_or(1) {
                let name = register.name_of(index);
                if DIRECTIVES.contains(&name.as_str()) {
                    let note = "an assembler could not tell a line with it from a directive";
                    report(&name, "register", register.span, "a directive", None, note);
                }
                match meanings.get(&name) {
                    Some((other, first)) => {
                        let note = "in assembly and in examples it could be either";
                        report(&name, "register", register.span, other, Some(*first), note);
                    }
                    None => {
                        meanings.insert(name, ("a register", register.span));
                    }
                }
            }
        }
        for data in &set.data {
            if let Some((other, first)) = meanings.get(&data.name) {
                let note = "the name of data is a number in assembly, its address";
                report(&data.name, "data", data.span, other, Some(*first), note);
            }
        }
        for op in &set.ops {
            let mnemonic = op.syntax.mnemonic.as_str();
            if DIRECTIVES.contains(&mnemonic) {
                let note = "an assembler could not tell a line with it from a directive";
                report(mnemonic, "mnemonic", op.syntax_span, "a directive", None, note);
            }
        }
    }
}
