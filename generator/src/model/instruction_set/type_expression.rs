//! Types of inputs and outputs, which may depend on other inputs and on operands.

use super::types::Type;
use crate::arena::Id;

/// The type of one input or output, or of several for a [`TypeFunction`] that [`is_many`](TypeFunction::is_many).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeExpression {
    /// `i32`, `array(T)`, `object(class)`.
    Named {
        /// `array`.
        constructor: Id<Type>,
        /// As many as the constructor has parameters; none where a bare name (`func`) stands for every type that it makes.
        arguments: Vec<TypeArgument>,
    },
    /// `T`: any one type, the same wherever the letter stands in the op.
    Variable(char),
    /// `ret(f)`: read from the module.
    Function {
        /// `ret`.
        function: TypeFunction,
        /// What it is read from.
        references: Vec<Reference>,
    },
    /// `repeat(T, n)`: as many values of one type as operand `n` says.
    Repeat {
        /// The type of each.
        element: Box<TypeExpression>,
        /// The operand with the count.
        count: Reference,
    },
    /// `optional(field(o, f))`: the type itself where it is a reference, otherwise `any`, so that there is room for null.
    Optional(Box<TypeExpression>),
}

/// An argument of a type constructor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeArgument {
    /// `T` in `array(T)`.
    Type(TypeExpression),
    /// `c` in `object(c)`: an operand that names a class.
    Operand(Reference),
}

/// What an argument in a type expression refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The operand at this position of the op.
    Operand(usize),
    /// The input at this position of the op.
    Input(usize),
    /// A number that the spec states: the `0` in `local(0)`, for ops whose operand is part of the opcode.
    Constant(u32),
}

/// A named transfer function: how a type is read from the module, the current function, or another input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeFunction {
    /// `local(slot)`: the declared type of a local; `local(0)` where the opcode itself says which.
    Local,
    /// `params(f)` or `params(f, argc)`: the parameters of a function or native operand, or of an input of a `func` type; with
    /// `argc`, that many, those beyond the parameters being of the rest type.
    Params,
    /// `ret(f)`: the result of the same.
    Ret,
    /// `receiver(f)`: the first parameter of a function operand.
    Receiver,
    /// `arguments(f, argc)`: its parameters without the first.
    Arguments,
    /// `method_params(o, m, argc)`: the parameters of the method in vtable slot `m` of the class of input `o`, without the receiver.
    MethodParams,
    /// `method_ret(o, m)`: its result.
    MethodRet,
    /// `result()`: the result type of the current function.
    Result,
    /// `rest()`: the rest type of the current function.
    Rest,
    /// `capture(i)`: the declared type of a capture of the current function.
    Capture,
    /// `captures(f, n)`: the types of the first `n` captures of a function operand.
    Captures,
    /// `capture_of(f, i)`: the declared type of capture `i` (an operand) of a function operand.
    CaptureOf,
    /// `closure(f)`: the `func` type of a function operand.
    Closure,
    /// `callee(o)`: the type of input `o` itself, which must be a `func` type.
    Callee,
    /// `field(o, f)`: the declared type of a field of the class of input `o`.
    Field,
    /// `fields(o, n)`: all fields of the class of input `o`, `n` being their number.
    Fields,
    /// `global(g)`: the declared type of a global.
    Global,
    /// `static(s)`: the declared type of a static field.
    Static,
    /// `constant(k)`: the type of an entry of the constant pool.
    Constant,
    /// `type(t)`: the type that operand `t` names.
    Type,
    /// `tuple_type(t, n)`: the same, which must be a tuple of `n` elements.
    TupleType,
    /// `literal(c, n)`: the object type of class operand `c`, which must have `n` fields, inherited ones included.
    Literal,
    /// `elements(t, n)`: all element types of the tuple in input `t`, `n` being their number.
    Elements,
    /// `element(t, i)`: the type of element `i` (an operand) of the tuple in input `t`.
    Element,
}

impl TypeFunction {
    /// Every function with its name in specs.
    pub const ALL: &'static [(&'static str, TypeFunction)] = &[
        ("local", TypeFunction::Local),
        ("params", TypeFunction::Params),
        ("ret", TypeFunction::Ret),
        ("receiver", TypeFunction::Receiver),
        ("arguments", TypeFunction::Arguments),
        ("method_params", TypeFunction::MethodParams),
        ("method_ret", TypeFunction::MethodRet),
        ("result", TypeFunction::Result),
        ("rest", TypeFunction::Rest),
        ("capture", TypeFunction::Capture),
        ("captures", TypeFunction::Captures),
        ("capture_of", TypeFunction::CaptureOf),
        ("closure", TypeFunction::Closure),
        ("callee", TypeFunction::Callee),
        ("field", TypeFunction::Field),
        ("fields", TypeFunction::Fields),
        ("global", TypeFunction::Global),
        ("static", TypeFunction::Static),
        ("constant", TypeFunction::Constant),
        ("type", TypeFunction::Type),
        ("tuple_type", TypeFunction::TupleType),
        ("literal", TypeFunction::Literal),
        ("elements", TypeFunction::Elements),
        ("element", TypeFunction::Element),
    ];

    /// The name in specs: `ret`.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, function)| *function == self)
            .map_or("?", |(name, _)| name)
    }

    /// Whether it yields a list of types: one value on the stack for each.
    pub fn is_many(self) -> bool {
        matches!(
            self,
            TypeFunction::Params
                | TypeFunction::Arguments
                | TypeFunction::MethodParams
                | TypeFunction::Captures
                | TypeFunction::Fields
                | TypeFunction::Elements
        )
    }
}

impl TypeExpression {
    /// Whether it stands for several values.
    pub fn is_many(&self) -> bool {
        match self {
            TypeExpression::Function { function, .. } => function.is_many(),
            TypeExpression::Repeat { .. } => true,
            _ => false,
        }
    }
}
