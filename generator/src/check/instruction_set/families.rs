//! Rules of families: their members take and give the same, what they name exists, and the guard stands between cache and input.

use std::collections::BTreeSet;

use super::engine::{Named, engines, named};
use crate::check::Rule;
use crate::check::semantics::expression::{Found, Subject, judge};
use crate::check::semantics::runtime::{self, Function};
use crate::check::semantics::total::Kind;
use crate::check::text::count;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::engine::family::{self, Code, OnMiss, root_call};
use crate::model::instruction_set::engine::plan;
use crate::model::instruction_set::signature::{Signature, operand_type, value_type};
use crate::model::instruction_set::{
    Control, Engine, Family, InstructionSet, Location, Op, OperandMeaning, Scalar, TypeExpression,
};
use crate::source::{SourceMap, Span};

/// An op can have a family.
pub const FAMILY: Rule = Rule {
    code: "L0350",
    summary: "an op with a family is of no other, takes single values from slots, and has room for the cache",
    page: include_str!("../pages/L0350.md"),
    check: Some(families),
};

/// Members of a family agree.
pub const AGREE: Rule = Rule {
    code: "L0353",
    summary: "the members of a family give what their op gives, and the one for misses does without the cache",
    page: include_str!("../pages/L0353.md"),
    check: Some(agree),
};

/// The guard guards.
pub const GUARD: Rule = Rule {
    code: "L0354",
    summary: "the guard of a family holds the cache against the inputs, and everything in the cache is read",
    page: include_str!("../pages/L0354.md"),
    check: Some(guards),
};

/// A family can be tested.
pub const EVIDENCE: Rule = Rule {
    code: "L0355",
    summary: "a family says where tests have an instruction of it, and lets that meet at least two things",
    page: include_str!("../pages/L0355.md"),
    check: Some(evidence),
};

/// The room for a cache in an instruction, in bytes.
const CACHE: u32 = 24;

fn each(model: &Model, mut check: impl FnMut(&InstructionSet, &Engine, &Family, &Op)) {
    for (set, engine) in engines(model) {
        for family in &set.families {
            check(set, engine, family, &set.ops[family.generic.0]);
        }
    }
}

fn families(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    each(model, |set, _, family, op| {
        let fault = |message: String| Diagnostic::error(FAMILY.code, message);
        let (_, place) = family.generic;
        if let Some(why) = unfit(set, op) {
            diagnostics.push(
                fault(format!("op `{}` can't have a family: {why}", op.name))
                    .at(place, "")
                    .at(op.span, "the op")
                    .note("all members read the same inputs from the same slots of the frame, so that one can take the place of another")
                    .help("leave the family out, or change the op"),
            );
        }
        let before = set.families.iter().take_while(|other| other.span != family.span);
        if let Some(other) = before.into_iter().find(|other| other.generic.0 == family.generic.0) {
            diagnostics.push(
                fault(format!(
                    "op `{}` has two families, `{}` and `{}`",
                    op.name, other.name, family.name
                ))
                .at(place, "")
                .at(other.generic.1, "also here")
                .help("an instruction has one cache: make one family of both"),
            );
        }
        for field in &family.cache {
            if let Some((_, _, declared)) = of_op(set, op).iter().find(|(name, ..)| *name == field.name) {
                diagnostics.push(
                    fault(format!(
                        "`{}` is in the cache of the family `{}`, and a value of its op",
                        field.name, family.name
                    ))
                    .at(field.span, "")
                    .at(*declared, "declared here")
                    .help("give the value in the cache another name"),
                );
            }
        }
        let bytes: u32 = family.cache.iter().map(|field| field.scalar.bytes().max(2)).sum();
        if bytes > CACHE {
            diagnostics.push(
                fault(format!(
                    "the cache of the family `{}` has {bytes} bytes; an instruction has room for {CACHE}",
                    family.name
                ))
                .at(family.cache.last().map_or(family.span, |field| field.span), "")
                .help("keep less, or a number in place of what it stands for"),
            );
        }
    });
}

