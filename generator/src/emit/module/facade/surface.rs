//! The surface of a module as lines: what the parity test asserts, in the words in which it asserts it.
//!
//! A line is the name of an assertion and its input. The parity test gives the same input to a macro that asserts it and prints it, so
//! that what is printed is what was asserted.

// The tests that are emitted have the same file.
#[path = "../text/canonical.rs"]
mod canonical;

use canonical::canonical;

use super::Part;
use crate::emit::module::facts::{auto_traits, code, sample};
use crate::emit::module::rust_types;
use crate::emit::rust;
use crate::model::module::surface::Field;
use crate::model::module::{Function, Module, Type, TypeKind, TypeReference};

/// An assertion of the parity test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The macro that asserts it.
    pub assertion: &'static str,
    /// What the macro is given.
    pub input: String,
}

impl Line {
    fn new(assertion: &'static str, input: impl Into<String>) -> Self {
        Line {
            assertion,
            input: input.into(),
        }
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        format!("{} {}", self.assertion, canonical(&self.input))
    }
}

/// The whole surface as text, with a line for each assertion.
pub fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text() + "\n").collect()
}

/// The line of a surface in `surface.lock`.
pub fn lock_line(module: &Module, lines: &[Line]) -> String {
    let hash = blake3::hash(text(lines).as_bytes());
    format!("surface {} {} {}\n", module.name, module.version, hash.to_hex())
}

/// Every assertion about a module.
pub fn lines(part: &Part<'_>) -> Vec<Line> {
    let module = part.module;
    let mut lines = handle(module);
    for function in &module.functions {
        lines.extend(of_function(module, function));
    }
    for of in &module.types {
        lines.extend(of_type(module, of));
    }
    lines.extend(of_config(module));
    lines.extend(of_errors(module));
    lines.extend(of_lists(part));
    for constant in &module.constants {
        let kind = rust_types::type_text(module, &constant.kind);
        let value = rust_types::value_text(module, &constant.kind, &constant.value);
        let assertion = match constant.kind {
            TypeReference::Bool | TypeReference::Integer { .. } | TypeReference::Float(_) => "number",
            _ => "constant",
        };
        lines.push(Line::new(assertion, format!("{}: {kind} = {value}", constant.name)));
    }
    lines
}

/// What every handle has.
fn handle(module: &Module) -> Vec<Line> {
    let handle = module.handle();
    let config = rust_types::config_type(module);
    let (error, backend) = (rust_types::error_type(module), rust_types::backend_type(module));
    let mut lines = vec![
        Line::new("function", format!("{handle}::is_enabled: fn() -> bool")),
        Line::new("constant_call", format!("{handle}::is_enabled(): bool")),
        Line::new(
            "function",
            format!("{handle}::open: fn({config}) -> Result<{handle}, {error}>"),
        ),
        Line::new(
            "function",
            format!("{handle}::open_with: fn({config}, Opening<{backend}>) -> Result<{handle}, {error}>"),
        ),
        Line::new("function", format!("{handle}::backend: fn(&{handle}) -> {backend}")),
        Line::new("function", format!("{handle}::is_open: fn(&{handle}) -> bool")),
        Line::new("function", format!("{handle}::close: fn(&{handle})")),
        Line::new("implements", format!("{handle}: Debug")),
    ];
    for (name, promised) in auto_traits(&module.auto_traits) {
        let name = name.strip_prefix("core::").unwrap_or(name);
        let assertion = if promised { "implements" } else { "lacks" };
        lines.push(Line::new(assertion, format!("{handle}: {name}")));
    }
    lines
}

