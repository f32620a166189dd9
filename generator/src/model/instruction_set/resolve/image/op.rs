//! Resolves instructions that are words.

use crate::syntax::Spanned;

use super::super::machine::named;
use super::super::op::{all, is_new, meaning};
use super::super::{Files, Resolved, example};
use crate::arena::Arena;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::image::pattern::Pattern;
use crate::model::instruction_set::image::raw::{RawStateExample, RawWordOp};
use crate::model::instruction_set::image::state::Machine;
use crate::model::instruction_set::image::syntax::Syntax;
use crate::model::instruction_set::image::{
    ExampleTexts, OutputPlace, Register, StateExample, StateInput, StateOutcome, StateOutput, WordControl, WordEncoding, WordOp,
    WordOperand, WordOperandKind,
};
use crate::model::instruction_set::{Effect, Group, Trap};
use crate::model::names::{Place, number};
use crate::syntax::Entry;

/// What ops can name.
pub(super) struct Scope<'a> {
    pub(super) encoding: &'a WordEncoding,
    pub(super) machine: Machine<'a>,
    /// Whether everything is there that an example can name.
    pub(super) is_complete: bool,
    pub(super) registers: &'a Resolved<Register>,
    pub(super) kinds: &'a Resolved<WordOperandKind>,
    pub(super) effects: &'a Resolved<Effect>,
    pub(super) traps: &'a Resolved<Trap>,
    pub(super) groups: &'a Resolved<Group>,
}

pub(super) fn ops(files: &Files<'_>, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Arena<WordOp> {
    let mut ops: Vec<WordOp> = Vec::new();
    let mut names = crate::model::names::Names::<WordOp>::new("op");
    for (entry, raw) in files.read::<RawWordOp, WordOp>("op", "op", false, &mut names, diagnostics) {
        ops.extend(op(&entry, &raw, scope, diagnostics));
    }
    // Names make the order independent of that of files, should two patterns begin with the same word.
    ops.sort_by(|a, b| (a.pattern.cube.value, &a.name).cmp(&(b.pattern.cube.value, &b.name)));
    ops.into_iter().collect()
}

fn op(entry: &Entry<'_>, raw: &RawWordOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<WordOp> {
    let document = entry.document;
    let pattern = pattern(entry, &raw.pattern, scope, diagnostics);
    let group = scope.groups.names.resolve(&Place::value(document, &raw.group), diagnostics);
    let since = number(document, &raw.since, "version", 1..=i64::from(u32::MAX), diagnostics);
    let control = match &raw.control {
        Some(control) => Place::value(document, control).word("control", WordControl::ALL, diagnostics),
        None => Some(WordControl::Next),
    };
    let effects = all(entry, &raw.effects, &scope.effects.names, diagnostics);
    let traps = all(entry, &raw.traps, &scope.traps.names, diagnostics);
    let operands = operands(entry, raw, scope, diagnostics);
    let meaning = meaning(entry, &[("expr", &raw.expr), ("sem", &raw.sem)], diagnostics);
    let inputs = inputs(entry, raw, scope, diagnostics);
    let examples = raw
        .examples
        .iter()
        .filter_map(|text| self::example(entry, text, scope, diagnostics))
        .collect();
    let golden = raw
        .golden
        .as_ref()
        .and_then(|golden| example::golden(entry, golden, diagnostics));
    let operands = operands?;
    let output = match &raw.out {
        Some(text) => output(entry, text, &operands, scope, diagnostics).map(Some),
        None => Some(None),
    };
    let syntax = syntax(entry, raw, &operands, diagnostics);
    Some(WordOp {
        name: entry.name().to_owned(),
        pattern: pattern?,
        pattern_span: entry.at(&raw.pattern),
        except: raw
            .except
            .iter()
            .map(|text| (text.get_ref().clone(), entry.at(text)))
            .collect(),
        group: group?,
        doc: raw.doc.get_ref().clone(),
        decision: raw.decision.as_ref().map(|text| text.get_ref().clone()),
        since: since?,
        operands,
        syntax: syntax?,
        syntax_span: raw.syntax.as_ref().map_or(entry.span(), |text| entry.at(text)),
        inputs: inputs?,
        output: output?,
        meaning: meaning?,
        control: control?,
        effects: effects?,
        traps: traps?,
        examples,
        golden,
        span: entry.span(),
        file: document.path.clone(),
        line: entry.line(),
    })
}

fn pattern(entry: &Entry<'_>, text: &Spanned<String>, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Pattern> {
    match Pattern::parse(text.get_ref(), scope.encoding.bits) {
        Ok(pattern) => Some(pattern),
        Err(fault) => {
            let place = Place::part(entry.document, text, fault.range);
            diagnostics.push(
                Diagnostic::error("L1101", format!("the pattern of `{}` can't be read: {}", entry.name(), fault.message))
                    .at(place.span, "here")
                    .help("write one character for each four bits, as in `\"8xy4\"`, or one for each bit, as in `\"1000 xxxx yyyy 0100\"`"),
            );
            None
        }
    }
}

fn operands(entry: &Entry<'_>, raw: &RawWordOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Vec<WordOperand>> {
    let mut seen = std::collections::BTreeMap::new();
    let mut operands = Vec::new();
    for text in &raw.operands {
        let Some((name, kind)) = named(entry, text, "x: register", diagnostics) else {
            continue;
        };
        let fits = is_new(&name, "operand", &mut seen, diagnostics);
        if let Some(kind) = scope.kinds.names.resolve(&kind, diagnostics)
            && fits
        {
            operands.push(WordOperand {
                name: name.text.to_owned(),
                kind,
                span: entry.at(text),
            });
        }
    }
    (operands.len() == raw.operands.len()).then_some(operands)
}

