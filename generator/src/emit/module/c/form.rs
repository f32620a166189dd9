//! How values of a surface look in C, and which of them have no form there.

use crate::arena::Id;
use crate::model::module::{Module, StateMachine, Type, TypeKind, TypeReference};
use crate::model::package::Package;

/// The form of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A truth value: `uint8_t`, since a C program may write any byte there.
    Bool,
    /// An integer.
    Integer {
        /// Whether it has a sign.
        signed: bool,
        /// 8, 16, 32 or 64.
        bits: u32,
    },
    /// `float` or `double`, by bits.
    Float(u32),
    /// Nanoseconds in a `uint64_t`.
    Duration,
    /// A number that only the module makes and reads, in a `uint64_t`.
    Opaque(Id<Type>),
    /// An `int32_t` with a constant for each variant.
    Enum(Id<Type>),
    /// The state of a state machine, an `int32_t` with a constant for each.
    State(Id<StateMachine>),
    /// UTF-8.
    Text,
    /// Bytes.
    Bytes,
    /// A struct.
    Struct(Id<Type>),
    /// A value that may be absent.
    Optional(Box<Form>),
    /// Any number of values.
    List(Box<Form>),
}

/// The form of a type; why there is none otherwise.
pub fn of(package: &Package, module: &Module, reference: &TypeReference) -> Result<Form, String> {
    within(package, module, reference, &mut Vec::new())
}

fn within(package: &Package, module: &Module, reference: &TypeReference, inside: &mut Vec<Id<Type>>) -> Result<Form, String> {
    Ok(match reference {
        TypeReference::Bool => Form::Bool,
        TypeReference::Integer { signed, bits } => Form::Integer {
            signed: *signed,
            bits: *bits,
        },
        TypeReference::Float(bits) => Form::Float(*bits),
        TypeReference::Duration => Form::Duration,
        TypeReference::Str | TypeReference::String => Form::Text,
        TypeReference::Slice => Form::Bytes,
        TypeReference::Library(name) => {
            let is_bytes = |library: &&crate::model::package::Library| library.name == "bytes" && library.types.contains(name);
            match package.libraries.iter().find(is_bytes) {
                Some(_) if name == "Bytes" => Form::Bytes,
                _ => return Err(format!("`{name}` of a library has no form in C")),
            }
        }
        TypeReference::Option(inner) => match within(package, module, inner, inside)? {
            Form::Optional(_) => return Err("an `Option` in an `Option` has no form in C".to_owned()),
            inner => Form::Optional(Box::new(inner)),
        },
        TypeReference::Vec(inner) => match within(package, module, inner, inside)? {
            Form::List(_) => return Err("a `Vec` in a `Vec` has no form in C".to_owned()),
            _ if matches!(**inner, TypeReference::Str | TypeReference::Slice) => {
                return Err("a `Vec` of borrowed texts has no form in C".to_owned());
            }
            inner => Form::List(Box::new(inner)),
        },
        TypeReference::State(id) => Form::State(*id),
        TypeReference::Named(id) | TypeReference::Reference(id) => named(package, module, *id, inside)?,
    })
}

fn named(package: &Package, module: &Module, id: Id<Type>, inside: &mut Vec<Id<Type>>) -> Result<Form, String> {
    let of = &module.types[id];
    if inside.contains(&id) {
        return Err(format!("`{}` holds itself, which has no form in C", of.name));
    }
    Ok(match &of.kind {
        TypeKind::Enum { .. } => Form::Enum(id),
        TypeKind::Opaque => Form::Opaque(id),
        TypeKind::Alias(to) => {
            inside.push(id);
            let form = within(package, module, to, inside)?;
            inside.pop();
            form
        }
        TypeKind::Struct(fields) => {
            inside.push(id);
            for field in fields {
                within(package, module, &field.kind, inside)
                    .map_err(|reason| format!("{reason} (field `{}` of `{}`)", field.name, of.name))?;
            }
            inside.pop();
            Form::Struct(id)
        }
    })
}

impl Form {
    /// Whether a value of it owns memory that must be freed.
    pub fn owns(&self, package: &Package, module: &Module) -> bool {
        match self {
            Form::Text | Form::Bytes | Form::List(_) => true,
            Form::Optional(inner) => inner.owns(package, module),
            Form::Struct(id) => fields(package, module, *id)
                .iter()
                .any(|(_, form)| form.owns(package, module)),
            _ => false,
        }
    }

    /// Itself and what it is made of, what is inside first.
    pub fn parts(&self, package: &Package, module: &Module) -> Vec<Form> {
        let mut parts = match self {
            Form::Optional(inner) | Form::List(inner) => inner.parts(package, module),
            Form::Struct(id) => {
                let fields = fields(package, module, *id);
                fields.iter().flat_map(|(_, form)| form.parts(package, module)).collect()
            }
            _ => Vec::new(),
        };
        parts.push(self.clone());
        parts
    }
}

/// The fields of a struct that has a form, with their forms.
pub fn fields<'a>(package: &Package, module: &'a Module, id: Id<Type>) -> Vec<(&'a str, Form)> {
    let TypeKind::Struct(fields) = &module.types[id].kind else {
        return Vec::new();
    };
    let forms = fields
        .iter()
        .filter_map(|field| Some((field.name.as_str(), of(package, module, &field.kind).ok()?)));
    forms.collect()
}

/// What a name of another type stands for.
pub fn resolved<'a>(module: &'a Module, reference: &'a TypeReference) -> &'a TypeReference {
    let mut reference = reference;
    // A chain of names is no longer than the list of types.
    for _ in module.types.iter() {
        match reference {
            TypeReference::Named(id) => match &module.types[*id].kind {
                TypeKind::Alias(to) => reference = to,
                _ => break,
            },
            _ => break,
        }
    }
    reference
}
