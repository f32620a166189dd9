//! Rules of instruction sets.

pub mod codes;
pub mod control;
pub mod conventions;
pub mod effects;
pub mod engine;
pub mod examples;
pub mod families;
pub mod format;
pub mod functions;
pub mod handlers;
pub mod image;
pub mod lattice;
pub mod laws;
pub mod life;
pub mod machine;
pub mod names;
pub mod operands;
pub mod stack;
pub mod unused;

mod expressions;
mod literal;
mod records;

use super::{Rule, semantics};

/// What the checker demands, by code.
pub const RULES: &[Rule] = &[
    names::APART,
    names::KEYWORD,
    names::BUILDER,
    life::DOCS,
    unused::UNUSED,
    names::TAKEN,
    codes::DUPLICATE_OP,
    codes::OP_RANGE,
    codes::TYPES,
    codes::TRAPS,
    lattice::PARENT_SLOT,
    lattice::PLAIN_PARENT,
    lattice::BOTTOM,
    lattice::ABSTRACT_VALUE,
    lattice::SLOT,
    operands::LISTS,
    operands::CARRIER,
    operands::CLASSES,
    stack::UNBOUND,
    stack::LAYOUT,
    stack::COUNT,
    stack::COMMUTES,
    functions::REFERENCES,
    functions::RECORDS,
    control::LABELS,
    control::CALLEE,
    control::LEAVES,
    control::COST,
    control::PURE,
    effects::LOCALS,
    effects::CAPTURES,
    effects::GLOBALS,
    effects::CALL,
    effects::THROW,
    effects::SUSPEND,
    life::UNREACHABLE,
    life::REPLACEMENT,
    life::SINCE,
    laws::LAWS,
    conventions::WAITS,
    conventions::HANDLERS,
    machine::MACHINE,
    engine::ENGINE,
    engine::LOCATIONS,
    engine::FUSE,
    engine::FUNCTIONS,
    families::FAMILY,
    engine::SUPERINSTRUCTION,
    handlers::HANDLERS,
    families::AGREE,
    families::GUARD,
    families::EVIDENCE,
    handlers::NAMES,
    semantics::MISSING,
    semantics::UNUSED,
    semantics::SIGNATURE,
    semantics::PURE,
    semantics::TRAPS,
    semantics::UNMARKED,
    semantics::DUPLICATE,
    semantics::SYNTAX,
    semantics::EXPRESSION_TOTAL,
    semantics::EXPRESSION_CORE,
    semantics::EXPRESSION_NAME,
    semantics::EXPRESSION_UNUSED,
    semantics::EXPRESSION_PLAIN,
    semantics::EXPRESSION_RESULT,
    format::EMPTY_ITEM,
    format::VARIANTS,
    format::FLAGS,
    format::VERSION,
    format::KEYWORD,
    format::SHAPES,
    examples::MISSING,
    examples::FORM,
    examples::ARITY,
    examples::LITERAL,
    examples::TRAP,
    examples::PROGRAM,
    examples::GOLDEN_MISSING,
    examples::GOLDEN,
    image::OVERLAP,
    image::FIELDS,
    image::WIDTH,
    image::EXCEPT,
    image::AMBIGUOUS,
    image::RESERVED,
    image::CONTROL,
    image::VALUES,
    image::DATA,
];
