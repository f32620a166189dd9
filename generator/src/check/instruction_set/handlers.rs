//! Rules of the handlers that a fast engine has: not too many, and each with a name of its own.

use std::collections::BTreeMap;

use super::engine::engines;
use crate::check::Rule;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::instruction_set::Plan;
use crate::source::{SourceMap, Span};

/// There are no more handlers than the spec allows.
pub const HANDLERS: Rule = Rule {
    code: "L0352",
    summary: "a fast engine has no more handlers than its spec allows",
    page: include_str!("../pages/L0352.md"),
    check: Some(handlers),
};

/// Handlers can be told apart.
pub const NAMES: Rule = Rule {
    code: "L0356",
    summary: "handlers of a fast engine have names of their own",
    page: include_str!("../pages/L0356.md"),
    check: Some(names),
};

fn handlers(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, engine) in engines(model) {
        let plan = Plan::of(set);
        let (most, span) = engine.handlers;
        let found = plan.handlers.len();
        if found <= most as usize {
            continue;
        }
        let mut ops: Vec<(usize, &str)> = set
            .ops
            .iter()
            .map(|op| {
                let own = plan.handlers.iter().filter(|handler| handler.op.name == op.name);
                (own.count(), op.name.as_str())
            })
            .collect();
        ops.sort_by(|a, b| b.cmp(a));
        let largest: Vec<String> = ops.iter().take(5).map(|(count, name)| format!("`{name}` {count}")).collect();
        diagnostics.push(
            Diagnostic::error(
                HANDLERS.code,
                format!(
                    "the fast engine of `{}` has {found} handlers, {} more than allowed",
                    set.name,
                    found - most as usize
                ),
            )
            .at(span, "")
            .note(format!("most of them are of {}", largest.join(", ")))
            .help("take away what isn't worth its code; if all of it is, raise `handlers`"),
        );
    }
}

fn names(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (set, engine) in engines(model) {
        let builtins = engine.builtins.iter();
        let mut known: BTreeMap<String, (String, Span)> = builtins
            .map(|(name, span)| (name.clone(), ("one that is written by hand".to_owned(), *span)))
            .collect();
        for handler in Plan::of(set).handlers {
            let (of, span) = match &handler.sequence {
                Some(chain) => (
                    format!("one of `{}`", chain.superinstruction.name),
                    chain.superinstruction.span,
                ),
                None => (format!("one of `{}`", handler.op.name), handler.op.span),
            };
            match known.get(&handler.name) {
                Some((other, first)) => diagnostics.push(
                    Diagnostic::error(
                        NAMES.code,
                        format!("two handlers have the name `{}`: {other}, and {of}", handler.name),
                    )
                    .at(span, "has it too")
                    .at(*first, "has it")
                    .note("a handler has the name of its op, and behind that how its inputs lie, what it is fused with, or which member it is")
                    .help("rename one of the two; an op that was released keeps its code and its meaning under another name"),
                ),
                None => {
                    known.insert(handler.name, (of, span));
                }
            }
        }
    }
}
