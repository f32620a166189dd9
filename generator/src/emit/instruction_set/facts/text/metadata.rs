//! What is known about each instruction.
//!
//! Start with [`Opcode::info`](crate::opcode::Opcode::info), which gives the row of an instruction.

mod effects;
mod group;
mod operand_kind;
mod pattern;
mod scalar;
mod table;

pub use effects::Effects;
pub use group::Group;
pub use operand_kind::{IndexSpace, OperandKind, OperandMeaning};
pub use pattern::{ReferenceInfo, TypePattern};
pub use scalar::Scalar;

use crate::opcode::Opcode;
use crate::places::Place;
use crate::trap::TrapKind;

/// Everything that the spec says about an instruction, but for its meaning.
#[derive(Debug, Clone, Copy)]
pub struct OpcodeInfo {
    /// The instruction.
    pub opcode: Opcode,
    /// Its name in assembly text.
    pub mnemonic: &'static str,
    /// Its number.
    pub code: u16,
    /// The chapter that it belongs to.
    pub group: Group,
    /// What it does.
    pub doc: &'static str,
    /// The version of the instruction set in which it appeared.
    pub since: u32,
    /// Why it should no longer be used, and what to use instead.
    pub deprecated: Option<&'static str>,
    /// It exists only with this feature.
    pub feature: Option<&'static str>,
    /// What its behaviour waits for. Engines then fail with a defined trap.
    pub waits: Option<&'static str>,
    /// What follows the opcode in the code.
    pub operands: &'static [OperandInfo],
    /// What it pops, bottom to top.
    pub inputs: &'static [ValueInfo],
    /// What it pushes, bottom to top.
    pub outputs: &'static [ValueInfo],
    /// Where execution goes next.
    pub control: Control,
    /// What it does beyond its outputs.
    pub effects: Effects,
    /// How it can fail.
    pub traps: &'static [TrapKind],
    /// Whether the same inputs always give the same outputs and nothing else happens.
    pub pure: bool,
    /// Whether its two inputs may be exchanged.
    pub commutes: bool,
    /// Units of fuel that one execution costs.
    pub cost: u32,
    /// Whether it is rarely executed.
    pub cold: bool,
    /// Where its entry stands.
    pub place: Place,
    /// The name of the function in the runtime that is its meaning; none where an expression is.
    pub semantics: Option<&'static str>,
}

impl OpcodeInfo {
    /// The row of an instruction without operands, inputs, outputs and effects; rows of the table state what differs.
    const fn plain(opcode: Opcode, mnemonic: &'static str, group: Group, place: Place) -> OpcodeInfo {
        OpcodeInfo {
            opcode,
            mnemonic,
            code: opcode.code(),
            group,
            doc: "",
            since: 1,
            deprecated: None,
            feature: None,
            waits: None,
            operands: &[],
            inputs: &[],
            outputs: &[],
            control: Control::Next,
            effects: Effects::NONE,
            traps: &[],
            pure: false,
            commutes: false,
            cost: 1,
            cold: false,
            place,
            semantics: None,
        }
    }

    /// The number of bytes of the instruction: opcode and operands.
    pub fn length(&self) -> u32 {
        let opcode = if self.code >= 0x100 { 2 } else { 1 };
        opcode + self.operands.iter().map(|operand| operand.kind.bytes()).sum::<u32>()
    }

    /// Whether it can end with an exception that a handler catches: it throws, calls what may throw, or has a catchable trap.
    pub fn can_throw(&self) -> bool {
        self.effects.intersects(Effects::THROWING)
            || matches!(self.control, Control::Throw | Control::Call)
            || self.traps.iter().any(|trap| trap.is_catchable())
    }
}

/// One operand of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperandInfo {
    /// Its name in the spec.
    pub name: &'static str,
    /// Its width and what its number means.
    pub kind: OperandKind,
}

/// One value, or several, that an instruction pops or pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueInfo {
    /// The name of an input; empty for an output.
    pub name: &'static str,
    /// Its type as the spec writes it.
    pub text: &'static str,
    /// Its type.
    pub pattern: TypePattern,
}

/// Where execution goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// To the next instruction.
    Next,
    /// To the label.
    Jump,
    /// To the label or to the next instruction.
    Branch,
    /// Into another function, then to the next instruction.
    Call,
    /// Back to the caller.
    Return,
    /// To the nearest handler.
    Throw,
    /// Nowhere: the program ends.
    Halt,
}

impl Control {
    /// Whether the next instruction can follow.
    pub const fn falls_through(self) -> bool {
        matches!(self, Control::Next | Control::Branch | Control::Call)
    }
}

/// The row of an instruction.
#[inline]
pub(crate) fn info(opcode: Opcode) -> &'static OpcodeInfo {
    table::info(opcode)
}
