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

/// The registers of a stopped process.
#[derive(Clone)]
#[repr(C)]
pub struct Registers {
    filling: [u8; FILLING],
    /// Two words for each of the 32 vector registers.
    vectors: [u64; VECTOR_WORDS],
    pub frame: Frame,
}

/// What of them `vectors.s` and `fast.s` find at a pointer to it: pairs of words lie near enough for one instruction.
#[derive(Clone)]
#[repr(C)]
pub struct Frame {
    general: [u64; 31],
    pub stack: u64,
    pub program_counter: u64,
    flags: u64,
    thread: u64,
    float_control: u64,
    float_status: u64,
    pub link: Link,
    /// What `ttbr0_el1` holds while the process runs, or zero where that isn't known. The lowest bit is set if its registers count when it
    /// goes on; else it runs, or is in a call, all results of which are zeros.
    pub resume: u64,
}

/// The bit of [`Frame::resume`] for registers that count.
const WHOLE: u64 = 1;

/// What fills up a row of the kernel's table of processes to the size that fast paths want.
const FILLING: usize = (1 << ROW_SHIFT) - size_of::<Process<[u64; 0]>>() - 8 * VECTOR_WORDS - size_of::<Frame>();

impl Registers {
    const ZERO: Self = Self {
        filling: [0; FILLING],
        vectors: [0; VECTOR_WORDS],
        frame: Frame {
            general: [0; 31],
            stack: 0,
            program_counter: 0,
            flags: 0,
            thread: 0,
            float_control: 0,
            float_status: 0,
            link: Link::NEW,
            resume: WHOLE,
        },
    };
}

impl Frame {
    /// The process is in a call: notes where it goes on.
    #[inline(always)]
    pub fn note_caller(&mut self) {
        // SAFETY: reads what the processor has noted on the way in; no other exception has come since.
        unsafe {
            asm!("mrs {}, sp_el0", "mrs {}, elr_el1", out(reg) self.stack, out(reg) self.program_counter,
                options(nomem, nostack, preserves_flags));
        }
    }

    /// The process goes on: prepares it for being left by a fast path.
    #[inline(always)]
    pub fn leave(&mut self) {
        self.require_kernel();
        self.resume &= !WHOLE;
    }

    /// Lets no fast path go on with the process.
    #[inline(always)]
    pub fn require_kernel(&mut self) {
        if self.resume & WHOLE == 0 {
            self.general[0] = 0;
            self.general[1] = 0;
            self.resume |= WHOLE;
        }
    }

    #[inline(always)]
    fn result(&mut self, number: usize, value: u64) {
        // As long as all results are zero, a fast path may go on with the process.
        if value != 0 {
            self.require_kernel();
        }
        self.general[number] = value;
    }
}

impl exo_kernel::Registers for Registers {
    fn new(entry: u64, stack: u64, argument: u64) -> Self {
        let mut registers = Self::ZERO;
        registers.frame.stack = stack;
        registers.frame.program_counter = entry;
        registers.frame.general[0] = argument;
        registers
    }

    fn program_counter(&self) -> u64 {
        self.frame.program_counter
    }

    fn set_program_counter(&mut self, address: u64) {
        self.frame.program_counter = address;
    }

    #[inline(always)]
    fn can_go_on_directly(&self) -> bool {
        self.frame.resume & WHOLE == 0
    }

    fn set_status(&mut self, status: u64) {
        self.frame.result(0, status);
    }

    fn set_value(&mut self, value: u64) {
        self.frame.result(1, value);
    }

    fn set_message(&mut self, words: [u64; 4], page: u64) {
        self.frame.require_kernel();
        self.frame.general[1..5].copy_from_slice(&words);
        self.frame.general[5] = page;
    }

    fn enter_upcall(&mut self, entry: u64, area: u64) {
        // There is no red zone in the standard procedure call.
        let frame = &mut self.frame;
        frame.stack &= !15;
        frame.require_kernel();
        frame.general[0] = area;
        frame.program_counter = entry;
    }

    fn save(&self, area: &mut [u64; AREA_WORDS]) {
        let (scalars, rest) = area.split_at_mut(SCALARS);
        let frame = &self.frame;
        scalars[..31].copy_from_slice(&frame.general);
        if frame.resume & WHOLE == 0 {
            scalars[..2].fill(0);
        }
        scalars[31..].copy_from_slice(&[
            frame.stack,
            frame.program_counter,
            frame.flags,
            frame.thread,
            frame.float_control,
            frame.float_status,
        ]);
        rest[..VECTOR_WORDS].copy_from_slice(&self.vectors);
    }

    /// Any address may stand in the program counter: the processor takes the fault of one that isn't the user's from EL0.
    fn restore(&mut self, area: &[u64; AREA_WORDS]) {
        let (scalars, rest) = area.split_at(SCALARS);
        let frame = &mut self.frame;
        frame.general.copy_from_slice(&scalars[..31]);
        frame.stack = scalars[31];
        frame.program_counter = scalars[32];
        frame.flags = scalars[33] & USER_FLAGS;
        frame.thread = scalars[34];
        frame.float_control = scalars[35];
        frame.float_status = scalars[36];
        frame.resume |= WHOLE;
        self.vectors.copy_from_slice(&rest[..VECTOR_WORDS]);
    }
}

const _: () = {
    assert!(SCALARS + VECTOR_WORDS <= AREA_WORDS);
    assert!(limits::UPCALL_AREA_BYTES as usize == AREA_WORDS * 8);
    // The offsets in `vectors.s`.
    assert!(offset_of!(Registers, vectors) + 512 == offset_of!(Registers, frame));
    assert!(offset_of!(Frame, stack) == 248);
    assert!(offset_of!(Frame, program_counter) == 256);
    assert!(offset_of!(Frame, flags) == 264);
    assert!(offset_of!(Frame, float_control) == 280);
};
