//! Emits `error.rs` of a module: what every module can say, and its own errors.

use super::Part;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::{ErrorVariant, Module, TypeReference};

/// The codes of errors that a module without a C interface gives its own ones below.
const BASE: i32 = -1000;

/// The code of an error of the module's own.
pub fn code(module: &Module, error: &ErrorVariant) -> i64 {
    let base = module.c.as_ref().map_or(BASE, |c| c.error_base);
    i64::from(base) - i64::from(error.code)
}

/// Whether two errors that are alike are equal: no field holds a float.
pub fn is_eq(module: &Module) -> bool {
    let mut mentions = rust_types::Mentions::default();
    for field in module.errors.iter().flat_map(|error| &error.fields) {
        mentions.add(module, &field.kind);
    }
    let named = |name: &String| {
        let of = module.types.iter().find(|of| of.name == *name);
        of.is_some_and(|of| of.derives.iter().any(|derive| derive == "Eq"))
    };
    !mentions.float && mentions.named.iter().all(named)
}

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let (package, module) = (part.package, part.module);
    let error = rust_types::error_type(module);
    let mut mentions = rust_types::Mentions {
        string: true,
        ..rust_types::Mentions::default()
    };
    for field in module.errors.iter().flat_map(|error| &error.fields) {
        mentions.add(module, &field.kind);
    }
    let mut text = rust::module_doc_lines(&format!("What can go wrong with a `{}`.", module.handle()));
    text.push_str("use core::fmt;\n");
    text.push_str(&rust_types::imports(package, &mentions, Some("super"), true));
    let eq = if is_eq(module) { ", Eq" } else { "" };
    text.push_str(&format!(
        "/// What can go wrong with a `{handle}`.\n#[derive(Debug, Clone, PartialEq{eq})]\n#[non_exhaustive]\npub enum {error} {{\n\
         /// It isn't compiled in.\nFeatureDisabled {{\n/// The Cargo feature of `{package}` to turn on.\nfeature: &'static str }},\n\
         /// The backend can't do what is asked.\nUnsupported {{\n/// The backend.\nbackend: &'static str,\n/// What it can't do: the \
         capability, and who asks for it.\nwhat: String }},\n/// A value of the configuration is out of range.\nInvalidConfig {{\n/// The \
         field.\nfield: &'static str,\n/// What its value must be, and what it is.\nreason: String }},\n/// It was closed.\nClosed,\n",
        handle = module.handle(),
        package = package.name,
    ));
    let mut display = String::new();
    let mut codes = String::new();
    let mut retries = Vec::new();
    for own in &module.errors {
        text.push_str(&docs::item(0, module, "error", &own.name, &own.doc));
        text.push_str(&own.name);
        if !own.fields.is_empty() {
            text.push_str(" {\n");
            for field in &own.fields {
                let said = match field.doc.trim() {
                    "" => format!("See the message: `{}`.", own.message),
                    doc => doc.to_owned(),
                };
                text.push_str(&rust::doc_lines(8, &said));
                text.push_str(&format!(
                    "{}: {},\n",
                    rust::name(&field.name),
                    rust_types::type_text(module, &field.kind)
                ));
            }
            text.push('}');
        }
        text.push_str(",\n");
        display.push_str(&display_arm(own));
        let rest = if own.fields.is_empty() { "" } else { " { .. }" };
        codes.push_str(&format!("Self::{}{rest} => {},\n", own.name, code(module, own)));
        if own.retry {
            retries.push(format!("Self::{}{rest}", own.name));
        }
    }
    text.push_str("}\n");
    let retryable = match retries.is_empty() {
        true => "false".to_owned(),
        false => format!("matches!(self, {})", retries.join(" | ")),
    };
    text.push_str(&format!(
        "impl {error} {{\n/// The number of the error, the same as in C.\n#[must_use]\npub const fn code(&self) -> i32 {{ match self {{\n\
         Self::FeatureDisabled {{ .. }} => -6,\nSelf::Unsupported {{ .. }} => -7,\nSelf::InvalidConfig {{ .. }} => -8,\nSelf::Closed => \
         -9,\n{codes}}} }}\n/// Whether the same call may succeed later.\n#[must_use]\npub const fn is_retryable(&self) -> bool {{ \
         {retryable} }}\n}}\n"
    ));
    text.push_str(&format!(
        "impl fmt::Display for {error} {{ fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {{ match self {{\n\
         Self::FeatureDisabled {{ feature }} => write!(formatter, \"`{module}` isn't compiled in; turn on the feature `{{feature}}` of \
         `{package}`\"),\nSelf::Unsupported {{ backend, what }} => write!(formatter, \"the backend `{{backend}}` can't do what is asked: \
         {{what}}\"),\nSelf::InvalidConfig {{ field, reason }} => write!(formatter, \"the value of `{{field}}` is invalid: it \
         {{reason}}\"),\nSelf::Closed => formatter.write_str(\"the `{handle}` was closed; open another one\"),\n{display}}} }} }}\n\
         impl core::error::Error for {error} {{}}\n",
        module = module.name,
        package = package.name,
        handle = module.handle(),
    ));
    rust::file(&text)
}

/// The arm that writes the message of an error.
fn display_arm(own: &ErrorVariant) -> String {
    let mut format = String::new();
    let mut used = Vec::new();
    let mut rest = own.message.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        format.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let field = rest[at..].starts_with('{').then(|| after.split_once('}')).flatten();
        let field =
            field.and_then(|(name, after)| own.fields.iter().find(|field| field.name == name).map(|field| (field, after)));
        match field {
            Some((field, after)) => {
                let name = rust::name(&field.name);
                let plain = name.trim_start_matches("r#");
                let debug = if is_displayed(&field.kind) { "" } else { ":?" };
                format.push_str(&format!("{{{plain}{debug}}}"));
                if !used.contains(&name) {
                    used.push(name);
                }
                rest = after;
            }
            None => {
                // A brace that is no field stands for itself.
                format.push_str(&rest[at..=at].repeat(2));
                rest = after;
            }
        }
    }
    format.push_str(rest);
    let pattern = match (own.fields.is_empty(), used.len() == own.fields.len()) {
        (true, _) => String::new(),
        (false, true) => format!(" {{ {} }}", used.join(", ")),
        (false, false) if used.is_empty() => " { .. }".to_owned(),
        (false, false) => format!(" {{ {}, .. }}", used.join(", ")),
    };
    match used.is_empty() {
        true => format!(
            "Self::{}{pattern} => formatter.write_str({}),\n",
            own.name,
            rust::literal(&own.message)
        ),
        false => format!(
            "Self::{}{pattern} => write!(formatter, {}),\n",
            own.name,
            rust::literal(&format)
        ),
    }
}

fn is_displayed(kind: &TypeReference) -> bool {
    matches!(
        kind,
        TypeReference::Bool
            | TypeReference::Integer { .. }
            | TypeReference::Float(_)
            | TypeReference::Str
            | TypeReference::String
    )
}
