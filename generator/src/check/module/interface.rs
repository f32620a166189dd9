//! Codes and messages of errors, and the names and numbers of C interfaces.

use std::collections::BTreeMap;

use super::super::Rule;
use super::{modules, value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::{CInterface, ErrorVariant, Module};
use crate::source::{SourceMap, Span};
use crate::suggest::list;

/// Errors can be told apart and say what they carry.
pub const ERRORS: Rule = Rule {
    code: "L1233",
    summary: "codes of errors are unique in their module, and messages name fields that are there",
    page: include_str!("../pages/L1233.md"),
    check: Some(errors),
};

/// C interfaces have room beside each other.
pub const RANGES: Rule = Rule {
    code: "L1234",
    summary: "the C interfaces of two modules share neither a prefix nor an error code",
    page: include_str!("../pages/L1234.md"),
    check: Some(ranges),
};

fn errors(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        let mut first: BTreeMap<u32, &ErrorVariant> = BTreeMap::new();
        for error in &module.errors {
            let code = |error: &ErrorVariant| value(sources, error.span, &["error", &error.name, "code"]);
            match first.get(&error.code) {
                Some(before) => {
                    let free = (1..=99).find(|code| module.errors.iter().all(|error| error.code != *code));
                    let help = free.map_or("there are 99 codes; divide the module".to_owned(), |free| {
                        format!("{free} is free")
                    });
                    let message = format!("the errors `{}` and `{}` have the same code", before.name, error.name);
                    diagnostics.push(
                        Diagnostic::error(ERRORS.code, message)
                            .at(code(error), "")
                            .at(code(before), "taken here")
                            .help(help),
                    );
                }
                None => {
                    first.insert(error.code, error);
                }
            }
            let at = value(sources, error.span, &["error", &error.name, "message"]);
            message(error, at, diagnostics);
        }
    }
}

/// Holds a message against the fields of its error.
fn message(error: &ErrorVariant, at: Span, diagnostics: &mut Diagnostics) {
    let fields: Vec<&str> = error.fields.iter().map(|field| field.name.as_str()).collect();
    let Some(named) = placeholders(&error.message) else {
        diagnostics.push(
            Diagnostic::error(
                ERRORS.code,
                format!("the message of `{}` has a brace without its other half", error.name),
            )
            .at(at, "")
            .help("write a field as `{name}`, and a brace that is meant as such twice: `{{`"),
        );
        return;
    };
    for name in &named {
        if !fields.contains(&name.as_str()) {
            diagnostics.push(
                Diagnostic::error(
                    ERRORS.code,
                    format!("the message of `{}` names `{name}`, which is no field of it", error.name),
                )
                .at(at, "")
                .note(format!("its fields: {}", list(fields.iter().copied())))
                .help(format!(
                    "add `\"{name}: u64\"` to `fields`, say, or name a field that is there"
                )),
            );
        }
    }
    if error.message.trim().is_empty() {
        let problem = format!("the message of `{}` is empty", error.name);
        diagnostics.push(Diagnostic::error(ERRORS.code, problem).at(at, "").help("say what happened"));
    }
}

/// The names in braces; none where a brace has no other half.
fn placeholders(message: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = message;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
        if behind.as_bytes().first() == Some(&brace) {
            rest = &behind[1..];
            continue;
        }
        if brace == b'}' {
            return None;
        }
        let end = behind.find('}')?;
        names.push(behind[..end].split(':').next().unwrap_or_default().to_owned());
        rest = &behind[end + 1..];
    }
    Some(names)
}

fn ranges(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let of_c = modules(model).filter_map(|(module, _)| Some((module, module.c.as_ref()?)));
    let all: Vec<(&Module, &CInterface)> = of_c.collect();
    for (index, (module, c)) in all.iter().enumerate() {
        for (other, before) in &all[..index] {
            let at = |c: &CInterface, key| value(sources, c.span, &["c", key]);
            if starts(&c.prefix, &before.prefix) || starts(&before.prefix, &c.prefix) {
                diagnostics.push(
                    Diagnostic::error(
                        RANGES.code,
                        format!(
                            "names of the C interfaces of `{}` and `{}` may be the same",
                            other.name, module.name
                        ),
                    )
                    .at(at(c, "prefix"), "")
                    .at(at(before, "prefix"), "and here")
                    .help(format!("give it a prefix of its own, such as `abi_{}`", module.name)),
                );
            }
            if c.error_base.abs_diff(before.error_base) < 100 {
                diagnostics.push(
                    Diagnostic::error(
                        RANGES.code,
                        format!("the error codes of `{}` and `{}` overlap", other.name, module.name),
                    )
                    .at(at(c, "error_base"), format!("{} to {}", c.error_base - 99, c.error_base - 1))
                    .at(
                        at(before, "error_base"),
                        format!("{} to {}", before.error_base - 99, before.error_base - 1),
                    )
                    .help(format!("take {}, say", free(&all))),
                );
            }
        }
    }
}

/// Whether names with one prefix can be names with the other.
fn starts(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// A base below all others.
fn free(all: &[(&Module, &CInterface)]) -> i32 {
    let lowest = all.iter().map(|(_, c)| c.error_base).min().unwrap_or(-500);
    (lowest / 100 - 1) * 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_found() {
        let names = |message| placeholders(message).map(|names| names.join(","));
        assert_eq!(names("the {a} of {b:?} {{c}}"), Some("a,b".to_owned()));
        assert_eq!(names("plain"), Some(String::new()));
        assert_eq!((names("{a"), names("a}"), names("{")), (None, None, None));
        assert!(starts("abi_cache_x", "abi_cache") && starts("a", "a") && !starts("abi_caches", "abi_cache"));
    }
}
