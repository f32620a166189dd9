//! The frames of a task: one array of words, in which the frame of a call begins where its arguments lie in the caller's frame, and a record
//! for each call.
//!
//! Both grow when a call needs more room. Records say where their frames are in memory, and learn it when the words move: calls and returns
//! are many, and growing is rare. A record stays where it is when its call returns, until
//! the next call: the instruction behind a constructor's call takes the object from there.

use raya_heap::Ref;

use crate::code::Callee;
use crate::pc::Pc;

/// What is kept of a call.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Record {
    /// The instruction behind the call.
    pub return_pc: Pc,
    /// Where the frame begins.
    pub frame: *mut u64,
    /// The function.
    pub function: u32,
    /// The closure whose captures the function reads, if it captures any.
    pub closure: Ref,
    /// The object that is constructed, if the call says that it keeps it.
    pub receiver: Ref,
    /// The number of arguments beyond the parameters, if the function takes any. They lie below the frame.
    pub rest: u32,
}

// SAFETY: the frame belongs to the `Frames` that hold the record, and is reached by whoever has the state that owns these.
unsafe impl Send for Record {}
// SAFETY: as for `Send`; nothing is reached through a shared record but its place.
unsafe impl Sync for Record {}

impl Record {
    /// What stands below the first call.
    pub const BOTTOM: Record = Record {
        return_pc: Pc(core::ptr::null()),
        frame: core::ptr::null_mut(),
        function: 0,
        closure: Ref::NULL,
        receiver: Ref::NULL,
        rest: 0,
    };
}

/// The frames of a task while it doesn't run.
#[derive(Debug)]
pub(crate) struct Frames {
    /// Parameters, locals and operand stacks.
    pub words: Vec<u64>,
    /// The bottom, the records of calls, and room for more.
    pub records: Vec<Record>,
    /// The position of the innermost record; 0 when there is no frame.
    pub top: usize,
    /// Where it goes on.
    pub pc: Pc,
    /// How many slots of all frames are only there for `try`.
    pub hidden: u64,
    /// What the block that it goes on with is still to be charged.
    pub owed: u32,
    /// Whether it stopped before the first instruction of a block.
    pub at_leader: bool,
}

/// The words and records that a task starts with.
const FIRST_WORDS: usize = 256;
const FIRST_RECORDS: usize = 16;

impl Default for Frames {
    fn default() -> Self {
        Frames {
            words: Vec::new(),
            records: Vec::new(),
            top: 0,
            pc: Pc(core::ptr::null()),
            hidden: 0,
            owed: 0,
            at_leader: false,
        }
    }
}

impl Frames {
    /// Makes room for so many words and records in all.
    pub fn grow(&mut self, words: usize, records: usize) {
        if self.words.len() < words {
            let room = words.max(self.words.len() * 2).max(FIRST_WORDS);
            let before = self.words.as_ptr().addr();
            self.words.resize(room, 0);
            let moved = self.words.as_mut_ptr();
            for record in &mut self.records {
                record.frame = moved.wrapping_byte_add(record.frame.addr().wrapping_sub(before));
            }
        }
        if self.records.len() < records {
            let room = records.max(self.records.len() * 2).max(FIRST_RECORDS);
            let bottom = Record {
                frame: self.words.as_mut_ptr(),
                ..Record::BOTTOM
            };
            self.records.resize(room, bottom);
        }
    }

    /// The position of the first word of a record's frame.
    pub fn first_word(&self, record: &Record) -> usize {
        (record.frame.addr() - self.words.as_ptr().addr()) / size_of::<u64>()
    }
}

/// Whether a frame fits within what the host allows, counted as the portable machine does: parameters, locals, operands, further arguments.
pub(crate) fn fits(depth: usize, base: usize, hidden: u64, callee: &Callee, limits: &raya_runtime::Limits) -> bool {
    let slots = (base + callee.locals()).saturating_sub(usize::try_from(hidden).unwrap_or(usize::MAX));
    depth < limits.depth && slots <= limits.slots
}
