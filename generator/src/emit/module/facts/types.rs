//! Emits `types.rs` of a module: its types, their defaults, and its constants.

use super::Part;
use crate::emit::module::{docs, rust_types};
use crate::emit::rust;
use crate::model::module::surface::{Field, Value, Variant};
use crate::model::module::{Module, Type, TypeKind, TypeReference};

pub fn file(part: &Part<'_>) -> anyhow::Result<String> {
    let module = part.module;
    let mut mentions = rust_types::Mentions::default();
    let mut body = String::new();
    for of in &module.types {
        match &of.kind {
            TypeKind::Struct(fields) => {
                for field in fields {
                    mentions.add(module, &field.kind);
                }
                body.push_str(&structure(module, of, fields));
            }
            TypeKind::Enum { variants, default } => body.push_str(&enumeration(module, of, variants, *default)),
            TypeKind::Alias(reference) => {
                mentions.add(module, reference);
                body.push_str(&head(module, of, false));
                body.push_str(&format!(
                    "pub type {} = {};\n",
                    of.name,
                    rust_types::type_text(module, reference)
                ));
            }
            TypeKind::Opaque => body.push_str(&opaque(module, of)),
        }
    }
    for constant in &module.constants {
        mentions.add(module, &constant.kind);
        body.push_str(&docs::item(0, module, "const", &constant.name, &constant.doc));
        body.push_str(&format!(
            "pub const {}: {} = {};\n",
            constant.name,
            rust_types::type_text(module, &constant.kind),
            rust_types::value_text(module, &constant.kind, &constant.value)
        ));
    }
    let mut text = rust::module_doc_lines("What the surface is made of.");
    text.push_str(&rust_types::imports(part.package, &mentions, None, true));
    // Types of this file need no import; the states of state machines stand beside it.
    for machine in &module.state_machines {
        let state = rust_types::state_type(machine);
        if mentions.named.contains(&state) {
            text.push_str(&format!("use super::{}::{state};\n", rust::module(&machine.name)));
        }
    }
    rust::file(&(text + &body))
}

/// Documentation and attributes; `default` says whether `Default` is derived.
fn head(module: &Module, of: &Type, default: bool) -> String {
    let mut text = docs::item(0, module, "type", &of.name, &of.doc);
    let stated = of.derives.iter().map(String::as_str).filter(|name| *name != "Default");
    let derives: Vec<&str> = stated.chain(default.then_some("Default")).collect();
    if !derives.is_empty() && !matches!(of.kind, TypeKind::Alias(_)) {
        text.push_str(&format!("#[derive({})]\n", derives.join(", ")));
    }
    if of.non_exhaustive {
        text.push_str("#[non_exhaustive]\n");
    }
    text
}

fn structure(module: &Module, of: &Type, fields: &[Field]) -> String {
    let states_default = fields.iter().any(|field| field.default.is_some());
    let derives_default = of.derives.iter().any(|name| name == "Default");
    let mut text = head(module, of, derives_default && !states_default);
    text.push_str(&format!("pub struct {} {{\n", of.name));
    for field in fields {
        text.push_str(&rust::doc_lines(4, &docs::field(module, field)));
        text.push_str(&format!(
            "    pub {}: {},\n",
            rust::name(&field.name),
            rust_types::type_text(module, &field.kind)
        ));
    }
    text.push_str("}\n");
    let all_state_it = fields.iter().all(|field| field.default.is_some());
    if states_default && (all_state_it || derives_default) {
        text.push_str(&format!(
            "impl Default for {} {{ fn default() -> Self {{ {} {{\n",
            of.name, of.name
        ));
        for field in fields {
            text.push_str(&format!("{}: {},\n", rust::name(&field.name), default(module, field)));
        }
        text.push_str("} } }\n");
    }
    text
}

/// The value that a field has unless stated.
pub fn default(module: &Module, field: &Field) -> String {
    match &field.default {
        Some(value) => owned(module, &field.kind, value),
        None => "Default::default()".to_owned(),
    }
}

fn owned(module: &Module, kind: &TypeReference, value: &Value) -> String {
    rust_types::value_text(module, kind, value)
}

fn enumeration(module: &Module, of: &Type, variants: &[Variant], default: Option<usize>) -> String {
    let mut text = head(module, of, default.is_some());
    text.push_str(&format!("pub enum {} {{\n", of.name));
    for (index, variant) in variants.iter().enumerate() {
        text.push_str(&rust::doc_lines(4, &variant.doc));
        if default == Some(index) {
            text.push_str("    #[default]\n");
        }
        text.push_str(&format!("    {},\n", variant.name));
    }
    text.push_str("}\n");
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    text.push_str(&all_and_name(&of.name, &names));
    text
}

/// The list of the variants of an enum, and their names.
pub fn all_and_name(name: &str, variants: &[&str]) -> String {
    let all: Vec<String> = variants.iter().map(|variant| format!("Self::{variant}")).collect();
    let arms: Vec<String> = variants
        .iter()
        .map(|variant| format!("Self::{variant} => {},\n", rust::literal(variant)))
        .collect();
    let body = match arms.is_empty() {
        true => "match self {}".to_owned(),
        false => format!("match self {{ {} }}", arms.concat()),
    };
    format!(
        "impl {name} {{\n/// All of them, in the order of the specification.\npub const ALL: &'static [Self] = &[{}];\n\
         /// The name in the specification.\n#[must_use]\npub const fn name(self) -> &'static str {{ {body} }}\n}}\n",
        all.join(", ")
    )
}

fn opaque(module: &Module, of: &Type) -> String {
    let mut text = head(module, of, of.derives.iter().any(|name| name == "Default"));
    text.push_str(&format!(
        "pub struct {name}(u64);\nimpl {name} {{\n/// For backends, which alone know what the number means.\n#[must_use]\n\
         pub const fn from_raw(raw: u64) -> Self {{ {name}(raw) }}\n/// The number, for backends and for the C interface.\n#[must_use]\n\
         pub const fn into_raw(&self) -> u64 {{ self.0 }}\n}}\n",
        name = of.name
    ));
    text
}
