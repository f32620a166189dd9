//! How modules are written in Rust: the names of crates and types, and the text of types, values and signatures.
//!
//! Every type of a surface is named without its path; [`imports`] gives the `use` lines that a file needs for that.

use std::collections::BTreeSet;

use crate::emit::rust;
use crate::model::module::{
    Backend, CapabilityValue, Function, Module, StateMachine, Type, TypeKind, TypeReference, surface::Value,
};
use crate::model::package::Package;

/// The folder of a crate of a package: `generated/abi/facts`.
pub fn folder(package: &Package, part: &str) -> String {
    format!("generated/{}/{part}", package.name)
}

/// The Cargo package with the facts: `abi-facts`.
pub fn facts_package(package: &Package) -> String {
    format!("{}-facts", package.name)
}

/// A Cargo package as code names it: `abi_facts`.
pub fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// The facts crate as code names it: `abi_facts`.
pub fn facts_crate(package: &Package) -> String {
    crate_name(&facts_package(package))
}

/// The façade crate as code names it: `abi`.
pub fn facade_crate(package: &Package) -> String {
    crate_name(&package.name)
}

/// The Cargo package of a backend's adapter: `abi-cache-moka`.
pub fn adapter_package(package: &Package, backend: &Backend) -> String {
    let folder = backend.adapter.trim_end_matches('/');
    let last = folder.rsplit('/').next().unwrap_or(folder);
    format!("{}-{last}", package.name)
}

/// The type of a backend with its path: `abi_cache_moka::Moka`.
pub fn adapter_type(package: &Package, backend: &Backend) -> String {
    format!("{}::{}", crate_name(&adapter_package(package, backend)), backend.type_name())
}

/// The module in the facts and in the façade: `cache`.
pub fn module_name(module: &Module) -> String {
    rust::module(&module.name)
}

/// `CacheError`.
pub fn error_type(module: &Module) -> String {
    format!("{}Error", module.handle())
}

/// `CacheBackend`.
pub fn backend_type(module: &Module) -> String {
    format!("{}Backend", module.handle())
}

/// `CacheCapability`.
pub fn capability_type(module: &Module) -> String {
    format!("{}Capability", module.handle())
}

/// `CircuitState`.
pub fn state_type(machine: &StateMachine) -> String {
    format!("{}State", machine.name)
}

/// `CacheConfig`.
pub fn config_type(module: &Module) -> &str {
    &module.types[module.config].name
}

/// The variant of the capability enum: `Ttl`; `Eviction(EvictionPolicy::Lru)` for one of a variant.
pub fn capability_variant(module: &Module, package: &Package, value: &CapabilityValue) -> String {
    let capability = &package.capabilities[value.capability];
    let name = rust::variant(&capability.name);
    let name = format!("{}::{name}", capability_type(module));
    match (&capability.per, &value.variant) {
        (Some(per), Some(variant)) => format!("{name}({per}::{variant})"),
        _ => name,
    }
}

/// The text of a type: `Option<Bytes>`, `&[u8]`.
pub fn type_text(module: &Module, reference: &TypeReference) -> String {
    match reference {
        TypeReference::Bool => "bool".to_owned(),
        TypeReference::Integer { signed, bits } => format!("{}{bits}", if *signed { "i" } else { "u" }),
        TypeReference::Float(bits) => format!("f{bits}"),
        TypeReference::Str => "&str".to_owned(),
        TypeReference::Slice => "&[u8]".to_owned(),
        TypeReference::String => "String".to_owned(),
        TypeReference::Library(name) => name.clone(),
        TypeReference::Duration => "Duration".to_owned(),
        TypeReference::Option(inner) => format!("Option<{}>", type_text(module, inner)),
        TypeReference::Vec(inner) => format!("Vec<{}>", type_text(module, inner)),
        TypeReference::Named(id) => module.types[*id].name.clone(),
        TypeReference::Reference(id) => format!("&{}", module.types[*id].name),
        TypeReference::State(id) => state_type(&module.state_machines[*id]),
    }
}