/// Why instructions of an op can't be changed while they run.
fn unfit(set: &InstructionSet, op: &Op) -> Option<String> {
    let single = |expression: &TypeExpression| matches!(expression, TypeExpression::Named { .. });
    if op.effects.iter().any(|effect| set.effects[*effect].suspends) {
        return Some("it may be suspended, and would begin as another member than it ended".to_owned());
    }
    if !op.fuses.is_empty() || op.locations.contains(&Location::Const) || op.fast.is_some() {
        return Some("its `locations`, `fuse` or `fast` ask for handlers of other forms".to_owned());
    }
    match op.control {
        Control::Call => {
            let number = op.operands.first().map(|operand| &set.operand_kinds[operand.kind]);
            let is_number = |meaning: &OperandMeaning| matches!(meaning, OperandMeaning::Index(_));
            if !op.inputs.first().is_some_and(|input| single(&input.expression)) {
                Some("its first input is no single value that the guard could look at".to_owned())
            } else if !number.is_some_and(|kind| kind.encoding == Scalar::U32 && is_number(&kind.meaning)) {
                Some("its first operand is no number of 32 bits, which the last word of a call has room for".to_owned())
            } else {
                None
            }
        }
        Control::Next if plan::is_lowered(set, op) => Some("lowering runs it without a handler".to_owned()),
        Control::Next if op.outputs.len() > 1 => Some("it gives several values".to_owned()),
        Control::Next => {
            let values = op.inputs.iter().map(|input| &input.expression);
            let mut values = values.chain(op.outputs.iter().map(|output| &output.expression));
            let is_odd = values.any(|expression| !single(expression));
            is_odd.then(|| "the representation of a value that it takes or gives isn't stated".to_owned())
        }
        other => Some(format!("its control is `{}`", other.name())),
    }
}

/// What expressions can name of an op: name, Rust type, declaration.
fn of_op(set: &InstructionSet, op: &Op) -> Vec<(String, String, Span)> {
    let inputs = family::inputs(op).map(|index| &op.inputs[index]);
    let inputs = inputs.map(|input| (input.name.clone(), value_type(set, &input.expression), input.span));
    let operands = family::operands(set, op).into_iter().map(|index| &op.operands[index]);
    let operands = operands.map(|operand| {
        let rust = operand_type(&set.operand_kinds[operand.kind]);
        (operand.name.clone(), rust, operand.span)
    });
    inputs.chain(operands).collect()
}

fn of_cache(family: &Family) -> impl Iterator<Item = (String, String, Span)> {
    let fields = family.cache.iter();
    fields.map(|field| (field.name.clone(), field.scalar.name().to_owned(), field.span))
}

/// An expression of a family, and what it has to be.
struct Part<'a> {
    /// `guard`.
    key: &'static str,
    code: &'a Code,
    /// What it can name.
    names: Vec<(String, String, Span)>,
    /// The types of what an expression must give that calls nothing; `None` where it has to be a call.
    gives: Option<Vec<String>>,
    /// What the functions that it calls give.
    result: String,
    /// The same where a `?` stands behind the call.
    fallible: Option<String>,
    /// What they are given before that.
    state: &'static [&'static str],
}

impl Part<'_> {
    /// Whether calls stand within a larger expression.
    fn is_condition(&self) -> bool {
        self.key == "guard"
    }
}

