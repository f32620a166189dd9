//! Decides what stands where in the text of a set: which lists declarations fill, which are pools, in which order fields are read.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::arena::Id;
use crate::emit::rust;
use crate::model::instruction_set::operand::{Indexes, OperandKind, OperandMeaning};
use crate::model::instruction_set::signature::id_type;
use crate::model::instruction_set::wide::Wide;
use crate::model::instruction_set::{Field, InstructionSet, Record, Scalar, Shape, Union};

/// How the text of a set is laid out.
pub struct Plan<'s> {
    /// The set.
    pub set: &'s InstructionSet,
    /// The record of the whole module.
    pub root: &'s Record,
    /// Lists of the module that declarations fill, in file order.
    pub declared: Vec<Declared<'s>>,
    /// The other fields of the module in the order in which they are read: pools before what is looked up in them.
    pub fields: Vec<&'s Field>,
    /// Lists of the module that fill by interning.
    pub pools: Vec<Pool<'s>>,
    /// Records that occur below the root.
    pub records: BTreeSet<Id<Record>>,
    /// Unions that occur.
    pub unions: BTreeSet<Id<Union>>,
    /// Operand kinds that select something and occur in ops or in records.
    pub kinds: BTreeSet<Id<OperandKind>>,
}

/// A list of the module that declarations fill.
pub struct Declared<'s> {
    /// The list.
    pub field: &'s Field,
    /// Its items.
    pub record: Id<Record>,
    /// The largest count.
    pub max: u32,
}

/// A list of the module that fills by interning.
pub struct Pool<'s> {
    /// The list.
    pub field: &'s Field,
    /// The shape of its items.
    pub element: &'s Shape,
    /// The largest count.
    pub max: u32,
}

/// Which list of the module the entries of an operand kind stand in.
pub enum Target {
    /// The one with this position in [`Plan::declared`].
    Declared(usize),
    /// The one with this position in [`Plan::pools`].
    Pool(usize),
    /// One without names or values to search for.
    Number,
}

impl<'s> Plan<'s> {
    /// The plan of a set.
    pub fn new(set: &'s InstructionSet) -> Self {
        let root = &set.format.records[set.format.root];
        let mut plan = Plan {
            set,
            root,
            declared: Vec::new(),
            fields: Vec::new(),
            pools: Vec::new(),
            records: BTreeSet::new(),
            unions: BTreeSet::new(),
            kinds: BTreeSet::new(),
        };
        for field in &root.fields {
            plan.place(field);
        }
        plan.fields.sort_by_key(|field| priority(&field.shape));
        for op in &set.ops {
            let kinds = op.operands.iter().map(|operand| operand.kind);
            plan.kinds
                .extend(kinds.filter(|kind| matches!(set.operand_kinds[*kind].meaning, OperandMeaning::Index(_))));
        }
        plan
    }

    fn place(&mut self, field: &'s Field) {
        self.reach(&field.shape);
        if let Shape::List { element, max } = &field.shape {
            if let Shape::Record(record) = **element
                && name_field(&self.set.format.records[record]).is_some()
                && !self.declared.iter().any(|declared| declared.record == record)
            {
                let max = *max;
                self.declared.push(Declared { field, record, max });
                return;
            }
            if is_pool_element(element) {
                self.pools.push(Pool {
                    field,
                    element,
                    max: *max,
                });
            }
        }
        self.fields.push(field);
    }

    fn reach(&mut self, shape: &Shape) {
        match shape {
            Shape::Optional(inner) | Shape::List { element: inner, .. } => self.reach(inner),
            Shape::Record(record) => {
                if self.records.insert(*record) {
                    for field in &self.set.format.records[*record].fields {
                        self.reach(&field.shape);
                    }
                }
            }
            Shape::Union(union) => {
                if self.unions.insert(*union) {
                    for variant in &self.set.format.unions[*union].variants {
                        self.reach(&variant.shape);
                    }
                }
            }
            Shape::Reference(kind) => {
                self.kinds.insert(*kind);
            }
            Shape::Scalar(_)
            | Shape::Wide(_)
            | Shape::String { .. }
            | Shape::Code { .. }
            | Shape::TypeId
            | Shape::TypeDefinition => {}
        }
    }

    /// What the entries of an operand kind that indexes a list of the module are looked up in.
    pub fn target(&self, field: &str) -> Target {
        if let Some(position) = self.declared.iter().position(|declared| declared.field.name == field) {
            Target::Declared(position)
        } else if let Some(position) = self.pools.iter().position(|pool| pool.field.name == field) {
            Target::Pool(position)
        } else {
            Target::Number
        }
    }

    /// The pool of type definitions.
    pub fn type_pool(&self) -> Option<(usize, &Pool<'s>)> {
        let mut pools = self.pools.iter().enumerate();
        pools.find(|(_, pool)| *pool.element == Shape::TypeDefinition)
    }

    /// The position in `declared` of the list that classes stand in, as `object(Point)` names them.
    pub fn classes(&self) -> Option<usize> {
        self.set.operand_kinds.iter().find_map(|kind| match &kind.meaning {
            OperandMeaning::Index(Indexes::Module { field }) if kind.name == "class" => match self.target(field) {
                Target::Declared(position) => Some(position),
                Target::Pool(_) | Target::Number => None,
            },
            _ => None,
        })
    }

