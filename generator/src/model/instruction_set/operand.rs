//! Operands: what follows the opcode in the instruction stream.

use super::scalar::Scalar;
use crate::arena::Id;
use crate::source::Span;

/// A kind of operand: its width and what its number means.
#[derive(Debug, Clone)]
pub struct OperandKind {
    /// `function`, or the name of a scalar for a plain number: `u16`.
    pub name: String,
    /// What it selects.
    pub doc: String,
    /// Its bytes.
    pub encoding: Scalar,
    /// What the number means.
    pub meaning: OperandMeaning,
    /// The `[operand.function]` entry; `None` for the primitive kinds.
    pub span: Option<Span>,
}

/// What the number in an operand means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperandMeaning {
    /// The number itself.
    Number,
    /// A place in the code, as the distance from the end of the instruction.
    Label {
        /// Whether it may be absent, encoded as -1 (`label?`).
        optional: bool,
    },
    /// A position in a list.
    Index(Indexes),
}

/// The list that an operand's number is a position in. The emitted newtype is the kind's name + `Id`: `FunctionId`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexes {
    /// A list of the module record: `module.functions`.
    Module {
        /// The name of the field: `functions`.
        field: String,
    },
    /// The parameters and then the locals of the current function: `function.locals`.
    Locals,
    /// The captures of the current function: `function.captures`.
    Captures,
    /// The type table together with the types that need no entry: `types`.
    Types,
    /// The fields of the class of an input, inherited ones first: `class.fields`.
    ClassFields,
    /// The vtable of the class of an input, inherited slots first: `class.methods`.
    ClassMethods,
    /// The elements of the tuple of an input: `tuple.elements`.
    TupleElements,
}

impl Indexes {
    /// Every list that isn't one of the module record, with its name in specs.
    pub const NAMED: &'static [(&'static str, Indexes)] = &[
        ("function.locals", Indexes::Locals),
        ("function.captures", Indexes::Captures),
        ("types", Indexes::Types),
        ("class.fields", Indexes::ClassFields),
        ("class.methods", Indexes::ClassMethods),
        ("tuple.elements", Indexes::TupleElements),
    ];
}

/// One operand of an op: `f: function`.
#[derive(Debug, Clone)]
pub struct Operand {
    /// `f`.
    pub name: String,
    /// Its kind.
    pub kind: Id<OperandKind>,
    /// The string in the spec.
    pub span: Span,
}
