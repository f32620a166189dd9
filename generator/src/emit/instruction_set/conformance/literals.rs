//! Writes literals of examples as the instructions that push them. Which ops those are is found in the set.

use crate::model::instruction_set::wide::Number;
use crate::model::instruction_set::{
    Control, Indexes, InstructionSet, Meaning, Op, OperandMeaning, Scalar, Shape, TypeExpression, TypeFunction,
};

/// The kind of a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiteralKind {
    /// `5`.
    Integer,
    /// `5.0`, `nan`, `-inf`.
    Float,
    /// `true`.
    Truth,
    /// `"text"`.
    Text,
    /// `null`.
    Null,
    /// `any(5)`.
    Boxed,
}

/// The kind of a literal by its looks.
pub fn kind(literal: &str) -> LiteralKind {
    let bare = literal.trim_start_matches('-');
    match literal {
        "true" | "false" => LiteralKind::Truth,
        "null" => LiteralKind::Null,
        _ if literal.starts_with('"') => LiteralKind::Text,
        _ if literal.starts_with("any(") => LiteralKind::Boxed,
        _ if bare == "inf" || bare == "nan" => LiteralKind::Float,
        _ if bare.starts_with("0x") => LiteralKind::Integer,
        _ if bare.contains(['.', 'e', 'E']) => LiteralKind::Float,
        _ => LiteralKind::Integer,
    }
}

/// The type of a literal in assembly, where nothing else tells it.
pub fn type_of(set: &InstructionSet, literal: &str) -> Option<String> {
    let wanted = |op: &Op| output_name(set, op);
    match kind(literal) {
        LiteralKind::Integer => integer_op(set, literal).and_then(wanted),
        LiteralKind::Float => number_op(set, is_float).and_then(wanted),
        LiteralKind::Truth => truth_op(set, literal).and_then(wanted),
        LiteralKind::Text => text_op(set).and_then(wanted),
        LiteralKind::Null => set
            .types
            .iter()
            .find(|entry| entry.bottom_of.is_some())
            .map(|entry| entry.name.clone()),
        LiteralKind::Boxed => box_op(set).and_then(wanted),
    }
}

/// The instructions that push a literal; `None` where the set has no ops for it.
pub fn push(set: &InstructionSet, literal: &str, float: bool) -> Option<String> {
    match kind(literal) {
        LiteralKind::Integer if float => Some(format!("{} {literal}.0", number_op(set, is_float)?.name)),
        LiteralKind::Integer => Some(format!("{} {literal}", integer_op(set, literal)?.name)),
        LiteralKind::Float => Some(format!("{} {literal}", number_op(set, is_float)?.name)),
        LiteralKind::Truth => Some(truth_op(set, literal)?.name.clone()),
        LiteralKind::Text => Some(format!("{} {literal}", text_op(set)?.name)),
        LiteralKind::Null => Some(null_op(set)?.name.clone()),
        LiteralKind::Boxed => {
            let inner = literal.strip_prefix("any(")?.strip_suffix(')')?;
            Some(format!("{} {}", push(set, inner, false)?, box_op(set)?.name))
        }
    }
}

/// The op that drops one value of any type.
pub fn drop_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| {
        op.pure && op.outputs.is_empty() && op.operands.is_empty() && op.control == Control::Next && takes_anything(op)
    })
}

/// The op that pushes a variable.
pub fn load_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| {
        op.inputs.is_empty()
            && matches!(op.operands.as_slice(), [operand]
                if set.operand_kinds[operand.kind].meaning == OperandMeaning::Index(Indexes::Locals))
            && matches!(op.outputs.as_slice(), [output] if matches!(output.expression, TypeExpression::Function { .. }))
    })
}

/// The op that pops a value into a variable.
pub fn store_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| {
        op.outputs.is_empty()
            && matches!(op.operands.as_slice(), [operand]
                if set.operand_kinds[operand.kind].meaning == OperandMeaning::Index(Indexes::Locals))
            && matches!(op.inputs.as_slice(), [input] if matches!(input.expression, TypeExpression::Function { .. }))
    })
}

/// The op that jumps in any case.
pub fn jump_op(set: &InstructionSet) -> Option<&Op> {
    set.ops
        .iter()
        .find(|op| op.control == Control::Jump && op.inputs.is_empty() && op.operands.len() == 1)
}

/// The ops that jump on one value of any type.
pub fn branch_ops(set: &InstructionSet) -> impl Iterator<Item = &Op> {
    set.ops
        .iter()
        .filter(|op| op.control == Control::Branch && op.operands.len() == 1 && takes_anything(op))
}

