//! What is said of the items of modules: their documentation, with ranges, errors and the entry that they came from.

use crate::emit::{provenance, rust};
use crate::model::item;
use crate::model::module::surface::{Disabled, Field};
use crate::model::module::{Function, Level, Module, TypeReference};
use crate::model::package::Package;

use super::rust_types;

/// The line that says which entry something came from.
pub fn origin(module: &Module, table: &str, name: &str) -> String {
    provenance::line(&item::key(table, name), &module.file)
}

/// The lines of an item's documentation, with its origin as the last paragraph.
pub fn item(indent: usize, module: &Module, table: &str, name: &str, doc: &str) -> String {
    rust::doc_lines(indent, &format!("{}\n\n{}", doc.trim(), origin(module, table, name)))
}

/// A field: what it says, its range and its default.
pub fn field(module: &Module, field: &Field) -> String {
    let mut text = field.doc.trim().to_owned();
    let limit = |bound: i128| match scalar(&field.kind) {
        TypeReference::Duration => u64::try_from(bound).map_or_else(|_| rust_types::integer(bound), rust_types::duration),
        _ => rust_types::integer(bound),
    };
    match (field.min, field.max) {
        (Some(min), Some(max)) => text.push_str(&format!(" From {} to {}.", limit(min), limit(max))),
        (Some(min), None) => text.push_str(&format!(" At least {}.", limit(min))),
        (None, Some(max)) => text.push_str(&format!(" At most {}.", limit(max))),
        (None, None) => {}
    }
    if let Some(default) = &field.default {
        text.push_str(&format!(
            " `{}` unless stated.",
            rust_types::value_text(module, &field.kind, default)
        ));
    }
    text
}

/// The type whose values are compared with a range: the inside of an option.
pub fn scalar(kind: &TypeReference) -> &TypeReference {
    match kind {
        TypeReference::Option(inner) => scalar(inner),
        other => other,
    }
}

/// A function: what it does, what it costs, when it fails and what it gives in builds without a backend.
pub fn function(package: &Package, module: &Module, function: &Function) -> String {
    let mut text = function.doc.trim().to_owned();
    let mut remarks = Vec::new();
    if let Some(cost) = &function.cost {
        remarks.push(format!("Cost: {}.", cost.trim().trim_end_matches('.')));
    }
    if function.blocking {
        remarks.push("It may wait for something outside the process.".to_owned());
    }
    if let Disabled::Value { value, reason } = &function.disabled
        && let Some(returns) = &function.returns
    {
        remarks.push(format!(
            "Without a backend it gives `{}`: {}.",
            rust_types::value_text(module, returns, value),
            reason.trim().trim_end_matches('.')
        ));
    }
    if !remarks.is_empty() {
        text.push_str(&format!("\n\n{}", remarks.join(" ")));
    }
    if function.is_fallible {
        let error = rust_types::error_type(module);
        let mut errors = vec!["What the backend reports".to_owned()];
        if function.is_method {
            errors.push(format!("[`{error}::Closed`] after `close`"));
        } else {
            errors.push(format!("[`{error}::FeatureDisabled`] without a backend"));
        }
        for need in &function.needs {
            errors.push(format!(
                "[`{error}::Unsupported`] where the backend lacks `{}`{}",
                package.capabilities[need.capability].name,
                if need.level == Level::Exact {
                    " as the documentation says it"
                } else {
                    ""
                }
            ));
        }
        text.push_str(&format!("\n\n# Errors\n\n{}.", errors.join("; ")));
    }
    text.push_str(&format!("\n\n{}", origin(module, "fn", &function.name)));
    text
}
