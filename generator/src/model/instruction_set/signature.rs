//! The Rust signature that an op's semantics function must have. One rule, read by the checker, the emitters and the signature
//! table of the macros.
//!
//! Parameters: `&Context` or `&mut Context` and `&Frame` or `&mut Frame` as the effects say, then the inputs bottom to top, then the
//! operands. A value is `i32`, `Ref`, … by the slot of its type, `Value` where the type is a variable or read from the module, and
//! `Vec<Value>` where it stands for several. An operand is its scalar, its kind's `FunctionId`, `Label` or `Option<Label>`.
//!
//! Result: the outputs as `()`, one type or a tuple; `bool` for a branch, `Call` for a call, `Value` for a return, `Any` for a
//! throw, `Trap` for a halt. `Poll<…>` around it if an effect suspends, `Result<…, Trap>` around that if the op has traps.

use super::InstructionSet;
use super::effect::{Access, Takes};
use super::op::{Control, Op};
use super::operand::{OperandKind, OperandMeaning};
use super::type_expression::TypeExpression;

/// The expected signature: parameter types and result type as Rust source, `&mut Context`, `Result<Ref, Trap>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Types of the parameters in order.
    pub parameters: Vec<String>,
    /// The result type; `()` for none.
    pub result: String,
}

/// What a semantics function of `op` is given beside inputs and operands: the strongest that any of its effects asks for.
pub fn takes(set: &InstructionSet, op: &Op) -> Takes {
    op.effects.iter().fold(Takes::default(), |sum, effect| {
        let takes = set.effects[*effect].takes;
        Takes {
            context: sum.context.max(takes.context),
            frame: sum.frame.max(takes.frame),
        }
    })
}

/// The expected signature of the semantics function of `op`.
pub fn signature(set: &InstructionSet, op: &Op) -> Signature {
    let takes = takes(set, op);
    let mut parameters = Vec::new();
    for (access, part) in [(takes.context, "Context"), (takes.frame, "Frame")] {
        match access {
            Access::None => {}
            Access::Shared => parameters.push(format!("&{part}")),
            Access::Mutable => parameters.push(format!("&mut {part}")),
        }
    }
    parameters.extend(op.inputs.iter().map(|input| value_type(set, &input.expression)));
    parameters.extend(
        op.operands
            .iter()
            .map(|operand| operand_type(&set.operand_kinds[operand.kind])),
    );
    let mut result = match op.control {
        Control::Branch => "bool".to_owned(),
        Control::Call => "Call".to_owned(),
        Control::Return => "Value".to_owned(),
        Control::Throw => "Any".to_owned(),
        Control::Halt => "Trap".to_owned(),
        Control::Jump => "()".to_owned(),
        Control::Next => {
            let outputs: Vec<String> = op.outputs.iter().map(|output| value_type(set, &output.expression)).collect();
            match outputs.as_slice() {
                [one] => one.clone(),
                many => format!("({})", many.join(", ")),
            }
        }
    };
    if op.effects.iter().any(|effect| set.effects[*effect].suspends) {
        result = format!("Poll<{result}>");
    }
    if !op.traps.is_empty() && op.control != Control::Halt {
        result = format!("Result<{result}, Trap>");
    }
    Signature { parameters, result }
}

/// The expected signature of the `fast` function of `op`; none where an op can't have one.
///
/// Parameters: `&mut State`, `Fp` if an effect gives the frame, then inputs and operands. A value is its slot's type, a type variable by its
/// letter, and `u64`, a word, where the type is read from the module. Labels are the dispatch's business. Result: the output, or `bool` for
/// a branch; in a `Result<…, Fault>` if the op has traps.
pub fn fast_signature(set: &InstructionSet, op: &Op) -> Option<Signature> {
    let many = op.inputs.iter().any(|input| input.expression.is_many());
    let suspends = op.effects.iter().any(|effect| set.effects[*effect].suspends);
    if many || suspends || !matches!(op.control, Control::Next | Control::Branch) || op.outputs.len() > 1 {
        return None;
    }
    let mut parameters = vec!["&mut State".to_owned()];
    if takes(set, op).frame != Access::None {
        parameters.push("Fp".to_owned());
    }
    parameters.extend(op.inputs.iter().map(|input| fast_type(set, &input.expression)));
    let kinds = op.operands.iter().map(|operand| &set.operand_kinds[operand.kind]);
    let values = kinds.filter(|kind| !matches!(kind.meaning, OperandMeaning::Label { .. }));
    parameters.extend(values.map(operand_type));
    let mut result = match (op.control, op.outputs.first()) {
        (Control::Branch, _) => "bool".to_owned(),
        (_, Some(output)) => fast_type(set, &output.expression),
        (_, None) => "()".to_owned(),
    };
    if !op.traps.is_empty() {
        result = format!("Result<{result}, Fault>");
    }
    Some(Signature { parameters, result })
}

/// The Rust type by which fast functions see a value.
fn fast_type(set: &InstructionSet, expression: &TypeExpression) -> String {
    match expression {
        TypeExpression::Named { .. } => value_type(set, expression),
        TypeExpression::Variable(letter) => letter.to_string(),
        _ => "u64".to_owned(),
    }
}

/// The Rust type by which semantics functions see a value.
pub fn value_type(set: &InstructionSet, expression: &TypeExpression) -> String {
    match expression {
        TypeExpression::Named { constructor, .. } => set.slots[set.types[*constructor].slot].rust.clone(),
        _ if expression.is_many() => "Vec<Value>".to_owned(),
        _ => "Value".to_owned(),
    }
}

/// The Rust type by which semantics functions, the instruction enum and the builder see an operand.
pub fn operand_type(kind: &OperandKind) -> String {
    match &kind.meaning {
        OperandMeaning::Number => kind.encoding.name().to_owned(),
        OperandMeaning::Label { optional: false } => "Label".to_owned(),
        OperandMeaning::Label { optional: true } => "Option<Label>".to_owned(),
        OperandMeaning::Index(_) => id_type(&kind.name),
    }
}

/// The newtype of an operand kind: `FunctionId` for `function`.
pub fn id_type(kind_name: &str) -> String {
    use heck::ToUpperCamelCase;
    format!("{}Id", kind_name.to_upper_camel_case())
}
