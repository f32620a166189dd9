//! Resolves instructions.

use std::collections::BTreeMap;

use crate::syntax::Spanned;

use super::machine::{is_too_wide, named};
use super::scope::Scope;
use super::{Files, engine, example, expression, rust};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::instruction_set::engine::{FUSES, LOCATIONS};
use crate::model::instruction_set::op::Law;
use crate::model::instruction_set::raw::RawOp;
use crate::model::instruction_set::{Control, Input, Meaning, Op, Operand, Output};
use crate::model::names::{self, Names, Place, Use, number};
use crate::source::Span;
use crate::syntax::{Entry, edit};

pub(super) fn ops(files: &Files<'_>, scope: &Scope<'_>, uses: &mut Vec<Use>, diagnostics: &mut Diagnostics) -> Arena<Op> {
    let mut ops: Vec<Op> = Vec::new();
    let entries = files.read_amended::<RawOp>("op", "op", diagnostics);
    // Laws call ops by name, those below them included.
    let mut names: Names<Op> = Names::new("op");
    for (index, (entry, _)) in entries.iter().enumerate() {
        names.define(entry.name(), Id::new(index));
    }
    for (entry, amended) in entries {
        for law in &amended.value.laws {
            note_calls(&entry, law, &names);
        }
        if amended.mistakes.is_empty() {
            ops.extend(op(&entry, &amended.value, scope, diagnostics));
            continue;
        }
        // What is wrong only because of a stand-in is no further mistake: it is reported at no place, or at that of the mistake.
        let mut further = Diagnostics::default();
        op(&entry, &amended.value, scope, &mut further);
        for diagnostic in further.sorted() {
            let follows = diagnostic
                .labels
                .iter()
                .any(|label| label.span.end == 0 || label.span == entry.span() || amended.mistakes.contains(&label.span));
            if !follows {
                diagnostics.push(diagnostic);
            }
        }
    }
    uses.extend(names.uses(Some(files.name)));
    // Names make the order independent of that of files, should two ops have one code.
    ops.sort_by(|a, b| (a.code, &a.name).cmp(&(b.code, &b.name)));
    ops.into_iter().collect()
}

fn op(entry: &Entry<'_>, raw: &RawOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Op> {
    let document = entry.document;
    let code = number(document, &raw.code, "opcode", 0..=511, diagnostics);
    let group = scope.groups.names.resolve(&Place::value(document, &raw.group), diagnostics);
    let since = number(document, &raw.since, "version", 1..=i64::from(u32::MAX), diagnostics);
    let cost = match &raw.cost {
        Some(cost) => number(document, cost, "cost", 0..=i64::from(u32::MAX), diagnostics),
        None => Some(1),
    };
    let control = match &raw.control {
        Some(control) => Place::value(document, control).word("control", Control::ALL, diagnostics),
        None => Some(Control::Next),
    };
    let effects = all(entry, &raw.effects, &scope.effects.names, diagnostics);
    let traps = all(entry, &raw.traps, &scope.traps.names, diagnostics);
    let (operands, inputs, outputs) = values(entry, raw, scope, diagnostics);
    let keys = [("expr", &raw.expr), ("sem", &raw.sem), ("waits", &raw.waits)];
    let meaning = meaning(entry, &keys, diagnostics);
    if let Some(feature) = &raw.feature {
        scope.features.resolve(&Place::value(document, feature), diagnostics);
    }
    let examples = example::examples(entry, raw, scope, diagnostics);
    let golden = raw
        .golden
        .as_ref()
        .and_then(|golden| example::golden(entry, golden, diagnostics));
    let locations = words(entry, &raw.locations, "location", LOCATIONS, diagnostics);
    let fuses = words(entry, &raw.fuse, "thing that an op is fused with", FUSES, diagnostics);
    let fast = raw.fast.as_ref().and_then(|fast| engine::function(entry, fast, diagnostics));
    let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.get_ref().clone());
    Some(Op {
        name: entry.name().to_owned(),
        code: code?,
        group: group?,
        doc: raw.doc.get_ref().clone(),
        decision: text(&raw.decision),
        since: since?,
        deprecated: text(&raw.deprecated),
        feature: text(&raw.feature),
        waits: text(&raw.waits),
        operands: operands?,
        inputs: inputs?,
        outputs: outputs?,
        meaning: meaning?,
        control: control?,
        effects: effects?,
        traps: traps?,
        pure: raw.pure.as_ref().is_some_and(|pure| *pure.get_ref()),
        commutes: raw.commutes.as_ref().is_some_and(|commutes| *commutes.get_ref()),
        cost: cost?,
        cold: raw.cold,
        locations,
        fuses,
        fast,
        examples,
        golden,
        laws: raw.laws.iter().filter_map(|law| parse_law(entry, law, diagnostics)).collect(),
        span: entry.span(),
        file: document.path.clone(),
        line: entry.line(),
    })
}

