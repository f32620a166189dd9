//! Types that the compiler takes: finite, with traits that their parts have, and owned where nobody lends.

use std::collections::BTreeSet;

use super::super::Rule;
use super::{modules, value};
use crate::arena::Id;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit};
use crate::model::circle::circles;
use crate::model::module::{Module, Type, TypeKind, TypeReference};
use crate::model::{Model, package::Package};
use crate::source::{SourceMap, Span};

/// Types are finite.
pub const RECURSION: Rule = Rule {
    code: "L1224",
    summary: "a type holds itself only by way of a list",
    page: include_str!("../pages/L1224.md"),
    check: Some(recursion),
};

/// Derives fit.
pub const DERIVES: Rule = Rule {
    code: "L1225",
    summary: "a type derives only what its fields have",
    page: include_str!("../pages/L1225.md"),
    check: Some(derives),
};

/// Borrowed types are those of parameters.
pub const BORROWS: Rule = Rule {
    code: "L1226",
    summary: "borrowed types stand in parameters and constants alone, and constants own no text",
    page: include_str!("../pages/L1226.md"),
    check: Some(borrows),
};

/// The types that a type holds directly: those in lists stand elsewhere in memory. An alias holds what it stands for, even in a list.
fn held(of: &Type) -> Vec<Id<Type>> {
    let mut found = Vec::new();
    match &of.kind {
        TypeKind::Struct(fields) => fields.iter().for_each(|field| within(&field.kind, false, &mut found)),
        TypeKind::Alias(to) => within(to, true, &mut found),
        TypeKind::Enum { .. } | TypeKind::Opaque => {}
    }
    found
}

fn within(of: &TypeReference, lists: bool, found: &mut Vec<Id<Type>>) {
    match of {
        TypeReference::Named(id) => found.push(*id),
        TypeReference::Option(inner) => within(inner, lists, found),
        TypeReference::Vec(inner) if lists => within(inner, lists, found),
        _ => {}
    }
}

fn recursion(model: &Model, _: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        let held: Vec<Vec<usize>> = module
            .types
            .iter()
            .map(|of| held(of).into_iter().map(Id::index).collect())
            .collect();
        let types: Vec<&Type> = module.types.iter().collect();
        for circle in circles(&held) {
            let members: Vec<&Type> = circle.iter().filter_map(|(index, _)| types.get(*index).copied()).collect();
            let Some(first) = members.first() else { continue };
            let mut diagnostic = Diagnostic::error(RECURSION.code, format!("the type `{}` holds itself", first.name));
            for member in members.iter().take(8) {
                diagnostic = diagnostic.at(member.span, "part of the circle");
            }
            diagnostics.push(
                diagnostic
                    .note("a value of it would have no end; an `Option` stands in the same place as what it holds")
                    .help("put it in a list, `Vec<T>`, somewhere on the way"),
            );
        }
    }
}

/// What a trait demands beside it.
const DEMANDS: &[(&str, &[&str])] = &[
    ("Copy", &["Clone"]),
    ("Eq", &["PartialEq"]),
    ("PartialOrd", &["PartialEq"]),
    ("Ord", &["Eq", "PartialOrd"]),
];

/// What the states of state machines derive.
const OF_STATES: &[&str] = &["Clone", "Copy", "Debug", "PartialEq", "Eq"];

/// Aliases are followed this far. Circles of them are another rule's.
const FURTHEST: usize = 16;

fn derives(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        for of in &module.types {
            let path = ["type", &of.name, "derive"];
            for derive in &of.derives {
                let at = super::super::locate::position(sources, of.span, &path.map(Into::into), derive);
                let at = at.unwrap_or_else(|| value(sources, of.span, &path));
                if let Some(diagnostic) = misfit(module, of, derive, at) {
                    diagnostics.push(diagnostic);
                }
            }
        }
        for error in &module.errors {
            for field in &error.fields {
                for name in ["Clone", "Debug", "PartialEq"] {
                    if !has_trait(module, &field.kind, name, FURTHEST) {
                        diagnostics.push(lacks(
                            module,
                            &format!("the error `{}`", error.name),
                            name,
                            field.span,
                            &field.kind,
                        ));
                    }
                }
            }
        }
    }
}

/// What is wrong with a trait that a type derives.
fn misfit(module: &Module, of: &Type, derive: &str, at: Span) -> Option<Diagnostic> {
    let error = |message: String| Diagnostic::error(DERIVES.code, message).at(at, "");
    let demanded = DEMANDS
        .iter()
        .find(|(name, _)| *name == derive)
        .map_or(&[][..], |(_, all)| all);
    if let Some(missing) = demanded.iter().find(|name| !of.derives.iter().any(|other| other == *name)) {
        let message = format!("`{}` derives `{derive}` without `{missing}`", of.name);
        return Some(error(message).help(format!("derive `{missing}`, too")));
    }
    let whole = format!("`{}`", of.name);
    match &of.kind {
        TypeKind::Alias(_) => {
            let message = format!("the alias `{}` derives `{derive}`", of.name);
            Some(
                error(message)
                    .note("it has the traits of what it stands for")
                    .help("remove `derive`"),
            )
        }
        TypeKind::Struct(fields) if derive == "Default" && fields.iter().any(|field| field.default.is_some()) => {
            let message = format!("`{}` derives `Default`, but has defaults of its own", of.name);
            Some(
                error(message)
                    .note("a derived default is zero, empty or nothing")
                    .help("remove one of the two"),
            )
        }
        TypeKind::Struct(fields) => {
            let field = fields
                .iter()
                .find(|field| !has_trait(module, &field.kind, derive, FURTHEST))?;
            Some(lacks(module, &whole, derive, at, &field.kind).at(field.span, "because of this field"))
        }
        TypeKind::Enum { default, .. } if derive == "Default" => {
            let message = format!("the enum `{}` derives `Default`", of.name);
            let help = match default {
                Some(_) => "remove it: `default` gives it one already",
                None => "name its default variant in `default` instead",
            };
            Some(error(message).help(help))
        }
        TypeKind::Enum { .. } | TypeKind::Opaque => None,
    }
}

