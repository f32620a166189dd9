//! Types of inputs and outputs as the spec states them: they may depend on operands and on other inputs.

use crate::types::Kind;

/// The type of an input or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypePattern {
    /// A type by its constructor and arguments: `i32`, `array(T)`.
    Named(Kind, &'static [TypePattern]),
    /// Any one type, the same wherever the letter stands in the instruction.
    Variable(char),
    /// A type, or several, read from the module, the current function or an input: `ret(f)`.
    Function {
        /// The name of the function in the spec.
        name: &'static str,
        /// What it is read from.
        references: &'static [ReferenceInfo],
    },
    /// As many values of one type as a number says.
    Repeat {
        /// The type of each.
        element: &'static TypePattern,
        /// The number.
        count: ReferenceInfo,
    },
    /// The type itself where it is a reference, otherwise the type that has room for null.
    Optional(&'static TypePattern),
    /// Not a type: an argument of a constructor that is an operand, such as the class in `object(c)`.
    Reference(ReferenceInfo),
}

/// What an argument of a type function refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceInfo {
    /// The operand at this position.
    Operand(u8),
    /// The input at this position.
    Input(u8),
    /// A number that the spec states.
    Constant(u32),
}
