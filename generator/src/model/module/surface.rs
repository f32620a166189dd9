//! The public surface of a module: types, constants, errors and functions.

use crate::arena::Id;
use crate::model::module::Need;
use crate::model::package::Capability;
use crate::source::Span;

/// What holds of the handle in every build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoTraits {
    /// `Send`.
    pub send: bool,
    /// `Sync`.
    pub sync: bool,
    /// `Unpin`.
    pub unpin: bool,
    /// `UnwindSafe`.
    pub unwind_safe: bool,
    /// `RefUnwindSafe`.
    pub ref_unwind_safe: bool,
}

/// A type of the surface.
#[derive(Debug, Clone)]
pub struct Type {
    /// `EvictionPolicy`.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// What it is made of.
    pub kind: TypeKind,
    /// Traits to derive.
    pub derives: Vec<String>,
    /// Whether later versions may add to it.
    pub non_exhaustive: bool,
    /// The entry.
    pub span: Span,
}

/// What a type is made of.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// Named fields, in the order of the file.
    Struct(Vec<Field>),
    /// One of several variants without fields, in the order of the file.
    Enum {
        /// The variants.
        variants: Vec<Variant>,
        /// The one that is the default.
        default: Option<usize>,
    },
    /// Another name.
    Alias(TypeReference),
    /// A number that only the module makes and reads: a newtype of `u64` without public fields.
    Opaque,
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct Variant {
    /// `Lru`.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// The entry.
    pub span: Span,
}

/// A field of a struct or of an error.
#[derive(Debug, Clone)]
pub struct Field {
    /// `max_entries`.
    pub name: String,
    /// What it says.
    pub doc: String,
    /// Its type.
    pub kind: TypeReference,
    /// Its value unless stated.
    pub default: Option<Value>,
    /// The least value; of a duration in nanoseconds.
    pub min: Option<i128>,
    /// The greatest value; of a duration in nanoseconds.
    pub max: Option<i128>,
    /// What its value asks of the backend.
    pub needs: Option<Id<Capability>>,
    /// The entry.
    pub span: Span,
}

/// A value of a field or constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true`.
    Bool(bool),
    /// `10_000`, within the range of its type.
    Integer(i128),
    /// `0.75`.
    Float(f64),
    /// `"text"`.
    Text(String),
    /// `"300s"`, in nanoseconds.
    Duration(u64),
    /// A variant of an enum of the module, by its position.
    Variant(Id<Type>, usize),
    /// `"none"`.
    None,
    /// A value in `Some`.
    Some(Box<Value>),
    /// `[]`.
    Empty,
}

/// A type where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeReference {
    /// `bool`.
    Bool,
    /// An integer.
    Integer {
        /// Whether it has a sign.
        signed: bool,
        /// 8, 16, 32 or 64.
        bits: u32,
    },
    /// `f32` or `f64`, by bits.
    Float(u32),
    /// `&str`.
    Str,
    /// `&[u8]`.
    Slice,
    /// `String`.
    String,
    /// `Bytes`: a type of a library of the package, by its name.
    Library(String),
    /// `Duration`.
    Duration,
    /// `Option<T>`.
    Option(Box<TypeReference>),
    /// `Vec<T>`.
    Vec(Box<TypeReference>),
    /// A type of the module.
    Named(Id<Type>),
    /// `&T` of a type of the module.
    Reference(Id<Type>),
    /// `CircuitState`: the state of a state machine of the module.
    State(Id<super::StateMachine>),
}

/// A constant of the surface.
#[derive(Debug, Clone)]
pub struct Constant {
    /// `MAX_KEY`.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Its type.
    pub kind: TypeReference,
    /// Its value.
    pub value: Value,
    /// The entry.
    pub span: Span,
}

/// An error of the module's own.
#[derive(Debug, Clone)]
pub struct ErrorVariant {
    /// `TooLarge`.
    pub name: String,
    /// When it comes.
    pub doc: String,
    /// What it says, with the fields in braces.
    pub message: String,
    /// What it carries. Their docs only say that they stand in the message.
    pub fields: Vec<Field>,
    /// Its number, from 1; the C code is the base less this.
    pub code: u32,
    /// Whether the same call may succeed later.
    pub retry: bool,
    /// The entry.
    pub span: Span,
}

/// A function of the surface.
#[derive(Debug, Clone)]
pub struct Function {
    /// `get`.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// Whether it is called on a handle; otherwise it is free.
    pub is_method: bool,
    /// Its parameters, without the receiver.
    pub parameters: Vec<Parameter>,
    /// What it gives; none for nothing.
    pub returns: Option<TypeReference>,
    /// Whether it can fail.
    pub is_fallible: bool,
    /// Whether ignoring what it gives is a warning.
    pub must_use: bool,
    /// Whether it can be called in constants.
    pub is_const: bool,
    /// Whether it may wait for something outside the process.
    pub blocking: bool,
    /// What it costs, in words.
    pub cost: Option<String>,
    /// What it needs of the backend; the call gives `Unsupported` without.
    pub needs: Vec<Need>,
    /// What it does when no backend is compiled in.
    pub disabled: Disabled,
    /// Events of state machines that it can cause: machine and event by their positions.
    pub fires: Vec<(Id<super::StateMachine>, usize)>,
    /// The laws that speak of it.
    pub laws: Vec<Id<super::Law>>,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
    /// The entry.
    pub span: Span,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// `key`.
    pub name: String,
    /// Its type.
    pub kind: TypeReference,
}

/// What a function does when no backend is compiled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Disabled {
    /// It can't be called, since there is no handle.
    Unreachable,
    /// It gives `FeatureDisabled`.
    Error,
    /// It gives a value that harms nobody.
    Value {
        /// The value.
        value: Value,
        /// Why that harms nobody.
        reason: String,
    },
    /// An infallible free function that says nothing: refused by the checker.
    Unstated,
}
