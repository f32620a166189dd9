//! Emits the state test of a module: what it says when it isn't compiled in, when it is open, and when it was closed.

use super::handle::checked;
use super::{Part, condition, feature_to_turn_on, seam};
use crate::emit::module::facts::{ranges, sample};
use crate::emit::module::rust_types;
use crate::emit::rust;
use crate::model::module::surface::{Disabled, Field, Value};
use crate::model::module::{Function, Module, TypeKind, TypeReference};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let facade = rust_types::facade_crate(package);
    let name = rust_types::module_name(module);
    let handle = module.handle();
    let mut body = disabled_functions(module);
    let ranges = ranges(part);
    if !ranges.is_empty() {
        body.push_str(&format!(
            "fn refuses(config: &Config, field: &str) {{\nlet refused = Handle::open(config.clone()).expect_err(field);\n\
             assert!(matches!(&refused, Error::InvalidConfig {{ field: named, .. }} if *named == field), \"`{{field}}`: {{refused}}\");\n}}\n\
             #[test]\nfn values_outside_their_ranges_are_refused() {{\nif !Handle::is_enabled() {{ return; }}\n{}\n}}\n",
            ranges.replace(&format!("{}::default()", rust_types::config_type(module)), "Config::default()")
        ));
    }
    body.push_str(&closed(part));
    let conditions: String = module
        .backends
        .iter()
        .map(|of| format!("Named::{} => cfg!({}),\n", of.type_name(), condition(module, of)))
        .collect();
    let template = include_str!("../text/state_tests.rs")
        .replace("IMPORTED", &format!("{facade}::{name}"))
        .replace("FACADE", &facade)
        .replace("HANDLE_TYPE", &handle)
        .replace("CONFIG_TYPE", rust_types::config_type(module))
        .replace("ERROR_TYPE", &rust_types::error_type(module))
        .replace("BACKEND_TYPE", &rust_types::backend_type(module))
        .replace("CAPABILITY_TYPE", &rust_types::capability_type(module))
        .replace("TURN_ON", &rust::literal(&feature_to_turn_on(module)))
        .replace("MODULE", &module.name);
    let text = template
        .replace("CONDITIONS,", &conditions)
        .replace("DEMANDS,", &demands(part))
        .replace("IS_BEST", &best(module))
        + &body;
    let text = imports(part, &text);
    rust::file(&text)
}

/// The types of the module that the tests name.
fn imports(part: &Part<'_>, text: &str) -> String {
    let module = part.module;
    let facade = rust_types::facade_crate(part.package);
    let name = rust_types::module_name(module);
    let config = rust_types::config_type(module);
    let used = |of: &&String| text.contains(&format!("{of}::")) && *of != config;
    let named: Vec<String> = module.types.iter().map(|of| &of.name).filter(used).cloned().collect();
    let states: Vec<String> = module.state_machines.iter().map(rust_types::state_type).collect();
    let states = states.into_iter().filter(|state| text.contains(&format!("{state}::")));
    let mut uses = rust::use_names(
        &format!("{facade}::{name}"),
        &named.into_iter().chain(states).collect::<Vec<_>>(),
    );
    if text.replace("std::time::Duration::", "").contains("Duration::") {
        uses.push_str("use std::time::Duration;\n");
    }
    text.replacen("use IMPORTS;\n", &uses, 1)
}

/// The backends that must open with the defaults: the preferred one of those that are on by default.
fn best(module: &Module) -> String {
    match module.backends.iter().find(|backend| backend.default) {
        Some(backend) => format!("Some(Named::{})", backend.type_name()),
        None => "None".to_owned(),
    }
}

/// A change of the configuration for each value that asks something of the backend.
fn demands(part: &Part<'_>) -> String {
    let module = part.module;
    let TypeKind::Struct(fields) = &module.types[module.config].kind else {
        return String::new();
    };
    let mut rows = String::new();
    for field in fields.iter().filter(|field| field.needs.is_some()) {
        for value in asking(module, field) {
            let name = rust::name(&field.name);
            rows.push_str(&format!("|config| config.{name} = {value},\n"));
        }
    }
    rows
}

