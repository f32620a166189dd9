//! Holds the functions of a runtime against the ops that name them.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::runtime::{self, Function, Runtime, normal};
use super::subject::{Owner, Subject};
use super::{DUPLICATE, MISSING, PURE, SIGNATURE, SYNTAX, TRAPS, UNMARKED, UNUSED};
use crate::check::{locate, mend};
use crate::diagnostic::{Applicability, Diagnostic, Diagnostics, Edit};
use crate::model::Model;
use crate::model::instruction_set::InstructionSets;
use crate::model::instruction_set::signature::Signature;
use crate::source::{SourceMap, Span};
use crate::suggest;

/// Finds whatever is wrong with the functions of every set's runtime.
pub fn check(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let sets = model.part::<InstructionSets>();
    let modules = sets.sets.iter().map(Owner::of_set);
    for owner in modules.chain(sets.images.iter().map(Owner::of_image)) {
        let runtime = runtime::collect(&owner.folder, sources);
        for broken in &runtime.broken {
            diagnostics.push(
                Diagnostic::error(
                    SYNTAX.code,
                    format!("a Rust file of the runtime doesn't parse: {}", broken.message),
                )
                .at(broken.span, "")
                .note("its functions can't be held against the specs that name them")
                .help("mend the file; `cargo check` says more"),
            );
        }
        duplicates(&runtime, diagnostics);
        for op in &owner.ops {
            if let Some((name, span)) = op.function {
                named(model, &owner, op, (name, span), &runtime, sources, diagnostics);
            }
        }
        for function in &runtime.functions {
            marked(model, &owner, function, diagnostics);
        }
    }
}

/// Only marked functions clash: private helpers may be called the same in two modules.
fn duplicates(runtime: &Runtime, diagnostics: &mut Diagnostics) {
    let marked: Vec<&Function> = runtime
        .functions
        .iter()
        .filter(|function| !function.marks.is_empty())
        .collect();
    for (position, function) in marked.iter().enumerate() {
        if let Some(first) = marked[..position].iter().find(|first| first.name == function.name) {
            diagnostics.push(
                Diagnostic::error(
                    DUPLICATE.code,
                    format!("two semantics functions are called `{}`", function.name),
                )
                .at(function.span, "")
                .at(first.span, "")
                .note("a spec names a function without its module")
                .help("rename one of them, and the `sem` of its op"),
            );
        }
    }
}

/// The function of a name: the marked one, if there is one.
fn find<'a>(runtime: &'a Runtime, name: &str) -> Option<&'a Function> {
    let mut named = runtime.functions.iter().filter(|function| function.name == name);
    let first = named.next()?;
    if first.marks.is_empty() {
        Some(named.find(|function| !function.marks.is_empty()).unwrap_or(first))
    } else {
        Some(first)
    }
}

/// Where the function of a set's runtime stands that a `sem` names.
pub fn place(runtime_folder: &str, sources: &SourceMap, name: &str) -> Option<Span> {
    let runtime = runtime::collect(runtime_folder, sources);
    find(&runtime, name).map(|function| function.span)
}

