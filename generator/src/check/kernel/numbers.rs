//! Numbers mean one thing each, and stand where they may.

use std::collections::BTreeMap;

use super::kernels;
use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::kernel::Kernel;
use crate::source::{SourceMap, Span};

pub(super) const UNIQUE: Rule = Rule {
    code: "L1322",
    summary: "a number of a kernel means one thing",
    page: include_str!("../pages/L1322.md"),
    check: Some(unique),
};

pub(super) const GROUPS: Rule = Rule {
    code: "L1323",
    summary: "a call has a number of its group, and groups share none",
    page: include_str!("../pages/L1323.md"),
    check: Some(groups),
};

pub(super) const STATUSES: Rule = Rule {
    code: "L1324",
    summary: "a status is odd and more than 1",
    page: include_str!("../pages/L1324.md"),
    check: Some(statuses),
};

/// The table, the key, and each entry's name, number and place.
type Numbers<'a> = (&'static str, &'static str, Vec<(&'static str, &'a str, u32, Span)>);

fn numbers(kernel: &Kernel) -> Vec<Numbers<'_>> {
    let statuses = kernel.stages.iter().map(|of| ("stage", of));
    let statuses = statuses.chain(kernel.outcomes.iter().map(|of| ("outcome", of)));
    vec![
        (
            "right",
            "bit",
            kernel
                .rights
                .iter()
                .map(|of| ("right", of.name.as_str(), of.bit, of.span))
                .collect(),
        ),
        (
            "kind of object",
            "code",
            kernel
                .objects
                .iter()
                .map(|of| ("object", of.name.as_str(), of.code, of.span))
                .collect(),
        ),
        (
            "error",
            "code",
            kernel
                .errors
                .iter()
                .map(|of| ("error", of.name.as_str(), of.number, of.span))
                .collect(),
        ),
        (
            "trap",
            "code",
            kernel
                .traps
                .iter()
                .map(|of| ("trap", of.name.as_str(), of.number, of.span))
                .collect(),
        ),
        (
            "end of a run",
            "status",
            statuses
                .map(|(table, of)| (table, of.name.as_str(), of.number, of.span))
                .collect(),
        ),
        (
            "initial capability",
            "index",
            kernel
                .initial
                .iter()
                .map(|of| ("initial", of.name.as_str(), of.index, of.span))
                .collect(),
        ),
        (
            "call",
            "code",
            kernel
                .calls
                .iter()
                .map(|of| ("syscall", of.name.as_str(), of.code, of.span))
                .collect(),
        ),
    ]
}

fn unique(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        for format in &kernel.formats {
            let mut first: BTreeMap<u32, (&str, Span)> = BTreeMap::new();
            for code in &format.codes {
                match first.get(&code.number) {
                    None => drop(first.insert(code.number, (&code.name, code.span))),
                    Some((other, before)) => diagnostics.push(taken_twice(
                        &format!("`{}` and `{other}` both have the code {}", code.name, code.number),
                        (code.span, *before),
                        "part of a word or of bytes",
                    )),
                }
            }
        }
        for (what, key, entries) in numbers(kernel) {
            let mut first: BTreeMap<u32, (&str, Span)> = BTreeMap::new();
            for (table, name, number, span) in entries {
                let place = locate::value(sources, span, &[table.into(), name.into(), key.into()]);
                match first.get(&number) {
                    None => {
                        first.insert(number, (name, place));
                    }
                    Some((other, before)) => diagnostics.push(taken_twice(
                        &format!("`{name}` and `{other}` both have the {key} {number}"),
                        (place, *before),
                        what,
                    )),
                }
            }
        }
    }
}

fn taken_twice(message: &str, (again, before): (Span, Span), what: &str) -> Diagnostic {
    Diagnostic::error(UNIQUE.code, message)
        .at(again, "taken again here")
        .at(before, "taken here")
        .note(format!("programs know a {what} by this number alone"))
        .help("give one of them a free number; one that was released keeps its own")
}

fn groups(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        let mut before: Option<(&str, u32, Span)> = None;
        for group in &kernel.groups {
            if group.first > group.last {
                diagnostics.push(
                    Diagnostic::error(GROUPS.code, format!("group `{}` ends before it begins", group.name))
                        .at(group.span, format!("from {} to {}", group.first, group.last))
                        .help("state the smaller number as `first`"),
                );
            }
            if let Some((name, last, span)) = before
                && group.first <= last
            {
                diagnostics.push(
                    Diagnostic::error(GROUPS.code, format!("groups `{name}` and `{}` share numbers", group.name))
                        .at(group.span, format!("begins at {}", group.first))
                        .at(span, format!("ends at {last}"))
                        .help("move the end of one or the beginning of the other"),
                );
            }
            before = Some((&group.name, group.last, group.span));
        }
        for call in &kernel.calls {
            let group = &kernel.groups[call.group];
            if !(group.first..=group.last).contains(&call.code) {
                diagnostics.push(
                    Diagnostic::error(
                        GROUPS.code,
                        format!(
                            "call `{}` has the number {}, which isn't one of its group",
                            call.name, call.code
                        ),
                    )
                    .at(
                        locate::value(
                            sources,
                            call.span,
                            &["syscall".into(), call.name.as_str().into(), "code".into()],
                        ),
                        "",
                    )
                    .at(group.span, format!("has the numbers {} to {}", group.first, group.last))
                    .help("choose a free number of the group, or another group"),
                );
            }
        }
    }
}

fn statuses(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        let stages = kernel.stages.iter().map(|of| ("stage", of));
        for (table, of) in stages.chain(kernel.outcomes.iter().map(|of| ("outcome", of))) {
            if of.number % 2 == 1 && of.number > 1 {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    STATUSES.code,
                    format!("no machine can end with the status {} of `{}`", of.number, of.name),
                )
                .at(
                    locate::value(sources, of.span, &[table.into(), of.name.as_str().into(), "status".into()]),
                    "",
                )
                .note("the exit device of QEMU turns a byte b into 2b + 1, and 1 is what QEMU ends with when it can't start")
                .help("choose an odd number from 3 to 255"),
            );
        }
    }
}
