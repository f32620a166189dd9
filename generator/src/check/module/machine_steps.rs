//! State machines take one step at a time: of two transitions of one state and event, at most one can be taken.

use std::collections::BTreeSet;

use super::super::Rule;
use super::modules;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::StateMachine;
use crate::model::module::state_machine::{Comparison, Expression, Guard, Transition};
use crate::source::{SourceMap, Span};

/// Guards exclude each other.
pub const DETERMINISM: Rule = Rule {
    code: "L1238",
    summary: "guards of the same state and event exclude each other",
    page: include_str!("../pages/L1238.md"),
    check: Some(check),
};

fn check(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        for machine in module.state_machines.iter().filter(|machine| machine.is_complete) {
            // A row from every state meets another one once in each, which is one mistake.
            let mut seen: BTreeSet<(Span, Span)> = BTreeSet::new();
            for (index, later) in machine.transitions.iter().enumerate() {
                for earlier in &machine.transitions[..index] {
                    let same = (earlier.from, earlier.on) == (later.from, later.on);
                    if same
                        && let Some(why) = overlap(&earlier.guard, &later.guard)
                        && seen.insert((earlier.span, later.span))
                    {
                        diagnostics.push(ambiguous(machine, earlier, later, why));
                    }
                }
            }
        }
    }
}

fn ambiguous(machine: &StateMachine, earlier: &Transition, later: &Transition, why: &str) -> Diagnostic {
    let state = machine.states.get(later.from).map_or("?", String::as_str);
    let event = machine.events.get(later.on).map_or("?", String::as_str);
    let message = format!(
        "`{}` has two transitions for `{event}` in the state `{state}` that may both be taken",
        machine.name
    );
    Diagnostic::error(DETERMINISM.code, message)
        .at(later.span, "this one")
        .at(earlier.span, "and this one")
        .note(why)
        .help("let guards compare the same two sides in ways that exclude each other, or write `otherwise` for one of them")
}

/// Why two guards may both hold; none if they can't.
fn overlap(one: &Guard, other: &Guard) -> Option<&'static str> {
    match (one, other) {
        (Guard::Always, _) | (_, Guard::Always) => Some("one of them has no guard, so that it is always taken"),
        (Guard::Otherwise, Guard::Otherwise) => Some("both are taken when no other is"),
        (Guard::Otherwise, _) | (_, Guard::Otherwise) => None,
        (
            Guard::Compare { left, comparison, right },
            Guard::Compare {
                left: left_too,
                comparison: comparison_too,
                right: right_too,
            },
        ) => {
            let first = (left, *comparison, right);
            let second = (left_too, *comparison_too, right_too);
            let turned = (right_too, turned(*comparison_too), left_too);
            let exclusive = excludes(first, second) || excludes(first, turned);
            (!exclusive).then_some("nothing shows that their guards exclude each other")
        }
    }
}

type Compared<'a> = (&'a Expression, Comparison, &'a Expression);

/// The same comparison with its sides exchanged.
fn turned(of: Comparison) -> Comparison {
    match of {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// Whether the left side may be less than, equal to, or greater than the right one.
pub fn outcomes(of: Comparison) -> [bool; 3] {
    match of {
        Comparison::Equal => [false, true, false],
        Comparison::Unequal => [true, false, true],
        Comparison::Less => [true, false, false],
        Comparison::LessOrEqual => [true, true, false],
        Comparison::Greater => [false, false, true],
        Comparison::GreaterOrEqual => [false, true, true],
    }
}

/// Whether two comparisons of the same left side can't both hold.
fn excludes((left, comparison, right): Compared<'_>, (left_too, comparison_too, right_too): Compared<'_>) -> bool {
    // Literals on the left are turned by the caller's second try, or on both sides by this.
    if let (Expression::Literal(_), false) = (left, matches!(right, Expression::Literal(_))) {
        return excludes(
            (right, turned(comparison), left),
            (right_too, turned(comparison_too), left_too),
        );
    }
    if left != left_too {
        return false;
    }
    if right == right_too {
        let both = outcomes(comparison).into_iter().zip(outcomes(comparison_too));
        return !both.into_iter().any(|(one, other)| one && other);
    }
    match (right, right_too) {
        (Expression::Literal(one), Expression::Literal(other)) => {
            let (one, other) = (ranges(comparison, *one), ranges(comparison_too, *other));
            let meet = |a: &(u64, u64)| other.iter().any(|b| a.0.max(b.0) <= a.1.min(b.1));
            !one.iter().any(meet)
        }
        _ => false,
    }
}

/// The numbers that compare so with a literal, as ranges with both ends.
fn ranges(comparison: Comparison, literal: u64) -> Vec<(u64, u64)> {
    let below = literal.checked_sub(1).map(|last| (0, last));
    let above = literal.checked_add(1).map(|first| (first, u64::MAX));
    let [less, equal, greater] = outcomes(comparison);
    let parts = [
        below.filter(|_| less),
        equal.then_some((literal, literal)),
        above.filter(|_| greater),
    ];
    parts.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Expression {
        text.parse()
            .map_or_else(|_| Expression::Name(text.to_owned()), Expression::Literal)
    }

    fn guard(text: &str) -> Guard {
        let words: Vec<&str> = text.split(' ').collect();
        let comparison = match words[1] {
            "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            _ => Comparison::GreaterOrEqual,
        };
        Guard::Compare {
            left: expression(words[0]),
            comparison,
            right: expression(words[2]),
        }
    }

    #[test]
    fn guards_exclude_each_other_by_sides_or_literals() {
        for (one, other, exclusive) in [
            ("a >= b", "a < b", true),
            ("a >= b", "b > a", true),
            ("a >= b", "a <= b", false),
            ("a == b", "b != a", true),
            ("a >= b", "a < c", false),
            ("a < 5", "a > 5", true),
            ("a < 5", "a == 5", true),
            ("a <= 5", "a >= 5", false),
            ("a < 5", "4 < a", true),
            ("5 > a", "4 < a", true),
            ("5 > a", "3 < a", false),
            ("a != 5", "a == 5", true),
            ("a != 5", "a == 6", false),
            ("a < 0", "a >= 0", true),
            ("a == 1", "a == 2", true),
            ("1 == 2", "1 == 2", false),
        ] {
            assert_eq!(overlap(&guard(one), &guard(other)).is_none(), exclusive, "{one}, {other}");
            assert_eq!(overlap(&guard(other), &guard(one)).is_none(), exclusive, "{other}, {one}");
        }
        assert!(overlap(&Guard::Always, &guard("a < b")).is_some());
        assert!(overlap(&Guard::Always, &Guard::Otherwise).is_some());
        assert!(overlap(&Guard::Otherwise, &Guard::Otherwise).is_some());
        assert!(overlap(&Guard::Otherwise, &guard("a < b")).is_none());
    }
}