/// The functions of a set's runtime that are made for ops, sorted.
pub fn names(runtime_folder: &str, sources: &SourceMap) -> Vec<String> {
    let runtime = runtime::collect(runtime_folder, sources);
    let marked = runtime.functions.into_iter().filter(|function| !function.marks.is_empty());
    let mut names: Vec<String> = marked.map(|function| function.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The ops that the functions of a set's runtime are marked with, with the places of these marks.
pub fn marks(runtime_folder: &str, sources: &SourceMap) -> Vec<(String, Span)> {
    let runtime = runtime::collect(runtime_folder, sources);
    runtime.functions.into_iter().flat_map(|function| function.marks).collect()
}

fn named(
    model: &Model,
    owner: &Owner<'_>,
    op: &Subject<'_>,
    (name, span): (&str, Span),
    runtime: &Runtime,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    let expected = &op.expected;
    let Some(function) = find(runtime, name) else {
        // In a file that doesn't parse, it may well be there.
        if runtime.broken.is_empty() {
            diagnostics.push(missing(owner, op, name, span, expected, runtime));
        }
        return;
    };
    if !function.marks.iter().any(|(mark, _)| *mark == op.name) {
        let what = if function.marks.is_empty() {
            "isn't marked"
        } else {
            "is marked with another op"
        };
        let mut diagnostic = Diagnostic::error(UNMARKED.code, format!("function `{name}` of op `{}` {what}", op.name))
            .at(function.span, "")
            .at(span, "named here");
        for (_, mark) in &function.marks {
            diagnostic = diagnostic.at(*mark, "");
        }
        diagnostics.push(
            diagnostic
                .note("the mark has the compiler check the signature at the function itself")
                .help(format!("write `#[op({})]` above the function", op.name)),
        );
    }
    let is_changing = op.pure && function.parameters.iter().any(|(text, _)| text.starts_with("&mut "));
    let traps_untold = op.traps.is_empty() && function.result == format!("Result<{}, Trap>", normal(&expected.result));
    // Each of these has a rule that says more about it than that the signatures differ.
    if !is_changing && !traps_untold {
        check_signature(op, function, span, expected, diagnostics);
    }
    if is_changing {
        for (parameter, place) in function.parameters.iter().filter(|(text, _)| text.starts_with("&mut ")) {
            let pure = ["op".into(), op.name.into(), "pure".into()];
            diagnostics.push(
                Diagnostic::error(
                    PURE.code,
                    format!("op `{}` is pure, but its function takes `{parameter}`", op.name),
                )
                .at(*place, "")
                .at(locate::value(sources, op.span, &pure), "said to be pure here")
                .note("engines may run a pure op at any time, any number of times, or not at all")
                .help("leave out `pure`, or take nothing that can be changed"),
            );
        }
    }
    check_traps(model, owner, op, function, span, sources, diagnostics);
}

fn missing(owner: &Owner<'_>, op: &Subject<'_>, name: &str, span: Span, expected: &Signature, runtime: &Runtime) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        MISSING.code,
        format!("op `{}` names the function `{name}`, which the runtime doesn't have", op.name),
    )
    .at(span, "");
    if !runtime.exists {
        return diagnostic
            .note(format!("there are no Rust files under `{}/src`", owner.folder))
            .help(format!("write there: `{}`", skeleton(op, name, expected)));
    }
    let marked = runtime.functions.iter().filter(|function| !function.marks.is_empty());
    let marked = marked.map(|function| function.name.as_str());
    match suggest::similar(name, marked.clone()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).suggestion(
            vec![Edit::new(span, format!("{meant:?}"))],
            format!("name `{meant}`"),
            Applicability::of(suggest::is_certain(name, meant, marked)),
        ),
        None => diagnostic.help(format!("write in `{}/src`: `{}`", owner.folder, skeleton(op, name, expected))),
    }
}

/// The head of a function with the signature that is expected.
fn skeleton(op: &Subject<'_>, name: &str, expected: &Signature) -> String {
    let result = match expected.result.as_str() {
        "()" => String::new(),
        result => format!(" -> {result}"),
    };
    let values = &op.values;
    let machine = expected.parameters.len().saturating_sub(values.len());
    let parameters: Vec<String> = expected
        .parameters
        .iter()
        .enumerate()
        .map(|(position, parameter)| match position.checked_sub(machine) {
            Some(position) => format!("{}: {parameter}", values[position]),
            None if parameter.ends_with("Frame") => format!("frame: {parameter}"),
            None => format!("context: {parameter}"),
        })
        .collect();
    format!("#[op({})] pub fn {name}({}){result}", op.name, parameters.join(", "))
}

fn check_signature(op: &Subject<'_>, function: &Function, span: Span, expected: &Signature, diagnostics: &mut Diagnostics) {
    let parameters: Vec<String> = expected.parameters.iter().map(|parameter| normal(parameter)).collect();
    let result = normal(&expected.result);
    let found: Vec<&str> = function.parameters.iter().map(|(text, _)| text.as_str()).collect();
    if parameters == found && result == function.result {
        return;
    }
    let whole = |parameters: &[String], result: &str| match result {
        "()" => format!("fn({})", parameters.join(", ")),
        _ => format!("fn({}) -> {result}", parameters.join(", ")),
    };
    let found: Vec<String> = found.into_iter().map(str::to_owned).collect();
    let mut diagnostic = Diagnostic::error(
        SIGNATURE.code,
        format!(
            "function `{}` has another signature than op `{}` says",
            function.name, op.name
        ),
    )
    .at(span, format!("expected `{}`", whole(&parameters, &result)))
    .at(function.span, format!("found `{}`", whole(&found, &function.result)));
    if parameters.len() == found.len() {
        for (expected, (found, place)) in parameters.iter().zip(&function.parameters) {
            if expected != found {
                diagnostic = diagnostic.at(*place, format!("expected `{expected}`"));
            }
        }
        if result != function.result {
            diagnostic = diagnostic.at(function.result_span, format!("expected `{result}`"));
        }
    }
    diagnostics.push(
        diagnostic
            .note("context and frame as the effects say, then inputs bottom to top, then operands; the result as outputs, control and traps say")
            .help(format!("change the function to `{}`, or the entry", skeleton(op, &function.name, expected))),
    );
}

