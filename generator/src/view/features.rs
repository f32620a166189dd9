//! Shows feature models and the covering arrays of them.

use std::fmt::Write as _;

use serde::Serialize;

use super::columns;
use crate::features::analysis::{self, Analysis, MOST_STEPS, State};
use crate::features::cover::Covering;
use crate::features::{FeatureModel, FlagId, Says, count};
use crate::report::console::plural;
use crate::report::json;

/// A model, judged and counted.
pub struct Shown<'a> {
    model: &'a FeatureModel,
    analysis: Analysis,
    configurations: Option<u128>,
}

/// Judges and counts a model.
pub fn look(model: &FeatureModel) -> Shown<'_> {
    Shown {
        model,
        analysis: analysis::analyse(model, MOST_STEPS),
        configurations: count::configurations(model),
    }
}

/// A number with a comma between thousands.
fn thousands(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Shown<'_> {
    fn names(&self, flags: impl Iterator<Item = FlagId>) -> Vec<&str> {
        flags.map(|flag| self.model.flags[flag].name.as_str()).collect()
    }

    fn rules(&self) -> impl Iterator<Item = &Says> {
        let says = self.model.statements.iter().map(|statement| &statement.says);
        says.filter(|says| matches!(says, Says::OneOf { .. }))
    }

    /// For people: a table of the features, the rules, and the number of valid configurations.
    pub fn text(&self) -> String {
        let configurations = match self.configurations {
            Some(1) => "1 valid configuration".to_owned(),
            Some(number) => format!("{} valid configurations", thousands(number)),
            None => "valid configurations that aren't cheaply counted".to_owned(),
        };
        let mut text = format!("{}: {}, {configurations}\n\n", self.model.title(), self.model.flags.len());
        let rows: Vec<[String; 6]> = self
            .model
            .flags
            .iter()
            .enumerate()
            .map(|(id, flag)| {
                [
                    flag.name.clone(),
                    if flag.default { "on" } else { "off" }.to_owned(),
                    self.analysis.state(id).name().to_owned(),
                    self.names(self.model.implied(id)).join(", "),
                    self.names(self.model.excluded(id)).join(", "),
                    flag.targets.join(", "),
                ]
            })
            .collect();
        let mut table = vec![["feature", "default", "state", "implies", "conflicts", "targets"]];
        table.extend(rows.iter().map(|row| [0, 1, 2, 3, 4, 5].map(|column| row[column].as_str())));
        text.push_str(&columns(&table));
        for says in self.rules() {
            let _ = writeln!(text, "{}", self.model.sentence(says));
        }
        if !self.analysis.is_complete {
            text.push_str("not every question about them could be decided; `cargo lathe explain L0829` says more\n");
        }
        text
    }

    /// For tools.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Feature<'a> {
            name: &'a str,
            doc: &'a str,
            default: bool,
            state: State,
            implies: Vec<&'a str>,
            conflicts: Vec<&'a str>,
            targets: &'a [String],
        }
        #[derive(Serialize)]
        struct Rule<'a> {
            rule: &'a str,
            when: Option<&'a str>,
            exactly: bool,
            of: Vec<&'a str>,
        }
        #[derive(Serialize)]
        struct Object<'a> {
            model: Option<&'a str>,
            /// None where it isn't cheaply counted, or is beyond what a number of JSON holds.
            configurations: Option<u64>,
            complete: bool,
            features: Vec<Feature<'a>>,
            rules: Vec<Rule<'a>>,
        }
        let feature = |(id, flag): (FlagId, &'_ crate::features::Flag)| Feature {
            name: &self.model.flags[id].name,
            doc: &self.model.flags[id].doc,
            default: flag.default,
            state: self.analysis.state(id),
            implies: self.names(self.model.implied(id)),
            conflicts: self.names(self.model.excluded(id)),
            targets: &self.model.flags[id].targets,
        };
        let rule = |says| match says {
            &Says::OneOf {
                ref rule,
                when,
                ref of,
                exactly,
            } => Some(Rule {
                rule,
                when: when.map(|flag| self.model.flags[flag].name.as_str()),
                exactly,
                of: self.names(of.iter().copied()),
            }),
            _ => None,
        };
        let object = Object {
            model: self.model.name.as_deref(),
            configurations: self.configurations.and_then(|number| u64::try_from(number).ok()),
            complete: self.analysis.is_complete,
            features: self.model.flags.iter().enumerate().map(feature).collect(),
            rules: self.rules().filter_map(rule).collect(),
        };
        json::object("model", &object)
    }
}

/// The rows of an array for people: number, why it is there in any case, and what is on, as `--features` takes it.
pub fn rows(model: &FeatureModel, covering: &Covering) -> String {
    let rows: Vec<[String; 3]> = covering
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let names = model.names_of(&row.on).join(",");
            let names = if names.is_empty() { "-".to_owned() } else { names };
            [format!("{:>3}", index + 1), row.always.join(", "), names]
        })
        .collect();
    let rows: Vec<[&str; 3]> = rows.iter().map(|row| [&*row[0], &*row[1], &*row[2]]).collect();
    let mut text = format!(
        "{}: {}, {} of {} feasible combinations of {} covered\n\n",
        model.title(),
        plural(rows.len(), "row"),
        thousands(covering.covered as u128),
        thousands(covering.feasible as u128),
        plural(covering.strength, "feature")
    );
    text.push_str(&columns(&rows));
    for (name, sentence) in &covering.left_out {
        let _ = writeln!(text, "without the row `{name}`, which is not valid: {sentence}");
    }
    text
}