/// What a function gives: `Result<Option<Bytes>, CacheError>`; `()` for nothing.
pub fn result_text(module: &Module, function: &Function) -> String {
    let value = match &function.returns {
        Some(returns) => type_text(module, returns),
        None => "()".to_owned(),
    };
    match function.is_fallible {
        true => format!("Result<{value}, {}>", error_type(module)),
        false => value,
    }
}

/// The parameters with their types, the receiver first: `&self, key: &[u8]`.
pub fn parameters_text(module: &Module, function: &Function) -> String {
    let receiver = function.is_method.then(|| "&self".to_owned());
    let parameters = function
        .parameters
        .iter()
        .map(|parameter| format!("{}: {}", rust::name(&parameter.name), type_text(module, &parameter.kind)));
    receiver.into_iter().chain(parameters).collect::<Vec<_>>().join(", ")
}

/// The parameters as they are passed on, without the receiver: `key, value`.
pub fn arguments_text(function: &Function) -> String {
    let names = function.parameters.iter().map(|parameter| rust::name(&parameter.name));
    names.collect::<Vec<_>>().join(", ")
}

/// A signature without `pub`, `const` and body: `fn get(&self, key: &[u8]) -> Option<Bytes>`.
pub fn signature(module: &Module, function: &Function) -> String {
    let result = match result_text(module, function) {
        unit if unit == "()" => String::new(),
        result => format!(" -> {result}"),
    };
    format!(
        "fn {}({}){result}",
        rust::name(&function.name),
        parameters_text(module, function)
    )
}

/// The type of a function as a pointer, with the handle for the receiver: `fn(&Cache, &[u8]) -> Option<Bytes>`.
pub fn pointer_type(module: &Module, function: &Function) -> String {
    let receiver = function.is_method.then(|| format!("&{}", module.handle()));
    let parameters = function.parameters.iter().map(|parameter| type_text(module, &parameter.kind));
    let parameters: Vec<String> = receiver.into_iter().chain(parameters).collect();
    match result_text(module, function) {
        unit if unit == "()" => format!("fn({})", parameters.join(", ")),
        result => format!("fn({}) -> {result}", parameters.join(", ")),
    }
}

/// A value as an expression that can stand in a constant, except for texts of owned types.
pub fn value_text(module: &Module, reference: &TypeReference, value: &Value) -> String {
    match (value, reference) {
        (Value::Bool(value), _) => value.to_string(),
        (Value::Integer(value), TypeReference::Float(_)) => format!("{value}.0"),
        (Value::Integer(value), TypeReference::Duration) => format!("Duration::from_nanos({})", integer(*value)),
        (Value::Integer(value), _) => integer(*value),
        (Value::Float(value), _) => format!("{value:?}"),
        (Value::Text(text), TypeReference::String) => match text.as_str() {
            "" => "String::new()".to_owned(),
            text => format!("String::from({})", rust::literal(text)),
        },
        (Value::Text(text), TypeReference::Slice) => format!("{}.as_bytes()", rust::literal(text)),
        (Value::Text(text), TypeReference::Library(name)) => match text.as_str() {
            "" => format!("{name}::new()"),
            text => format!("{name}::from_static({}.as_bytes())", rust::literal(text)),
        },
        (Value::Text(text), _) => rust::literal(text),
        (Value::Duration(nanoseconds), _) => duration(*nanoseconds),
        (Value::Variant(id, variant), _) => {
            let of = &module.types[*id];
            match variants(of).get(*variant) {
                Some(name) => format!("{}::{name}", of.name),
                None => of.name.clone(),
            }
        }
        (Value::None, _) => "None".to_owned(),
        (Value::Some(inner), TypeReference::Option(reference)) => format!("Some({})", value_text(module, reference, inner)),
        (Value::Some(inner), reference) => format!("Some({})", value_text(module, reference, inner)),
        (Value::Empty, TypeReference::Slice) => "&[]".to_owned(),
        (Value::Empty, TypeReference::Library(name)) => format!("{name}::new()"),
        (Value::Empty, TypeReference::String) => "String::new()".to_owned(),
        (Value::Empty, _) => "Vec::new()".to_owned(),
    }
}

