//! Shapes of the module file: the Rust type of each, its parts, and the least that it takes in a file.

use super::names;
use crate::arena::Id;
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::{InstructionSet, Record, Shape};

/// The Rust type of a shape.
pub fn shape_type(set: &InstructionSet, shape: &Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.name().to_owned(),
        // By its path: a record may have the same name.
        Shape::Wide(wide) if wide.is_emitted() => format!("wide::{}", wide.rust_type()),
        Shape::Wide(wide) => wide.rust_type(),
        Shape::String { .. } => "String".to_owned(),
        Shape::Code { .. } => "Vec<u8>".to_owned(),
        Shape::TypeId => "TypeId".to_owned(),
        Shape::TypeDefinition => "TypeDefinition".to_owned(),
        Shape::Reference(kind) => id_type(&set.operand_kinds[*kind].name),
        Shape::Optional(inner) => format!("Option<{}>", shape_type(set, inner)),
        Shape::List { element, .. } => format!("Vec<{}>", shape_type(set, element)),
        Shape::Record(record) => names::structure(&set.format.records[*record].name),
        Shape::Union(union) => names::structure(&set.format.unions[*union].name),
    }
}

/// The smallest number of bytes that a value of a shape takes in a file. A cycle of records counts as nothing.
pub fn least_bytes(set: &InstructionSet, shape: &Shape) -> u32 {
    least(set, shape, &mut Vec::new())
}

fn least(set: &InstructionSet, shape: &Shape, open: &mut Vec<Id<Record>>) -> u32 {
    match shape {
        Shape::Scalar(scalar) => scalar.bytes(),
        Shape::Wide(wide) => wide.bytes(),
        Shape::String { .. }
        | Shape::Code { .. }
        | Shape::TypeId
        | Shape::Reference(_)
        | Shape::Optional(_)
        | Shape::List { .. } => 4,
        Shape::TypeDefinition => {
            let arguments = |of: &&crate::model::instruction_set::Type| of.parameters.len() as u32 * 4;
            1 + super::types::constructors(set).iter().map(arguments).min().unwrap_or(0)
        }
        Shape::Record(record) => {
            if open.contains(record) {
                return 0;
            }
            open.push(*record);
            let fields = set.format.records[*record].fields.iter().filter(|field| field.flag.is_none());
            let sum = fields
                .map(|field| least(set, &field.shape, open))
                .fold(0, u32::saturating_add);
            open.pop();
            sum
        }
        Shape::Union(union) => {
            let variants = &set.format.unions[*union].variants;
            1 + variants
                .iter()
                .map(|variant| least(set, &variant.shape, open))
                .min()
                .unwrap_or(0)
        }
    }
}

/// Whether a shape, or a part of it, satisfies a condition.
pub fn part(shape: &Shape, holds: &dyn Fn(&Shape) -> bool) -> bool {
    holds(shape)
        || match shape {
            Shape::List { element, .. } => part(element, holds),
            Shape::Optional(inner) => part(inner, holds),
            _ => false,
        }
}