fn syntax(entry: &Entry<'_>, raw: &RawWordOp, operands: &[WordOperand], diagnostics: &mut Diagnostics) -> Option<Syntax> {
    let names: Vec<&str> = operands.iter().map(|operand| operand.name.as_str()).collect();
    let Some(text) = &raw.syntax else {
        return Some(Syntax::plain(entry.name(), &names));
    };
    match Syntax::parse(text.get_ref(), &names) {
        Ok(syntax) => Some(syntax),
        Err(fault) => {
            let place = Place::part(entry.document, text, fault.range);
            diagnostics.push(
                Diagnostic::error(
                    "L1102",
                    format!("the syntax of `{}` can't be read: {}", entry.name(), fault.message),
                )
                .at(place.span, "here")
                .note("a syntax is a mnemonic, then words, signs, and each operand once in braces")
                .help("write it as in `\"add {x}, {nn}\"`"),
            );
            None
        }
    }
}

fn inputs(entry: &Entry<'_>, raw: &RawWordOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Vec<StateInput>> {
    let mut inputs: Vec<StateInput> = Vec::new();
    for text in &raw.r#in {
        let Some((register, index)) = scope.machine.register(text.get_ref()) else {
            unknown_register(&Place::value(entry.document, text), scope, diagnostics);
            continue;
        };
        inputs.push(StateInput {
            name: text.get_ref().clone(),
            register,
            index,
            span: entry.at(text),
        });
    }
    (inputs.len() == raw.r#in.len()).then_some(inputs)
}

fn output(
    entry: &Entry<'_>,
    text: &Spanned<String>,
    operands: &[WordOperand],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<StateOutput> {
    let span = entry.at(text);
    let is_it = |operand: &WordOperand| operand.name == *text.get_ref() && scope.kinds.arena[operand.kind].bank.is_some();
    if let Some(position) = operands.iter().position(is_it) {
        return Some(StateOutput {
            place: OutputPlace::Operand(position),
            span,
        });
    }
    match scope.machine.register(text.get_ref()) {
        Some((register, index)) => Some(StateOutput {
            place: OutputPlace::Register(register, index),
            span,
        }),
        None => {
            unknown_register(&Place::value(entry.document, text), scope, diagnostics);
            None
        }
    }
}

/// Reports a name that is no register, unless it is that of an entry with errors.
fn unknown_register(place: &Place<'_>, scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let is_broken = scope
        .registers
        .names
        .all()
        .any(|name| place.text.starts_with(name) && scope.registers.names.is_broken(name));
    if is_broken {
        return;
    }
    let names: Vec<String> = scope
        .registers
        .arena
        .iter()
        .flat_map(|register| (0..register.count.unwrap_or(1)).map(|index| register.name_of(index)))
        .collect();
    let unknown = place.unknown("L0110", "register", names.iter().map(String::as_str));
    diagnostics.push(unknown.unless_incomplete());
}

fn example(
    entry: &Entry<'_>,
    spanned: &Spanned<RawStateExample>,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<StateExample> {
    let raw = spanned.get_ref();
    let span = entry.at(spanned);
    let unread = |text: &Spanned<String>, range: std::ops::Range<usize>, message: &str, help: &str| {
        Diagnostic::error("L1103", format!("an example of `{}` can't be read: {message}", entry.name()))
            .at(Place::part(entry.document, text, range).span, "here")
            .unless_unfounded()
            .help(help)
    };
    let state = |text: &Option<Spanned<String>>, diagnostics: &mut Diagnostics| {
        let Some(text) = text else { return Some(Vec::new()) };
        match scope.machine.assignments(text.get_ref()) {
            Ok(assignments) => Some(assignments),
            Err(fault) => {
                if scope.is_complete {
                    let help = "write registers and memory with their values: `\"v1 = 3, memory[0x300] = F0 90\"`";
                    diagnostics.push(unread(text, fault.range, &fault.message, help));
                }
                None
            }
        }
    };
    let given = state(&raw.given, diagnostics);
    let gives = state(&raw.gives, diagnostics);
    let mut natives = Vec::new();
    for text in &raw.natives {
        match scope.machine.native_call(text.get_ref()) {
            Ok(call) => natives.push(call),
            Err(fault) => {
                if scope.is_complete {
                    let help = "write what is called with its arguments and its answer: `\"draw(4, 5, F0 90) -> true\"`";
                    diagnostics.push(unread(text, fault.range, &fault.message, help));
                }
                return None;
            }
        }
    }
    let outcome = match (&raw.traps, &raw.gives) {
        (Some(traps), None) => StateOutcome::Traps(scope.traps.names.resolve(&Place::value(entry.document, traps), diagnostics)?),
        (Some(traps), Some(gives)) => {
            diagnostics.push(
                Diagnostic::error(
                    "L0602",
                    format!("an example of `{}` states both `gives` and `traps`", entry.name()),
                )
                .at(entry.at(traps), "it ends with a trap")
                .at(entry.at(gives), "and with a changed machine")
                .note("an instruction that traps leaves the machine as it was")
                .help("remove one of the two"),
            );
            return None;
        }
        (None, _) => StateOutcome::Gives(gives?),
    };
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.get_ref().trim().to_owned()).unwrap_or_default();
    Some(StateExample {
        given: given?,
        run: raw.run.get_ref().trim().to_owned(),
        natives,
        outcome,
        texts: ExampleTexts {
            given: text(&raw.given),
            natives: raw.natives.iter().map(|text| text.get_ref().clone()).collect(),
            gives: text(&raw.gives),
        },
        span,
    })
}