/// Resolves a list of names; `None` if one of them is unknown, broken or stands twice.
pub(super) fn all<T>(
    entry: &Entry<'_>,
    texts: &[Spanned<String>],
    names: &Names<T>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Id<T>>> {
    let mut ids = Vec::new();
    let mut complete = true;
    for text in texts {
        let place = Place::value(entry.document, text);
        match names.resolve(&place, diagnostics) {
            Some(id) if ids.contains(&id) => {
                diagnostics.push(
                    Diagnostic::error("L0113", format!("`{}` is named twice", place.text))
                        .at(place.span, "named again here")
                        .help("remove one of the two")
                        .fix(
                            Vec::from_iter(edit::without(&entry.document.text, entry.value, place.span)),
                            "remove the second one",
                        ),
                );
            }
            Some(id) => ids.push(id),
            None => complete = false,
        }
    }
    complete.then_some(ids)
}

/// Each of a list of words from a fixed list.
fn words<V: Copy>(
    entry: &Entry<'_>,
    texts: &[Spanned<String>],
    what: &str,
    known: &[(&str, V)],
    diagnostics: &mut Diagnostics,
) -> Vec<V> {
    let places = texts.iter().map(|text| Place::value(entry.document, text));
    places.filter_map(|place| place.word(what, known, diagnostics)).collect()
}

type Values = (Option<Vec<Operand>>, Option<Vec<Input>>, Option<Vec<Output>>);

/// Resolves operands, inputs and outputs.
fn values(entry: &Entry<'_>, raw: &RawOp, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Values {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut operands = Vec::new();
    for text in &raw.operands {
        let Some((name, kind)) = named(entry, text, "f: function", diagnostics) else {
            continue;
        };
        let fits = is_new(&name, "operand", &mut seen, diagnostics);
        if !is_too_wide(&kind, "operand", name.text, diagnostics)
            && let Some(kind) = scope.kinds.names.resolve(&kind, diagnostics)
            && fits
        {
            operands.push(Operand {
                name: name.text.to_owned(),
                kind,
                span: entry.at(text),
            });
        }
    }
    let operands_are_broken = operands.len() != raw.operands.len();
    let names: Vec<&str> = raw
        .r#in
        .iter()
        .map(|text| text.get_ref().split(':').next().unwrap_or_default().trim())
        .collect();
    let mut inputs: Vec<Input> = Vec::new();
    for (index, text) in raw.r#in.iter().enumerate() {
        let Some((name, rest)) = named(entry, text, "a: i32", diagnostics) else {
            continue;
        };
        let fits = is_new(&name, "input", &mut seen, diagnostics);
        let start = text.get_ref().find(':').map_or(0, |colon| colon + 1);
        let expressions = expression::Scope {
            types: scope.types,
            kinds: scope.kinds,
            operands: &operands,
            operands_are_broken: operands_are_broken || inputs.len() != index,
            inputs: &inputs,
            later_inputs: &names[index..],
        };
        let resolved = expression::resolve(entry, text, start..text.get_ref().len(), &expressions, diagnostics);
        if let Some(expression) = resolved
            && fits
        {
            inputs.push(Input {
                name: name.text.to_owned(),
                expression,
                text: rest.text.to_owned(),
                span: entry.at(text),
            });
        }
    }
    let mut outputs = Vec::new();
    for text in &raw.out {
        let expressions = expression::Scope {
            types: scope.types,
            kinds: scope.kinds,
            operands: &operands,
            operands_are_broken: operands_are_broken || inputs.len() != raw.r#in.len(),
            inputs: &inputs,
            later_inputs: &[],
        };
        if let Some(expression) = expression::resolve(entry, text, 0..text.get_ref().len(), &expressions, diagnostics) {
            outputs.push(Output {
                expression,
                text: text.get_ref().trim().to_owned(),
                span: entry.at(text),
            });
        }
    }
    (
        (!operands_are_broken).then_some(operands),
        (inputs.len() == raw.r#in.len()).then_some(inputs),
        (outputs.len() == raw.out.len()).then_some(outputs),
    )
}

/// Whether the name of an operand or input is a name and no other operand or input of the op has it.
pub(super) fn is_new<'a>(
    name: &Place<'a>,
    what: &str,
    seen: &mut BTreeMap<&'a str, Span>,
    diagnostics: &mut Diagnostics,
) -> bool {
    if !names::check_name(&format!("an {what}"), name.text, name.span, false, diagnostics) {
        return false;
    }
    if let Some(first) = seen.insert(name.text, name.span) {
        diagnostics.push(
            names::duplicate(what, name.text, name.span, first)
                .note("operands and inputs of an op share one space of names: its meaning sees both"),
        );
        return false;
    }
    true
}