fn of_function(module: &Module, function: &Function) -> Vec<Line> {
    let handle = module.handle();
    let name = rust::name(&function.name);
    let pointer = rust_types::pointer_type(module, function);
    let mut lines = vec![Line::new("function", format!("{handle}::{name}: {pointer}"))];
    let samples: Option<Vec<String>> = function
        .parameters
        .iter()
        .map(|parameter| sample(module, &parameter.kind))
        .collect();
    if function.is_const
        && let Some(samples) = samples
    {
        let result = rust_types::result_text(module, function);
        lines.push(Line::new(
            "constant_call",
            format!("{handle}::{name}({}): {result}", samples.join(", ")),
        ));
    }
    if function.must_use && !function.is_fallible {
        let receiver = function.is_method.then(|| format!("handle: &{handle}"));
        let parameters = function.parameters.iter().map(|parameter| {
            format!(
                "{}: {}",
                rust::name(&parameter.name),
                rust_types::type_text(module, &parameter.kind)
            )
        });
        let parameters: Vec<String> = receiver.into_iter().chain(parameters).collect();
        let receiver = function.is_method.then(|| "handle".to_owned());
        let names = function.parameters.iter().map(|parameter| rust::name(&parameter.name));
        let arguments: Vec<String> = receiver.into_iter().chain(names).collect();
        lines.push(Line::new(
            "must_use",
            format!("({}) {handle}::{name}({})", parameters.join(", "), arguments.join(", ")),
        ));
    }
    if function.deprecated.is_some() {
        lines.push(Line::new("deprecated", format!("{handle}::{name}")));
    }
    lines
}

fn of_type(module: &Module, of: &Type) -> Vec<Line> {
    let name = &of.name;
    let mut lines = match &of.kind {
        TypeKind::Struct(fields) => {
            let assertion = if of.non_exhaustive { "open_structure" } else { "structure" };
            vec![Line::new(assertion, format!("{name} {{ {} }}", typed(module, fields)))]
        }
        TypeKind::Enum { variants, default } => {
            let variants: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
            let assertion = if of.non_exhaustive {
                "open_enumeration"
            } else {
                "enumeration"
            };
            let mut lines = vec![Line::new(assertion, format!("{name} {{ {} }}", variants.join(", ")))];
            if let Some(default) = default.and_then(|default| variants.get(default))
                && derives(of, "PartialEq")
                && derives(of, "Debug")
            {
                lines.push(Line::new("default", format!("{name} = {name}::{default}")));
            }
            lines
        }
        TypeKind::Alias(reference) => {
            let meant = rust_types::type_text(module, reference);
            return vec![Line::new("alias", format!("{name} = {meant}"))];
        }
        TypeKind::Opaque => vec![Line::new("opaque", name.clone())],
    };
    if !of.derives.is_empty() {
        lines.push(Line::new("implements", format!("{name}: {}", of.derives.join(", "))));
    }
    lines
}

fn derives(of: &Type, name: &str) -> bool {
    of.derives.iter().any(|derive| derive == name)
}

fn typed(module: &Module, fields: &[Field]) -> String {
    let fields = fields.iter().map(|field| {
        let kind = rust_types::type_text(module, &field.kind);
        format!("{}: {kind}", rust::name(&field.name))
    });
    fields.collect::<Vec<_>>().join(", ")
}

/// The functions of the configuration, and the values that its fields have unless stated.
fn of_config(module: &Module) -> Vec<Line> {
    let of = &module.types[module.config];
    let (config, error) = (&of.name, rust_types::error_type(module));
    let mut lines = vec![
        Line::new("implements", format!("{config}: Default")),
        Line::new(
            "function",
            format!("{config}::validate: fn(&{config}) -> Result<(), {error}>"),
        ),
        Line::new(
            "function",
            format!(
                "{config}::needs: fn(&{config}) -> Vec<{}>",
                rust_types::capability_type(module)
            ),
        ),
    ];
    if let TypeKind::Struct(fields) = &of.kind {
        for field in fields.iter().filter(|field| is_comparable(module, &field.kind)) {
            if let Some(value) = &field.default {
                let value = rust_types::value_text(module, &field.kind, value);
                lines.push(Line::new(
                    "default",
                    format!("{config}.{} = {value}", rust::name(&field.name)),
                ));
            }
        }
    }
    lines
}

/// Whether values of a type can be compared and shown.
fn is_comparable(module: &Module, kind: &TypeReference) -> bool {
    match kind {
        TypeReference::Option(inner) | TypeReference::Vec(inner) => is_comparable(module, inner),
        TypeReference::Named(id) => match &module.types[*id].kind {
            TypeKind::Alias(of) => is_comparable(module, of),
            _ => derives(&module.types[*id], "PartialEq") && derives(&module.types[*id], "Debug"),
        },
        _ => true,
    }
}

