//! Guards can hold: what a transition waits for may come, as far as the widths of the numbers tell.

use std::collections::BTreeSet;

use super::super::Rule;
use super::machine_steps::outcomes;
use super::modules;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::StateMachine;
use crate::model::module::state_machine::{Expression, Guard, Transition};
use crate::source::{SourceMap, Span};

/// Guards hold at times, and literals are values of what they stand beside.
pub const GUARDS: Rule = Rule {
    code: "L1246",
    summary: "a guard of a state machine can hold, and its literals are values of the numbers beside them",
    page: include_str!("../pages/L1246.md"),
    check: Some(check),
};

/// Whether a transition may ever be taken.
pub fn may_be_taken(machine: &StateMachine, step: &Transition) -> bool {
    match &step.guard {
        Guard::Always => true,
        Guard::Compare { left, comparison, right } => may_hold(machine, left, outcomes(*comparison), right),
        // Unless another one is taken in any case.
        Guard::Otherwise => !machine.transitions.iter().any(|other| match &other.guard {
            Guard::Compare { left, comparison, right } if (other.from, other.on) == (step.from, step.on) => {
                !may_hold(machine, left, outcomes(*comparison).map(|outcome| !outcome), right)
            }
            _ => false,
        }),
    }
}

/// Whether the left side can be less than, equal to, or greater than the right one, of those that are wanted.
fn may_hold(machine: &StateMachine, left: &Expression, wanted: [bool; 3], right: &Expression) -> bool {
    if left == right {
        return wanted[1];
    }
    let (left, right) = (range(machine, left), range(machine, right));
    let possible = [left.0 < right.1, left.0.max(right.0) <= left.1.min(right.1), left.1 > right.0];
    possible.into_iter().zip(wanted).any(|(possible, wanted)| possible && wanted)
}

/// The least and the greatest value that an expression may have. All arithmetic saturates.
fn range(machine: &StateMachine, expression: &Expression) -> (u64, u64) {
    let both = |one: &Expression, other: &Expression| (range(machine, one), range(machine, other));
    match expression {
        Expression::Literal(number) => (*number, *number),
        Expression::Name(name) => (0, greatest(machine, name)),
        Expression::Add(one, other) => {
            let (one, other) = both(one, other);
            (one.0.saturating_add(other.0), one.1.saturating_add(other.1))
        }
        Expression::Subtract(one, other) if one == other => (0, 0),
        Expression::Subtract(one, other) => {
            let (one, other) = both(one, other);
            (one.0.saturating_sub(other.1), one.1.saturating_sub(other.0))
        }
        Expression::Multiply(one, other) => {
            let (one, other) = both(one, other);
            (one.0.saturating_mul(other.0), one.1.saturating_mul(other.1))
        }
    }
}

/// The greatest value of a name. A variable that nothing changes stays zero.
fn greatest(machine: &StateMachine, name: &str) -> u64 {
    let is_variable = machine.variables.iter().any(|variable| variable.name == name);
    let mut actions = machine.transitions.iter().flat_map(|step| &step.actions);
    if is_variable && !actions.any(|action| action.variable == name) {
        return 0;
    }
    widest(machine, name).unwrap_or(u64::MAX)
}

/// The greatest value that the type of a name has.
fn widest(machine: &StateMachine, name: &str) -> Option<u64> {
    let mut numbers = machine.variables.iter().chain(&machine.parameters).chain(&machine.inputs);
    let number = numbers.find(|number| number.name == name)?;
    Some(u64::MAX >> 64_u32.saturating_sub(number.bits))
}

