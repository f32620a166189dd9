//! Laws: what they call, what they expect, and who observes it.

use super::kernels;
use super::methods;
use crate::check::semantics::text_span::TextSpan;
use crate::check::{Rule, locate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::kernel::law::meaning::{self, Problem};
use crate::model::kernel::law::{Law, Text, steps};
use crate::source::{SourceMap, Span};
use crate::suggest;

pub(super) const STEPS: Rule = Rule {
    code: "L1333",
    summary: "a law calls what there is, with arguments of the right kinds, and expects something of what comes of it",
    page: include_str!("../pages/L1333.md"),
    check: Some(check),
};

pub(super) const DENIED: Rule = Rule {
    code: "L1334",
    summary: "a step that has to succeed has the rights for it",
    page: include_str!("../pages/L1334.md"),
    check: None,
};

pub(super) const OBSERVER: Rule = Rule {
    code: "L1335",
    summary: "the observer of a law is a method of the kernel that finds nothing or says what is wrong",
    page: include_str!("../pages/L1335.md"),
    check: Some(observers),
};

fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        for law in &kernel.laws {
            for problem in meaning::of(kernel, law).1 {
                diagnostics.push(reported(sources, law, &problem));
            }
            let texts = || law.steps.iter().chain(&law.expect);
            // A name that stands nowhere but where it is given to a result.
            for name in law.steps.iter().filter_map(|step| steps::parse(&step.text).ok()?.name) {
                if texts().map(|text| mentions(&text.text, &name.name)).sum::<usize>() < 2 {
                    let span = law
                        .steps
                        .iter()
                        .find(|step| mentions(&step.text, &name.name) > 0)
                        .map_or(law.span, |step| step.span);
                    diagnostics.push(
                        Diagnostic::error(
                            STEPS.code,
                            format!("law `{}` calls a result `{}` and makes no use of it", law.name, name.name),
                        )
                        .at(span, "")
                        .help("expect something of it, or leave out the name"),
                    );
                }
            }
            for given in &law.given {
                if !texts().any(|text| mentions(&text.text, &given.name) > 0) {
                    diagnostics.push(
                        Diagnostic::error(
                            STEPS.code,
                            format!("law `{}` is given `{}` and makes no use of it", law.name, given.name),
                        )
                        .at(given.span, "")
                        .help("name it in a step or an expectation, or remove it"),
                    );
                }
            }
        }
    }
}

/// How often a name stands in a text.
fn mentions(text: &str, name: &str) -> usize {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.split(|letter| !is_part(letter)).filter(|word| *word == name).count()
}

fn reported(sources: &SourceMap, law: &Law, problem: &Problem) -> Diagnostic {
    let is_step = problem.text < law.steps.len();
    let text: Option<&Text> = match is_step {
        true => law.steps.get(problem.text),
        false => law.expect.get(problem.text - law.steps.len()),
    };
    let at = text.map_or(law.span, |text| {
        let place = TextSpan::new(sources, text.span, &text.text);
        problem.span.map_or(text.span, |span| place.of(span))
    });
    let what = if is_step { "a step" } else { "an expectation" };
    let code = if problem.is_denied { DENIED.code } else { STEPS.code };
    Diagnostic::error(code, format!("{what} of law `{}` {}", law.name, problem.message))
        .at(at, "")
        .help(problem.help.clone())
}

/// What an observer gives. It takes nothing.
const RESULT: &str = "Result<(), &'static str>";
/// The same as signatures are compared: without lifetimes.
const PLAIN_RESULT: &str = "Result<(), &str>";

fn observers(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for kernel in kernels(model) {
        if kernel.laws.iter().all(|law| law.observer.is_none()) {
            continue;
        }
        let methods = methods::collect(&kernel.runtime, sources);
        for law in &kernel.laws {
            let Some(observer) = &law.observer else { continue };
            let place = locate::value(
                sources,
                law.span,
                &["law".into(), law.name.as_str().into(), "observer".into()],
            );
            let public = || methods.methods.iter().filter(|method| method.is_public);
            match public().find(|method| method.name == observer.text) {
                Some(method) if method.parameters.is_empty() && method.result == PLAIN_RESULT => {}
                Some(method) => diagnostics.push(wrong(law, method, place)),
                // In a file that doesn't parse, it may well be there; that was reported of the handlers.
                None if methods.broken.is_empty() => {
                    let names = public().map(|method| method.name.as_str());
                    let help = match suggest::similar(&observer.text, names) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!(
                            "write in an `impl` of `Kernel` in `{}/src`: `{}`",
                            kernel.runtime,
                            head(&observer.text)
                        ),
                    };
                    diagnostics.push(
                        Diagnostic::error(
                            OBSERVER.code,
                            format!(
                                "law `{}` names the observer `{}`, which the kernel doesn't have",
                                law.name, observer.text
                            ),
                        )
                        .at(place, "")
                        .help(help),
                    );
                }
                None => {}
            }
        }
    }
}

fn head(name: &str) -> String {
    format!("pub fn {name}(&mut self) -> {}", RESULT)
}

fn wrong(law: &Law, method: &methods::Method, place: Span) -> Diagnostic {
    let found = format!("fn({}) -> {}", method.parameters.join(", "), method.result);
    Diagnostic::error(
        OBSERVER.code,
        format!(
            "the observer `{}` of law `{}` has another signature than observers have",
            method.name, law.name
        ),
    )
    .at(place, format!("expected `fn() -> {}`", RESULT))
    .at(method.span, format!("found `{found}`"))
    .help(format!("change it to `{}`, or name another", head(&method.name)))
}