fn of_errors(module: &Module) -> Vec<Line> {
    let error = rust_types::error_type(module);
    let mut variants =
        "FeatureDisabled { feature: &'static str }, Unsupported { backend: &'static str, what: String }, InvalidConfig { \
                        field: &'static str, reason: String }, Closed {}"
            .to_owned();
    let mut codes = vec![
        ("FeatureDisabled { feature: \"a\" }".to_owned(), -6, false),
        ("Unsupported { backend: \"a\", what: String::new() }".to_owned(), -7, false),
        ("InvalidConfig { field: \"a\", reason: String::new() }".to_owned(), -8, false),
        ("Closed {}".to_owned(), -9, false),
    ];
    for own in &module.errors {
        variants.push_str(&format!(", {} {{ {} }}", own.name, typed(module, &own.fields)));
        let samples: Option<Vec<String>> = own
            .fields
            .iter()
            .map(|field| sample(module, &field.kind).map(|value| format!("{}: {value}", rust::name(&field.name))))
            .collect();
        if let Some(samples) = samples {
            codes.push((
                format!("{} {{ {} }}", own.name, samples.join(", ")),
                code(module, own),
                own.retry,
            ));
        }
    }
    let mut lines = vec![
        Line::new("error", format!("{error} {{ {variants} }}")),
        Line::new(
            "implements",
            format!("{error}: Clone, Debug, Display, PartialEq, std::error::Error"),
        ),
        Line::new("function", format!("{error}::code: fn(&{error}) -> i32")),
        Line::new("function", format!("{error}::is_retryable: fn(&{error}) -> bool")),
    ];
    let code = |(value, code, retry): (String, i64, bool)| Line::new("code", format!("{error}::{value} => {code}, {retry}"));
    lines.extend(codes.into_iter().map(code));
    lines
}

/// The backends and capabilities, which are the same in every build.
fn of_lists(part: &Part<'_>) -> Vec<Line> {
    let module = part.module;
    let (backend, capability) = (rust_types::backend_type(module), rust_types::capability_type(module));
    let names: Vec<String> = module.backends.iter().map(crate::model::module::Backend::type_name).collect();
    let mut lines = vec![
        Line::new("enumeration", format!("{backend} {{ {} }}", names.join(", "))),
        Line::new("implements", format!("{backend}: Clone, Copy, Debug, PartialEq, Eq, Hash")),
        Line::new("function", format!("{backend}::name: fn({backend}) -> &'static str")),
        Line::new("function", format!("{backend}::feature: fn({backend}) -> &'static str")),
        Line::new(
            "function",
            format!("{backend}::support: fn({backend}, {capability}) -> Support"),
        ),
        Line::new("function", format!("{capability}::name: fn({capability}) -> String")),
    ];
    for of in &module.backends {
        lines.push(Line::new(
            "feature",
            format!(
                "{backend}::{} = {}, {}",
                of.type_name(),
                rust::literal(&of.name),
                rust::literal(&module.feature_of(of))
            ),
        ));
    }
    let capabilities = part.capabilities().into_iter().map(|of| match &of.per {
        Some(per) => format!("{}({per})", rust::variant(&of.name)),
        None => rust::variant(&of.name),
    });
    let capabilities: Vec<String> = capabilities.collect();
    lines.push(Line::new(
        "capabilities",
        format!("{capability} {{ {} }}", capabilities.join(", ")),
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_of_formatters_make_no_difference() {
        let cases = [
            (
                "Cache :: get : fn (& Cache , & [u8]) -> Option < Bytes >",
                "Cache::get:fn(&Cache,&[u8])->Option<Bytes>",
            ),
            ("& 'static str", "&'static str"),
            ("A\n    { b : u8 , }", "A{b:u8,}"),
            ("B = \"a  b, \\\" c\" , x", "B=\"a  b, \\\" c\",x"),
        ];
        for (code, expected) in cases {
            assert_eq!(canonical(code), expected);
            assert_eq!(canonical(expected), expected);
        }
    }
}