fn check(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        for machine in module.state_machines.iter().filter(|machine| machine.is_complete) {
            // A row from every state is one mistake.
            let mut seen: BTreeSet<Span> = BTreeSet::new();
            for step in &machine.transitions {
                let found = too_wide(machine, step).or_else(|| (!may_be_taken(machine, step)).then(|| never(machine, step)));
                if let Some(diagnostic) = found
                    && seen.insert(step.span)
                {
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
}

fn never(machine: &StateMachine, step: &Transition) -> Diagnostic {
    let why = match step.guard {
        Guard::Otherwise => "another transition of this state and event is always taken",
        _ => "no values of its numbers make the comparison true",
    };
    Diagnostic::error(GUARDS.code, format!("a guard of `{}` can never hold", machine.name))
        .at(step.span, "never taken")
        .note(why)
        .note("a variable is zero until an action changes it, and no number is greater than its type allows")
        .help("mend the guard, or remove the transition")
}

/// A literal that is no value of the name that it is compared with or assigned to.
fn too_wide(machine: &StateMachine, step: &Transition) -> Option<Diagnostic> {
    let mut pairs: Vec<(&str, u64)> = Vec::new();
    if let Guard::Compare { left, right, .. } = &step.guard {
        match (left, right) {
            (Expression::Name(name), Expression::Literal(number)) | (Expression::Literal(number), Expression::Name(name)) => {
                pairs.push((name, *number));
            }
            _ => {}
        }
    }
    for action in &step.actions {
        if let Expression::Literal(number) = action.value {
            pairs.push((&action.variable, number));
        }
    }
    let (name, number, most) = pairs.into_iter().find_map(|(name, number)| {
        let most = widest(machine, name)?;
        (number > most).then_some((name, number, most))
    })?;
    Some(
        Diagnostic::error(GUARDS.code, format!("{number} is no value of `{name}` of `{}`", machine.name))
            .at(step.span, format!("`{name}` is at most {most}"))
            .help("choose another number, or a wider type for the variable, parameter or input"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::module::state_machine::{Action, Comparison, Number};
    use crate::span::FileId;

    const SPAN: Span = Span {
        file: FileId(0),
        start: 0,
        end: 0,
    };

    fn name(name: &str) -> Expression {
        Expression::Name(name.to_owned())
    }

    fn step(guard: Guard, actions: Vec<Action>) -> Transition {
        Transition {
            from: 0,
            on: 0,
            guard,
            to: 1,
            actions,
            span: SPAN,
        }
    }

    /// `n: u8`, which changes, `still: u8`, which doesn't, and the parameter `p: u16`.
    fn machine() -> StateMachine {
        let number = |name: &str, bits| Number {
            name: name.to_owned(),
            bits,
        };
        let changes = Action {
            variable: "n".to_owned(),
            value: Expression::Add(Box::new(name("n")), Box::new(Expression::Literal(1))),
        };
        StateMachine {
            name: "Gate".to_owned(),
            doc: String::new(),
            states: vec!["Open".to_owned(), "Shut".to_owned()],
            initial: 0,
            events: vec!["count".to_owned()],
            variables: vec![number("n", 8), number("still", 8)],
            parameters: vec![number("p", 16)],
            inputs: Vec::new(),
            transitions: vec![step(Guard::Always, vec![changes])],
            is_complete: true,
            span: SPAN,
        }
    }

    #[test]
    fn guards_hold_within_the_widths_of_their_numbers() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Unequal};
        let literal = Expression::Literal;
        let plus = |a: Expression, b: Expression| Expression::Add(Box::new(a), Box::new(b));
        let minus = |a: Expression, b: Expression| Expression::Subtract(Box::new(a), Box::new(b));
        let machine = machine();
        for (left, comparison, right, can) in [
            (literal(1), Equal, literal(2), false),
            (literal(2), Equal, literal(2), true),
            (name("n"), Greater, name("n"), false),
            (name("n"), Unequal, name("n"), false),
            (name("n"), LessOrEqual, name("n"), true),
            (name("n"), Less, literal(0), false),
            (name("n"), Equal, literal(255), true),
            (name("n"), Equal, literal(256), false),
            (name("n"), Less, literal(256), true),
            (plus(name("n"), literal(1)), Equal, literal(256), true),
            (plus(name("n"), literal(1)), Greater, literal(256), false),
            (plus(name("n"), literal(1)), Less, literal(1), false),
            (minus(name("p"), name("p")), Greater, literal(0), false),
            (name("p"), Greater, name("n"), true),
            (name("n"), Greater, name("p"), true),
            (name("still"), Greater, literal(0), false),
            (name("still"), GreaterOrEqual, name("p"), true),
            (literal(u64::MAX), Less, plus(literal(u64::MAX), name("p")), false),
        ] {
            let guard = Guard::Compare {
                left: left.clone(),
                comparison,
                right: right.clone(),
            };
            let found = may_be_taken(&machine, &step(guard, Vec::new()));
            assert_eq!(found, can, "{left:?} {comparison:?} {right:?}");
        }
    }

    #[test]
    fn otherwise_is_taken_unless_another_one_always_is() {
        let mut machine = machine();
        let compare = |number| Guard::Compare {
            left: name("n"),
            comparison: Comparison::GreaterOrEqual,
            right: Expression::Literal(number),
        };
        machine.transitions.push(step(compare(1), Vec::new()));
        assert!(may_be_taken(&machine, &step(Guard::Otherwise, Vec::new())));
        machine.transitions.push(step(compare(0), Vec::new()));
        assert!(!may_be_taken(&machine, &step(Guard::Otherwise, Vec::new())));
    }
}
