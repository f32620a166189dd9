
use super::Scalar;

/// What the number in an operand means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperandMeaning {
    /// The number itself.
    Number,
    /// A place in the code.
    Label {
        /// Whether there may be none.
        optional: bool,
    },
    /// A position in a list.
    Index(IndexSpace),
}

/// The list that a number is a position in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexSpace {
    /// A list of the module, by the name of its field.
    Module(&'static str),
    /// The parameters and then the locals of the current function.
    Locals,
    /// The captures of the current function.
    Captures,
    /// The plain types by their codes, then the type table.
    Types,
    /// The fields of the class of an input, inherited ones first.
    ClassFields,
    /// The vtable of the class of an input, inherited slots first.
    ClassMethods,
    /// The elements of the tuple of an input.
    TupleElements,
}

/// A kind of operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperandKind {
