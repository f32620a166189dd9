//! Functions of a surface.

use super::laws::need;
use super::types::reference;
use super::values::value;
use super::{Scope, Spelling, collect, named_part, read};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::module::raw::{DISABLED, RECEIVERS, RawDisabled, RawFunction};
use crate::model::module::surface::{Disabled, Parameter};
use crate::model::module::{Function, Law, StateMachine, TypeReference};
use crate::model::names::{self, Names, Place};
use crate::syntax::{Entry, Spanned, tree};

/// The functions of a module, and whether all events that they cause are there.
pub(super) fn functions(
    scope: &Scope<'_>,
    machines: &Arena<StateMachine>,
    laws: &Names<Law>,
    diagnostics: &mut Diagnostics,
) -> (Arena<Function>, bool) {
    let mut names = Names::in_table("fn", "function");
    let what = ("fn", "a function");
    let entries: Vec<(Entry<'_>, RawFunction)> = read(scope.document, what, Spelling::Snake, &mut names, diagnostics);
    let mut functions = Vec::new();
    let mut is_complete = true;
    for (entry, raw) in entries {
        let function = function(scope, &entry, &raw, (machines, laws), diagnostics);
        is_complete &= function.fires.len() == raw.fires.len();
        functions.push((function.name.clone(), function));
    }
    (collect(functions, &mut names), is_complete)
}

fn function(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    raw: &RawFunction,
    (machines, laws): (&Arena<StateMachine>, &Names<Law>),
    diagnostics: &mut Diagnostics,
) -> Function {
    let document = scope.document;
    let is_method = match &raw.receiver {
        Some(receiver) => Place::value(document, receiver).word("receiver", RECEIVERS, diagnostics),
        None => Some(true),
    };
    let is_method = is_method.unwrap_or(true);
    let mut parameters: Vec<Parameter> = Vec::new();
    for text in &raw.params {
        parameters.extend(parameter(scope, text, &parameters, diagnostics));
    }
    let returns = raw
        .returns
        .as_ref()
        .and_then(|text| reference(scope, text, 0..text.get_ref().len(), diagnostics));
    let mut named_laws: Vec<Id<Law>> = Vec::new();
    for text in &raw.laws {
        let place = Place::value(document, text);
        match laws.resolve(&place, diagnostics) {
            Some(law) if named_laws.contains(&law) => diagnostics.push(names::twice(&place)),
            law => named_laws.extend(law),
        }
    }
    let mut fires = Vec::new();
    for text in &raw.fires {
        match event(scope, machines, text, diagnostics) {
            Some(event) if fires.contains(&event) => diagnostics.push(names::twice(&Place::value(document, text))),
            event => fires.extend(event),
        }
    }
    Function {
        name: entry.name().to_owned(),
        doc: raw.doc.get_ref().clone(),
        is_method,
        disabled: disabled(scope, raw, is_method, returns.as_ref(), diagnostics),
        parameters,
        returns,
        is_fallible: raw.error,
        must_use: raw.must_use,
        is_const: raw.r#const,
        blocking: raw.blocking,
        cost: raw.cost.as_ref().map(|cost| cost.get_ref().clone()),
        needs: raw.needs.iter().filter_map(|text| need(scope, text, diagnostics)).collect(),
        fires,
        laws: named_laws,
        deprecated: raw.deprecated.as_ref().map(|why| why.get_ref().clone()),
        span: entry.span(),
    }
}

fn parameter(
    scope: &Scope<'_>,
    text: &Spanned<String>,
    before: &[Parameter],
    diagnostics: &mut Diagnostics,
) -> Option<Parameter> {
    let (name, kind) = named_part(scope.document, text, "key: &[u8]", diagnostics)?;
    let place = Place::part(scope.document, text, name);
    let named = names::check_name("a parameter", place.text, place.span, false, diagnostics);
    let kind = reference(scope, text, kind, diagnostics)?;
    if before.iter().any(|first| first.name == place.text) {
        diagnostics.push(names::twice(&place));
        return None;
    }
    named.then(|| Parameter {
        name: place.text.to_owned(),
        kind,
    })
}

/// `Circuit.failure`: the state machine and its event.
fn event(
    scope: &Scope<'_>,
    machines: &Arena<StateMachine>,
    text: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<(Id<StateMachine>, usize)> {
    let whole = text.get_ref();
    let Some(dot) = whole.find('.') else {
        let place = Place::value(scope.document, text);
        diagnostics.push(
            Diagnostic::error("L0112", format!("`{whole}` is not a state machine, a dot and an event"))
                .at(place.span, "expected `Machine.event`")
                .help("write it as `\"Circuit.failure\"`"),
        );
        return None;
    };
    let machine = Place::part(scope.document, text, 0..dot);
    let id = scope.machine_names.resolve(&machine, diagnostics)?;
    let event = Place::part(scope.document, text, dot + 1..whole.len());
    let events = &machines.iter().nth(id.index())?.events;
    let position = events.iter().position(|name| name == event.text);
    if position.is_none() {
        let names = events.iter().map(String::as_str);
        diagnostics.push(event.unknown("L0110", "event", names).unless_incomplete());
    }
    position.map(|position| (id, position))
}

/// What a function does when no backend is compiled in.
fn disabled(
    scope: &Scope<'_>,
    raw: &RawFunction,
    is_method: bool,
    returns: Option<&TypeReference>,
    diagnostics: &mut Diagnostics,
) -> Disabled {
    let unless_stated = match (is_method, raw.error) {
        (true, _) => Disabled::Unreachable,
        (false, true) => Disabled::Error,
        (false, false) => Disabled::Unstated,
    };
    let Some(stated) = &raw.disabled else {
        return unless_stated;
    };
    let span = tree::span(scope.document.file, stated.span());
    match stated.get_ref() {
        RawDisabled::Word(text) => {
            let place = Place {
                text,
                span,
                quoted: true,
                exact: true,
            };
            match place.word("policy", DISABLED, diagnostics) {
                Some(true) => Disabled::Error,
                Some(false) => Disabled::Unreachable,
                None => unless_stated,
            }
        }
        RawDisabled::Value(table) => {
            Place::value(scope.document, &table.fail).word("way to fail", &[("closed", ())], diagnostics);
            let Some(kind) = returns else {
                if raw.returns.is_none() {
                    diagnostics.push(
                        Diagnostic::error("L1203", "a function that gives nothing has no value for a disabled module")
                            .at(
                                tree::span(scope.document.file, table.value.span()),
                                "there is no type that it could be of",
                            )
                            .help("state what the function `returns`, or make it fallible"),
                    );
                }
                return unless_stated;
            };
            match value(scope, &table.value, kind, diagnostics) {
                Some(value) => Disabled::Value {
                    value,
                    reason: table.reason.get_ref().clone(),
                },
                None => unless_stated,
            }
        }
    }
}
