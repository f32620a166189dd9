//! Follows a program from its beginning, to tell code from data.
//!
//! No more can be known of an image without running it: an instruction may be data, too, and data that is computed may become code. What
//! is reached by jumps, calls and skips from the origin is code; where a computed jump goes to is unknown but for its base.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt;

use crate::{Control, Instruction, ORIGIN, WORD_BYTES, Word, decode, word_of};

/// What was found out about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The instructions that are reached, by address. They may overlap.
    pub instructions: BTreeMap<u32, Instruction>,
    /// Addresses to which jumps and calls go.
    pub targets: BTreeSet<u32>,
    /// Addresses of data that instructions name.
    pub data: BTreeSet<u32>,
    /// What will trap if it is ever executed.
    pub findings: Vec<Finding>,
}

/// Something in a program that traps if it is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The address.
    pub address: u32,
    /// What is there.
    pub kind: FindingKind,
}

/// What can be wrong with a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A word that is no instruction.
    UnknownWord(Word),
    /// The program goes on at this address, which is not in the image.
    Outside,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FindingKind::UnknownWord(word) => {
                write!(
                    f,
                    "{:#05x}: the word {word:#0width$x} is no instruction",
                    self.address,
                    width = 2 + 2 * WORD_BYTES
                )
            }
            FindingKind::Outside => write!(f, "{:#05x}: execution leaves the program here", self.address),
        }
    }
}

/// Follows an image that is loaded at the origin and begins there.
pub fn trace(image: &[u8]) -> Trace {
    let mut trace = Trace {
        instructions: BTreeMap::new(),
        targets: BTreeSet::new(),
        data: BTreeSet::new(),
        findings: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    let mut pending = Vec::from([ORIGIN]);
    while let Some(address) = pending.pop() {
        if !seen.insert(address) {
            continue;
        }
        let word = address
            .checked_sub(ORIGIN)
            .and_then(|start| image.get(start as usize..start as usize + WORD_BYTES))
            .and_then(word_of);
        let Some(word) = word else {
            trace.findings.push(Finding {
                address,
                kind: FindingKind::Outside,
            });
            continue;
        };
        let Some(instruction) = decode(word) else {
            trace.findings.push(Finding {
                address,
                kind: FindingKind::UnknownWord(word),
            });
            continue;
        };
        let next = address + WORD_BYTES as u32;
        let opcode = instruction.opcode();
        if let Some(target) = opcode.target(word) {
            if matches!(opcode.control(), Control::Jump | Control::Call | Control::Computed) {
                pending.push(target);
            }
            trace.targets.insert(target);
        }
        if let Some(data) = opcode.data(word) {
            trace.data.insert(data);
        }
        match opcode.control() {
            Control::Next | Control::Call | Control::Wait => pending.push(next),
            Control::Skip => pending.extend([next, next + WORD_BYTES as u32]),
            Control::Jump | Control::Return | Control::Computed | Control::Halt => {}
        }
        trace.instructions.insert(address, instruction);
    }
    trace.findings.sort_unstable();
    trace
}
