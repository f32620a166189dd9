//! Everything is documented.

use super::kernels;
use crate::check::docs::fault_of_doc;
use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::kernel::Kernel;
use crate::source::{SourceMap, Span};

pub(super) const DOCS: Rule = Rule {
    code: "L1321",
    summary: "every `doc` and `reason` of a kernel says something and ends like a sentence",
    page: include_str!("../pages/L1321.md"),
    check: Some(check),
};

fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        let whole = format!("kernel `{}`", kernel.name);
        let at = || locate::value(sources, kernel.span, &["doc".into()]);
        fault_of(fault_of_doc(sources, DOCS.code, &whole, &kernel.doc, at), diagnostics);
        for (table, name, doc, span) in entries(kernel) {
            let what = format!("`[{table}.{name}]`");
            let at = || locate::value(sources, span, &[table.into(), name.into(), "doc".into()]);
            fault_of(fault_of_doc(sources, DOCS.code, &what, doc, at), diagnostics);
        }
        let rules = kernel.rules.iter().map(|rule| ("rule", &rule.name, &rule.reason, rule.span));
        let calls = kernel
            .calls
            .iter()
            .filter_map(|call| Some(("syscall", &call.name, call.reason.as_ref()?, call.span)));
        for (table, name, reason, span) in rules.chain(calls) {
            let what = format!("the reason of `[{table}.{name}]`");
            let at = || locate::value(sources, span, &[table.into(), name.as_str().into(), "reason".into()]);
            fault_of(fault_of_doc(sources, DOCS.code, &what, reason, at), diagnostics);
        }
    }
}

fn fault_of(fault: Option<Diagnostic>, diagnostics: &mut Diagnostics) {
    if let Some(fault) = fault {
        diagnostics.push(fault);
    }
}

/// The table, the name, the doc and the place of everything that has one.
fn entries(kernel: &Kernel) -> Vec<(&'static str, &str, &str, Span)> {
    let mut all: Vec<(&'static str, &str, &str, Span)> = Vec::new();
    all.extend(
        kernel
            .rules
            .iter()
            .map(|of| ("rule", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .rights
            .iter()
            .map(|of| ("right", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .objects
            .iter()
            .map(|of| ("object", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    for (table, entries) in [
        ("error", &kernel.errors),
        ("trap", &kernel.traps),
        ("stage", &kernel.stages),
        ("outcome", &kernel.outcomes),
    ] {
        all.extend(entries.iter().map(|of| (table, of.name.as_str(), of.doc.as_str(), of.span)));
    }
    for (table, entries) in [("gas", &kernel.gas), ("limit", &kernel.limits)] {
        all.extend(entries.iter().map(|of| (table, of.name.as_str(), of.doc.as_str(), of.span)));
    }
    all.extend(
        kernel
            .formats
            .iter()
            .map(|of| ("format", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .initial
            .iter()
            .map(|of| ("initial", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .budgets
            .iter()
            .map(|of| ("budget", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .laws
            .iter()
            .map(|of| ("law", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .groups
            .iter()
            .map(|of| ("group", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all.extend(
        kernel
            .calls
            .iter()
            .map(|of| ("syscall", of.name.as_str(), of.doc.as_str(), of.span)),
    );
    all
}