/// The expressions of a family.
fn parts<'a>(set: &InstructionSet, family: &'a Family, op: &Op) -> Vec<Part<'a>> {
    let own = of_op(set, op);
    let all: Vec<_> = own.iter().cloned().chain(of_cache(family)).collect();
    let scalars: Vec<&str> = family.cache.iter().map(|field| field.scalar.name()).collect();
    let cache = match scalars.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("({})", many.join(", ")),
    };
    let enters = op.control == Control::Call;
    let output = op
        .outputs
        .first()
        .map_or("()".to_owned(), |output| value_type(set, &output.expression));
    let member = |key, code, names| Part {
        key,
        code,
        names,
        gives: (!enters).then(|| op.outputs.iter().map(|_| output.clone()).collect()),
        result: if enters { "(Pc, Fp)".to_owned() } else { output.clone() },
        fallible: (!enters && !op.traps.is_empty()).then(|| format!("Result<{output}, Fault>")),
        state: if enters {
            &["Fetched", "Fp", "&mut State"]
        } else {
            &["&mut State"]
        },
    };
    let mut parts = vec![
        Part {
            key: "fill",
            code: &family.fill,
            names: own.clone(),
            gives: None,
            result: format!("Option<{cache}>"),
            fallible: None,
            state: &["&mut State"],
        },
        Part {
            key: "guard",
            code: &family.guard,
            names: all.clone(),
            gives: Some(vec!["bool".to_owned()]),
            result: "bool".to_owned(),
            fallible: None,
            state: &["&State"],
        },
        member("specialised", &family.specialised, all),
    ];
    if let OnMiss::Code(code) = &family.on_miss {
        parts.push(member("on_miss", code, own));
    }
    parts
}

/// Judges an expression by itself.
fn found(
    set: &InstructionSet,
    engine: &Engine,
    family: &Family,
    part: &Part<'_>,
    sources: &SourceMap,
    to: &mut Diagnostics,
) -> Found {
    let subject = Subject {
        what: format!("the `{}` of the family `{}`", part.key, family.name),
        calls: Some(if part.is_condition() { Kind::Boolean } else { Kind::Unknown }),
        runtime: engine.runtime_folder(),
        set: Some(set),
        names: part.names.clone(),
        expected: part.gives.clone(),
        needless: None,
    };
    judge(&subject, &part.code.text, part.code.span, sources, to)
}

fn agree(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    each(model, |set, engine, family, op| {
        if unfit(set, op).is_some() {
            return;
        }
        let runtime = runtime::collect(&engine.runtime_folder(), sources);
        if let (OnMiss::Generic(span), Control::Call) = (&family.on_miss, op.control) {
            diagnostics.push(
                Diagnostic::error(
                    AGREE.code,
                    format!("the family `{}` can't fall back on its op, which is a call", family.name),
                )
                .at(*span, "")
                .note("what a call does is the engine's own: functions that ops name only say which function is called")
                .help("call a function that enters the one which is meant: `on_miss = \"enter_method_of(receiver, m)\"`"),
            );
        }
        for part in parts(set, family, op) {
            let found = found(set, engine, family, &part, sources, diagnostics);
            if found.is_sound {
                calls(engine, family, &part, &found, &runtime.functions, diagnostics);
            }
        }
    });
}

/// Holds the calls of an expression against the place where it stands, and against the runtime.
fn calls(
    engine: &Engine,
    family: &Family,
    part: &Part<'_>,
    found: &Found,
    functions: &[Function],
    diagnostics: &mut Diagnostics,
) {
    let Ok(parsed) = syn::parse_str::<syn::Expr>(&part.code.text) else {
        return;
    };
    let root = root_call(&parsed);
    let can_fail = matches!(parsed, syn::Expr::Try(_));
    let fault = if part.gives.is_none() && root.is_none() {
        Some((
            "it is no call of a function",
            "name a function with what it is given, and no more",
        ))
    } else if can_fail && part.fallible.is_none() {
        Some(("it can't fail", "leave the `?` out"))
    } else if !part.is_condition() && root.is_none() && (can_fail || !found.calls.is_empty()) {
        Some((
            "a call is a part of it",
            "write a function for the whole, or an expression without calls",
        ))
    } else {
        None
    };
    if let Some((fault, help)) = fault {
        diagnostics.push(
            Diagnostic::error(
                AGREE.code,
                format!(
                    "the `{}` of the family `{}` has another form than the handler needs: {fault}",
                    part.key, family.name
                ),
            )
            .at(part.code.span, "")
            .help(help),
        );
        return;
    }
    for call in &found.calls {
        let of = |name: &String| {
            part.names
                .iter()
                .find(|(known, ..)| known == name)
                .map(|(_, rust, _)| rust.clone())
        };
        let arguments = call.arguments.iter().filter_map(of);
        let expected = Signature {
            parameters: part.state.iter().map(|of| (*of).to_owned()).chain(arguments).collect(),
            result: match (&part.fallible, can_fail) {
                (Some(fallible), true) => fallible.clone(),
                _ => part.result.clone(),
            },
        };
        let place = Named {
            name: &call.function,
            span: call.span,
            quoted: false,
            rule: "the state, to which a member of a call is given place and frame, then what stands in the parentheses",
        };
        named(engine, functions, &place, &expected, diagnostics);
    }
}

