//! A state machine: a drawing of what each event does in each state, and the table of its transitions.

use super::entries::{entry, origin};
use super::table;
use crate::emit::manual::page::{Block, Grid, GridCell, Line, Page};
use crate::emit::manual::prose;
use crate::model::module::Module;
use crate::model::module::state_machine::{Action, Comparison, Expression, Guard, Number, StateMachine, Transition};

/// Adds the section.
pub fn section(page: &mut Page, module: &Module, machine: &StateMachine) {
    page.heading(2, Line::new().code(&*machine.name));
    page.extend(prose::blocks(&machine.doc, 3));
    origin(page, module, "state_machine", &machine.name);
    let numbers = |numbers: &[Number]| {
        let names = numbers
            .iter()
            .map(|number| Line::new().code(format!("{}: u{}", number.name, number.bits)));
        Line::joined(names, ", ")
    };
    let initial = machine.states.get(machine.initial).map_or("", String::as_str);
    let mut facts = vec![("Begins in".to_owned(), Line::new().code(initial))];
    for (name, of) in [
        ("Remembers", &machine.variables),
        ("Parameters", &machine.parameters),
        ("Told at each step", &machine.inputs),
    ] {
        if !of.is_empty() {
            facts.push((name.to_owned(), numbers(of)));
        }
    }
    page.add(Block::Facts(facts));
    page.paragraph("What each event leads to from each state; where nothing stands, the state stays.");
    page.add(Block::Grid(drawing(machine)));
    let mut rows: Vec<Vec<Line>> = machine
        .transitions
        .iter()
        .map(|transition| row(machine, transition))
        .collect();
    rows.extend(missing(machine).into_iter().map(|(state, event)| {
        let stays = Line::from("stays").text(" ").code(state);
        vec![
            Line::new().code(state),
            Line::new().code(event),
            Line::new(),
            stays,
            Line::new(),
        ]
    }));
    page.add(table(&["In", "On", "If", "Goes to", "And sets"], rows));
    page.paragraph(
        "Numbers are never negative, and arithmetic stops at the largest. Each change sees the values before the step.",
    );
    entry(page, module, "state machine", &machine.name, &machine.doc, &machine.name);
}

/// The pairs of state and event without any transition.
fn missing(machine: &StateMachine) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    for (from, state) in machine.states.iter().enumerate() {
        for (on, event) in machine.events.iter().enumerate() {
            if !machine
                .transitions
                .iter()
                .any(|transition| transition.from == from && transition.on == on)
            {
                pairs.push((state.as_str(), event.as_str()));
            }
        }
    }
    pairs
}

/// States down, events across, and in each cell where that leads.
fn drawing(machine: &StateMachine) -> Grid {
    let rows = machine.states.iter().enumerate().map(|(from, state)| {
        let cells = (0..machine.events.len()).map(|on| {
            let taken: Vec<&Transition> = machine
                .transitions
                .iter()
                .filter(|transition| transition.from == from && transition.on == on)
                .collect();
            let Some(first) = taken.first() else {
                return GridCell::default();
            };
            let conditional = |transition: &Transition| match transition.guard {
                Guard::Compare { .. } => "?",
                _ => "",
            };
            let name = |to: usize| machine.states.get(to).map_or("", String::as_str);
            let text: Vec<String> = taken
                .iter()
                .map(|transition| format!("{}{}", name(transition.to), conditional(transition)))
                .collect();
            let title: Vec<String> = taken.iter().map(|transition| condition(&transition.guard)).collect();
            GridCell {
                text: text.join(" / "),
                title: title.join(" / "),
                to: None,
                colour: Some(first.to),
            }
        });
        (state.clone(), cells.collect())
    });
    Grid {
        caption: format!(
            "{}: where each event leads from each state; `?` is for a condition",
            machine.name
        ),
        columns: machine.events.clone(),
        rows: rows.collect(),
        legend: machine
            .states
            .iter()
            .enumerate()
            .map(|(number, state)| (Line::from("to ").code(&**state), number))
            .collect(),
    }
}

fn row(machine: &StateMachine, transition: &Transition) -> Vec<Line> {
    let state = |at: usize| Line::new().code(machine.states.get(at).map_or("", String::as_str));
    let event = machine.events.get(transition.on).map_or("", String::as_str);
    let guard = match &transition.guard {
        Guard::Always => Line::new(),
        guard => Line::new().code(condition(guard)),
    };
    let actions = transition.actions.iter().map(|action| Line::new().code(change(action)));
    vec![
        state(transition.from),
        Line::new().code(event),
        guard,
        state(transition.to),
        Line::joined(actions, ", "),
    ]
}

/// A guard as specs write it.
fn condition(guard: &Guard) -> String {
    match guard {
        Guard::Always => "always".to_owned(),
        Guard::Otherwise => "otherwise".to_owned(),
        Guard::Compare { left, comparison, right } => {
            let sign = match comparison {
                Comparison::Equal => "==",
                Comparison::Unequal => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            format!("{} {sign} {}", expression(left, false), expression(right, false))
        }
    }
}

fn change(action: &Action) -> String {
    format!("{} = {}", action.variable, expression(&action.value, false))
}

/// An expression as specs write it; one within another that binds more closely stands in parentheses.
fn expression(value: &Expression, is_inside: bool) -> String {
    let text = match value {
        Expression::Literal(number) => return number.to_string(),
        Expression::Name(name) => return name.clone(),
        Expression::Multiply(left, right) => return format!("{} * {}", expression(left, true), expression(right, true)),
        Expression::Add(left, right) => format!("{} + {}", expression(left, false), expression(right, true)),
        Expression::Subtract(left, right) => format!("{} - {}", expression(left, false), expression(right, true)),
    };
    if is_inside { format!("({text})") } else { text }
}
