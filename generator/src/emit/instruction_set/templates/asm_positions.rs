//! Where each instruction came from, so that what the verifier says about a module can be shown in its text.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::tables::FUNCTIONS;

/// The [`at`](super::Token::at) of every function and instruction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions {
    functions: Vec<u32>,
    instructions: BTreeMap<u32, Vec<(u32, u32)>>,
}

impl Positions {
    /// The place of the name in the declaration of a function.
    pub fn function(&self, function: u32) -> Option<u32> {
        self.functions.get(function as usize).copied()
    }

    /// The place of the instruction of a function that is at, or contains, an offset in its code.
    pub fn instruction(&self, function: u32, offset: u32) -> Option<u32> {
        let instructions = self.instructions.get(&function)?;
        let behind = instructions.partition_point(|(start, _)| *start <= offset);
        instructions.get(behind.checked_sub(1)?).map(|(_, at)| *at)
    }

    pub(super) fn declare(&mut self, list: usize, at: u32) {
        if list == FUNCTIONS {
            self.functions.push(at);
        }
    }

    pub(super) fn define(&mut self, list: usize, index: usize, instructions: Vec<(u32, u32)>) {
        if list == FUNCTIONS
            && let Ok(index) = u32::try_from(index)
        {
            self.instructions.insert(index, instructions);
        }
    }
}