/// The op that calls a function by its number with what is on the stack.
pub fn call_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| {
        let of_function = |kind| matches!(&set.operand_kinds[kind].meaning, OperandMeaning::Index(Indexes::Module { field }) if field == "functions");
        let takes_params = matches!(
            op.inputs.as_slice(),
            [one] if matches!(one.expression, TypeExpression::Function { function: TypeFunction::Params, .. })
        );
        op.control == Control::Call && takes_params && op.operands.first().is_some_and(|operand| of_function(operand.kind))
    })
}

/// The op that returns the value on top.
pub fn return_op(set: &InstructionSet) -> Option<&Op> {
    set.ops
        .iter()
        .find(|op| op.control == Control::Return && op.inputs.len() == 1 && op.operands.is_empty())
}

/// The text of an expression, for ops that have one.
pub fn expression(op: &Op) -> Option<&str> {
    match &op.meaning {
        Meaning::Expression { text, .. } => Some(text),
        _ => None,
    }
}

fn is_integer(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64)
}

fn is_float(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F32 | Scalar::F64)
}

/// The name of the plain type of an op's only output.
fn output_name(set: &InstructionSet, op: &Op) -> Option<String> {
    match op.outputs.as_slice() {
        [output] => match &output.expression {
            TypeExpression::Named { constructor, arguments } if arguments.is_empty() => {
                Some(set.types[*constructor].name.clone())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Ops that push one value of a plain type and take nothing from the stack.
fn constants(set: &InstructionSet) -> impl Iterator<Item = &Op> {
    set.ops
        .iter()
        .filter(|op| op.inputs.is_empty() && op.traps.is_empty() && op.control == Control::Next && output_name(set, op).is_some())
}

fn number_op(set: &InstructionSet, fits: fn(Scalar) -> bool) -> Option<&Op> {
    constants(set).find(|op| {
        matches!(op.operands.as_slice(), [operand] if {
            let kind = &set.operand_kinds[operand.kind];
            kind.meaning == OperandMeaning::Number && fits(kind.encoding)
        })
    })
}

/// The op that pushes a whole number: one with a signed operand or, in a set without, the first unsigned one with room for it.
fn integer_op<'a>(set: &'a InstructionSet, literal: &str) -> Option<&'a Op> {
    let has_room = |op: &&Op| {
        matches!(op.operands.as_slice(), [operand] if {
            let kind = &set.operand_kinds[operand.kind];
            let bits = 8 * kind.encoding.bytes();
            let most = u64::MAX >> (64 - bits.min(64));
            let is_unsigned = matches!(kind.encoding, Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64);
            let number = Number::parse(literal).map(Number::decimal).and_then(|digits| digits.parse::<u64>().ok());
            kind.meaning == OperandMeaning::Number && is_unsigned && number.is_some_and(|number| number <= most)
        })
    };
    number_op(set, is_integer).or_else(|| constants(set).find(has_room))
}

fn truth_op<'a>(set: &'a InstructionSet, literal: &str) -> Option<&'a Op> {
    constants(set).find(|op| op.operands.is_empty() && expression(op) == Some(literal))
}

fn null_op(set: &InstructionSet) -> Option<&Op> {
    let bottom = &set.types.iter().find(|entry| entry.bottom_of.is_some())?.name;
    constants(set).find(|op| op.operands.is_empty() && output_name(set, op).as_ref() == Some(bottom))
}

fn text_op(set: &InstructionSet) -> Option<&Op> {
    let root = &set.format.records[set.format.root];
    constants(set).find(|op| {
        matches!(op.operands.as_slice(), [operand] if match &set.operand_kinds[operand.kind].meaning {
            OperandMeaning::Index(Indexes::Module { field }) => root.fields.iter().any(|candidate| {
                candidate.name == *field
                    && matches!(&candidate.shape, Shape::List { element, .. } if matches!(**element, Shape::String { .. }))
            }),
            _ => false,
        })
    })
}

fn box_op(set: &InstructionSet) -> Option<&Op> {
    set.ops.iter().find(|op| {
        op.pure && op.operands.is_empty() && op.control == Control::Next && takes_anything(op) && output_name(set, op).is_some()
    })
}

fn takes_anything(op: &Op) -> bool {
    matches!(op.inputs.as_slice(), [input] if matches!(input.expression, TypeExpression::Variable(_)))
}