fn lacks(module: &Module, what: &str, name: &str, at: Span, kind: &TypeReference) -> Diagnostic {
    let text = module.type_text(kind);
    Diagnostic::error(
        DERIVES.code,
        format!("{what} can't derive `{name}`, since `{text}` doesn't have it"),
    )
    .at(at, "")
    .help(format!("remove `{name}`, or take another type"))
}

/// Whether a type has a trait.
fn has_trait(module: &Module, of: &TypeReference, name: &str, further: usize) -> bool {
    match of {
        TypeReference::Bool | TypeReference::Integer { .. } | TypeReference::Duration => true,
        TypeReference::Float(_) => !matches!(name, "Eq" | "Ord" | "Hash"),
        TypeReference::Str | TypeReference::Slice => true,
        TypeReference::String | TypeReference::Library(_) => name != "Copy",
        TypeReference::Option(inner) => name == "Default" || has_trait(module, inner, name, further),
        TypeReference::Vec(inner) => name == "Default" || (name != "Copy" && has_trait(module, inner, name, further)),
        TypeReference::Reference(id) => {
            name != "Default"
                && (matches!(name, "Clone" | "Copy") || has_trait(module, &TypeReference::Named(*id), name, further))
        }
        TypeReference::State(_) => OF_STATES.contains(&name),
        TypeReference::Named(id) => {
            let of = &module.types[*id];
            match &of.kind {
                TypeKind::Alias(to) => further == 0 || has_trait(module, to, name, further - 1),
                TypeKind::Enum { default, .. } if name == "Default" => default.is_some(),
                TypeKind::Struct(fields) if name == "Default" && fields.iter().all(|field| field.default.is_some()) => true,
                _ => of.derives.iter().any(|derive| derive == name),
            }
        }
    }
}

/// Whether a type borrows anything.
fn is_borrowed(of: &TypeReference) -> bool {
    match of {
        TypeReference::Str | TypeReference::Slice | TypeReference::Reference(_) => true,
        TypeReference::Option(inner) | TypeReference::Vec(inner) => is_borrowed(inner),
        _ => false,
    }
}

/// Whether a parameter may be of a type: borrowed itself or as an option, but no list of borrowed things.
fn is_parameter(of: &TypeReference) -> bool {
    match of {
        TypeReference::Option(inner) => is_parameter(inner),
        TypeReference::Vec(inner) => !is_borrowed(inner),
        _ => true,
    }
}

fn borrows(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    let modules: Vec<(&Module, &Package)> = modules(model).collect();
    let mut owned = Vec::new();
    for (module, _) in modules {
        let mut refuse = |what: String, kind: &TypeReference, at: Span| {
            let text = module.type_text(kind);
            diagnostics.push(
                Diagnostic::error(BORROWS.code, format!("{what} is of the borrowed type `{text}`"))
                    .at(at, "")
                    .note("what is borrowed may be gone while another thread, or C, still looks at it")
                    .help("take an owned type: `String`, `Bytes`, or the type itself"),
            );
        };
        let mut seen: BTreeSet<Span> = BTreeSet::new();
        for of in &module.types {
            match &of.kind {
                TypeKind::Struct(fields) => {
                    for field in fields.iter().filter(|field| is_borrowed(&field.kind)) {
                        let at = value(sources, field.span, &["type", &of.name, "field", &field.name, "type"]);
                        refuse(format!("the field `{}`", field.name), &field.kind, at);
                    }
                }
                TypeKind::Alias(to) if is_borrowed(to) => {
                    refuse(
                        format!("the alias `{}`", of.name),
                        to,
                        value(sources, of.span, &["type", &of.name, "of"]),
                    );
                }
                _ => {}
            }
        }
        for error in &module.errors {
            for field in error.fields.iter().filter(|field| is_borrowed(&field.kind)) {
                refuse(format!("the field `{}`", field.name), &field.kind, field.span);
            }
        }
        for constant in &module.constants {
            let is_lent = matches!(constant.kind, TypeReference::Str | TypeReference::Slice);
            if is_borrowed(&constant.kind) && !is_lent {
                refuse(format!("the constant `{}`", constant.name), &constant.kind, constant.span);
            }
        }
        for constant in module.constants.iter().filter(|of| of.kind == TypeReference::String) {
            let at = value(sources, constant.span, &["const", &constant.name, "type"]);
            owned.push(
                Diagnostic::error(
                    BORROWS.code,
                    format!("the constant `{}` is of the owned type `String`", constant.name),
                )
                .at(at, "")
                .note("a `String` takes its memory when the program runs")
                .fix(
                    vec![Edit::new(at, "\"&str\"")],
                    "take a borrowed text: a constant lives for ever",
                ),
            );
        }
        for function in &module.functions {
            if let Some(returns) = function.returns.as_ref().filter(|returns| is_borrowed(returns)) {
                let at = value(sources, function.span, &["fn", &function.name, "returns"]);
                refuse(format!("what `{}` gives", function.name), returns, at);
            }
            for parameter in function.parameters.iter().filter(|parameter| !is_parameter(&parameter.kind)) {
                let at = value(sources, function.span, &["fn", &function.name, "params"]);
                if seen.insert(at) {
                    refuse(format!("the parameter `{}`", parameter.name), &parameter.kind, at);
                }
            }
        }
    }
    owned.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
}
