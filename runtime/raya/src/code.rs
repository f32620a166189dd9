//! Decodes a function's code once, so that a loop doesn't decode the same bytes again and again.

use raya_facts::metadata::Effects;
use raya_facts::module::Function;
use raya_facts::{Blocks, Instruction, decode};

use crate::trip::Trip;

/// The instructions of one function.
#[derive(Debug)]
pub struct Code {
    instructions: Vec<Entry>,
    /// For each offset of the code, the position of the instruction that begins there.
    positions: Vec<u32>,
    /// Why decoding ended before the end of the code, and where.
    broken: Option<(u32, String)>,
}

/// An instruction and where the next one begins.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The instruction.
    pub instruction: Instruction,
    /// The offset of the next one.
    pub next: u32,
    /// The fuel that entering its block costs, if it is the first one of a block.
    pub cost: Option<u32>,
    /// Whether it may allocate, so that memory may be collected before it, and a second try may have room.
    pub allocates: bool,
}

const NONE: u32 = u32::MAX;

impl Code {
    /// Decodes the code of a function as far as it can be decoded. What can't is a trip only when execution arrives there.
    pub fn new(function: &Function) -> Code {
        let code = &function.code;
        let blocks = Blocks::new(code).with_locals(function.locals.len());
        let mut decoded = Code {
            instructions: Vec::new(),
            positions: vec![NONE; code.len()],
            broken: None,
        };
        let mut at: u32 = 0;
        while (at as usize) < code.len() {
            match decode(code, at) {
                Ok(found) if found.next > at => {
                    if let (Some(place), Ok(position)) = (
                        decoded.positions.get_mut(at as usize),
                        u32::try_from(decoded.instructions.len()),
                    ) {
                        *place = position;
                    }
                    let cost = blocks.cost_at(at);
                    let info = found.instruction.opcode().info();
                    let allocates = info.effects.contains(Effects::HEAP_ALLOC);
                    decoded.instructions.push(Entry {
                        instruction: found.instruction,
                        next: found.next,
                        cost,
                        allocates,
                    });
                    at = found.next;
                }
                Ok(_) => {
                    decoded.broken = Some((at, "an instruction without bytes".to_owned()));
                    break;
                }
                Err(error) => {
                    decoded.broken = Some((at, error.to_string()));
                    break;
                }
            }
        }
        decoded
    }

    /// The instruction at an offset.
    ///
    /// # Errors
    ///
    /// [`Trip::BadCode`] when none begins there.
    pub fn at(&self, at: u32) -> Result<Entry, Trip> {
        let position = self.positions.get(at as usize).copied().unwrap_or(NONE);
        match self.instructions.get(position as usize) {
            Some(entry) => Ok(*entry),
            None => Err(self.missing(at)),
        }
    }

    fn missing(&self, at: u32) -> Trip {
        let reason = match &self.broken {
            Some((broken, reason)) if at >= *broken => reason.clone(),
            _ if at as usize >= self.positions.len() => "the code ends before it".to_owned(),
            _ => "it is in the middle of an instruction".to_owned(),
        };
        Trip::BadCode { at, reason }
    }
}
