//! Emits the test of a state machine: every sequence of events against the table, which the test reads by itself.

use std::collections::BTreeSet;

use crate::emit::module::facts::Part;
use crate::emit::module::rust_types;
use crate::emit::rust;
use crate::model::module::state_machine::{Comparison, Expression, Guard, Number, StateMachine};

/// The most events in a row. Sequences that lead to the same values are followed together, so that this takes well below a second.
const LENGTH: u32 = 10;

pub fn file(part: &Part<'_>, machine: &StateMachine) -> anyhow::Result<String> {
    let name = &machine.name;
    let path = format!(
        "{}::{}::{}",
        rust_types::facts_crate(part.package),
        rust_types::module_name(part.module),
        rust::module(name)
    );
    // Under names of the test's own, whatever the machine is called.
    let imports = format!(
        "{path}::{{{name} as Machine, {name}Event as MachineEvent, {name}Parameters as MachineParameters, {name}State as MachineState}}"
    );
    let order: Vec<&str> = [&machine.variables, &machine.parameters, &machine.inputs]
        .into_iter()
        .flatten()
        .map(|number| number.name.as_str())
        .collect();
    let states: Vec<String> = machine.states.iter().map(|state| format!("MachineState::{state}")).collect();
    let events: Vec<String> = machine
        .events
        .iter()
        .map(|event| format!("MachineEvent::{}", rust::variant(event)))
        .collect();
    let mut rows = String::new();
    for row in &machine.transitions {
        let guard = match &row.guard {
            Guard::Always => "Guard::Always".to_owned(),
            Guard::Otherwise => "Guard::Otherwise".to_owned(),
            Guard::Compare { left, comparison, right } => format!(
                "Guard::Compare({}, Comparison::{}, {})",
                expression(&order, left),
                comparison_name(*comparison),
                expression(&order, right)
            ),
        };
        let actions: Vec<String> = row
            .actions
            .iter()
            .map(|action| {
                format!(
                    "({}, {})",
                    position(&order, &action.variable),
                    expression(&order, &action.value)
                )
            })
            .collect();
        rows.push_str(&format!(
            "    Row {{ from: {}, on: {}, guard: {guard}, to: {}, actions: &[{}] }},\n",
            row.from,
            row.on,
            row.to,
            actions.join(", ")
        ));
    }
    let variables: Vec<String> = machine.variables.iter().map(|number| rust::name(&number.name)).collect();
    let read: Vec<String> = machine.variables.iter().map(read).collect();
    let first_parameter = variables.len();
    let first_input = first_parameter + machine.parameters.len();
    let fit = |number: &Number, at: usize| match number.bits {
        64 => format!("values[{at}]"),
        bits => format!("u{bits}::try_from(values[{at}]).unwrap_or(u{bits}::MAX)"),
    };
    let parameters: String = machine
        .parameters
        .iter()
        .enumerate()
        .map(|(index, number)| format!("{}: {}, ", rust::name(&number.name), fit(number, first_parameter + index)))
        .collect();
    let inputs: String = machine
        .inputs
        .iter()
        .enumerate()
        .map(|(index, number)| format!(", {}", fit(number, first_input + index)))
        .collect();
    let literals = literals(machine);
    let text = include_str!("../../text/state_machine_tests.rs")
        .replace("IMPORTS", &imports)
        .replace("STATE_LIST", &states.join(", "))
        .replace("EVENT_LIST", &events.join(", "))
        .replace("LONGEST", &LENGTH.to_string())
        .replace("INITIAL", &machine.initial.to_string())
        .replace("VARIABLE_COUNT", &variables.len().to_string())
        .replace("PARAMETER_COUNT", &machine.parameters.len().to_string())
        .replace("VALUE_COUNT", &order.len().to_string())
        .replace("INPUT_LIMITS", &greatest(&machine.inputs))
        .replace("PARAMETER_LIMITS", &greatest(&machine.parameters))
        .replace("VARIABLE_LIMITS", &greatest(&machine.variables))
        .replace("READ_VARIABLES", &read.join(", "))
        .replace("PARAMETER_FIELDS", parameters.trim_end_matches(", "))
        .replace(", INPUT_ARGUMENTS", &inputs)
        .replace("LITERALS", &literals)
        .replace("    ROWS,\n", &rows);
    rust::file(&text)
}

/// A variable, as 64 bits.
fn read(variable: &Number) -> String {
    let name = rust::name(&variable.name);
    match variable.bits {
        64 => format!("machine.{name}"),
        _ => format!("u64::from(machine.{name})"),
    }
}

/// The greatest values of some numbers.
fn greatest(numbers: &[Number]) -> String {
    let limits: Vec<String> = numbers
        .iter()
        .map(|number| rust::number(u64::MAX >> (64 - number.bits)))
        .collect();
    limits.join(", ")
}

fn position(order: &[&str], name: &str) -> usize {
    order.iter().position(|of| *of == name).unwrap_or(order.len())
}

fn expression(order: &[&str], of: &Expression) -> String {
    let pair = |operation: &str, left: &Expression, right: &Expression| {
        format!(
            "Expression::{operation}(&{}, &{})",
            expression(order, left),
            expression(order, right)
        )
    };
    match of {
        Expression::Literal(value) => format!("Expression::Literal({})", rust::number(*value)),
        Expression::Name(name) => format!("Expression::Value({})", position(order, name)),
        Expression::Add(left, right) => pair("Add", left, right),
        Expression::Subtract(left, right) => pair("Subtract", left, right),
        Expression::Multiply(left, right) => pair("Multiply", left, right),
    }
}

fn comparison_name(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "Equal",
        Comparison::Unequal => "Unequal",
        Comparison::Less => "Less",
        Comparison::LessOrEqual => "LessOrEqual",
        Comparison::Greater => "Greater",
        Comparison::GreaterOrEqual => "GreaterOrEqual",
    }
}

/// The numbers that the table names, which are where guards turn.
fn literals(machine: &StateMachine) -> String {
    fn collect(of: &Expression, into: &mut BTreeSet<u64>) {
        match of {
            Expression::Literal(value) => {
                into.insert(*value);
            }
            Expression::Name(_) => {}
            Expression::Add(left, right) | Expression::Subtract(left, right) | Expression::Multiply(left, right) => {
                collect(left, into);
                collect(right, into);
            }
        }
    }
    let mut found = BTreeSet::new();
    for row in &machine.transitions {
        if let Guard::Compare { left, right, .. } = &row.guard {
            collect(left, &mut found);
            collect(right, &mut found);
        }
    }
    let list: Vec<String> = found.into_iter().take(4).map(rust::number).collect();
    list.join(", ")
}