    /// The field with the code of a declared record.
    pub fn code_of(&self, declared: &Declared<'_>) -> Option<&'s Field> {
        let record = &self.set.format.records[declared.record];
        record.fields.iter().find(|field| matches!(field.shape, Shape::Code { .. }))
    }

    /// The field with the lines of a record's code: a list of records of an `offset` and a `line`. With the record and the largest count.
    pub fn lines_of(&self, record: Id<Record>) -> Option<(&'s Field, Id<Record>, u32)> {
        self.set.format.records[record].fields.iter().find_map(|field| {
            let Shape::List { element, max } = &field.shape else {
                return None;
            };
            let Shape::Record(line) = **element else { return None };
            let fields = self.set.format.records[line].fields.iter();
            let fields: Vec<_> = fields.map(|field| (field.name.as_str(), &field.shape)).collect();
            let number = &Shape::Scalar(Scalar::U32);
            (fields == [("offset", number), ("line", number)]).then_some((field, line, *max))
        })
    }

    /// Whether a field holds the code of a declaration, whose instructions are written out.
    pub fn is_code_of_declared(&self, record: Id<Record>, field: &Field) -> bool {
        self.declared
            .iter()
            .filter(|declared| declared.record == record)
            .any(|declared| self.code_of(declared).is_some_and(|code| code.name == field.name))
    }

    /// Whether a record has such a field.
    pub fn has_code_of_declared(&self, record: Id<Record>) -> bool {
        let fields = &self.set.format.records[record].fields;
        fields.iter().any(|field| self.is_code_of_declared(record, field))
    }

    /// The fields of the `function`-like record that together are numbered as an op's locals, or as its captures.
    pub fn scope_fields(&self, record: Id<Record>, names: &[&str]) -> Vec<&'s Field> {
        let fields = &self.set.format.records[record].fields;
        let named = names
            .iter()
            .filter_map(|name| fields.iter().find(|field| field.name == *name));
        named.filter(|field| self.is_list_of_named(&field.shape)).collect()
    }

    fn is_list_of_named(&self, shape: &Shape) -> bool {
        match shape {
            Shape::List { element, .. } => match **element {
                Shape::Record(record) => name_field(&self.set.format.records[record]).is_some(),
                _ => false,
            },
            _ => false,
        }
    }
}

/// The field that names the items of a record: a string `name`.
pub fn name_field(record: &Record) -> Option<(&Field, u32)> {
    record.fields.iter().find_map(|field| match field.shape {
        Shape::String { max } if field.name == "name" => Some((field, max)),
        _ => None,
    })
}

fn is_pool_element(element: &Shape) -> bool {
    match element {
        Shape::String { .. } | Shape::Scalar(_) | Shape::Wide(_) | Shape::TypeDefinition | Shape::Union(_) => true,
        Shape::Code { .. } | Shape::TypeId | Shape::Reference(_) | Shape::Optional(_) | Shape::List { .. } | Shape::Record(_) => {
            false
        }
    }
}

/// Pools of plain values come first, then types, then unions, which may refer to both.
fn priority(shape: &Shape) -> u32 {
    match shape {
        Shape::List { element, .. } => match **element {
            Shape::String { .. } | Shape::Scalar(_) | Shape::Wide(_) => 0,
            Shape::TypeDefinition => 1,
            Shape::Union(_) => 2,
            _ => 3,
        },
        _ => 3,
    }
}

/// The emitted struct of a record.
pub fn record_type(set: &InstructionSet, record: Id<Record>) -> TokenStream {
    let name = rust::variant_ident(&set.format.records[record].name);
    quote! { crate::module::#name }
}

/// The emitted enum of a union.
pub fn union_type(set: &InstructionSet, union: Id<Union>) -> TokenStream {
    let name = rust::variant_ident(&set.format.unions[union].name);
    quote! { crate::module::#name }
}

/// The Rust type of an integer beyond 64 bits.
pub fn wide_type(wide: Wide) -> TokenStream {
    let name = format_ident!("{}", wide.rust_type());
    if wide.is_emitted() {
        quote! { crate::wide::#name }
    } else {
        quote! { #name }
    }
}

/// The emitted newtype of an operand kind.
pub fn kind_type(kind: &OperandKind) -> TokenStream {
    let name = format_ident!("{}", id_type(&kind.name));
    if matches!(kind.meaning, OperandMeaning::Index(Indexes::Types)) {
        quote! { crate::types::#name }
    } else {
        quote! { crate::ids::#name }
    }
}

/// The variant of the emitted `OperandKind`.
pub fn kind_variant(kind: &OperandKind) -> Ident {
    rust::variant_ident(&kind.name)
}

/// `record_function`, `entry_function`: a helper named after an entry of the spec.
pub fn helper(prefix: &str, name: &str) -> Ident {
    use heck::ToSnakeCase;
    format_ident!("{prefix}_{}", name.to_snake_case())
}

/// The largest number that an operand kind holds, as an expression of type `u32`.
pub fn largest(kind: &OperandKind) -> TokenStream {
    match kind.encoding {
        Scalar::Bool => quote! { 1 },
        Scalar::U8 => quote! { 0xFF },
        Scalar::I8 => quote! { 0x7F },
        Scalar::U16 => quote! { 0xFFFF },
        Scalar::I16 => quote! { 0x7FFF },
        Scalar::I32 => quote! { 0x7FFF_FFFF },
        Scalar::U32 | Scalar::U64 | Scalar::I64 | Scalar::F32 | Scalar::F64 => quote! { u32::MAX },
    }
}
