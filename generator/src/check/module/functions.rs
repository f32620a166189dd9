//! What functions do when no backend is compiled in, and what they may ask of one.

use super::super::Rule;
use super::{has, modules, value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::Function;
use crate::model::module::surface::Disabled;
use crate::source::SourceMap;

/// A disabled module is no surprise.
pub const DISABLED: Rule = Rule {
    code: "L1229",
    summary: "a free function says what it does when no backend is compiled in, and says it safely",
    page: include_str!("../pages/L1229.md"),
    check: Some(disabled),
};

/// Functions have a form that can be emitted.
pub const FORM: Rule = Rule {
    code: "L1230",
    summary: "only a function that can fail needs a capability, and only a free one is constant",
    page: include_str!("../pages/L1230.md"),
    check: Some(form),
};

fn disabled(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        for function in &module.functions {
            let path = ["fn", &function.name, "disabled"];
            let at = value(sources, function.span, &path);
            let is_stated = has(sources, function.span, &path);
            if let Some((message, note, help)) = fault(function, is_stated) {
                let message = format!("the function `{}` {message}", function.name);
                diagnostics.push(Diagnostic::error(DISABLED.code, message).at(at, "").note(note).help(help));
            }
        }
    }
}

/// What is wrong, why, and how to mend it.
fn fault(function: &Function, is_stated: bool) -> Option<(&'static str, &'static str, &'static str)> {
    let no_handle = "without a backend there is no handle that it could be called on";
    match (&function.disabled, function.is_method) {
        (Disabled::Unstated, _) => Some((
            "can be called when no backend is compiled in, and doesn't say what it does then",
            "it can't fail, and what seems neutral may allow what an enabled module would refuse",
            "make it fallible with `error = true`, or add `disabled = { value = \"false\", reason = \"…\", fail = \"closed\" }`",
        )),
        (Disabled::Value { .. } | Disabled::Error, true) if is_stated => Some((
            "is called on a handle, and says what it does when there is none",
            no_handle,
            "remove `disabled`",
        )),
        (Disabled::Unreachable, false) => Some((
            "is free, so that it can be called when no backend is compiled in",
            "only a function with the receiver `&self` is unreachable then",
            "say `\"error\"`, or a value that harms nobody",
        )),
        (Disabled::Error, false) if !function.is_fallible => Some((
            "can't fail, but is to give an error when no backend is compiled in",
            "an error needs `error = true`",
            "make it fallible, or state a value that harms nobody",
        )),
        (Disabled::Value { reason, .. }, false) if reason.trim().is_empty() => Some((
            "gives a value when no backend is compiled in, and doesn't say why that harms nobody",
            "who reads the surface must be able to judge it",
            "say why in `reason`",
        )),
        _ => None,
    }
}

fn form(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        for function in &module.functions {
            let at = |key: &str| value(sources, function.span, &["fn", &function.name, key]);
            if let Some(need) = function.needs.first()
                && !function.is_fallible
            {
                let capability = &package.capabilities[need.capability].name;
                let message = format!("the function `{}` needs `{capability}`, but can't fail", function.name);
                diagnostics.push(
                    Diagnostic::error(FORM.code, message)
                        .at(at("needs"), "")
                        .note("on a backend without it the call gives the error `Unsupported`")
                        .help("make it fallible with `error = true`, or remove `needs`"),
                );
            }
            if function.is_const && function.is_method {
                let message = format!("the function `{}` is constant, but is called on a handle", function.name);
                diagnostics.push(
                    Diagnostic::error(FORM.code, message)
                        .at(at("const"), "")
                        .note("handles are opened at run time")
                        .help("remove `const`, or write `receiver = \"none\"`"),
                );
            }
        }
    }
}