fn guards(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    each(model, |set, engine, family, op| {
        if unfit(set, op).is_some() {
            return;
        }
        // What is wrong with the expressions is said by another rule.
        let mut elsewhere = Diagnostics::default();
        let mut used: Vec<(&str, BTreeSet<String>)> = Vec::new();
        for part in parts(set, family, op) {
            let found = found(set, engine, family, &part, sources, &mut elsewhere);
            if !found.is_sound {
                return;
            }
            used.push((part.key, found.used));
        }
        let uses = |key: &str, name: &str| used.iter().any(|(part, names)| *part == key && names.contains(name));
        let inputs: Vec<&str> = family::inputs(op).map(|index| op.inputs[index].name.as_str()).collect();
        let looks = [
            (
                "what was remembered",
                family.cache.iter().any(|field| uses("guard", &field.name)),
            ),
            ("the inputs", inputs.iter().any(|name| uses("guard", name))),
        ];
        for (what, _) in looks.iter().filter(|(_, looks)| !looks) {
            diagnostics.push(
                Diagnostic::error(
                    GUARD.code,
                    format!("the guard of the family `{}` doesn't look at {what}", family.name),
                )
                .at(family.guard.span, "")
                .note(
                    "it would hold for an object of another shape, and the specialised member would read that at the wrong place",
                )
                .help(format!(
                    "compare what was remembered of an input with the input: one of `{}` with one of `{}`",
                    family
                        .cache
                        .iter()
                        .map(|field| field.name.as_str())
                        .collect::<Vec<_>>()
                        .join("`, `"),
                    inputs.join("`, `")
                )),
            );
        }
        for field in &family.cache {
            if !uses("guard", &field.name) && !uses("specialised", &field.name) {
                diagnostics.push(
                    Diagnostic::error(
                        GUARD.code,
                        format!(
                            "`{}` is in the cache of the family `{}`, and nothing reads it",
                            field.name, family.name
                        ),
                    )
                    .at(field.span, "")
                    .help("read it in `guard` or in `specialised`, or don't remember it"),
                );
            }
        }
    });
}

fn evidence(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    each(model, |_, _, family, op| {
        if family.meets.len() < 2 {
            let meets = count(family.meets.len(), "thing");
            diagnostics.push(
                Diagnostic::error(
                    EVIDENCE.code,
                    format!("tests let an instruction of the family `{}` meet {meets}", family.name),
                )
                .at(family.meets.first().map_or(family.span, |(_, span)| *span), "")
                .note("a guard that always holds does no harm to an instruction that meets one thing alone")
                .help("add to `meets` what the cache holds for, what it doesn't hold for, and what fails"),
            );
        }
        let names = family.site.code.split_whitespace().filter(|word| *word == op.name).count();
        if names != 1 {
            diagnostics.push(
                Diagnostic::error(
                    EVIDENCE.code,
                    format!(
                        "the site of the family `{}` has {} of `{}`",
                        family.name,
                        count(names, "instruction"),
                        op.name
                    ),
                )
                .at(family.span, "")
                .help("write a function in which that op stands once, so that one instruction meets everything"),
            );
        }
    });
}