/// A whole number as Rust writes it: `10_000`, `-600`.
pub fn integer(value: i128) -> String {
    let magnitude = u64::try_from(value.unsigned_abs()).map_or_else(|_| value.unsigned_abs().to_string(), rust::number);
    if value < 0 { format!("-{magnitude}") } else { magnitude }
}

/// A duration in the largest unit that tells it exactly: `Duration::from_secs(300)`.
pub fn duration(nanoseconds: u64) -> String {
    let units = [
        (1_000_000_000, "secs"),
        (1_000_000, "millis"),
        (1_000, "micros"),
        (1, "nanos"),
    ];
    let found = units.iter().find(|(unit, _)| nanoseconds.is_multiple_of(*unit));
    let (unit, name) = found.copied().unwrap_or((1, "nanos"));
    format!("Duration::from_{name}({})", rust::number(nanoseconds / unit))
}

/// The names of the variants of an enum; none for any other type.
pub fn variants(of: &Type) -> Vec<&str> {
    match &of.kind {
        TypeKind::Enum { variants, .. } => variants.iter().map(|variant| variant.name.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// What a type names that must be imported.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Mentions {
    /// Types of libraries: `Bytes`.
    pub libraries: BTreeSet<String>,
    /// Types of the module: `CacheStats`.
    pub named: BTreeSet<String>,
    /// `String`.
    pub string: bool,
    /// `Vec`.
    pub vec: bool,
    /// `Duration`.
    pub duration: bool,
    /// A type that no two values of are always equal to themselves: `f64`.
    pub float: bool,
}

impl Mentions {
    /// Adds what a type names.
    pub fn add(&mut self, module: &Module, reference: &TypeReference) {
        match reference {
            TypeReference::Library(name) => {
                self.libraries.insert(name.clone());
            }
            TypeReference::Named(id) | TypeReference::Reference(id) => {
                self.named.insert(module.types[*id].name.clone());
            }
            TypeReference::State(id) => {
                self.named.insert(state_type(&module.state_machines[*id]));
            }
            TypeReference::String => self.string = true,
            TypeReference::Vec(inner) => {
                self.vec = true;
                self.add(module, inner);
            }
            TypeReference::Option(inner) => self.add(module, inner),
            TypeReference::Duration => self.duration = true,
            TypeReference::Float(_) => self.float = true,
            TypeReference::Bool | TypeReference::Integer { .. } | TypeReference::Str | TypeReference::Slice => {}
        }
    }

    /// Adds what a function names.
    pub fn add_function(&mut self, module: &Module, function: &Function) {
        for parameter in &function.parameters {
            self.add(module, &parameter.kind);
        }
        if let Some(returns) = &function.returns {
            self.add(module, returns);
        }
    }
}

/// The `use` lines for what is mentioned. `types` is the path of the module's types; none if they stand in the same file. Crates
/// without `std` take `String` and `Vec` from `alloc`.
pub fn imports(package: &Package, mentions: &Mentions, types: Option<&str>, no_std: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    if no_std && mentions.string {
        lines.push("use alloc::string::String;\n".to_owned());
    }
    if no_std && mentions.vec {
        lines.push("use alloc::vec::Vec;\n".to_owned());
    }
    if mentions.duration {
        lines.push("use core::time::Duration;\n".to_owned());
    }
    for library in &package.libraries {
        let used: Vec<String> = library
            .types
            .iter()
            .filter(|name| mentions.libraries.contains(*name))
            .cloned()
            .collect();
        lines.push(rust::use_names(&library_path(package, &library.name, no_std), &used));
    }
    if let Some(path) = types {
        lines.push(rust::use_names(path, &mentions.named.iter().cloned().collect::<Vec<_>>()));
    }
    lines.concat()
}

/// A library as code names it: directly in the facts, through the facts elsewhere, so that these alone say which version it is.
fn library_path(package: &Package, library: &str, in_facts: bool) -> String {
    let library = crate_name(library);
    match in_facts {
        true => library,
        false => format!("{}::{library}", facts_crate(package)),
    }
}
