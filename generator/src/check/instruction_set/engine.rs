//! Rules of fast engines: what specs say about handlers can be emitted, and the functions that they name exist.

use crate::check::Rule;
use crate::check::semantics::runtime::{self, Function, normal};
use crate::check::text::count;
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::engine::{plan, sequence};
use crate::model::instruction_set::signature::{Signature, fast_signature, takes, value_type};
use crate::model::instruction_set::{Control, Engine, Fuse, InstructionSet, InstructionSets, Location, Op, Superinstruction};
use crate::source::{SourceMap, Span};
use crate::suggest;

/// Only sets with an engine say how it runs them.
pub const ENGINE: Rule = Rule {
    code: "L0346",
    summary: "what only a fast engine reads stands in sets that have one",
    page: include_str!("../pages/L0346.md"),
    check: Some(engine),
};

/// Constants are in places where they can be.
pub const LOCATIONS: Rule = Rule {
    code: "L0347",
    summary: "an op whose inputs may be constants has inputs that can be, and a handler of its own",
    page: include_str!("../pages/L0347.md"),
    check: Some(locations),
};

/// What is fused with a jump is a condition.
pub const FUSE: Rule = Rule {
    code: "L0348",
    summary: "an op that is fused with a branch gives one truth value, can't fail, and changes nothing",
    page: include_str!("../pages/L0348.md"),
    check: Some(fuse),
};

/// Functions of the engine's runtime exist.
pub const FUNCTIONS: Rule = Rule {
    code: "L0349",
    summary: "the functions that a fast engine names are in its runtime, with the signature that it calls them by",
    page: include_str!("../pages/L0349.md"),
    check: Some(functions),
};

/// Superinstructions are sequences of what has handlers.
pub const SUPERINSTRUCTION: Rule = Rule {
    code: "L0351",
    summary: "a superinstruction is a sequence of ops in one block, each using what the one before it gave",
    page: include_str!("../pages/L0351.md"),
    check: Some(superinstructions),
};

/// The handler that ends a run.
const LEAVE: &str = "leave";

pub(super) fn engines(model: &Model) -> impl Iterator<Item = (&InstructionSet, &Engine)> {
    let sets = model.part::<InstructionSets>().sets.iter();
    sets.filter_map(|set| Some((set, set.engine.as_ref()?)))
}

fn engine(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for set in &model.part::<InstructionSets>().sets {
        if set.engine.is_some() || model.is_unread(&set.name, "engine", "") {
            continue;
        }
        let ops = set.ops.iter().filter_map(|op| {
            let field = [
                ("locations", !op.locations.is_empty()),
                ("fuse", !op.fuses.is_empty()),
                ("fast", op.fast.is_some()),
            ];
            let (field, _) = field.into_iter().find(|(_, stated)| *stated)?;
            Some((format!("op `{}` has `{field}`", op.name), op.span))
        });
        let families = set
            .families
            .iter()
            .map(|family| (format!("there is a family `{}`", family.name), family.span));
        let sequences = set.superinstructions.iter();
        let sequences = sequences.map(|sequence| (format!("there is a superinstruction `{}`", sequence.name), sequence.span));
        for (what, span) in ops.chain(families).chain(sequences) {
            diagnostics.push(
                Diagnostic::error(ENGINE.code, format!("{what}, but `{}` has no fast engine", set.name))
                    .unless_incomplete()
                    .at(span, "nothing reads it")
                    .help("leave it out, or add `[engine]` to the set"),
            );
        }
    }
}

fn locations(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, _) in engines(model) {
        for op in set.ops.iter().filter(|op| op.locations.contains(&Location::Const)) {
            let fault = if plan::is_lowered(set, op) {
                "lowering runs it without a handler"
            } else if !op.inputs.iter().any(|input| plan::is_scalar(&input.expression)) {
                "none of its inputs is a plain value, which a constant has to be"
            } else if op.inputs.len() == 1 && op.pure {
                "it has one input, and of a constant its result is a constant too"
            } else if plan::is_cold(op) && op.inputs.iter().any(|input| plan::variable(&input.expression).is_some()) {
                "the representation of its inputs isn't known without a `fast` function"
            } else {
                continue;
            };
            diagnostics.push(
                Diagnostic::error(LOCATIONS.code, format!("op `{}` can't take constants: {fault}", op.name))
                    .at(op.span, "its `locations` say that it does")
                    .help("leave `\"const\"` out"),
            );
        }
    }
}

