//! State machines do what they state: every state can be reached by what the public functions cause, and nothing is stated in vain.

use std::collections::BTreeSet;

use super::super::{Rule, locate};
use super::machine_guards::may_be_taken;
use super::modules;
use crate::arena::Id;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::state_machine::{Expression, Guard, Transition};
use crate::model::module::{Module, StateMachine};
use crate::source::{SourceMap, Span};
use crate::suggest::list;

/// States are reached.
pub const STATES: Rule = Rule {
    code: "L1239",
    summary: "every state of a state machine is reached by events that public functions cause",
    page: include_str!("../pages/L1239.md"),
    check: Some(states),
};

/// Nothing is stated in vain.
pub const UNUSED: Rule = Rule {
    code: "L1240",
    summary: "every event of a state machine is caused by a function and does something, and every number is used",
    page: include_str!("../pages/L1240.md"),
    check: Some(unused),
};

/// The events that public functions cause.
fn fired(module: &Module, machine: Id<StateMachine>) -> BTreeSet<usize> {
    let fires = module.functions.iter().flat_map(|function| &function.fires);
    fires.filter(|(of, _)| *of == machine).map(|(_, event)| *event).collect()
}

/// The states that are reached by some events.
fn reached(machine: &StateMachine, events: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([machine.initial]);
    let mut open = vec![machine.initial];
    while let Some(state) = open.pop() {
        let steps = machine.transitions.iter();
        for step in steps.filter(|step| step.from == state && events.contains(&step.on) && may_be_taken(machine, step)) {
            if reached.insert(step.to) {
                open.push(step.to);
            }
        }
    }
    reached
}

/// Where a name stands in a list of a state machine.
fn element(sources: &SourceMap, machine: &StateMachine, key: &str, name: &str) -> Span {
    let path = ["state_machine".into(), machine.name.as_str().into(), key.into()];
    locate::position(sources, machine.span, &path, name).unwrap_or(machine.span)
}

/// The modules whose functions are all known. A function with errors may cause what no other does.
fn complete(model: &Model) -> impl Iterator<Item = &Module> {
    let modules = modules(model).map(|(module, _)| module);
    modules.filter(|module| !model.lacks(&module.name, "fn"))
}

fn states(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for module in complete(model) {
        let machines = module.state_machines.iter_with_ids();
        for (id, machine) in machines.filter(|(_, machine)| machine.is_complete) {
            let fired = fired(module, id);
            let reached = reached(machine, &fired);
            for (state, name) in machine.states.iter().enumerate() {
                if reached.contains(&state) {
                    continue;
                }
                let into: Vec<&Transition> = machine
                    .transitions
                    .iter()
                    .filter(|step| step.to == state && step.from != state)
                    .collect();
                let missing: BTreeSet<&str> = into
                    .iter()
                    .filter(|step| !fired.contains(&step.on))
                    .filter_map(|step| machine.events.get(step.on).map(String::as_str))
                    .collect();
                let (note, help) = if into.is_empty() {
                    (
                        "no transition leads to it".to_owned(),
                        "add one, or remove the state".to_owned(),
                    )
                } else if into.iter().all(|step| !may_be_taken(machine, step)) {
                    (
                        "what leads to it has a guard that can never hold".to_owned(),
                        "mend the guard".to_owned(),
                    )
                } else if missing.is_empty() {
                    (
                        "transitions lead to it only from states that can't be reached either".to_owned(),
                        "begin with those".to_owned(),
                    )
                } else {
                    let first = missing.iter().next().copied().unwrap_or_default();
                    (
                        format!("what leads to it is caused by no function: {}", list(missing.iter().copied())),
                        format!("add `fires = [\"{}.{first}\"]` to the function that causes it", machine.name),
                    )
                };
                let message = format!(
                    "the state `{name}` of `{}` can't be reached through public functions",
                    machine.name
                );
                diagnostics.push(
                    Diagnostic::error(STATES.code, message)
                        .at(element(sources, machine, "states", name), "")
                        .note(note)
                        .help(help),
                );
            }
        }
    }
}

fn unused(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for module in complete(model) {
        let machines = module.state_machines.iter_with_ids();
        for (id, machine) in machines.filter(|(_, machine)| machine.is_complete) {
            let fired = fired(module, id);
            let reached = reached(machine, &fired);
            for (event, name) in machine.events.iter().enumerate() {
                let on: Vec<&Transition> = machine.transitions.iter().filter(|step| step.on == event).collect();
                let at = || element(sources, machine, "events", name);
                if on.is_empty() {
                    let message = format!("the event `{name}` of `{}` does nothing", machine.name);
                    diagnostics.push(
                        Diagnostic::error(UNUSED.code, message)
                            .at(at(), "")
                            .note("no transition is taken on it")
                            .help("add a transition or remove the event"),
                    );
                } else if !fired.contains(&event) && on.iter().all(|step| reached.contains(&step.to)) {
                    // Where it leads to a state that isn't reached without it, that was said of the state.
                    let message = format!("no function causes the event `{name}` of `{}`", machine.name);
                    diagnostics.push(Diagnostic::error(UNUSED.code, message).at(at(), "").help(format!(
                        "add `fires = [\"{}.{name}\"]` to the function that causes it",
                        machine.name
                    )));
                }
            }
            numbers(sources, machine, diagnostics);
        }
    }
}

/// Reports variables, parameters and inputs that no transition names.
fn numbers(sources: &SourceMap, machine: &StateMachine, diagnostics: &mut Diagnostics) {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for step in &machine.transitions {
        if let Guard::Compare { left, right, .. } = &step.guard {
            mentions(left, &mut named);
            mentions(right, &mut named);
        }
        for action in &step.actions {
            named.insert(&action.variable);
            mentions(&action.value, &mut named);
        }
    }
    for (key, numbers) in [
        ("variables", &machine.variables),
        ("parameters", &machine.parameters),
        ("inputs", &machine.inputs),
    ] {
        for number in numbers.iter().filter(|number| !named.contains(number.name.as_str())) {
            let written = format!("{}: u{}", number.name, number.bits);
            diagnostics.push(
                Diagnostic::warning(UNUSED.code, format!("`{}` of `{}` is never used", number.name, machine.name))
                    .at(element(sources, machine, key, &written), "")
                    .help("use it in a guard or an action, or remove it"),
            );
        }
    }
}

fn mentions<'a>(of: &'a Expression, named: &mut BTreeSet<&'a str>) {
    match of {
        Expression::Literal(_) => {}
        Expression::Name(name) => {
            named.insert(name);
        }
        Expression::Add(left, right) | Expression::Subtract(left, right) | Expression::Multiply(left, right) => {
            mentions(left, named);
            mentions(right, named);
        }
    }
}
