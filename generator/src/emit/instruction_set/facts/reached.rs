//! What a module file can hold.

use std::collections::BTreeSet;

use super::shape::part;
use super::types;
use crate::arena::Id;
use crate::model::instruction_set::{Field, InstructionSet, ParameterKind, Record, Scalar, Shape, Union};

/// Records and unions that a file can hold, in order of the spec.
pub struct Reached {
    /// Records.
    pub records: BTreeSet<Id<Record>>,
    /// Unions.
    pub unions: BTreeSet<Id<Union>>,
    /// Whether it can hold entries of the type table.
    pub definitions: bool,
}

impl Reached {
    /// What the record `module` leads to.
    pub fn from_root(set: &InstructionSet) -> Reached {
        let mut reached = Reached {
            records: BTreeSet::new(),
            unions: BTreeSet::new(),
            definitions: false,
        };
        let mut waiting = vec![&set.format.records[set.format.root]];
        reached.records.insert(set.format.root);
        while let Some(record) = waiting.pop() {
            for field in &record.fields {
                reached.shape(set, &field.shape, &mut waiting);
            }
        }
        reached
    }

    fn shape<'a>(&mut self, set: &'a InstructionSet, shape: &Shape, waiting: &mut Vec<&'a Record>) {
        match shape {
            Shape::List { element, .. } => self.shape(set, element, waiting),
            Shape::Optional(inner) => self.shape(set, inner, waiting),
            Shape::TypeDefinition => self.definitions = true,
            Shape::Record(record) if self.records.insert(*record) => {
                waiting.push(&set.format.records[*record]);
            }
            Shape::Union(union) if self.unions.insert(*union) => {
                for variant in &set.format.unions[*union].variants {
                    self.shape(set, &variant.shape, waiting);
                }
            }
            _ => {}
        }
    }

    /// All fields of the records.
    pub fn fields<'a>(&self, set: &'a InstructionSet) -> Vec<&'a Field> {
        self.records
            .iter()
            .flat_map(|record| &set.format.records[*record].fields)
            .collect()
    }

    /// Whether a shape, or a part of one, satisfies a condition.
    pub fn any(&self, set: &InstructionSet, holds: &dyn Fn(&Shape) -> bool) -> bool {
        let variants = self
            .unions
            .iter()
            .flat_map(|union| &set.format.unions[*union].variants)
            .map(|variant| &variant.shape);
        self.fields(set)
            .into_iter()
            .map(|field| &field.shape)
            .chain(variants)
            .any(|shape| part(shape, holds))
    }

    /// Whether the type table has optional arguments.
    pub fn optional_argument(&self, set: &InstructionSet) -> bool {
        self.definitions && types::uses(set, ParameterKind::OptionalType)
    }

    /// Whether the type table has lists of arguments.
    pub fn list_argument(&self, set: &InstructionSet) -> bool {
        self.definitions && types::uses(set, ParameterKind::Types)
    }

    /// Whether numbers of this width are read. Headers, counts, ids and tags need `u32` and `u8`.
    pub fn needs(&self, set: &InstructionSet, scalar: Scalar) -> bool {
        scalar == Scalar::U32
            || scalar == Scalar::U8 && (!self.unions.is_empty() || self.definitions)
            || self.any(set, &|shape| *shape == Shape::Scalar(scalar))
    }
}