fn fuse(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, _) in engines(model) {
        for op in set.ops.iter().filter(|op| op.fuses.contains(&Fuse::Branch)) {
            if let Some(fault) = no_condition(set, op) {
                diagnostics.push(
                    Diagnostic::error(FUSE.code, format!("op `{}` can't be fused with a branch: {fault}", op.name))
                        .at(op.span, "its `fuse` says that it is")
                        .note("what is fused never stands between two ops for a debugger, a handler or the collector to see")
                        .help("leave `fuse` out"),
                );
            }
        }
    }
}

/// Why an op is no condition.
fn no_condition(set: &InstructionSet, op: &Op) -> Option<String> {
    let one_bool = matches!(op.outputs.as_slice(), [one] if value_type(set, &one.expression) == "bool");
    let takes = takes(set, op);
    if op.control != Control::Next {
        Some(format!("its control is `{}`", op.control.name()))
    } else if !one_bool {
        Some("it doesn't give one `bool`".to_owned())
    } else if !op.operands.is_empty() {
        Some("it has operands, and those of the jump take their place".to_owned())
    } else if let Some(trap) = op.traps.first() {
        Some(format!("it can fail with `{}`", set.traps[*trap].name))
    } else if takes.context == Access::Mutable || takes.frame != Access::None {
        Some("it may change something".to_owned())
    } else if plan::is_lowered(set, op) || plan::is_cold(op) {
        Some("it has no `expr` and no `fast` function".to_owned())
    } else {
        None
    }
}

fn functions(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, engine) in engines(model) {
        let runtime = runtime::collect(&engine.runtime_folder(), sources);
        for op in &set.ops {
            if let Some((name, span)) = &op.fast {
                match fast_signature(set, op) {
                    Some(expected) => {
                        let place = Named {
                            name,
                            span: *span,
                            quoted: true,
                            rule: FAST_RULE,
                        };
                        named(engine, &runtime.functions, &place, &expected, diagnostics);
                    }
                    None => diagnostics.push(
                        Diagnostic::error(FUNCTIONS.code, format!("op `{}` can't have a `fast` function", op.name))
                            .at(*span, "")
                            .note("such a function takes single values, gives its result at once, and leaves calls to the engine")
                            .help("leave `fast` out"),
                    ),
                }
            }
        }
        let handler = Signature {
            parameters: ["Fetched", "Fp", "&mut State"].map(str::to_owned).to_vec(),
            result: "(Pc, Fp)".to_owned(),
        };
        for (name, span) in &engine.builtins {
            let place = Named {
                name,
                span: *span,
                quoted: true,
                rule: HANDLER_RULE,
            };
            named(engine, &runtime.functions, &place, &handler, diagnostics);
        }
        if engine.builtins.first().is_none_or(|(name, _)| name != LEAVE) {
            let span = engine.builtins.first().map_or(engine.span, |(_, span)| *span);
            diagnostics.push(
                Diagnostic::error(FUNCTIONS.code, format!("the first handler of an engine is `{LEAVE}`"))
                    .at(span, "")
                    .note("it ends a run: dispatchers stop at its number")
                    .help(format!("begin `builtins` with `{LEAVE:?}`")),
            );
        }
    }
}

/// Where a spec names a function of the engine's runtime.
pub(super) struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it stands.
    pub span: Span,
    /// Whether that is a string with nothing else in it.
    pub quoted: bool,
    /// What such a function takes and gives.
    pub rule: &'static str,
}

/// What a handler takes.
const HANDLER_RULE: &str =
    "a handler is given its instruction, the frame and the state, and gives the next instruction and its frame";

/// What a `fast` function takes.
const FAST_RULE: &str = "the state, the frame where an effect asks for it, then inputs bottom to top, then operands; the result as outputs and traps say";

