//! What is kept of a process that doesn't run.

use core::arch::asm;
use core::mem::offset_of;

use exo_facts::limits;
use exo_kernel::machine::AREA_WORDS;
use exo_kernel::process::Process;

use crate::fast::{Link, ROW_SHIFT};

/// The conditions: all that a program may have in its flags. Without any other bit they say EL0, 64-bit, nothing masked.
const USER_FLAGS: u64 = 0xf000_0000;

/// Words of an upcall area before the vector registers.
const SCALARS: usize = 37;

const VECTOR_WORDS: usize = 64;

/// What counts of the registers of a stopped process, beside the stack and the program counter.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kept {
    /// Nothing: the results of its call are zeros.
    Nothing,
    /// x0 to x5, the results of its call.
    Results,
    /// Everything.
    Everything,
}

/// The registers of a stopped process, laid out for `vectors.s`.
#[derive(Clone)]
#[repr(C)]
pub struct Registers {
    general: [u64; 31],
    pub stack: u64,
    pub program_counter: u64,
    flags: u64,
    thread: u64,
    float_control: u64,
    float_status: u64,
    /// Two words for each of the 32 vector registers.
    vectors: [u64; VECTOR_WORDS],
    pub link: Link,
    filling: [u8; FILLING],
    pub kept: Kept,
}

/// What fills up a row of the kernel's table of processes to the size that fast paths want.
const FILLING: usize = {
    const OTHERS: usize = 8 * (31 + 6 + VECTOR_WORDS) + size_of::<Link>() + 1;
    (1 << ROW_SHIFT) - size_of::<Process<[u64; 0]>>() - OTHERS
};

impl Registers {
    const ZERO: Self = Self {
        general: [0; 31],
        stack: 0,
        program_counter: 0,
        flags: 0,
        thread: 0,
        float_control: 0,
        float_status: 0,
        vectors: [0; VECTOR_WORDS],
        link: Link::NEW,
        filling: [0; FILLING],
        kept: Kept::Everything,
    };

    /// The process is in a call: notes where it goes on.
    #[inline(always)]
    pub fn note_caller(&mut self) {
        // SAFETY: reads what the processor has noted on the way in; no other exception has come since.
        unsafe {
            asm!("mrs {}, sp_el0", out(reg) self.stack, options(nomem, nostack, preserves_flags));
            asm!("mrs {}, elr_el1", out(reg) self.program_counter, options(nomem, nostack, preserves_flags));
        }
        self.kept = Kept::Nothing;
    }

    /// The process goes on: says what counts, and is prepared for being left by a fast path.
    #[inline(always)]
    pub fn leave(&mut self) -> Kept {
        let kept = core::mem::replace(&mut self.kept, Kept::Nothing);
        if kept == Kept::Nothing {
            self.general[0] = 0;
            self.general[1] = 0;
        }
        kept
    }

    #[inline(always)]
    fn result(&mut self, number: usize, value: u64) {
        // As long as all results are zero, a fast path may go on with the process.
        if value != 0 {
            self.keep_results();
        }
        self.general[number] = value;
    }

    #[inline(always)]
    fn keep_results(&mut self) {
        if self.kept == Kept::Nothing {
            self.kept = Kept::Results;
        }
    }
}

impl exo_kernel::Registers for Registers {
    fn new(entry: u64, stack: u64, argument: u64) -> Self {
        let mut registers = Self {
            stack,
            program_counter: entry,
            ..Self::ZERO
        };
        registers.general[0] = argument;
        registers
    }

    fn program_counter(&self) -> u64 {
        self.program_counter
    }

    fn set_program_counter(&mut self, address: u64) {
        self.program_counter = address;
    }

    fn set_status(&mut self, status: u64) {
        self.result(0, status);
    }

    fn set_value(&mut self, value: u64) {
        self.result(1, value);
    }

    fn set_message(&mut self, words: [u64; 4], page: u64) {
        self.keep_results();
        self.general[1..5].copy_from_slice(&words);
        self.general[5] = page;
    }

    fn enter_upcall(&mut self, entry: u64, area: u64) {
        // There is no red zone in the standard procedure call.
        self.stack &= !15;
        self.kept = Kept::Everything;
        self.general[0] = area;
        self.program_counter = entry;
    }

    fn save(&self, area: &mut [u64; AREA_WORDS]) {
        let (scalars, rest) = area.split_at_mut(SCALARS);
        scalars[..31].copy_from_slice(&self.general);
        if self.kept == Kept::Nothing {
            scalars[..2].fill(0);
        }
        scalars[31..].copy_from_slice(&[
            self.stack,
            self.program_counter,
            self.flags,
            self.thread,
            self.float_control,
            self.float_status,
        ]);
        rest[..VECTOR_WORDS].copy_from_slice(&self.vectors);
    }

    /// Any address may stand in the program counter: the processor takes the fault of one that isn't the user's from EL0.
    fn restore(&mut self, area: &[u64; AREA_WORDS]) {
        let (scalars, rest) = area.split_at(SCALARS);
        self.general.copy_from_slice(&scalars[..31]);
        self.stack = scalars[31];
        self.program_counter = scalars[32];
        self.flags = scalars[33] & USER_FLAGS;
        self.thread = scalars[34];
        self.float_control = scalars[35];
        self.float_status = scalars[36];
        self.kept = Kept::Everything;
        self.vectors.copy_from_slice(&rest[..VECTOR_WORDS]);
    }
}

const _: () = {
    assert!(SCALARS + VECTOR_WORDS <= AREA_WORDS);
    assert!(limits::UPCALL_AREA_BYTES as usize == AREA_WORDS * 8);
    // The offsets in `vectors.s`.
    assert!(offset_of!(Registers, stack) == 248);
    assert!(offset_of!(Registers, program_counter) == 256);
    assert!(offset_of!(Registers, flags) == 264);
    assert!(offset_of!(Registers, float_control) == 280);
    assert!(offset_of!(Registers, vectors) == 296);
};
