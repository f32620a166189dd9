//! Emits `config.rs` of a module: which values of its configuration are in range, and what they ask of a backend.

use super::Part;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::surface::Field;
use crate::model::module::{Module, Type, TypeKind, TypeReference};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let module = part.module;
    let config = &module.types[module.config];
    let error = rust_types::error_type(module);
    let capability = rust_types::capability_type(module);
    let mut checks = String::new();
    let mut needs = String::new();
    walk(part, config, "self", "", &mut Vec::new(), &mut |step| match step {
        Step::Enter { open } => {
            checks.push_str(open);
            needs.push_str(open);
        }
        Step::Leave { open } => {
            leave(&mut checks, open);
            leave(&mut needs, open);
        }
        Step::Field { field, place, path } => {
            checks.push_str(&check(module, field, place, path));
            needs.push_str(&need(part, field, place));
        }
    });
    let mut text = rust::module_doc_lines("Which configurations are valid, and what they ask of a backend.");
    if checks.contains("format!") {
        text.push_str("use alloc::format;\n");
    }
    text.push_str("use alloc::vec::Vec;\n");
    if checks.contains("Duration::") {
        text.push_str("use core::time::Duration;\n");
    }
    text.push_str(&format!(
        "use super::backend::{capability};\nuse super::error::{error};\nuse super::types::{};\n",
        config.name
    ));
    let binding = if needs.is_empty() {
        "Vec::new()".to_owned()
    } else {
        format!("let mut needs = Vec::new();\n{needs}\nneeds")
    };
    text.push_str(&format!(
        "impl {config} {{\n/// Refuses values outside their ranges.\n///\n/// # Errors\n///\n/// [`{error}::InvalidConfig`] with the first such \
         field.\npub fn validate(&self) -> Result<(), {error}> {{\n{checks}\nOk(()) }}\n/// What its values ask of a backend.\n#[must_use]\n\
         pub fn needs(&self) -> Vec<{capability}> {{\n{binding}\n}}\n}}\n",
        config = config.name
    ));
    rust::file(&text)
}

/// A step of the way through the fields of a configuration.
pub enum Step<'a> {
    /// A field of a number, word or the like, or of an option of one.
    Field {
        /// The field.
        field: &'a Field,
        /// The expression for its place: `self.limits.rate`.
        place: &'a str,
        /// Its path in words: `limits.rate`.
        path: &'a str,
    },
    /// A block begins in which the parts of an option or a list are looked at.
    Enter {
        /// Its first line.
        open: &'a str,
    },
    /// The block ends.
    Leave {
        /// Its first line.
        open: &'a str,
    },
}

/// Goes through all fields of a struct, also those of structs within.
pub fn walk(part: &Part<'_>, of: &Type, place: &str, path: &str, above: &mut Vec<String>, see: &mut dyn FnMut(Step<'_>)) {
    let TypeKind::Struct(fields) = &of.kind else {
        return;
    };
    // A struct can hold itself in a list only; one round tells what there is.
    if above.contains(&of.name) {
        return;
    }
    above.push(of.name.clone());
    for field in fields {
        let name = rust::name(&field.name);
        let own_place = format!("{place}.{name}");
        let own_path = if path.is_empty() {
            field.name.clone()
        } else {
            format!("{path}.{}", field.name)
        };
        see(Step::Field {
            field,
            place: &own_place,
            path: &own_path,
        });
        let (open, inner) = match &field.kind {
            TypeReference::Option(inner) => (format!("if let Some({name}) = &{own_place} {{"), &**inner),
            TypeReference::Vec(inner) => (format!("for {name} in &{own_place} {{"), &**inner),
            other => (String::new(), other),
        };
        if let TypeReference::Named(id) = inner
            && matches!(part.module.types[*id].kind, TypeKind::Struct(_))
        {
            if open.is_empty() {
                walk(part, &part.module.types[*id], &own_place, &own_path, above, see);
            } else {
                see(Step::Enter { open: &open });
                walk(part, &part.module.types[*id], &name, &own_path, above, see);
                see(Step::Leave { open: &open });
            }
        }
    }
    above.pop();
}

/// Ends a block, or takes its first line away if nothing was to be done in it.
fn leave(text: &mut String, open: &str) {
    match text.strip_suffix(open) {
        Some(before) => text.truncate(before.len()),
        None => text.push('}'),
    }
}

/// The least and the greatest value of a type; none for types that have no such.
fn extremes(kind: &TypeReference) -> Option<(i128, i128)> {
    match kind {
        TypeReference::Integer { signed: false, bits } => Some((0, (1 << bits) - 1)),
        TypeReference::Integer { signed: true, bits } => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        TypeReference::Duration => Some((0, i128::MAX)),
        _ => None,
    }
}

