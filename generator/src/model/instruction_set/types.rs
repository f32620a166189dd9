//! Slots (what a value is at run time) and types (what the verifier knows about it).

use super::wide::Wide;
use crate::arena::Id;
use crate::source::Span;

/// A representation of values: one word of the operand stack.
#[derive(Debug, Clone)]
pub struct Slot {
    /// `i32`.
    pub name: String,
    /// What it holds.
    pub doc: String,
    /// The Rust type by which semantics functions see it: `i32`, `Any`, `Ref`.
    pub rust: String,
    /// The integer that a type from a library is like, so that its methods and literals are known.
    pub like: Option<Wide>,
    /// The library that the Rust type comes from, where the machine is emitted.
    pub library: Option<Library>,
    /// Literals of values at the edges, in the syntax of examples: `2147483647`. Empty for references.
    pub edges: Vec<String>,
    /// The `[slot.i32]` entry.
    pub span: Span,
}

/// A crate that emitted code depends on for the type of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// `ethnum`.
    pub package: String,
    /// `1.5`.
    pub version: String,
    /// `ethnum::U256`.
    pub path: String,
}

/// A type, or a constructor of types where it has parameters.
#[derive(Debug, Clone)]
pub struct Type {
    /// `array`.
    pub name: String,
    /// What values it has.
    pub doc: String,
    /// The number of the type in a module file, 0 to 63. For a type without parameters also its `TypeId`.
    pub code: u8,
    /// How its values are represented.
    pub slot: Id<Slot>,
    /// The next larger type. Join is the nearest common ancestor; without one, the join is a conflict.
    pub parent: Option<Id<Type>>,
    /// Whether it stands only for its descendants (`ref`): no value, parameter or field is declared with it.
    pub is_abstract: bool,
    /// Of which type and all its descendants this one is the bottom (`null` below `ref`).
    pub bottom_of: Option<Id<Type>>,
    /// What makes one type of the constructor; empty for a plain type.
    pub parameters: Vec<TypeParameter>,
    /// The `[type.array]` entry.
    pub span: Span,
}

/// One parameter of a type constructor.
#[derive(Debug, Clone)]
pub struct TypeParameter {
    /// `element`.
    pub name: String,
    /// What it ranges over.
    pub kind: ParameterKind,
}

/// What a type parameter ranges over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// One type: `element: type`.
    Type,
    /// A type or nothing: `rest: type?`.
    OptionalType,
    /// A list of types: `params: types`.
    Types,
    /// A class of the module: `class: class`. A subclass makes a smaller type.
    Class,
}
