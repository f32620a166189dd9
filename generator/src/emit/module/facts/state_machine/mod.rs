//! Emits the file of a state machine: its states, events and parameters, and the step.

pub mod tests;

use super::Part;
use super::types::all_and_name;
use crate::emit::module::docs;
use crate::emit::rust;
use crate::model::module::state_machine::{Action, Comparison, Expression, Guard, Number, StateMachine, Transition};

pub fn file(part: &Part<'_>, machine: &StateMachine) -> anyhow::Result<String> {
    let name = &machine.name;
    let mut text = rust::module_doc_lines(&format!("The state machine `{name}`: {}", machine.doc.trim()));
    text.push_str(&format!("/// The states of [`{name}`].\n"));
    text.push_str(&enumeration(&format!("{name}State"), &machine.states, "state"));
    let events: Vec<String> = machine.events.iter().map(|event| rust::variant(event)).collect();
    text.push_str(&format!("/// What can happen to a [`{name}`].\n"));
    text.push_str(&enumeration(&format!("{name}Event"), &events, "event"));
    text.push_str(&format!(
        "/// What stays the same for a [`{name}`].\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub struct {name}Parameters {{\n"
    ));
    for parameter in &machine.parameters {
        text.push_str(&format!(
            "/// The parameter `{0}`.\npub {0}: u{1},\n",
            rust::name(&parameter.name),
            parameter.bits
        ));
    }
    text.push_str("}\n");
    text.push_str(&docs::item(0, part.module, "state_machine", name, &machine.doc));
    text.push_str(&format!(
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub struct {name} {{\n/// The state.\npub state: {name}State,\n"
    ));
    for variable in &machine.variables {
        text.push_str(&format!(
            "/// The variable `{0}`.\npub {0}: u{1},\n",
            rust::name(&variable.name),
            variable.bits
        ));
    }
    let zeros: String = machine
        .variables
        .iter()
        .map(|variable| format!("{}: 0,", rust::name(&variable.name)))
        .collect();
    let initial = machine.states.get(machine.initial).map_or("", String::as_str);
    text.push_str(&format!(
        "}}\nimpl Default for {name} {{ fn default() -> Self {{ Self::new() }} }}\nimpl {name} {{\n/// One in its initial state, with all \
         variables at zero.\n#[must_use]\npub const fn new() -> Self {{ {name} {{ state: {name}State::{initial}, {zeros} }} }}\n"
    ));
    text.push_str(&step(machine));
    text.push_str("}\n");
    rust::file(&text)
}

fn enumeration(name: &str, variants: &[String], what: &str) -> String {
    let rows: String = variants
        .iter()
        .map(|variant| format!("/// The {what} `{variant}`.\n{variant},\n"))
        .collect();
    let names: Vec<&str> = variants.iter().map(String::as_str).collect();
    format!(
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum {name} {{\n{rows}}}\n{}",
        all_and_name(name, &names)
    )
}

/// What the parts of expressions are read from, and which of these the step reads.
struct Names<'a> {
    machine: &'a StateMachine,
    used: std::collections::BTreeSet<String>,
}

fn step(machine: &StateMachine) -> String {
    let name = &machine.name;
    let mut names = Names {
        machine,
        used: std::collections::BTreeSet::new(),
    };
    let mut arms = String::new();
    let mut idle = Vec::new();
    for (from, state) in machine.states.iter().enumerate() {
        for (on, event) in machine.events.iter().enumerate() {
            let rows: Vec<&Transition> = machine
                .transitions
                .iter()
                .filter(|transition| transition.from == from && transition.on == on)
                .collect();
            let pattern = format!("({name}State::{state}, {name}Event::{})", rust::variant(event));
            if rows.is_empty() {
                idle.push(pattern);
            } else {
                arms.push_str(&format!("{pattern} => {{ {} }}\n", names.arm(&rows)));
            }
        }
    }
    if !idle.is_empty() {
        arms.push_str(&format!("{} => {{}}\n", idle.join(" | ")));
    }
    let before: Vec<String> = machine
        .variables
        .iter()
        .map(|variable| rust::name(&variable.name))
        .filter(|variable| names.used.contains(variable))
        .collect();
    let before = match before.is_empty() {
        true => String::new(),
        false => format!("let {name} {{ {}, .. }} = *self;\n", before.join(", ")),
    };
    // What no guard and no action reads is still told at each step, since the table may come to read it.
    let parameter = |name: String| match names.used.contains(&name) {
        true => name,
        false => format!("_{}", name.trim_start_matches("r#")),
    };
    let inputs: String = machine
        .inputs
        .iter()
        .map(|input| format!(", {}: u{}", parameter(rust::name(&input.name)), input.bits))
        .collect();
    format!(
        "/// Takes the step for an event, and gives the state after it. What has no transition leaves all as it is. Arithmetic saturates; \
         actions see the values from before the step.\npub fn step(&mut self, event: {name}Event, {}: &{name}Parameters{inputs}) -> \
         {name}State {{\n{before}match (self.state, event) {{ {arms} }}\nself.state\n}}\n",
        parameter("parameters".to_owned())
    )
}

impl Names<'_> {
    /// The transitions of one state and event: guarded ones, then the one that is taken otherwise.
    fn arm(&mut self, rows: &[&Transition]) -> String {
        let mut text = String::new();
        for row in rows {
            if let Guard::Compare { left, comparison, right } = &row.guard {
                let lead = if text.is_empty() { "" } else { "else " };
                let condition = format!("{} {} {}", self.expression(left), sign(*comparison), self.expression(right));
                text.push_str(&format!("{lead}if {condition} {{ {} }} ", self.effects(row)));
            }
        }
        let otherwise = rows.iter().find(|row| !matches!(row.guard, Guard::Compare { .. }));
        if let Some(row) = otherwise {
            match text.is_empty() {
                true => text = self.effects(row),
                false => text.push_str(&format!("else {{ {} }}", self.effects(row))),
            }
        }
        text
    }

    fn effects(&mut self, row: &Transition) -> String {
        let mut text: String = row.actions.iter().map(|action| self.action(action)).collect();
        if row.from != row.to
            && let Some(state) = self.machine.states.get(row.to)
        {
            text.push_str(&format!("self.state = {}State::{state};\n", self.machine.name));
        }
        text
    }

    fn action(&mut self, action: &Action) -> String {
        let variable = rust::name(&action.variable);
        let bits = bits_of(&self.machine.variables, &action.variable).unwrap_or(64);
        let value = match &action.value {
            // A literal or a number of the same type needs no way through 64 bits.
            Expression::Literal(value) if bits == 64 || *value < 1 << bits => rust::number(*value),
            Expression::Literal(_) => format!("u{bits}::MAX"),
            Expression::Name(name) if self.bits(name) <= bits => match self.bits(name) {
                same if same == bits => self.place(name),
                _ => format!("{}.into()", self.place(name)),
            },
            other if bits == 64 => self.expression(other),
            other => format!("u{bits}::try_from({}).unwrap_or(u{bits}::MAX)", self.expression(other)),
        };
        format!("self.{variable} = {value};\n")
    }

    fn bits(&self, name: &str) -> u32 {
        let machine = self.machine;
        let lists = [&machine.variables, &machine.parameters, &machine.inputs];
        lists.iter().find_map(|list| bits_of(list, name)).unwrap_or(64)
    }

    /// Where a number stands: a variable as it was before the step, a parameter, or an input.
    fn place(&mut self, name: &str) -> String {
        let is_parameter = bits_of(&self.machine.variables, name).is_none() && bits_of(&self.machine.parameters, name).is_some();
        let plain = rust::name(name);
        self.used.insert(if is_parameter {
            "parameters".to_owned()
        } else {
            plain.clone()
        });
        if is_parameter { format!("parameters.{plain}") } else { plain }
    }

    /// An expression of 64 bits.
    fn expression(&mut self, expression: &Expression) -> String {
        let mut pair = |left: &Expression, method: &str, right: &Expression| {
            let left = self.expression(left);
            // A literal alone doesn't say of which type it is.
            let left = if left.ends_with(|c: char| c.is_ascii_digit()) && left.starts_with(|c: char| c.is_ascii_digit()) {
                format!("{left}_u64")
            } else {
                left
            };
            format!("{left}.{method}({})", self.expression(right))
        };
        match expression {
            Expression::Literal(value) => rust::number(*value),
            Expression::Name(name) => match self.bits(name) {
                64 => self.place(name),
                _ => format!("u64::from({})", self.place(name)),
            },
            Expression::Add(left, right) => pair(left, "saturating_add", right),
            Expression::Subtract(left, right) => pair(left, "saturating_sub", right),
            Expression::Multiply(left, right) => pair(left, "saturating_mul", right),
        }
    }
}

fn bits_of(numbers: &[Number], name: &str) -> Option<u32> {
    numbers.iter().find(|number| number.name == name).map(|number| number.bits)
}

/// How a comparison is written.
pub fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::Unequal => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}
