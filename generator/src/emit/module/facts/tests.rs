//! Emits the tests of a module's facts: names and lists, defaults, ranges, codes, and the table of what backends can do.

use super::config::{self, Step};
use super::{Part, backend, error};
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::surface::{Field, Value};
use crate::model::module::{Module, TypeKind, TypeReference};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let module = part.module;
    let facts = rust_types::facts_crate(part.package);
    let name = rust_types::module_name(module);
    let config = rust_types::config_type(module);
    let backend = rust_types::backend_type(module);
    let capability = rust_types::capability_type(module);
    let error = rust_types::error_type(module);
    let enums: Vec<String> = module
        .types
        .iter()
        .filter(|of| matches!(of.kind, TypeKind::Enum { .. }))
        .map(|of| of.name.clone())
        .collect();
    let ranges = ranges(part);
    let mut imports = enums.clone();
    imports.extend([config.to_owned(), backend.clone(), capability.clone(), error.clone()]);
    let mut text = rust::module_doc_lines(&format!("The facts of `{}` are what the specification says.", module.name));
    text.push_str("#![allow(clippy::field_reassign_with_default, reason = \"one field is changed at a time\")]\n");
    text.push_str("use std::collections::BTreeSet;\n");
    if ranges.contains("Duration::") {
        text.push_str("use std::time::Duration;\n");
    }
    text.push_str(&rust::use_names(&format!("{facts}::{name}"), &imports));
    text.push_str(&format!("use {facts}::support::Support;\n"));
    text.push_str(&support(part, &backend, &capability));
    text.push_str(&names(module, &enums, &backend, &capability));
    text.push_str(&format!(
        "#[test]\nfn the_defaults_are_valid() {{\n{config}::default().validate().expect(\"the defaults are in range\");\nfor capability in \
         {config}::default().needs() {{ assert!({capability}::ALL.contains(&capability), \"{{capability:?}} isn't listed\"); }}\n}}\n"
    ));
    if !ranges.is_empty() {
        text.push_str(&format!(
            "fn refuses(config: &{config}, expected: &str) {{\nmatch config.validate() {{\nErr({error}::InvalidConfig {{ field, reason }}) => {{ \
             assert_eq!(field, expected); assert!(reason.starts_with(\"must be \"), \"{{reason}}\"); }}\nother => panic!(\"`{{expected}}` is \
             out of range, but: {{other:?}}\"),\n}}\n}}\n#[test]\nfn values_outside_their_ranges_are_refused() {{\n{ranges}\n}}\n"
        ));
    }
    text.push_str(&errors(part, &error));
    rust::file(&text)
}

fn support(part: &Part<'_>, backend: &str, capability: &str) -> String {
    let module = part.module;
    let values = backend::values(part);
    let mut rows = String::new();
    for of in &module.backends {
        for value in &values {
            rows.push_str(&format!(
                "({backend}::{}, {}, {}),\n",
                of.type_name(),
                rust_types::capability_variant(module, part.package, value),
                backend::level(of, value)
            ));
        }
    }
    format!(
        "const SUPPORT: &[({backend}, {capability}, Support)] = &[{rows}];\n#[test]\nfn backends_can_do_what_they_say() {{\n\
         assert_eq!(SUPPORT.len(), {backend}::ALL.len() * {capability}::ALL.len());\nfor (backend, capability, support) in SUPPORT {{ \
         assert_eq!(backend.support(*capability), *support, \"{{}} of {{}}\", capability.name(), backend.name()); }}\n}}\n"
    )
}

fn names(module: &Module, enums: &[String], backend: &str, capability: &str) -> String {
    let mut body = String::new();
    let distinct = |of: &str, what: &str| {
        format!(
            "let names: BTreeSet<_> = {of}::ALL.iter().map(|value| value.{what}()).collect();\nassert_eq!(names.len(), {of}::ALL.len(), \
             \"{of}\");\n"
        )
    };
    for of in enums {
        body.push_str(&distinct(of, "name"));
    }
    body.push_str(&distinct(backend, "name"));
    body.push_str(&distinct(backend, "feature"));
    body.push_str(&distinct(capability, "name"));
    let rows: Vec<String> = module
        .backends
        .iter()
        .map(|of| format!("({}, {})", rust::literal(&of.name), rust::literal(&module.feature_of(of))))
        .collect();
    format!(
        "#[test]\nfn names_are_distinct() {{\n{body}}}\n#[test]\nfn backends_stand_by_priority() {{\nlet listed: Vec<(&str, &str)> = \
         {backend}::ALL.iter().map(|backend| (backend.name(), backend.feature())).collect();\nassert_eq!(listed, [{}]);\n}}\n",
        rows.join(", ")
    )
}

