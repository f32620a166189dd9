//! The configuration of a module: complete without a word from its user, and clear about what it asks of backends.

use super::super::Rule;
use super::{has, modules, value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::model::module::surface::Value;
use crate::model::module::{Field, Module, Type, TypeKind, TypeReference};
use crate::model::package::{Capability, Package};
use crate::source::{SourceMap, Span};

/// Configurations are complete.
pub const DEFAULTS: Rule = Rule {
    code: "L1227",
    summary: "a configuration can be copied, every field of it has a default, and defaults are within their bounds",
    page: include_str!("../pages/L1227.md"),
    check: Some(defaults),
};

/// What a field needs fits its type.
pub const NEEDS: Rule = Rule {
    code: "L1228",
    summary: "a field of the configuration that needs a capability is of a type that can ask for it",
    page: include_str!("../pages/L1228.md"),
    check: Some(needs),
};

fn defaults(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, _) in modules(model) {
        let config = &module.types[module.config];
        let TypeKind::Struct(fields) = &config.kind else {
            diagnostics.push(
                Diagnostic::error(DEFAULTS.code, format!("the configuration `{}` is no struct", config.name))
                    .at(value(sources, module.span, &["module", "config"]), "")
                    .at(config.span, "defined here")
                    .help("name a type of kind `struct`"),
            );
            continue;
        };
        if !config.derives.iter().any(|derive| derive == "Clone") {
            diagnostics.push(
                Diagnostic::error(
                    DEFAULTS.code,
                    format!("the configuration `{}` doesn't derive `Clone`", config.name),
                )
                .at(config.span, "")
                .note("a backend keeps what it was opened with, and is only lent it")
                .help("add `\"Clone\"` to its `derive`"),
            );
        }
        for field in fields.iter().filter(|field| field.default.is_none()) {
            // Of one that is stated and wrong, that was said.
            if has(sources, field.span, &["type", &config.name, "field", &field.name, "default"]) {
                continue;
            }
            diagnostics.push(
                Diagnostic::error(
                    DEFAULTS.code,
                    format!("the field `{}` of the configuration has no default", field.name),
                )
                .at(field.span, "")
                .note("a module opens without a word from its user")
                .help(example(module, field)),
            );
        }
        for of in &module.types {
            if let TypeKind::Struct(fields) = &of.kind {
                fields.iter().for_each(|field| bounds(sources, of, field, diagnostics));
            }
        }
    }
}

/// What could be added.
fn example(module: &Module, field: &Field) -> String {
    let example = match &field.kind {
        TypeReference::Bool => "false",
        TypeReference::Integer { .. } | TypeReference::Float(_) => "1",
        TypeReference::String => "\"\"",
        TypeReference::Duration => "\"1s\"",
        TypeReference::Option(_) => "\"none\"",
        TypeReference::Vec(_) | TypeReference::Library(_) => "[]",
        other => {
            return format!(
                "no default of type `{}` can be stated; make it an `Option`",
                module.type_text(other)
            );
        }
    };
    format!("add `default = {example}`, say")
}

/// A value as a number that bounds can be held against.
fn magnitude(of: &Value) -> Option<Magnitude> {
    match of {
        Value::Integer(number) => Some(Magnitude::Whole(*number)),
        Value::Duration(nanoseconds) => Some(Magnitude::Whole(i128::from(*nanoseconds))),
        Value::Float(number) => Some(Magnitude::Float(*number)),
        Value::Some(inner) => magnitude(inner),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Magnitude {
    Whole(i128),
    Float(f64),
}

impl Magnitude {
    #[expect(clippy::cast_precision_loss, reason = "bounds of floats are small whole numbers")]
    fn is_within(self, min: Option<i128>, max: Option<i128>) -> bool {
        match self {
            Magnitude::Whole(number) => min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max),
            Magnitude::Float(number) => min.is_none_or(|min| number >= min as f64) && max.is_none_or(|max| number <= max as f64),
        }
    }
}

fn bounds(sources: &SourceMap, of: &Type, field: &Field, diagnostics: &mut Diagnostics) {
    let at = |key: &str| value(sources, field.span, &["type", &of.name, "field", &field.name, key]);
    if let (Some(min), Some(max)) = (field.min, field.max)
        && min > max
    {
        diagnostics.push(
            Diagnostic::error(DEFAULTS.code, format!("no value of `{}` is within its bounds", field.name))
                .at(at("min"), "the least value")
                .at(at("max"), "the greatest value")
                .help("exchange the two"),
        );
        return;
    }
    let Some(default) = &field.default else { return };
    if magnitude(default).is_some_and(|number| !number.is_within(field.min, field.max)) {
        let mut diagnostic = Diagnostic::error(
            DEFAULTS.code,
            format!("the default of `{}` is out of its own bounds", field.name),
        )
        .at(at("default"), "");
        for (key, bound, text) in [
            ("min", field.min, "the least value"),
            ("max", field.max, "the greatest value"),
        ] {
            if bound.is_some() {
                diagnostic = diagnostic.at(at(key), text);
            }
        }
        diagnostics.push(diagnostic.help("choose another default or wider bounds"));
    }
}

fn needs(model: &Model, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for (module, package) in modules(model) {
        for (id, of) in module.types.iter_with_ids() {
            let TypeKind::Struct(fields) = &of.kind else { continue };
            for field in fields {
                let Some(needs) = field.needs else { continue };
                let capability = &package.capabilities[needs];
                let at = value(sources, field.span, &["type", &of.name, "field", &field.name, "needs"]);
                if let Some(diagnostic) = misfit(module, package, (id == module.config, field), capability, at) {
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
}

fn misfit(
    module: &Module,
    package: &Package,
    (is_config, field): (bool, &Field),
    capability: &Capability,
    at: Span,
) -> Option<Diagnostic> {
    let error = |message: String| Diagnostic::error(NEEDS.code, message).at(at, "");
    if !is_config {
        let message = format!(
            "the field `{}` needs a capability, but isn't one of the configuration",
            field.name
        );
        return Some(error(message).help("remove `needs`; functions may need something, too"));
    }
    if capability.is_number {
        let message = format!("the field `{}` needs `{}`, which is a number", field.name, capability.name);
        let place = format!("stated in the package `{}`", package.name);
        return Some(error(message).at(capability.span, place).help("remove `needs`"));
    }
    let inner = match &field.kind {
        TypeReference::Option(inner) => inner,
        kind => kind,
    };
    let text = module.type_text(&field.kind);
    match &capability.per {
        Some(per) => match inner {
            TypeReference::Named(id)
                if module.types[*id].name == *per && matches!(module.types[*id].kind, TypeKind::Enum { .. }) =>
            {
                None
            }
            _ => Some(
                error(format!(
                    "the field `{}` of type `{text}` needs `{}`, which has a value for each variant of `{per}`",
                    field.name, capability.name
                ))
                .at(capability.span, "stated here")
                .help(format!("give it the type `{per}`, or name another capability")),
            ),
        },
        None => match &field.kind {
            TypeReference::Bool | TypeReference::Option(_) => None,
            _ => Some(
                error(format!(
                    "the field `{}` of type `{text}` needs `{}`, but has no value that doesn't ask for it",
                    field.name, capability.name
                ))
                .note("a `bool` asks if it is true, an `Option` if it isn't none")
                .help("make it a `bool` or an `Option`, or remove `needs`"),
            ),
        },
    }
}
