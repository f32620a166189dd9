//! Names in C: every one begins with the prefix of its module, and types end in `_t`.

use heck::{ToShoutySnakeCase, ToSnakeCase};

use super::form::Form;
use crate::arena::Id;
use crate::model::module::c_names::{state_stem, stem};
use crate::model::module::{CInterface, Module, StateMachine, Type};
use crate::model::package::Package;

/// Words that C, C++ or the headers that they come with keep for themselves.
const KEPT: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "compl",
    "const",
    "constexpr",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "nullptr",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
];

/// The name of a parameter or field.
pub fn variable(name: &str) -> String {
    match KEPT.contains(&name) {
        true => format!("{name}_"),
        false => name.to_owned(),
    }
}

/// The beginning of what all modules of a package share: `abi`.
pub fn shared(package: &Package) -> String {
    package.name.to_snake_case()
}

/// A type of the module: `abi_cache_config_t`.
pub fn named(c: &CInterface, module: &Module, id: Id<Type>) -> String {
    format!("{}_{}_t", c.prefix, stem(module, id))
}

/// The states of a state machine: `abi_gateway_circuit_state_t`.
pub fn state(c: &CInterface, module: &Module, id: Id<StateMachine>) -> String {
    format!("{}_{}_t", c.prefix, state_stem(module, id))
}

/// A state: `ABI_GATEWAY_CIRCUIT_STATE_HALF_OPEN`.
pub fn state_constant(c: &CInterface, module: &Module, id: Id<StateMachine>, name: &str) -> String {
    format!("{}_{}_{name}", c.prefix, state_stem(module, id)).to_shouty_snake_case()
}

/// A variant of an enum: `ABI_CACHE_EVICTION_POLICY_LRU`.
pub fn variant(c: &CInterface, module: &Module, id: Id<Type>, name: &str) -> String {
    format!("{}_{}_{name}", c.prefix, stem(module, id)).to_shouty_snake_case()
}

/// Something else of the module: `ABI_CACHE_TOO_LARGE`.
pub fn constant(c: &CInterface, name: &str) -> String {
    format!("{}_{name}", c.prefix).to_shouty_snake_case()
}

/// The type of values of a form: `uint32_t`, `abi_buffer_t`, `abi_cache_entry_list_t`.
pub fn type_of(package: &Package, c: &CInterface, module: &Module, form: &Form) -> String {
    match form {
        Form::Bool => "uint8_t".to_owned(),
        Form::Integer { signed, bits } => format!("{}int{bits}_t", if *signed { "" } else { "u" }),
        Form::Float(32) => "float".to_owned(),
        Form::Float(_) => "double".to_owned(),
        Form::Duration => "uint64_t".to_owned(),
        Form::Opaque(id) | Form::Enum(id) | Form::Struct(id) => named(c, module, *id),
        Form::State(id) => state(c, module, *id),
        Form::Text | Form::Bytes => format!("{}_buffer_t", shared(package)),
        Form::Optional(inner) => format!("{}_optional_{}_t", c.prefix, word(module, inner)),
        Form::List(inner) => format!("{}_{}_list_t", c.prefix, word(module, inner)),
    }
}

/// A form as a part of a name: `u32`, `buffer`, `entry`.
fn word(module: &Module, form: &Form) -> String {
    match form {
        Form::Bool => "bool".to_owned(),
        Form::Integer { signed, bits } => format!("{}{bits}", if *signed { "i" } else { "u" }),
        Form::Float(bits) => format!("f{bits}"),
        Form::Duration => "duration".to_owned(),
        Form::Opaque(id) | Form::Enum(id) | Form::Struct(id) => stem(module, *id),
        Form::State(id) => state_stem(module, *id),
        Form::Text | Form::Bytes => "buffer".to_owned(),
        Form::Optional(inner) => format!("optional_{}", word(module, inner)),
        Form::List(inner) => format!("{}_list", word(module, inner)),
    }
}

/// The function that frees what a value of a type holds: `abi_buffer_free`.
pub fn free(type_name: &str) -> String {
    format!("{}_free", type_name.strip_suffix("_t").unwrap_or(type_name))
}

/// The type of values of a form in the emitted Rust: `u32`, `Buffer`, `List<Entry>`.
pub fn rust_type(module: &Module, form: &Form) -> String {
    match form {
        Form::Bool => "u8".to_owned(),
        Form::Integer { signed, bits } => format!("{}{bits}", if *signed { "i" } else { "u" }),
        Form::Float(bits) => format!("f{bits}"),
        Form::Duration | Form::Opaque(_) => "u64".to_owned(),
        Form::Enum(_) | Form::State(_) => "i32".to_owned(),
        Form::Text | Form::Bytes => "Buffer".to_owned(),
        Form::Struct(id) => module.types[*id].name.clone(),
        Form::Optional(inner) => format!("Optional<{}>", rust_type(module, inner)),
        Form::List(inner) => format!("List<{}>", rust_type(module, inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_c_are_escaped_and_suffixes_stay_whole() {
        assert_eq!(variable("default"), "default_");
        assert_eq!(variable("key"), "key");
        assert_eq!(free("abi_buffer_t"), "abi_buffer_free");
        assert!(KEPT.is_sorted());
    }
}
