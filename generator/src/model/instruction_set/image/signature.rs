//! The Rust signature that the semantics function of an op over words must have.
//!
//! Parameters: `&Context` or `&mut Context` as the effects say, then the operands: a register's number in its bank as `RegisterId`, other
//! operands as the smallest unsigned integer of their width. Result: `()`; `bool` for a skip or a wait; an address, of the type of the
//! counter, for a return or a computed jump; `Trap` for a halt. `Result<…, Trap>` around it if the op has traps.

use super::{ImageSet, WordControl, WordOp, WordOperandKind};
use crate::model::instruction_set::effect::Access;
use crate::model::instruction_set::signature::{Signature, id_type};

/// What a semantics function of `op` is given beside operands: the strongest that any of its effects asks for.
pub fn context_access(set: &ImageSet, op: &WordOp) -> Access {
    op.effects
        .iter()
        .map(|effect| set.effects[*effect].takes.context)
        .max()
        .unwrap_or_default()
}

/// The Rust type by which semantics functions and instructions see an operand.
pub fn operand_type(kind: &WordOperandKind) -> String {
    match kind.bank {
        Some(_) => id_type(&kind.name),
        None => kind.scalar().name().to_owned(),
    }
}

/// The Rust type of addresses: that of the counter.
pub fn address_type(set: &ImageSet) -> &'static str {
    set.registers[set.image.counter].scalar.name()
}

/// The expected signature of the semantics function of `op`.
pub fn signature(set: &ImageSet, op: &WordOp) -> Signature {
    let mut parameters = Vec::new();
    match context_access(set, op) {
        Access::None => {}
        Access::Shared => parameters.push("&Context".to_owned()),
        Access::Mutable => parameters.push("&mut Context".to_owned()),
    }
    parameters.extend(
        op.operands
            .iter()
            .map(|operand| operand_type(&set.operand_kinds[operand.kind])),
    );
    let plain = match op.control {
        WordControl::Next | WordControl::Jump | WordControl::Call => "()",
        WordControl::Skip | WordControl::Wait => "bool",
        WordControl::Return | WordControl::Computed => address_type(set),
        WordControl::Halt => "Trap",
    };
    let result = if op.traps.is_empty() || op.control == WordControl::Halt {
        plain.to_owned()
    } else {
        format!("Result<{plain}, Trap>")
    };
    Signature { parameters, result }
}
