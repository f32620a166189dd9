//! Emits `verify/lattice.rs`: the order of types.

use serde::Serialize;

use super::reading::{Reading, constant, variant};
use crate::emit::{rust, template};
use crate::model::instruction_set::{ParameterKind, Type};

const TEMPLATE: &str = include_str!("../templates/verify_lattice.rs.hbs");

/// The file.
pub fn file(reading: &Reading<'_>) -> anyhow::Result<String> {
    let set = reading.set;
    let made = || set.types.iter().filter(|entry| !entry.parameters.is_empty());
    let exception = match reading.boxed {
        Some(boxed) => constant(&set.types[boxed].name),
        None => {
            let plain = set.types.iter().find(|entry| entry.parameters.is_empty());
            constant(&plain.ok_or_else(|| anyhow::anyhow!("`{}` has no plain type", set.name))?.name)
        }
    };
    let data = Lattice {
        module: variant(&set.format.records[set.format.root].name).to_string(),
        exception: exception.to_string(),
        classes: reading.class.is_some(),
        others: made().count() > 1 || made().any(|entry| entry.parameters.len() > 1),
        class_constructors: made().filter_map(ClassConstructor::of).collect(),
    };
    template::render("verify/lattice.rs", TEMPLATE, &data)
}

/// Whether a constructor takes one list of types and nothing else.
pub fn is_tuple(entry: &Type) -> bool {
    matches!(entry.parameters.as_slice(), [parameter] if parameter.kind == ParameterKind::Types)
}

#[derive(Serialize)]
struct Lattice {
    module: String,
    exception: String,
    classes: bool,
    /// Whether there is any other constructor, or a condition on those with a class.
    others: bool,
    class_constructors: Vec<ClassConstructor>,
}

#[derive(Serialize)]
struct ClassConstructor {
    variant: String,
    class: String,
    equal: Vec<String>,
    small: String,
    large: String,
}

impl ClassConstructor {
    fn of(entry: &Type) -> Option<ClassConstructor> {
        let class = entry
            .parameters
            .iter()
            .find(|parameter| parameter.kind == ParameterKind::Class)?;
        let names = || {
            entry
                .parameters
                .iter()
                .map(|parameter| rust::ident(&parameter.name).to_string())
        };
        let bind = |prefix: &str| {
            names()
                .map(|name| format!("{name}: {prefix}_{name}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let class = rust::ident(&class.name).to_string();
        Some(ClassConstructor {
            variant: variant(&entry.name).to_string(),
            equal: names().filter(|name| *name != class).collect(),
            small: bind("small"),
            large: bind("large"),
            class,
        })
    }
}
