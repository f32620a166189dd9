//! State machines: states, events, and transitions with guards and actions.

use super::guard::{self, Fault, Mentions};
use super::{Read, Spelling, check_spelling, named_part, read as read_entries};
use crate::arena::{Arena, Id};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::module::StateMachine;
use crate::model::module::raw::RawStateMachine;
use crate::model::module::state_machine::{Guard, Number, Transition};
use crate::model::names::{self, Names, Place};
use crate::syntax::{Document, Entry, Spanned, tree};

/// The most states, events, and numbers of a state machine, and the most transitions. What is emitted tries every sequence.
const MOST: usize = 64;
const MOST_TRANSITIONS: usize = 1_000;

/// What variables, parameters and inputs can be, and their bits.
const WIDTHS: &[(&str, u32)] = &[("u8", 8), ("u16", 16), ("u32", 32), ("u64", 64)];

/// From every state.
const EVERY: &str = "*";

/// Reads the state machines, so that types can refer to their states.
pub(super) fn read<'a>(document: &'a Document, diagnostics: &mut Diagnostics) -> Read<'a, RawStateMachine, StateMachine> {
    let mut names = Names::in_table("state_machine", "state machine");
    let what = ("state_machine", "a state machine");
    let entries: Vec<(Entry<'a>, RawStateMachine)> = read_entries(document, what, Spelling::Camel, &mut names, diagnostics);
    for (index, (entry, _)) in entries.iter().enumerate() {
        names.define(entry.name(), Id::new(index));
    }
    Read { entries, names }
}