/// Resolves the meaning of an op, which stands behind one of these keys.
pub(super) fn meaning(
    entry: &Entry<'_>,
    keys: &[(&'static str, &Option<Spanned<String>>)],
    diagnostics: &mut Diagnostics,
) -> Option<Meaning> {
    let waits = keys.iter().any(|(key, _)| *key == "waits");
    let stated: Vec<(&str, &Spanned<String>)> = keys
        .iter()
        .filter_map(|(key, text)| text.as_ref().map(|text| (*key, text)))
        .collect();
    match stated.as_slice() {
        [] => {
            let expression = "add `expr = \"…\"` for a total expression,";
            let function = "`sem = \"…\"` for a function in `runtime/`";
            diagnostics.push(
                Diagnostic::error("L0301", format!("the op `{}` has no meaning", entry.name()))
                    .at(entry.span(), "neither `expr` nor `sem` stands here")
                    .help(if waits {
                        format!("{expression} {function}, or `waits = \"…\"` with what its behaviour waits for")
                    } else {
                        format!("{expression} or {function}")
                    }),
            );
            None
        }
        [("expr", text)] => match rust::parse::<syn::Expr>(text.get_ref()) {
            Ok(_) => Some(Meaning::Expression {
                text: text.get_ref().clone(),
                span: entry.at(text),
            }),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error("L0302", format!("the `expr` of `{}` is no Rust expression", entry.name()))
                        .at(entry.at(text), error),
                );
                None
            }
        },
        [("sem", text)] => match rust::parse::<syn::Ident>(text.get_ref()) {
            Ok(_) => Some(Meaning::Function {
                name: text.get_ref().clone(),
                span: entry.at(text),
            }),
            Err(_) => {
                diagnostics.push(
                    Diagnostic::error("L0302", format!("`{}` can't be the name of a function", text.get_ref()))
                        .at(entry.at(text), "expected the name of a Rust function in `runtime/`"),
                );
                None
            }
        },
        [_] => Some(Meaning::Waits),
        several => {
            let keys: Vec<&str> = several.iter().map(|(key, _)| *key).collect();
            let mut diagnostic = Diagnostic::error(
                "L0301",
                format!("the op `{}` has more than one meaning: `{}`", entry.name(), keys.join("`, `")),
            )
            .help("keep one of them");
            for (key, text) in several {
                diagnostic = diagnostic.at(entry.at(text), format!("`{key}` stands here"));
            }
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// Notes the ops that a law calls.
fn note_calls(entry: &Entry<'_>, law: &Spanned<String>, ops: &Names<Op>) {
    struct Calls<'a>(&'a mut dyn FnMut(&syn::Ident));

    impl<'ast> syn::visit::Visit<'ast> for Calls<'_> {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            if let syn::Expr::Path(path) = &*call.func
                && let Some(ident) = path.path.get_ident()
            {
                (self.0)(ident);
            }
            syn::visit::visit_expr_call(self, call);
        }
    }

    let Ok(expression) = rust::parse::<syn::Expr>(law.get_ref()) else {
        return;
    };
    let mut note = |ident: &syn::Ident| {
        let place = Place::part(entry.document, law, ident.span().byte_range());
        if place.exact {
            ops.note_use(&place);
        }
    };
    syn::visit::Visit::visit_expr(&mut Calls(&mut note), &expression);
}

fn parse_law(entry: &Entry<'_>, law: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Law> {
    match rust::parse::<syn::Expr>(law.get_ref()) {
        Ok(_) => Some(Law {
            text: law.get_ref().clone(),
            span: entry.at(law),
        }),
        Err(error) => {
            diagnostics.push(
                Diagnostic::error("L0303", format!("a law of `{}` is no Rust expression", entry.name()))
                    .at(entry.at(law), error)
                    .help("write it as in `\"iadd(a, b) == iadd(b, a)\"`"),
            );
            None
        }
    }
}
