//! Every sequence of events leads where the table says, whatever the parameters and inputs.
//!
//! The table stands here as data, and a reader of its own follows it. What a step gives depends on the values before it alone, so
//! sequences that led to the same values are followed further together.

use std::collections::HashSet;

use IMPORTS;

/// The events of a sequence at most.
const LENGTH: u32 = LONGEST;

const STATES: &[MachineState] = &[STATE_LIST];
const EVENTS: &[MachineEvent] = &[EVENT_LIST];

/// Variables, then parameters, then inputs.
type Values = [u64; VALUE_COUNT];

/// The greatest values of the variables, of the parameters and of the inputs.
const VARIABLE_GREATEST: [u64; VARIABLE_COUNT] = [VARIABLE_LIMITS];
const PARAMETER_GREATEST: &[u64] = &[PARAMETER_LIMITS];
const INPUT_GREATEST: &[u64] = &[INPUT_LIMITS];

/// The numbers in guards.
const TURNS: &[u64] = &[LITERALS];

struct Row {
    from: usize,
    on: usize,
    guard: Guard,
    to: usize,
    actions: &'static [(usize, Expression)],
}

#[allow(dead_code, reason = "a table needn't use all of them")]
enum Guard {
    Always,
    Otherwise,
    Compare(Expression, Comparison, Expression),
}

#[allow(dead_code, reason = "a table needn't use all of them")]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[allow(dead_code, reason = "a table needn't use all of them")]
enum Expression {
    Literal(u64),
    Value(usize),
    Add(&'static Expression, &'static Expression),
    Subtract(&'static Expression, &'static Expression),
    Multiply(&'static Expression, &'static Expression),
}

static TABLE: &[Row] = &[
    ROWS,
];

impl Expression {
    fn of(&self, values: &Values) -> u64 {
        match self {
            Expression::Literal(value) => *value,
            Expression::Value(at) => values[*at],
            Expression::Add(left, right) => left.of(values).saturating_add(right.of(values)),
            Expression::Subtract(left, right) => left.of(values).saturating_sub(right.of(values)),
            Expression::Multiply(left, right) => left.of(values).saturating_mul(right.of(values)),
        }
    }
}

impl Guard {
    /// Whether it holds; none for the one that is taken otherwise.
    fn holds(&self, values: &Values) -> Option<bool> {
        match self {
            Guard::Always => Some(true),
            Guard::Otherwise => None,
            Guard::Compare(left, comparison, right) => {
                let (left, right) = (left.of(values), right.of(values));
                Some(match comparison {
                    Comparison::Equal => left == right,
                    Comparison::Unequal => left != right,
                    Comparison::Less => left < right,
                    Comparison::LessOrEqual => left <= right,
                    Comparison::Greater => left > right,
                    Comparison::GreaterOrEqual => left >= right,
                })
            }
        }
    }
}

/// The rows that are taken for an event: one at most, in a table without contradiction.
fn taken(state: usize, event: usize, values: &Values) -> Vec<usize> {
    let rows = || TABLE.iter().enumerate().filter(|(_, row)| row.from == state && row.on == event);
    let guarded: Vec<usize> = rows().filter(|(_, row)| row.guard.holds(values) == Some(true)).map(|(at, _)| at).collect();
    if guarded.is_empty() {
        return rows().filter(|(_, row)| row.guard.holds(values).is_none()).map(|(at, _)| at).collect();
    }
    guarded
}

/// The state and the variables after a row.
fn after(row: &Row, values: &Values) -> (usize, Values) {
    let mut next = *values;
    for (variable, value) in row.actions {
        next[*variable] = value.of(values).min(VARIABLE_GREATEST[*variable]);
    }
    (row.to, next)
}

fn machine_values(machine: &Machine) -> [u64; VARIABLE_COUNT] {
    [READ_VARIABLES]
}

fn step(machine: &mut Machine, event: MachineEvent, values: &Values) -> MachineState {
    let parameters = MachineParameters { PARAMETER_FIELDS };
    machine.step(event, &parameters, INPUT_ARGUMENTS)
}

/// Every choice of one number for each of some.
fn choices(greatest: &[u64], from: &[u64]) -> Vec<Vec<u64>> {
    greatest.iter().fold(vec![Vec::new()], |choices, greatest| {
        let longer = |choice: &Vec<u64>| {
            let choice = choice.clone();
            from.iter().map(move |value| choice.iter().copied().chain([(*value).min(*greatest)]).collect())
        };
        choices.iter().flat_map(longer).collect()
    })
}

/// Follows all sequences of events with the same parameters; notes the rows that were taken.
fn follow(parameters: &[u64], inputs: &[Vec<u64>], seen_rows: &mut HashSet<usize>) {
    let mut reached: HashSet<Machine> = HashSet::from([Machine::new()]);
    for _ in 0..LENGTH {
        let mut next = HashSet::new();
        for before in &reached {
            let state = STATES.iter().position(|state| *state == before.state).expect("the state is listed");
            for (event_index, event) in EVENTS.iter().enumerate() {
                for input in inputs {
                    let numbers = machine_values(before);
                    let all: Vec<u64> = numbers.iter().chain(parameters).chain(input).copied().collect();
                    let values: Values = all.try_into().expect("there are as many as the table names");
                    let rows = taken(state, event_index, &values);
                    assert!(rows.len() <= 1, "{before:?} has {} ways on {event:?} with {values:?}", rows.len());
                    let (to, expected) = match rows.first() {
                        Some(row) => after(&TABLE[*row], &values),
                        None => (state, values),
                    };
                    seen_rows.extend(rows);
                    let mut machine = *before;
                    let given = step(&mut machine, *event, &values);
                    assert_eq!(given, machine.state);
                    assert_eq!(
                        (machine.state, machine_values(&machine).as_slice()),
                        (STATES[to], &expected[..VARIABLE_COUNT]),
                        "{before:?} after {event:?} with {values:?}"
                    );
                    next.insert(machine);
                }
            }
        }
        reached = next;
    }
}

#[test]
fn it_begins_as_the_table_says() {
    assert_eq!(Machine::new().state, STATES[INITIAL]);
    assert_eq!(machine_values(&Machine::new()), [0; VARIABLE_COUNT]);
    assert_eq!(Machine::default(), Machine::new());
    assert_eq!((MachineState::ALL, MachineEvent::ALL), (STATES, EVENTS));
}

#[test]
fn every_sequence_of_events_leads_where_the_table_says() {
    let few: &[u64] = if PARAMETER_COUNT > 4 { &[1, 2] } else { &[0, 1, 3] };
    let instants: Vec<u64> = [0, 2].iter().chain(TURNS).copied().collect();
    let inputs = choices(INPUT_GREATEST, &instants);
    let mut seen_rows = HashSet::new();
    for parameters in choices(PARAMETER_GREATEST, few) {
        follow(&parameters, &inputs, &mut seen_rows);
    }
    let never: Vec<usize> = (0..TABLE.len()).filter(|row| !seen_rows.contains(row)).collect();
    assert!(never.is_empty(), "rows that were never taken: {never:?}");
}

#[test]
fn nothing_overflows() {
    let greatest = [u64::MAX, u64::MAX - 1];
    let mut seen_rows = HashSet::new();
    for parameters in choices(PARAMETER_GREATEST, &greatest[..1]) {
        follow(&parameters, &choices(INPUT_GREATEST, &greatest), &mut seen_rows);
    }
}