/// The values of a field that ask something of the backend, one of each kind.
fn asking(module: &Module, field: &Field) -> Vec<String> {
    let inner = match &field.kind {
        TypeReference::Option(inner) => inner,
        other => other,
    };
    let values: Vec<String> = match inner {
        TypeReference::Bool => vec!["true".to_owned()],
        TypeReference::Named(id) => {
            let variants = rust_types::variants(&module.types[*id]);
            (0..variants.len())
                .map(|at| rust_types::value_text(module, inner, &Value::Variant(*id, at)))
                .collect()
        }
        TypeReference::Integer { .. } => {
            let value = field.min.unwrap_or(1).max(1);
            vec![rust_types::integer(value)]
        }
        TypeReference::Duration => vec![rust_types::duration(
            u64::try_from(field.min.unwrap_or(0)).unwrap_or(0).max(1_000_000_000),
        )],
        TypeReference::Vec(_) => Vec::new(),
        other => sample(module, other).into_iter().collect(),
    };
    match &field.kind {
        TypeReference::Option(_) => values.into_iter().map(|value| format!("Some({value})")).collect(),
        _ => values,
    }
}

/// What free functions give where nothing is compiled in.
fn disabled_functions(module: &Module) -> String {
    let mut rows = String::new();
    for function in module.functions.iter().filter(|function| !function.is_method) {
        let Some(arguments) = samples(module, function) else {
            continue;
        };
        let call = format!("Handle::{}({arguments})", rust::name(&function.name));
        match &function.disabled {
            Disabled::Value {
                value: Value::Bool(value),
                ..
            } if !function.is_fallible => {
                rows.push_str(&format!("assert!({}{call});\n", if *value { "" } else { "!" }));
            }
            Disabled::Value { .. } => {
                rows.push_str(&format!("assert_eq!({call}, {});\n", seam::without_backend(module, function)))
            }
            _ if function.is_fallible => {
                rows.push_str(&format!("assert!(matches!({call}, Err(Error::FeatureDisabled {{ .. }})));\n"))
            }
            _ => {}
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "#[test]\nfn free_functions_say_so_where_nothing_is_compiled_in() {{\nif Handle::is_enabled() {{ return; }}\n{rows}}}\n"
    )
}

fn samples(module: &Module, function: &Function) -> Option<String> {
    let samples: Option<Vec<String>> = function
        .parameters
        .iter()
        .map(|parameter| sample(module, &parameter.kind))
        .collect();
    samples.map(|samples| samples.join(", "))
}

/// Calls on a handle that was closed.
fn closed(part: &Part<'_>) -> String {
    let module = part.module;
    let mut rows = String::new();
    for function in module
        .functions
        .iter()
        .filter(|function| function.is_method && function.is_fallible)
    {
        let Some(arguments) = samples(module, function) else {
            continue;
        };
        let needs = checked(part, function).into_iter().map(|(capability, any)| {
            format!(
                "does(backend, {}::{}, {any})",
                rust_types::capability_type(module),
                rust::variant(capability)
            )
        });
        let needs: Vec<String> = needs.collect();
        let condition = if needs.is_empty() {
            "true".to_owned()
        } else {
            needs.join(" && ")
        };
        rows.push_str(&format!(
            "refuses_call({condition}, handle.{}({arguments}).err(), {});\n",
            rust::name(&function.name),
            rust::literal(&function.name)
        ));
    }
    if rows.is_empty() {
        return String::new();
    }
    let does = match rows.contains("does(") {
        true => {
            "/// Whether a handle that was opened without accepting approximations may make a call.\nfn does(backend: Named, capability: \
             Capability, approximate: bool) -> bool { match backend.support(capability) { Support::Exact | Support::Number(_) => true, \
             Support::Approximate(_) => approximate, Support::None => false } }\n"
        }
        false => "",
    };
    let rows = rows.replace(&format!("{}::", rust_types::capability_type(module)), "Capability::");
    let backend = if does.is_empty() { "_" } else { "backend" };
    format!(
        "{does}/// A call on a closed handle gives `Closed`; one that its backend can't do at all gives `Unsupported`.\nfn \
         refuses_call(is_possible: bool, error: Option<Error>, name: &str) {{\nlet error = error.expect(name);\nif is_possible {{ \
         assert_eq!(error, Error::Closed, \"{{name}}\"); }} else {{ assert!(matches!(error, Error::Unsupported {{ .. }}), \"{{name}}: \
         {{error}}\"); }}\n}}\n#[test]\nfn a_closed_handle_refuses_what_can_fail() {{\nfor ({backend}, handle) in opened() {{\n\
         handle.close();\n{rows}\n}}\n}}\n"
    )
}