/// The bounds of a field that its type doesn't set anyway.
pub fn bounds(field: &Field) -> (Option<i128>, Option<i128>) {
    let (least, greatest) = extremes(docs::scalar(&field.kind)).unwrap_or((i128::MIN, i128::MAX));
    (field.min.filter(|min| *min > least), field.max.filter(|max| *max < greatest))
}

/// A bound as a value of the type that it is about.
pub fn bound_text(kind: &TypeReference, bound: i128) -> String {
    match docs::scalar(kind) {
        TypeReference::Duration => rust_types::duration(u64::try_from(bound).unwrap_or(u64::MAX)),
        TypeReference::Float(_) => format!("{bound}.0"),
        _ => rust_types::integer(bound),
    }
}

/// The statement that refuses a field outside its range.
fn check(module: &Module, field: &Field, place: &str, path: &str) -> String {
    let (min, max) = bounds(field);
    let scalar = docs::scalar(&field.kind);
    let optional = matches!(field.kind, TypeReference::Option(_));
    let name = rust::name(&field.name);
    let value = match scalar {
        TypeReference::String | TypeReference::Vec(_) | TypeReference::Library(_) if optional => format!("{name}.len()"),
        TypeReference::String | TypeReference::Vec(_) | TypeReference::Library(_) => format!("{place}.len()"),
        _ if optional => name.clone(),
        _ => place.to_owned(),
    };
    let shown = if matches!(scalar, TypeReference::Duration) {
        "{:?}"
    } else {
        "{}"
    };
    let text = |bound: i128| bound_text(&field.kind, bound);
    let said = |bound: i128| match scalar {
        TypeReference::Duration => duration_words(bound),
        _ => rust_types::integer(bound),
    };
    let (condition, demand) = match (min, max) {
        (None, None) => return String::new(),
        (Some(min), Some(max)) => (
            format!("!({}..={}).contains(&{value})", text(min), text(max)),
            format!("must be from {} to {}", said(min), said(max)),
        ),
        // The negation also refuses what is no number.
        (Some(min), None) if matches!(scalar, TypeReference::Float(_)) => (
            format!("!({}..).contains(&{value})", text(min)),
            format!("must be at least {}", said(min)),
        ),
        (None, Some(max)) if matches!(scalar, TypeReference::Float(_)) => (
            format!("!(..={}).contains(&{value})", text(max)),
            format!("must be at most {}", said(max)),
        ),
        (Some(min), None) if min == 1 && !matches!(scalar, TypeReference::Duration) => {
            (format!("{value} == 0"), "must be at least 1".to_owned())
        }
        (Some(min), None) => (format!("{value} < {}", text(min)), format!("must be at least {}", said(min))),
        (None, Some(max)) => (format!("{value} > {}", text(max)), format!("must be at most {}", said(max))),
    };
    let condition = match extremes(scalar) {
        Some((least, _)) if least < 0 && min == Some(1) && max.is_none() => format!("{value} < 1"),
        _ => condition,
    };
    let lead = match optional {
        true if value.ends_with("len()") => format!("let Some({name}) = &{place} && "),
        true => format!("let Some({name}) = {place} && "),
        false => String::new(),
    };
    format!(
        "if {lead}{condition} {{ return Err({}::InvalidConfig {{ field: {}, reason: format!(\"{demand}, is {shown}\", {value}) }}); }}\n",
        rust_types::error_type(module),
        rust::literal(path)
    )
}

/// `1s`, `500ms`: a duration as specs write it.
fn duration_words(nanoseconds: i128) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns")];
    let found = units.iter().find(|(unit, _)| nanoseconds % unit == 0);
    let (unit, name) = found.copied().unwrap_or((1, "ns"));
    format!("{}{name}", nanoseconds / unit)
}

/// The statement that notes what a field asks of a backend.
fn need(part: &Part<'_>, field: &Field, place: &str) -> String {
    let Some(id) = field.needs else {
        return String::new();
    };
    let capability = &part.package.capabilities[id];
    let variant = format!(
        "{}::{}",
        rust_types::capability_type(part.module),
        rust::variant(&capability.name)
    );
    let optional = matches!(field.kind, TypeReference::Option(_));
    match (&capability.per, &field.kind) {
        (Some(_), TypeReference::Vec(_)) => {
            format!("needs.extend({place}.iter().map(|value| {variant}(*value)));\n")
        }
        (Some(_), _) if optional => format!("if let Some(value) = {place} {{ needs.push({variant}(value)); }}\n"),
        (Some(_), _) => format!("needs.push({variant}({place}));\n"),
        (None, TypeReference::Bool) => format!("if {place} {{ needs.push({variant}); }}\n"),
        (None, TypeReference::Vec(_) | TypeReference::String) => {
            format!("if !{place}.is_empty() {{ needs.push({variant}); }}\n")
        }
        (None, _) if optional => format!("if {place}.is_some() {{ needs.push({variant}); }}\n"),
        (None, _) => format!("needs.push({variant});\n"),
    }
}
