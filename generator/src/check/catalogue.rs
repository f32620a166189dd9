//! Collects every rule of every stage and kind, for `lathe explain` and for the tests over the table itself.

use super::Rule;
use crate::{model, registry, syntax, write};

/// What the stages report that aren't tied to one kind of spec.
const STAGES: &[&[Rule]] = &[
    syntax::RULES,
    model::feature::RULES,
    model::instruction_set::resolve::RULES,
    write::RULES,
];

/// All rules, ascending by code.
pub fn catalogue() -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = STAGES.iter().flat_map(|table| table.iter()).collect();
    rules.extend(registry::KINDS.iter().flat_map(|kind| kind.rules));
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// The rule with a code, in whatever case it was typed.
pub fn find(code: &str) -> Option<&'static Rule> {
    catalogue()
        .into_iter()
        .find(|rule| rule.code.eq_ignore_ascii_case(code.trim()))
}