fn check_traps(
    model: &Model,
    owner: &Owner<'_>,
    op: &Subject<'_>,
    function: &Function,
    span: Span,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    let mut reported: Vec<&str> = Vec::new();
    for (variant, place) in &function.traps {
        let stated = op
            .traps
            .iter()
            .any(|id| owner.traps[*id].name.to_upper_camel_case() == *variant);
        let is_unread = || model.is_unread(owner.name, "trap", &variant.to_snake_case());
        if stated || is_unread() || reported.contains(&variant.as_str()) {
            continue;
        }
        reported.push(variant);
        let known = owner.traps.iter().find(|trap| trap.name.to_upper_camel_case() == *variant);
        let mut diagnostic = Diagnostic::error(
            TRAPS.code,
            match known {
                Some(_) => format!(
                    "function `{}` traps with `{variant}`, which op `{}` doesn't state",
                    function.name, op.name
                ),
                None => format!("function `{}` traps with `{variant}`, which there is none of", function.name),
            },
        )
        .at(*place, "")
        .at(span, "the function is named here");
        diagnostic = match known {
            Some(trap) => {
                let fix = mend::add_to_list_of(sources, op.span, op.name, "traps", &trap.name);
                diagnostic
                    .help(format!("add `{:?}` to the `traps` of the op", trap.name))
                    .fix(fix, "state the trap")
            }
            None => {
                let names = owner.traps.iter().map(|trap| trap.name.as_str());
                match suggest::similar(&variant.to_snake_case(), names) {
                    Some(meant) => diagnostic.help(format!("did you mean `{}`?", meant.to_upper_camel_case())),
                    None => diagnostic.help(format!("declare `[trap.{}]`", variant.to_snake_case())),
                }
            }
        };
        diagnostics.push(diagnostic.note("verifier, handlers and manual know only of traps that are stated"));
    }
    if op.traps.is_empty() && function.result.starts_with("Result<") && function.traps.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                TRAPS.code,
                format!("function `{}` can trap, but op `{}` states no traps", function.name, op.name),
            )
            .at(function.result_span, "")
            .at(span, "the function is named here")
            .help("add `traps` to the op, or give the result without `Result`"),
        );
    }
}

/// A marked function that no op names under this mark.
fn marked(model: &Model, owner: &Owner<'_>, function: &Function, diagnostics: &mut Diagnostics) {
    for (mark, place) in &function.marks {
        let op = owner.ops.iter().find(|op| op.name == *mark);
        let names_it = |op: &Subject<'_>| op.function.is_some_and(|(name, _)| name == function.name);
        if op.is_some_and(names_it) || model.is_unread(owner.name, "op", mark) {
            continue;
        }
        let mut diagnostic = Diagnostic::error(
            UNUSED.code,
            match op {
                Some(op) => format!(
                    "function `{}` is marked with op `{}`, which doesn't name it",
                    function.name, op.name
                ),
                None if mark.is_empty() => format!("the mark of function `{}` names no op", function.name),
                None => format!("function `{}` is marked with `{mark}`, which is no op", function.name),
            },
        )
        .at(*place, "");
        diagnostic = match op {
            Some(op) => diagnostic
                .at(op.span, "this op has another meaning")
                .help(format!("write `sem = \"{}\"` there, or take away the mark", function.name)),
            None => match suggest::similar(mark, owner.ops.iter().map(|op| op.name)) {
                Some(meant) => {
                    diagnostic
                        .help(format!("did you mean `{meant}`?"))
                        .suggest(*place, meant, format!("name `{meant}`"))
                }
                None => diagnostic.help(format!(
                    "add an op with `sem = \"{}\"`, or take the function away: nothing runs it",
                    function.name
                )),
            },
        };
        diagnostics.push(diagnostic);
    }
}
