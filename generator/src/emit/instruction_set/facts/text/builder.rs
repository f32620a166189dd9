//!
//! Methods return the builder again, so that calls can be chained. Mistakes don't interrupt a chain: the first one is kept and given by
//! [`CodeBuilder::finish`].
#![allow(
    clippy::should_implement_trait,
    clippy::too_many_arguments,
    reason = "names and parameters of the methods are those of the instructions that they append"
)]

use alloc::vec::Vec;
use core::fmt;

use crate::encode::{self, EncodeError};
use crate::ids::Label;
use crate::instruction::{Instruction, Operand};
use crate::metadata::OperandMeaning;
use crate::opcode::Opcode;

// The modules of the groups.

/// A place in code that is being built; made by [`CodeBuilder::label`], given its place by [`CodeBuilder::bind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildLabel(u32);

impl BuildLabel {
    /// The number by which [`CodeBuilder::push`] knows it.
    pub const fn number(self) -> u64 {
        self.0 as u64
    }
}

impl Operand for BuildLabel {
    fn raw(self) -> u64 {
        self.number()
    }

    fn from_raw(raw: u64) -> Option<BuildLabel> {
        u32::try_from(raw).ok().map(BuildLabel)
    }
}

/// Appends instructions and resolves labels.
#[derive(Debug, Clone, Default)]
pub struct CodeBuilder {
    instructions: Vec<Pending>,
    /// The length of the code in bytes.
    length: u32,
    /// The place of each label, once it is bound.
    labels: Vec<Option<u32>>,
    error: Option<BuildError>,
}

/// An instruction whose label operands are still numbers of labels.
#[derive(Debug, Clone)]
struct Pending {
    at: u32,
    instruction: Instruction,
}

impl CodeBuilder {
    /// A builder without instructions.
    pub fn new() -> CodeBuilder {
        CodeBuilder::default()
    }

    /// A new label, which can be used at once and must be bound before the end.
    pub fn label(&mut self) -> BuildLabel {
        let number = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        self.labels.push(None);
        BuildLabel(number)
    }

    /// Gives a label its place: the next instruction.
    pub fn bind(&mut self, label: BuildLabel) -> &mut Self {
        let length = self.length;
        match self.labels.get_mut(label.0 as usize) {
            Some(place @ None) => *place = Some(length),
            Some(Some(first)) => {
                let first = *first;
                self.fail(BuildError::BoundTwice {
                    label,
                    first,
                    second: length,
                });
            }
            None => self.fail(BuildError::ForeignLabel { label }),
        }
        self
    }

    /// A new label that is bound to the next instruction, for jumps backwards.
    pub fn here(&mut self) -> BuildLabel {
        let label = self.label();
        self.bind(label);
        label
    }

    /// The offset of the next instruction.
    pub fn position(&self) -> u32 {
        self.length
    }

    /// Whether there is no instruction yet.
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// Appends an instruction with raw operands: numbers as in [`Instruction::operands`], labels as [`BuildLabel::number`], an absent
    /// label as `u64::MAX`.
    pub fn push(&mut self, opcode: Opcode, operands: &[u64]) -> &mut Self {
        let at = self.length;
        let Some(instruction) = Instruction::from_operands(opcode, operands) else {
            self.fail(BuildError::BadOperands { at, opcode });
            return self;
        };
        let Some(length) = at.checked_add(instruction.length()) else {
            self.fail(BuildError::TooLong);
            return self;
        };
        self.instructions.push(Pending { at, instruction });
        self.length = length;
        self
    }

    /// The bytes of all instructions.
    ///
    /// # Errors
    ///
    /// The first mistake that was made: a label without a place, one that is too far away, an operand out of the range of its bytes.
    pub fn finish(&self) -> Result<Vec<u8>, BuildError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let mut code = Vec::with_capacity(self.length as usize);
        for pending in &self.instructions {
            let instruction = self.resolve(pending)?;
            encode::encode(&instruction, pending.at, &mut code).map_err(BuildError::Encode)?;
        }
        Ok(code)
    }

    /// Replaces the numbers of labels by their places.
    fn resolve(&self, pending: &Pending) -> Result<Instruction, BuildError> {
        let Pending { at, instruction } = pending;
        let opcode = instruction.opcode();
        let mut operands: Vec<u64> = instruction.operands().to_vec();
        for (raw, info) in operands.iter_mut().zip(opcode.info().operands) {
            let is_label = matches!(info.kind.meaning(), OperandMeaning::Label { .. });
            if !is_label || *raw == u64::MAX {
                continue;
            }
            let label = BuildLabel::from_raw(*raw).ok_or(BuildError::BadOperands { at: *at, opcode })?;
            *raw = match self.labels.get(label.0 as usize) {
                Some(Some(place)) => Label(*place).raw(),
                Some(None) => return Err(BuildError::Unbound { label, at: *at, opcode }),
                None => return Err(BuildError::ForeignLabel { label }),
            };
        }
        Instruction::from_operands(opcode, &operands).ok_or(BuildError::BadOperands { at: *at, opcode })
    }

    fn fail(&mut self, error: BuildError) {
        self.error.get_or_insert(error);
    }
}

/// Why code can't be built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A label is used but has no place.
    Unbound {
        /// The label.
        label: BuildLabel,
        /// The offset of the instruction that uses it.
        at: u32,
        /// That instruction.
        opcode: Opcode,
    },
    /// A label was bound a second time.
    BoundTwice {
        /// The label.
        label: BuildLabel,
        /// Its place.
        first: u32,
        /// Where it was bound again.
        second: u32,
    },
    /// A label of another builder.
    ForeignLabel {
        /// The label.
        label: BuildLabel,
    },
    /// The number of raw operands is wrong, or one is out of the range of its type.
    BadOperands {
        /// The offset of the instruction.
        at: u32,
        /// The instruction.
        opcode: Opcode,
    },
    /// An operand doesn't fit into its bytes, or a label is too far away.
    Encode(EncodeError),
    /// The code would be longer than 4 GiB.
    TooLong,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Unbound { label, at, opcode } => write!(
                f,
                "offset {at}, `{opcode}`: label {} is used but has no place; call `bind` with it before `finish`",
                label.0
            ),
            BuildError::BoundTwice { label, first, second } => write!(
                f,
                "offset {second}: label {} already stands for offset {first}; make a new label for each place",
                label.0
            ),
            BuildError::ForeignLabel { label } => write!(
                f,
                "label {} doesn't belong to this builder; make labels with its own `label` method",
                label.0
            ),
            BuildError::BadOperands { at, opcode } => write!(
                f,
                "offset {at}, `{opcode}`: the operands don't fit, it takes {} in the ranges of their types",
                opcode.info().operands.len()
            ),
            BuildError::Encode(error) => error.fmt(f),
            BuildError::TooLong => write!(f, "the code is longer than 4 GiB; split the function"),
        }
    }
}

impl core::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            BuildError::Encode(error) => Some(error),
            _ => None,
        }
    }
}