/// Whether the runtime has a function of this name and signature; reports where it doesn't.
pub(super) fn named(
    engine: &Engine,
    functions: &[Function],
    place: &Named<'_>,
    expected: &Signature,
    diagnostics: &mut Diagnostics,
) {
    let (name, span) = (place.name, place.span);
    let parameters: Vec<String> = expected.parameters.iter().map(|parameter| normal(parameter)).collect();
    let result = normal(&expected.result);
    let whole = |parameters: &[String], result: &str| match result {
        "()" => format!("fn {name}({})", parameters.join(", ")),
        _ => format!("fn {name}({}) -> {result}", parameters.join(", ")),
    };
    let of = |function: &Function| -> Vec<String> { function.parameters.iter().map(|(text, _)| text.clone()).collect() };
    let mut candidates = functions.iter().filter(|function| function.name == name).peekable();
    let Some(first) = candidates.peek().copied() else {
        let diagnostic = Diagnostic::error(
            FUNCTIONS.code,
            format!(
                "the fast engine names the function `{name}`, which `{}` doesn't have",
                engine.runtime
            ),
        )
        .at(span, "");
        let names = functions.iter().map(|function| function.name.as_str());
        diagnostics.push(match suggest::similar(name, names.clone()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).suggestion(
                vec![crate::diagnostic::Edit::new(
                    span,
                    if place.quoted {
                        format!("{meant:?}")
                    } else {
                        meant.to_owned()
                    },
                )],
                format!("name `{meant}`"),
                Applicability::of(suggest::is_certain(name, meant, names)),
            ),
            None => diagnostic.help(format!(
                "write in `{}/src`: `pub unsafe {}`",
                engine.runtime_folder(),
                whole(&parameters, &result)
            )),
        });
        return;
    };
    if candidates.any(|function| of(function) == parameters && function.result == result) {
        return;
    }
    diagnostics.push(
        Diagnostic::error(
            FUNCTIONS.code,
            format!("function `{name}` has another signature than the fast engine calls it by"),
        )
        .at(span, format!("expected `{}`", whole(&parameters, &result)))
        .at(first.span, format!("found `{}`", whole(&of(first), &first.result)))
        .note(place.rule)
        .help("change the function, or the entry"),
    );
}

fn superinstructions(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, _) in engines(model) {
        for sequence in &set.superinstructions {
            if let Some((fault, span)) = sequence_fault(set, sequence) {
                diagnostics.push(
                    Diagnostic::error(
                        SUPERINSTRUCTION.code,
                        format!("the superinstruction `{}` can't be: {fault}", sequence.name),
                    )
                    .at(span, "")
                    .note("its ops run as one: between them nothing may be jumped to, wait, or be seen by the collector")
                    .help("name ops that work on values at once, each of which takes what the one before it gives"),
                );
            }
        }
    }
}

fn sequence_fault(set: &InstructionSet, sequence: &Superinstruction) -> Option<(String, Span)> {
    let (_, before) = sequence.ops.split_last()?;
    if before.is_empty() {
        return Some((format!("it has {}", count(sequence.ops.len(), "op")), sequence.span));
    }
    for (position, (id, span)) in sequence.ops.iter().enumerate() {
        let op = &set.ops[*id];
        let last = position + 1 == sequence.ops.len();
        if let Some(fault) = sequence::fault_of_part(set, op, last) {
            return Some((format!("`{}` {fault}", op.name), *span));
        }
        if let Some((before, _)) = position.checked_sub(1).and_then(|before| sequence.ops.get(before))
            && !sequence::takes_from(set, op, &set.ops[*before])
        {
            return Some((
                format!("`{}` doesn't take what `{}` gives", op.name, set.ops[*before].name),
                *span,
            ));
        }
    }
    let same = |other: &Superinstruction| !other.stores && other.ops.iter().map(|op| op.0).eq(before.iter().map(|op| op.0));
    if before.len() > 1 && !set.superinstructions.iter().any(same) {
        let without = "the sequence without its last op is no superinstruction";
        return Some((without.to_owned(), sequence.span));
    }
    let last = sequence.ops.last().map(|(id, _)| &set.ops[*id])?;
    if let Some((input, span)) = &sequence.input
        && !last.inputs.iter().any(|known| known.name == *input)
    {
        return Some((format!("`{}` has no input `{input}`", last.name), *span));
    }
    if last.control == Control::Jump && !sequence.stores {
        let lost = "what is computed before a jump has to be stored";
        return Some((lost.to_owned(), sequence.span));
    }
    if sequence.stores && before.len() > 1 {
        return Some((
            "what the first of more than two ops gives can't be stored".to_owned(),
            sequence.span,
        ));
    }
    None
}