/// Resolves the state machines. Each keeps its place, whatever is wrong with it.
pub(super) fn resolve(
    document: &Document,
    entries: &[(Entry<'_>, RawStateMachine)],
    diagnostics: &mut Diagnostics,
) -> Arena<StateMachine> {
    let mut whole = |(entry, raw): &(Entry<'_>, RawStateMachine)| {
        let mut found = Diagnostics::default();
        let machine = one(document, entry, raw, &mut found);
        let is_complete = !found.has_errors();
        found.sorted().into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
        StateMachine { is_complete, ..machine }
    };
    entries.iter().map(&mut whole).collect()
}

fn one(document: &Document, entry: &Entry<'_>, raw: &RawStateMachine, diagnostics: &mut Diagnostics) -> StateMachine {
    let mut machine = StateMachine {
        name: entry.name().to_owned(),
        doc: raw.doc.get_ref().clone(),
        states: words(document, &raw.states, ("a state", Spelling::Camel), diagnostics),
        initial: 0,
        events: words(document, &raw.events, ("an event", Spelling::Snake), diagnostics),
        variables: Vec::new(),
        parameters: Vec::new(),
        inputs: Vec::new(),
        transitions: Vec::new(),
        is_complete: true,
        span: entry.span(),
    };
    for (what, names) in [("state", &machine.states), ("event", &machine.events)] {
        if names.is_empty() {
            diagnostics.push(
                Diagnostic::error("L1205", format!("the state machine `{}` has no {what}", entry.name()))
                    .unless_incomplete()
                    .at(entry.span(), "")
                    .help(format!("name each {what} in `{what}s`")),
            );
        }
    }
    let mut taken: Vec<String> = Vec::new();
    machine.variables = numbers(document, &raw.variables, ("a variable", &mut taken), diagnostics);
    machine.parameters = numbers(document, &raw.parameters, ("a parameter", &mut taken), diagnostics);
    machine.inputs = numbers(document, &raw.inputs, ("an input", &mut taken), diagnostics);
    let initial = Place::value(document, &raw.initial);
    machine.initial = known("state", &initial, &machine.states, diagnostics).unwrap_or_default();
    if let Some(surplus) = raw.transitions.get(MOST_TRANSITIONS) {
        diagnostics.push(too_many("transitions", raw.transitions.len(), MOST_TRANSITIONS).at(entry.at(surplus), ""));
    }
    for row in raw.transitions.iter().take(MOST_TRANSITIONS) {
        let transitions = transitions(document, &machine, row, diagnostics);
        machine.transitions.extend(transitions);
    }
    machine
}

fn too_many(what: &str, count: usize, most: usize) -> Diagnostic {
    Diagnostic::error("L0109", format!("there are {count} {what}"))
        .note(format!(
            "a state machine has at most {most}, since every sequence of events is tried"
        ))
        .help("divide it into several state machines")
}

fn words(
    document: &Document,
    texts: &[Spanned<String>],
    (what, spelling): (&str, Spelling),
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in texts {
        let place = Place::value(document, text);
        if words.len() == MOST {
            diagnostics.push(too_many("names", texts.len(), MOST).at(place.span, ""));
            break;
        }
        if words.iter().any(|word| word == place.text) {
            diagnostics.push(names::twice(&place));
        } else {
            check_spelling(what, place.text, place.span, spelling, diagnostics);
            words.push(place.text.to_owned());
        }
    }
    words
}

/// `failures: u32`. Variables, parameters and inputs share one set of names.
fn numbers(
    document: &Document,
    texts: &[Spanned<String>],
    (what, taken): (&str, &mut Vec<String>),
    diagnostics: &mut Diagnostics,
) -> Vec<Number> {
    let mut numbers = Vec::new();
    for text in texts {
        let Some((name, kind)) = named_part(document, text, "failures: u32", diagnostics) else {
            continue;
        };
        let place = Place::part(document, text, name);
        let bits = Place::part(document, text, kind).word("width", WIDTHS, diagnostics);
        if taken.iter().any(|name| name == place.text) {
            diagnostics.push(names::twice(&place));
            continue;
        }
        if taken.len() == MOST {
            diagnostics.push(too_many("variables, parameters and inputs", MOST + 1, MOST).at(place.span, ""));
            break;
        }
        check_spelling(what, place.text, place.span, Spelling::Snake, diagnostics);
        taken.push(place.text.to_owned());
        numbers.push(Number {
            name: place.text.to_owned(),
            // Of a wrong width it was said that it is wrong.
            bits: bits.unwrap_or(64),
        });
    }
    numbers
}

/// The position of a name among those that there are.
fn known(what: &str, place: &Place<'_>, names: &[String], diagnostics: &mut Diagnostics) -> Option<usize> {
    let position = names.iter().position(|name| name == place.text);
    if position.is_none() {
        let names = names.iter().map(String::as_str);
        diagnostics.push(place.unknown("L0110", what, names).unless_incomplete());
    }
    position
}

/// The transitions of a row: one, or one for each state.
fn transitions(
    document: &Document,
    machine: &StateMachine,
    row: &Spanned<Vec<Spanned<String>>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Transition> {
    let span = tree::span(document.file, row.span());
    let [from, on, guard, to, action] = row.get_ref().as_slice() else {
        let count = row.get_ref().len();
        diagnostics.push(
            Diagnostic::error("L1205", format!("a transition has five texts, but this one has {count}"))
                .at(span, "expected from, event, guard, to, action")
                .note("a guard or an action that isn't needed is the empty text")
                .help("write it as `[\"Closed\", \"failure\", \"\", \"Open\", \"\"]`"),
        );
        return Vec::new();
    };
    let place = Place::value(document, from);
    let from: Vec<usize> = if place.text == EVERY {
        (0..machine.states.len()).collect()
    } else {
        known("state", &place, &machine.states, diagnostics).into_iter().collect()
    };
    let on = known("event", &Place::value(document, on), &machine.events, diagnostics);
    let to = known("state", &Place::value(document, to), &machine.states, diagnostics);
    let guard = said(document, guard, guard::guard(guard.get_ref()), diagnostics).map(|(parsed, mentions)| {
        names_exist(document, machine, guard, &mentions, diagnostics);
        parsed
    });
    let actions = said(document, action, guard::actions(action.get_ref()), diagnostics).map(|(actions, mentions)| {
        names_exist(document, machine, action, &mentions, diagnostics);
        only_variables(document, machine, action, &actions, diagnostics);
        actions
    });
    let (Some(on), Some(to), Some(actions)) = (on, to, actions) else {
        return Vec::new();
    };
    // After a guard that can't be read, the transition is one that may be taken.
    let guard = guard.unwrap_or(Guard::Always);
    let transition = |from| Transition {
        from,
        on,
        guard: guard.clone(),
        to,
        actions: actions.clone(),
        span,
    };
    from.into_iter().map(transition).collect()
}

/// What was parsed, or a report of what is wrong.
fn said<T>(
    document: &Document,
    text: &Spanned<String>,
    parsed: Result<(T, Mentions), Fault>,
    diagnostics: &mut Diagnostics,
) -> Option<(T, Mentions)> {
    parsed
        .map_err(|fault| {
            let place = Place::part(document, text, fault.range);
            let shown: String = text.get_ref().chars().take(80).collect();
            diagnostics.push(
                Diagnostic::error("L1205", format!("`{shown}` can't be read"))
                    .at(place.span, fault.message)
                    .note(
                        "guards are one comparison of integer expressions with `+`, `-` and `*`, or `otherwise`; actions are \
                         `variable = expression` with `;` between",
                    )
                    .help("write it as `failures + 1 >= threshold` or `failures = 0; deadline = now + reset_timeout`, say"),
            );
        })
        .ok()
}

fn names_exist(
    document: &Document,
    machine: &StateMachine,
    text: &Spanned<String>,
    mentions: &Mentions,
    diagnostics: &mut Diagnostics,
) {
    let numbers = machine.variables.iter().chain(&machine.parameters).chain(&machine.inputs);
    let known: Vec<&str> = numbers.map(|number| number.name.as_str()).collect();
    for (name, range) in mentions {
        if !known.contains(&name.as_str()) {
            let place = Place::part(document, text, range.clone());
            let what = "variable, parameter or input";
            diagnostics.push(place.unknown("L0110", what, known.iter().copied()).unless_incomplete());
        }
    }
}

/// Reports actions that change what isn't a variable, and those that change one twice.
fn only_variables(
    document: &Document,
    machine: &StateMachine,
    text: &Spanned<String>,
    actions: &[crate::model::module::state_machine::Action],
    diagnostics: &mut Diagnostics,
) {
    let place = Place::value(document, text);
    for (index, action) in actions.iter().enumerate() {
        let is = |numbers: &[Number]| numbers.iter().any(|number| number.name == action.variable);
        if is(&machine.parameters) || is(&machine.inputs) {
            diagnostics.push(
                Diagnostic::error(
                    "L1205",
                    format!("an action changes `{}`, which is no variable", action.variable),
                )
                .at(place.span, "")
                .note("parameters and inputs are what a step is told")
                .help(format!("name a variable, or move `{}` to `variables`", action.variable)),
            );
        }
        if actions.iter().take(index).any(|before| before.variable == action.variable) {
            diagnostics.push(
                Diagnostic::error("L1205", format!("an action changes `{}` twice", action.variable))
                    .at(place.span, "")
                    .note("all actions of a transition see the values before the step")
                    .help("keep the one that is meant"),
            );
        }
    }
}