/// Statements that set each field just below and just above its range.
pub fn ranges(part: &Part<'_>) -> String {
    let module = part.module;
    let config = &module.types[module.config];
    let mut text = String::new();
    let mut depth = 0_u32;
    config::walk(part, config, "config", "", &mut Vec::new(), &mut |step| match step {
        Step::Enter { .. } => depth += 1,
        Step::Leave { .. } => depth -= 1,
        // What is in lists and options has no place in the defaults.
        Step::Field { field, place, path } if depth == 0 => {
            for value in outside(field) {
                text.push_str(&format!(
                    "let mut config = {}::default();\n{place} = {value};\nrefuses(&config, {});\n",
                    config.name,
                    rust::literal(path)
                ));
            }
        }
        Step::Field { .. } => {}
    });
    text
}

/// The nearest values on both sides of a range, where its type has such.
fn outside(field: &Field) -> Vec<String> {
    let (min, max) = config::bounds(field);
    let scalar = docs::scalar(&field.kind);
    if !matches!(scalar, TypeReference::Integer { .. } | TypeReference::Duration) {
        return Vec::new();
    }
    let nearest = min.map(|min| min - 1).into_iter().chain(max.map(|max| max + 1));
    let values = nearest.map(|value| config::bound_text(&field.kind, value));
    match &field.kind {
        TypeReference::Option(_) => values.map(|value| format!("Some({value})")).collect(),
        _ => values.collect(),
    }
}

fn errors(part: &Part<'_>, error: &str) -> String {
    let module = part.module;
    let mut rows = format!(
        "({error}::FeatureDisabled {{ feature: \"f\" }}, -6, false), ({error}::Unsupported {{ backend: \"b\", what: String::new() }}, -7, \
         false), ({error}::InvalidConfig {{ field: \"f\", reason: String::new() }}, -8, false), ({error}::Closed, -9, false),\n"
    );
    for own in &module.errors {
        let fields: Option<Vec<String>> = own
            .fields
            .iter()
            .map(|field| sample(module, &field.kind).map(|value| format!("{}: {value}", rust::name(&field.name))))
            .collect();
        let Some(fields) = fields else { continue };
        let fields = match fields.is_empty() {
            true => String::new(),
            false => format!(" {{ {} }}", fields.join(", ")),
        };
        rows.push_str(&format!(
            "({error}::{}{fields}, {}, {}),\n",
            own.name,
            error::code(module, own),
            own.retry
        ));
    }
    format!(
        "#[test]\nfn errors_have_their_codes() {{\nlet errors: &[({error}, i32, bool)] = &[{rows}];\nlet codes: BTreeSet<i32> = \
         errors.iter().map(|(_, code, _)| *code).collect();\nassert_eq!(codes.len(), errors.len(), \"a code stands twice\");\nfor (error, code, \
         retry) in errors {{ assert_eq!(error.code(), *code, \"{{error:?}}\"); assert_eq!(error.is_retryable(), *retry, \"{{error:?}}\"); \
         assert!(!error.to_string().is_empty()); }}\n}}\n"
    )
}

/// Some value of a type; none where only the module can make one.
pub fn sample(module: &Module, kind: &TypeReference) -> Option<String> {
    Some(match kind {
        TypeReference::Bool => "false".to_owned(),
        TypeReference::Integer { .. } => "1".to_owned(),
        TypeReference::Float(_) => "1.0".to_owned(),
        TypeReference::Str => "\"a\"".to_owned(),
        TypeReference::Slice => "b\"a\"".to_owned(),
        TypeReference::String => "String::from(\"a\")".to_owned(),
        TypeReference::Library(_) => return None,
        TypeReference::Duration => "std::time::Duration::from_secs(1)".to_owned(),
        TypeReference::Option(_) => "None".to_owned(),
        TypeReference::Vec(_) => "Vec::new()".to_owned(),
        TypeReference::Named(id) => match &module.types[*id].kind {
            TypeKind::Enum { variants, .. } if !variants.is_empty() => {
                rust_types::value_text(module, kind, &Value::Variant(*id, 0))
            }
            TypeKind::Alias(of) => return sample(module, of),
            _ => return None,
        },
        TypeReference::State(id) => {
            let machine = &module.state_machines[*id];
            format!(
                "{}::{}",
                rust_types::state_type(machine),
                machine.states.get(machine.initial)?
            )
        }
        TypeReference::Reference(_) => return None,
    })
}
